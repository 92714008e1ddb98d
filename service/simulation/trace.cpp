#include "lachan/simulation/trace.hpp"

#include <cstddef>
#include <utility>

namespace lachan::simulation {
namespace {

constexpr std::size_t kLinesKept =
    60;  ///< Some minutes of a busy world: enough to see what led to a finding.
constexpr std::uint64_t kFnvPrime = 0x100000001b3;

}  // namespace

void Trace::add(Instant at, std::string_view line) {
    std::string whole = to_rfc3339(at);
    whole += ' ';
    whole += line;
    for (const char c : whole) {
        digest_ = (digest_ ^ static_cast<unsigned char>(c)) * kFnvPrime;
    }
    kept_.push_back(std::move(whole));
    if (kept_.size() > kLinesKept) {
        kept_.pop_front();
    }
}

std::string Trace::last_lines() const {
    std::string text;
    for (const std::string& line : kept_) {
        text += line;
        text += '\n';
    }
    return text;
}

}  // namespace lachan::simulation
