#include "lachan/simulation/trace.hpp"

#include <cstddef>
#include <utility>

namespace lachan::simulation {
namespace {

constexpr std::size_t kLinesKept =
    60;  ///< Some minutes of a busy world: enough to see what led to a finding.
constexpr std::uint64_t kFnvPrime = 0x100000001b3;

}  // namespace

/// The instant as it is counted: writing all of them out would take longer than what they are about.
void Trace::add(Instant at, std::string_view line) {
    const auto take = [&](unsigned char byte) { digest_ = (digest_ ^ byte) * kFnvPrime; };
    for (auto bits = static_cast<std::uint64_t>(to_ms(at)); bits != 0; bits >>= 8) {
        take(static_cast<unsigned char>(bits));
    }
    for (const char c : line) {
        take(static_cast<unsigned char>(c));
    }
    kept_.emplace_back(at, line);
    if (kept_.size() > kLinesKept) {
        kept_.pop_front();
    }
}

std::string Trace::last_lines() const {
    std::string text;
    for (const auto& [at, line] : kept_) {
        text += to_rfc3339(at) + ' ' + line + '\n';
    }
    return text;
}

}  // namespace lachan::simulation
