#include "lachan/simulation/findings.hpp"

#include <utility>

namespace lachan::simulation {
namespace {

constexpr std::size_t kKept =
    100;  ///< Who has seen a hundred has seen enough; a broken run may find millions.

}  // namespace

std::string_view text_of(Broken kind) noexcept {
    switch (kind) {
        case Broken::lost:
            return "lost";
        case Broken::doubled:
            return "doubled";
        case Broken::silent:
            return "silent";
        case Broken::late:
            return "late";
        case Broken::leaked:
            return "leaked";
        case Broken::confused:
            return "confused";
    }
    return "confused";
}

void Findings::add(Broken kind, std::string what) {
    if (violations_.empty()) {
        before_first_ = trace_.last_lines();
    }
    ++counts_[static_cast<std::size_t>(kind)];
    if (violations_.size() < kKept) {
        violations_.push_back({kind, std::move(what)});
    }
}

}  // namespace lachan::simulation
