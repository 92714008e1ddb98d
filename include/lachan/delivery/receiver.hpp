#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lachan/base/secret.hpp"
#include "lachan/base/time.hpp"
#include "lachan/delivery/cloud_event.hpp"
#include "lachan/delivery/signer.hpp"

namespace lachan::delivery {

/// Why a receiver does not take a message: a word for its log and the status it should answer with.
struct Refusal {
    std::string reason;  ///< A word of `SignatureFault`, or "too_large", "malformed", "other_id".
    int status = 400;
};

/// The heart of an agency's receiver, without its socket: what `lachan receive` does with each message, and
/// what an integrator may copy.
class Receiver {
public:
    /// `secrets`: every secret that is live, two while a rotation is under way.
    explicit Receiver(std::vector<Secret<std::string>> secrets);

    /// Checks size, signature, age and content, in this order, so that nothing unsigned is ever parsed. A
    /// receiver still has to remember `Event::id`: the same message may come more than once.
    [[nodiscard]] std::variant<Event, Refusal> accept(const SignatureHeaders& headers,
                                                      std::string_view body,
                                                      Instant now) const;

private:
    std::vector<Secret<std::string>> secrets_;
};

}  // namespace lachan::delivery
