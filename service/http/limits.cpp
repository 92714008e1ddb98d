#include "lachan/http/limits.hpp"

#include <algorithm>
#include <cmath>

#include "lachan/http/problem.hpp"

namespace lachan::http {
namespace {

/// How many tokens grow back in a millisecond.
double rate_of(std::int64_t quota, Duration window) {
    return static_cast<double>(quota) / static_cast<double>(window.count());
}

std::int64_t whole_seconds(double ms) {
    return static_cast<std::int64_t>(std::ceil(ms / 1000.0));
}

}  // namespace

const Allowance* Limits::allowance(Quota quota) const noexcept {
    switch (quota) {
        case Quota::none:
            return nullptr;
        case Quota::page:
            return &settings_.page;
        case Quota::receipt:
            return &settings_.receipt;
        case Quota::sign_in:
            return &settings_.sign_in;
        case Quota::call:
            return &settings_.call;
        case Quota::intake:
            return &settings_.intake;
    }
    return nullptr;
}

/// The caller's bucket, filled up to `now`. Where there is no room for one more, the one unused for longest
/// makes room if it is full again (forgetting it changes nothing); otherwise callers without a bucket share
/// one, so that a flood of addresses can neither use up memory nor wash away what is counted.
Limits::Bucket& Limits::bucket(
    std::string_view kind, std::string_view caller, std::int64_t quota, Duration window, Instant now) {
    const auto refill = [&](Bucket& bucket) -> Bucket& {
        bucket.at = std::min(bucket.at, now);  // a clock that was set back must not keep it from filling
        if (now > bucket.at) {
            const auto passed = static_cast<double>((now - bucket.at).count());
            bucket.tokens =
                std::min(static_cast<double>(quota), bucket.tokens + passed * rate_of(quota, window));
            bucket.at = now;
        }
        return bucket;
    };
    std::string name;
    name.reserve(kind.size() + 1 + caller.size());
    name.append(kind).append(1, ' ').append(caller);
    const Bucket fresh{std::move(name), static_cast<double>(quota), now, window};
    if (const auto known = places_.find(fresh.name); known != places_.end()) {
        order_.splice(order_.begin(), order_, known->second);
        return refill(order_.front());
    }
    if (order_.size() >= settings_.max_buckets) {
        const Bucket& oldest = order_.back();
        if (now - oldest.at < oldest.window) {
            return refill(shared_.try_emplace(kind, fresh).first->second);
        }
        places_.erase(oldest.name);
        order_.pop_back();
    }
    order_.push_front(fresh);
    places_.emplace(order_.front().name, order_.begin());
    return order_.front();
}

Standing Limits::take(const Allowance& allowance, std::string_view caller, Instant now, double tokens) {
    Bucket& counted = bucket(allowance.name, caller, allowance.quota, allowance.window, now);
    const double rate = rate_of(allowance.quota, allowance.window);
    Standing standing;
    standing.allowance = &allowance;
    if (counted.tokens >= 1) {
        counted.tokens -= tokens;
    } else {
        standing.verdict = Standing::Verdict::refused;
        standing.retry_s = std::max<std::int64_t>(1, whole_seconds((1 - counted.tokens) / rate));
    }
    standing.remaining = static_cast<std::int64_t>(counted.tokens);
    standing.reset_s = whole_seconds((static_cast<double>(allowance.quota) - counted.tokens) / rate);
    return standing;
}

Standing Limits::admit(Quota quota, std::string_view caller, Instant now) {
    const Allowance* const counted = allowance(quota);
    if (counted == nullptr) {
        return {};
    }
    Standing standing = take(*counted, caller, now, 1);
    if (standing.verdict == Standing::Verdict::refused && counted->reserve > 0) {
        standing.verdict = Standing::Verdict::reserve_only;
    }
    return standing;
}

bool Limits::draw_reserve(std::string_view caller, Instant now) {
    const Allowance& intake = settings_.intake;
    Bucket& reserve = bucket("reserve", caller, intake.reserve, intake.window, now);
    if (reserve.tokens < 1) {
        return false;
    }
    reserve.tokens -= 1;
    return true;
}

void Limits::count_refusal(std::string_view address, Instant now) {
    static_cast<void>(take(settings_.refusal, address, now, 1));
}

Standing Limits::refusals(std::string_view address, Instant now) {
    return take(settings_.refusal, address, now, 0);
}

bool Limits::may_record(std::string_view key, Instant now) {
    return take(settings_.recorded, key, now, 1).verdict == Standing::Verdict::granted;
}

void write_limits(const Standing& standing, Reply& reply) {
    if (standing.allowance == nullptr) {
        return;
    }
    const std::string name = '"' + std::string(standing.allowance->name) + '"';
    const auto window = std::chrono::duration_cast<std::chrono::seconds>(standing.allowance->window).count();
    reply.headers.set(
        "RateLimit-Policy",
        name + ";q=" + std::to_string(standing.allowance->quota) + ";w=" + std::to_string(window));
    reply.headers.set(
        "RateLimit",
        name + ";r=" + std::to_string(standing.remaining) + ";t=" + std::to_string(standing.reset_s));
    const bool ours = standing.verdict != Standing::Verdict::granted;  // otherwise the endpoint says how long
    if (ours && reply.status == problem_type(Errc::rate_limited).status) {
        reply.headers.set("Retry-After", std::to_string(standing.retry_s));
    }
}

}  // namespace lachan::http
