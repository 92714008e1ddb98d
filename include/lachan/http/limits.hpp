#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lachan/base/time.hpp"
#include "lachan/http/message.hpp"
#include "lachan/http/router.hpp"

namespace lachan::http {

/// An allowance: at most `quota` calls at once, growing back evenly over `window`.
struct Allowance {
    std::string_view name;  ///< As it stands in the `RateLimit` headers.
    std::int64_t quota = 0;
    Duration window = std::chrono::minutes(1);
    std::int64_t reserve = 0;  ///< On top, for emergencies only.
};

/// What each kind of call is allowed. Keys are known agencies, so theirs only stop a client that runs wild:
/// what the machine can take is the store's queue to say.
struct LimitSettings {
    Allowance page{.name = "page", .quota = 600};
    Allowance receipt{.name = "receipt", .quota = 60};
    Allowance sign_in{.name = "sign_in", .quota = 120};  ///< A whole office in the morning, by address.
    Allowance call{.name = "call", .quota = 60'000};
    Allowance intake{.name = "intake", .quota = 600'000, .reserve = 60'000};
    Allowance refusal{.name = "refusal", .quota = 60};  ///< Requests with a wrong token, by address.
    /// Refusals of one key that go on record: a client that runs wild must not fill what can never be
    /// shortened.
    Allowance recorded{.name = "recorded", .quota = 60};
    std::size_t max_buckets = 20'000;  ///< Callers remembered at once; about 4 MB.
};

/// Where a caller stands after asking.
struct Standing {
    enum class Verdict : std::uint8_t {
        granted,
        reserve_only,  ///< The allowance is used up; an emergency may still draw on the reserve.
        refused,
    };
    Verdict verdict = Verdict::granted;
    const Allowance* allowance = nullptr;  ///< Null: nothing is counted here.
    std::int64_t remaining = 0;
    std::int64_t reset_s = 0;  ///< Until the whole allowance is back.
    std::int64_t retry_s = 0;  ///< Until the next call would be granted; at least 1 where it was not.
};

/// Token buckets, one for each caller and allowance, in bounded memory. Used on the network thread only.
class Limits {
public:
    explicit Limits(LimitSettings settings) : settings_(settings) {}

    /// Takes one call from the allowance. `caller` is a key's id or an address.
    [[nodiscard]] Standing admit(Quota quota, std::string_view caller, Instant now);
    /// Takes one emergency from the reserve of the intake. False: that is used up as well.
    [[nodiscard]] bool draw_reserve(std::string_view caller, Instant now);
    /// Counts a request with a wrong token from this address.
    void count_refusal(std::string_view address, Instant now);
    /// Whether this address has sent too many of them of late.
    [[nodiscard]] Standing refusals(std::string_view address, Instant now);

    /// Whether one more refusal of this key goes on record.
    [[nodiscard]] bool may_record(std::string_view key, Instant now);

    [[nodiscard]] std::size_t buckets() const noexcept { return order_.size(); }

private:
    struct Bucket {
        std::string name;
        double tokens = 0;
        Instant at{};
        Duration window{};
    };
    using Place = std::list<Bucket>::iterator;

    [[nodiscard]] const Allowance* allowance(Quota quota) const noexcept;
    Bucket& bucket(
        std::string_view kind, std::string_view caller, std::int64_t quota, Duration window, Instant now);
    [[nodiscard]] Standing take(const Allowance& allowance,
                                std::string_view caller,
                                Instant now,
                                double tokens);

    LimitSettings settings_;
    std::list<Bucket> order_;  ///< The most recently used first.
    std::unordered_map<std::string_view, Place> places_;
    std::unordered_map<std::string_view, Bucket> shared_;  ///< By kind: for callers there is no room for.
};

/// Writes `RateLimit-Policy` and `RateLimit` where something is counted, and to a 429 its `Retry-After`.
void write_limits(const Standing& standing, Reply& reply);

}  // namespace lachan::http
