#include <algorithm>
#include <array>

#include "life.hpp"

/// What goes wrong with machines, and what changes with the law.
namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;
using Kind = Behaviour::Kind;

constexpr unsigned kLawChanges = 20;  ///< Percent of the occasions: law is slower than machines.

constexpr Duration kMending = 2h;     ///< How long a disk may fail before somebody changes it.
constexpr Duration kRecovery = 5min;  ///< Then what was not recorded is done again, once a lease has run out.

/// Bodies ended on these days: their duties are handed over in the first hours after it.
constexpr auto kRegimeChanges =
    std::to_array<std::string_view>({"2025-03-01T00:00:00+07:00", "2025-07-01T00:00:00+07:00"});

Behaviour misbehaviour(Trouble trouble, Dice& dice) {
    static constexpr auto kWrong = std::to_array({500, 502, 400, 404, 301, 307, 429, 503});
    static constexpr auto kGone = std::to_array({Kind::unreachable, Kind::forgetful, Kind::flaky});
    switch (trouble) {
        case Trouble::slow:
            return dice.chance(30) ? Behaviour::of(Kind::mute)
                                   : Behaviour::answering(204, dice.between(1s, 20s));
        case Trouble::wrong: {
            Behaviour behaviour = Behaviour::answering(dice.pick(kWrong));
            if (behaviour.status == 429 || behaviour.status == 503) {
                behaviour.retry_after = dice.chance(20) ? Duration(24h * 400) : dice.between(1s, 2h);
            }
            return behaviour;
        }
        case Trouble::duplicating:
            return Behaviour::of(Kind::duplicates);
        default:
            return dice.chance(15) ? Behaviour::answering(410) : Behaviour::of(dice.pick(kGone));
    }
}

}  // namespace

void Life::trouble() {
    const Trouble trouble = dice_.pick(machine_troubles_);
    if (trouble <= Trouble::duplicating) {
        trouble_an_agency(trouble);
    } else if (trouble <= Trouble::point) {
        crash(trouble);
    } else if (trouble <= Trouble::writing) {
        trouble_the_disk(trouble);
    } else if (trouble <= Trouble::drift) {
        trouble_the_clock(trouble);
    } else if (dice_.chance(kLawChanges)) {
        change_the_law(trouble);
    }
}

void Life::trouble_an_agency(Trouble trouble) {
    // Who has nothing to do with anything troubles nobody.
    const domain::AgencyId agency = busy_.empty() || dice_.chance(20) ? some_agency() : dice_.pick(busy_);
    const Instant end = world_.clock().true_now() + dice_.between(1min, 12h);
    if (trouble == Trouble::lying) {
        idle_until_[agency] = end + dice_.between(0h, 72h);
        world_.note(agency.text() + " answers 200 and does nothing");
        return;
    }
    const domain::EndpointId endpoint(agency.text() + (dice_.chance(25) ? "-2" : "-1"));
    world_.note(endpoint.text() + " is " + std::string(text_of(trouble)));
    world_.agencies().behave_until(endpoint, misbehaviour(trouble, dice_), end);
}

void Life::crash(Trouble trouble) {
    switch (trouble) {
        case Trouble::process:
            world_.crash(Crash::process);
            break;
        case Trouble::power:
            world_.crash(Crash::power);
            break;
        case Trouble::write:
            if (dice_.chance(50)) {
                world_.disk().crash_in_sync(1 + static_cast<int>(dice_.below(4)));
            } else {
                world_.disk().crash_in_write(1 + static_cast<int>(dice_.below(40)));
            }
            break;
        default:
            world_.die_at(static_cast<Point>(dice_.below(kPoints)),
                          1 + static_cast<int>(dice_.below(6)),
                          dice_.chance(50) ? Crash::power : Crash::process);
            break;
    }
}

void Life::trouble_the_disk(Trouble trouble) {
    using Fault = SimDisk::Fault;
    const bool syncs = dice_.chance(50);
    const Fault fault = trouble == Trouble::full      ? Fault::full
                        : trouble == Trouble::reading ? Fault::read_fails
                        : syncs                       ? Fault::sync_fails
                                                      : Fault::write_fails;
    world_.note("the disk: " + std::string(text_of(trouble)));
    world_.disk().inject(fault, 1 + static_cast<int>(dice_.below(20)), 1 + static_cast<int>(dice_.below(5)));
    world_.be_patient_until(world_.clock().true_now() + kMending + kRecovery);
    plan_in(kMending, [this] { world_.disk().heal(); });
}

void Life::trouble_the_clock(Trouble trouble) {
    SimClock& clock = world_.clock();
    if (trouble == Trouble::drift) {
        clock.drift(static_cast<std::int64_t>(dice_.below(400)) - 200);
        return;
    }
    const Duration step = dice_.between(1s, 10min);
    clock.step(dice_.chance(50) ? step : -step);
    world_.note("the clock is set: " + to_iso8601(clock.offset()) + " ahead");
    world_.be_patient_until(clock.true_now() + SimClock::kLongestSleep + step + 5s);
}

void Life::change_the_law(Trouble trouble) {
    world_.take_up(trouble == Trouble::packs ? laws_.new_version(dice_)
                                             : laws_.new_notice(dice_, world_.clock().now()));
}

void Life::plan_regime_changes(Instant end) {
    for (const std::string_view day : kRegimeChanges) {
        const Instant change = *parse_rfc3339(day);
        if (world_.clock().true_now() < change && change < end) {
            plan_at(change + dice_.between(1min, 8h), [this] { world_.hand_over(); });
            plan_at(change + dice_.between(9h, 30h), [this] { world_.hand_over(); });
        }
    }
}

}  // namespace lachan::simulation
