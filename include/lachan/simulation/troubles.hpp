#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"

namespace lachan::simulation {

/// One thing that may go wrong, or change, in a simulated world.
enum class Trouble : std::uint8_t {
    slow,         ///< Agencies answer after seconds, or too late.
    wrong,        ///< Agencies answer 4xx, 5xx, redirections, absurd pauses.
    gone,         ///< Agencies refuse connections, lose answers, or say 410.
    lying,        ///< Agencies answer 200 and nobody there does anything.
    duplicating,  ///< The network delivers a message twice.
    late,         ///< People act long after they should.
    twice,        ///< People press the button again.
    disordered,   ///< People record an act before they accept it, close too early, forward to anybody.
    concurrent,   ///< Many people act in the same instant.
    process,      ///< The process dies.
    power,        ///< The power fails: of what was not synced, any part is lost, and writes are torn.
    write,        ///< The power fails in the middle of a write or a sync.
    point,        ///< The process dies at a named point: around a commit, a send, a start.
    full,         ///< The disk is full.
    reading,      ///< Reads fail.
    writing,      ///< Writes and syncs fail.
    step,         ///< The wall clock is set forward or back.
    drift,        ///< The wall clock runs fast or slow.
    packs,        ///< A new version of the rules is taken in while the service runs.
    calendar,     ///< A new notice of holidays is taken in while the service runs.
    directory,    ///< An agency gets a further channel, or a role passes to another body, while it runs.
    regime        ///< Districts and old communes end on 2025-07-01.
};

inline constexpr std::size_t kTroubles = 22;

/// Named places at which a process may die.
enum class Point : std::uint8_t {
    unit_waits,   ///< A unit of work is ready and not yet queued.
    unit_ran,     ///< It ran, and its transaction is not committed.
    unit_kept,    ///< It is on disk, and whoever waits for it has not heard.
    before_send,  ///< A message is claimed and signed, and nothing was sent.
    after_send,   ///< The receiver answered, and nothing was recorded.
    starting      ///< The disk is open, and nothing that was missed is done.
};

inline constexpr std::size_t kPoints = 6;

/// How often each trouble struck: not that it was wanted, but that something met it. A fault that never
/// strikes proves nothing.
struct Struck {
    std::array<std::size_t, kTroubles> troubles{};  ///< By `Trouble`.
    std::array<std::size_t, kPoints> points{};      ///< Deaths, by `Point`.

    void count(Trouble trouble, std::size_t times = 1) noexcept {
        troubles[static_cast<std::size_t>(trouble)] += times;
    }
    void count(Point point) noexcept { ++points[static_cast<std::size_t>(point)]; }
    void add(const Struck& other) noexcept;
};

/// A set of troubles.
class Troubles {
public:
    [[nodiscard]] static Troubles none() { return {}; }
    [[nodiscard]] static Troubles all();

    /// "all", "none", or a list with commas of troubles and of groups (agencies, people, crashes, disk,
    /// clock, law). Errors: `validation_failed`, naming the words there are.
    [[nodiscard]] static Result<Troubles> parse(std::string_view list);
    /// As `parse` reads it.
    [[nodiscard]] std::string text() const;

    Troubles& with(Trouble trouble);
    Troubles& without(Trouble trouble);
    [[nodiscard]] bool has(Trouble trouble) const { return set_.test(static_cast<std::size_t>(trouble)); }
    [[nodiscard]] bool operator==(const Troubles&) const = default;

private:
    std::bitset<kTroubles> set_;
};

[[nodiscard]] std::string_view text_of(Trouble trouble) noexcept;
[[nodiscard]] std::string_view text_of(Point point) noexcept;

}  // namespace lachan::simulation
