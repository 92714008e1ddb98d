#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/simulation/trace.hpp"

namespace lachan::simulation {

/// Which promise was broken.
enum class Broken : std::uint8_t {
    lost,     ///< Something acknowledged is not there any more.
    doubled,  ///< Something that is to happen once happened twice.
    silent,   ///< Something is owed, and nobody is to be told or asked about it.
    late,     ///< Something fell due and was not done in time.
    leaked,   ///< A person's words or name left the sealed part.
    confused  ///< What must not happen at all: a bug that was answered as one, a message that contradicts
              ///< itself.
};

inline constexpr std::size_t kKindsOfBroken = 6;

[[nodiscard]] std::string_view text_of(Broken kind) noexcept;

struct Violation {
    Broken kind{};
    std::string what;
};

/// What a simulated world found wrong, in order. Bounded: after the first hundred a run is only counted.
class Findings {
public:
    explicit Findings(const Trace& trace) : trace_(trace) {}

    void add(Broken kind, std::string what);

    [[nodiscard]] std::size_t count(Broken kind) const noexcept {
        return counts_[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] const std::vector<Violation>& all() const noexcept { return violations_; }
    /// The last things that happened before the first of them.
    [[nodiscard]] const std::string& what_led_there() const noexcept { return before_first_; }
    [[nodiscard]] bool empty() const noexcept { return violations_.empty(); }

    [[nodiscard]] const std::array<std::size_t, kKindsOfBroken>& counts() const noexcept { return counts_; }

private:
    const Trace& trace_;
    std::string before_first_;
    std::vector<Violation> violations_;
    std::array<std::size_t, kKindsOfBroken> counts_{};
};

}  // namespace lachan::simulation
