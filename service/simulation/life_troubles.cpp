#include <algorithm>
#include <array>

#include "life.hpp"

/// What goes wrong with machines, and what changes with the law.
namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;
using Kind = Behaviour::Kind;

constexpr unsigned kLongSteps = 20;       ///< Percent of the steps of a clock: somebody mistook the hour.
constexpr std::size_t kMostChannels = 4;  ///< Of an agency.

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
    } else {
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
    world_.agencies().behave_until(endpoint, misbehaviour(trouble, dice_), end, trouble);
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
            if (dice_.chance(25)) {
                world_.die_in_key_write(dice_.chance(50) ? Crash::power : Crash::process);
            } else if (dice_.chance(50)) {
                world_.disk().crash_in_sync(1 + static_cast<int>(dice_.below(4)));
            } else {
                world_.disk().crash_in_write(1 + static_cast<int>(dice_.below(40)));
            }
            break;
        default:
            die_at_a_point(static_cast<Point>(dice_.below(kPoints)));
            break;
    }
}

/// What is aimed at dies with the process: whoever is to die at its start is dead before.
void Life::die_at_a_point(Point point) {
    const Crash kind = dice_.chance(50) ? Crash::power : Crash::process;
    const int nth = 1 + static_cast<int>(dice_.below(6));
    if (point == Point::starting) {
        world_.crash(kind);
    }
    world_.die_at(point, point == Point::starting ? 1 : nth, kind);
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
        struck_.count(Trouble::drift);
        return;
    }
    const Duration step = dice_.chance(kLongSteps) ? dice_.between(1h, 6h) : dice_.between(1s, 10min);
    struck_.count(Trouble::step);
    clock.step(dice_.chance(50) ? step : -step);
    world_.note("the clock is set: " + to_iso8601(clock.offset()) + " ahead");
    world_.be_patient_until(clock.true_now() + SimClock::kLongestSleep + step + 5s);
}

void Life::change_the_law(Trouble trouble) {
    if (trouble == Trouble::directory && dice_.chance(50)) {
        return further_channel();
    }
    const auto before = laws_.present();
    const Instant now = world_.clock().now();
    world_.take_up(trouble == Trouble::packs      ? laws_.new_version(dice_)
                   : trouble == Trouble::calendar ? laws_.new_notice(dice_, now)
                                                  : laws_.new_holder(dice_, now));
    struck_.count(trouble, laws_.present() != before && world_.up() ? 1 : 0);
}

void Life::further_channel() {
    const domain::AgencyId agency = busy_.empty() ? some_agency() : dice_.pick(busy_);
    if (world_.up() && world_.endpoints(agency).size() < kMostChannels) {
        world_.open_channel(agency);
    }
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
