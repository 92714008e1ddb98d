#include "lachan/delivery/receiver.hpp"

#include <utility>

namespace lachan::delivery {

Receiver::Receiver(std::vector<Secret<std::string>> secrets) : secrets_(std::move(secrets)) {}

std::variant<Event, Refusal> Receiver::accept(const SignatureHeaders& headers,
                                              std::string_view body,
                                              Instant now) const {
    if (body.size() > kLargestEvent) {
        return Refusal{"too_large", 413};
    }
    if (const auto fault = verify(secrets_, headers, body, now)) {
        return Refusal{std::string(text_of(*fault)), 401};
    }
    auto event = parse_event(body);
    if (!event) {
        return Refusal{"malformed", 422};
    }
    if (event->id != headers.id) {
        return Refusal{"other_id", 422};
    }
    return std::move(*event);
}

}  // namespace lachan::delivery
