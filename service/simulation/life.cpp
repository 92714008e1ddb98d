#include "life.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lachan/simulation/reports.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kDutiesLookedAt = 60;      ///< The most pressing ones: whoever works takes from the top.
constexpr unsigned kDuringTrouble = 15;  ///< Percent of the acts that are followed by a fault.
constexpr std::size_t kRemembered = 50;  ///< Reports that a sender may send again by mistake.

/// Whether the same request may fare better a little later.
bool is_passing(Errc code) {
    return code == Errc::storage || code == Errc::overloaded || code == Errc::shutting_down;
}

}  // namespace

Life::Life(SimWorld& world, std::uint64_t seed, Faults faults) : world_(world), dice_(seed), faults_(faults) {
    const Instant now = world_.clock().now();
    for (const directory::Agency& agency : world_.laws().directory->agencies()) {
        if (agency.valid_at(now)) {
            agencies_.push_back(agency.id);
        }
    }
}

void Life::live_until(Instant end) {
    while (world_.clock().true_now() < end) {
        act();
        if (dice_.chance(kDuringTrouble)) {
            trouble();
        }
        world_.advance(some_time());
        get_up();
        if (dice_.chance(10)) {
            world_.check();
        }
    }
    come_to_rest();
}

/// Mostly minutes; at times so little that what was just begun is still under way, at times hours.
Duration Life::some_time() {
    const std::uint64_t how = dice_.below(100);
    if (how < 20) {
        return dice_.between(0ms, 150ms);
    }
    return how < 75 ? dice_.between(1s, 20min) : dice_.between(20min, 3h);
}

void Life::act() {
    const std::uint64_t what = dice_.below(100);
    if (what < 18) {
        report();
    } else if (what < 24) {
        report_again();
    } else if (what < 29) {
        follow_up();
    } else if (what < 62) {
        answer();
    } else if (what < 92) {
        do_a_duty();
    } else if (what < 97) {
        close_or_reopen();
    } else if (what < 99) {
        redeliver();
    } else {
        resume_endpoints();
    }
}

void Life::report() {
    Sent sent{random_report(dice_, world_.laws(), world_.clock().now()), somebody_of(some_agency())};
    const auto filed = world_.submit(sent.report, sent.sender);
    if (!filed) {
        unanswered_.push_back(std::move(sent));
        return;
    }
    know(filed->case_code);
    answered_.push_back(std::move(sent));
    if (answered_.size() > kRemembered) {
        answered_.erase(answered_.begin());
    }
}

/// Who got no answer asks again with the same report; so does, at times, who got one.
void Life::report_again() {
    if (!unanswered_.empty()) {
        Sent sent = unanswered_.front();
        const auto filed = world_.submit(sent.report, sent.sender);
        if (filed) {
            know(filed->case_code);
        }
        if (filed || !is_passing(filed.error().code())) {
            unanswered_.erase(unanswered_.begin());
        }
        return;
    }
    if (!answered_.empty()) {
        const Sent& sent = dice_.pick(answered_);
        (void)world_.submit(sent.report, sent.sender);  // the world knows which case it must name
    }
}

void Life::follow_up() {
    if (codes_.empty()) {
        return;
    }
    const std::string& code = dice_.pick(codes_);
    const domain::Case value = world_.find(code);
    domain::Report report = random_report(dice_, world_.laws(), world_.clock().now());
    report.area = value.area;
    domain::Principal sender = SimWorld::officer(domain::AgencyId("ubnd-" + value.area.text()));
    (void)world_.follow_up(code, report, sender);  // refused where the agency has a conflict: an answer too
}

void Life::answer() {
    const auto duty = some_pending_duty();
    if (!duty || duty->holder.empty()) {
        return;
    }
    const std::string name = world_.duty_name(*duty);
    const domain::Principal who = somebody_of(duty->holder);
    const std::uint64_t how = dice_.below(100);
    if (how < 75) {
        (void)world_.respond(who, name, domain::ResponseKind::accepted);
    } else if (how < 90) {
        (void)world_.respond(who, name, domain::ResponseKind::declined);
    } else {
        (void)world_.respond(who, name, domain::ResponseKind::forwarded, some_agency());
    }
}

/// Records a step that fulfils a duty, with one of the results that the rules know, or with none.
void Life::do_a_duty() {
    const auto duty = some_pending_duty();
    if (!duty) {
        return;
    }
    std::string code;
    std::string pack;
    world_.look([&](const casework::View& view) {
        code = world_.context().vault.case_code(duty->no.case_no);
        pack = view.cases.find(duty->no.case_no)->pack;
    });
    const policy::Pack* rules = world_.laws().pack(pack);
    if (rules == nullptr) {
        return;
    }
    for (const policy::StepKind& kind : rules->steps()) {
        if (std::find(kind.discharges.begin(), kind.discharges.end(), duty->kind) == kind.discharges.end()) {
            continue;
        }
        casework::NewStep step;
        step.kind = kind.kind;
        step.child = dice_.chance(50) ? duty->child : std::nullopt;
        step.note = "a note";
        if (!kind.results.empty() && dice_.chance(85)) {
            step.result = dice_.pick(kind.results);
        }
        if (dice_.chance(30)) {
            step.until = world_.clock().now() + dice_.between(1h, 24h * 40);
        }
        if (dice_.chance(20)) {
            step.done_at = world_.clock().now() - dice_.between(0s, 6h);
        }
        const domain::AgencyId doer = duty->holder.empty() ? some_agency() : duty->holder;
        (void)world_.record(somebody_of(doer), code, std::move(step));
        return;
    }
}

void Life::close_or_reopen() {
    if (codes_.empty()) {
        return;
    }
    const std::string& code = dice_.pick(codes_);
    const domain::Case value = world_.find(code);
    const domain::Principal who = somebody_of(domain::AgencyId("ubnd-" + value.area.text()));
    if (value.status == domain::CaseStatus::closed) {
        (void)world_.reopen(who, code);
    } else {
        (void)world_.close(who, code);  // refused while duties are open, or handed to a second person
    }
}

void Life::redeliver() {
    if (codes_.empty() || !world_.up()) {
        return;
    }
    const auto owed = world_.notifications(dice_.pick(codes_));
    if (!owed.empty()) {
        (void)world_.redeliver(dice_.pick(owed));
    }
}

/// An administrator looks after endpoints that were suspended.
void Life::resume_endpoints() {
    std::vector<domain::EndpointId> suspended;
    world_.look([&](const casework::View& view) {
        for (const casework::Endpoint& endpoint : view.endpoints.all()) {
            if (endpoint.suspended) {
                suspended.push_back(endpoint.id);
            }
        }
    });
    for (const domain::EndpointId& id : suspended) {
        (void)world_.resume(id);
    }
}

void Life::trouble() {
    const std::uint64_t what = dice_.below(100);
    if (what < 50 && faults_.agencies) {
        trouble_an_agency();
    } else if (what < 75 && faults_.crashes) {
        crash_somehow();
    } else if (what < 90 && faults_.disk) {
        trouble_the_disk();
    } else if (faults_.clock) {
        trouble_the_clock();
    }
}

void Life::trouble_an_agency() {
    using Kind = Behaviour::Kind;
    const domain::EndpointId endpoint(some_agency().text() + "-" + std::to_string(1 + dice_.below(2)));
    const Instant end = world_.clock().true_now() + dice_.between(1min, 12h);
    Behaviour behaviour;
    switch (dice_.below(9)) {
        case 0:
            behaviour = Behaviour::of(Kind::unreachable);
            break;
        case 1:
            behaviour = Behaviour::of(Kind::mute);
            break;
        case 2:
            behaviour = Behaviour::of(Kind::forgetful);
            break;
        case 3:
            behaviour = Behaviour::answering(500);
            break;
        case 4:
            behaviour = Behaviour::answering(410);
            break;
        case 5:
            behaviour = Behaviour::answering(301);
            break;
        case 6:
            behaviour = Behaviour::answering(429);
            behaviour.retry_after = dice_.between(1s, 2h);
            break;
        case 7:
            behaviour = Behaviour::answering(204, dice_.between(1s, 20s));
            break;
        default:
            behaviour = Behaviour::of(Kind::flaky);
            break;
    }
    world_.agencies().behave_until(endpoint, behaviour, end);
}

void Life::crash_somehow() {
    switch (dice_.below(4)) {
        case 0:
            world_.crash(Crash::process);
            break;
        case 1:
            world_.crash(Crash::power);
            break;
        case 2:
            world_.disk().crash_in_sync(1 + static_cast<int>(dice_.below(4)));
            break;
        default:
            world_.disk().crash_in_write(1 + static_cast<int>(dice_.below(40)));
            break;
    }
}

void Life::trouble_the_disk() {
    using Fault = SimDisk::Fault;
    static constexpr auto kFaults =
        std::to_array({Fault::full, Fault::write_fails, Fault::read_fails, Fault::sync_fails});
    world_.disk().inject(
        dice_.pick(kFaults), 1 + static_cast<int>(dice_.below(20)), 1 + static_cast<int>(dice_.below(5)));
    world_.be_patient_until(world_.clock().true_now() + 4h);
}

void Life::trouble_the_clock() {
    SimClock& clock = world_.clock();
    if (dice_.chance(40)) {
        clock.drift(static_cast<std::int64_t>(dice_.below(400)) - 200);
        return;
    }
    const Duration step = dice_.between(1s, 10min);
    clock.step(dice_.chance(50) ? step : -step);
    world_.be_patient_until(clock.true_now() + SimClock::kLongestSleep + step + 5s);
}

/// The keeper of the machine starts the service again, sooner or later.
void Life::get_up() {
    if (world_.up()) {
        return;
    }
    ++crashes_;
    world_.advance(dice_.chance(70) ? dice_.between(1s, 2min) : dice_.between(1min, 8h));
    while (!world_.restart()) {
        world_.disk().heal();
        world_.advance(10s);
    }
    world_.check();
}

void Life::come_to_rest() {
    world_.disk().heal();
    world_.agencies().recover();
    world_.crash(Crash::power);  // also forgets a power cut that was still to come
    get_up();
    resume_endpoints();
    while (!unanswered_.empty() && world_.up()) {
        report_again();
    }
    world_.advance(26h);  // longer than any pause between two tries
    world_.check();
}

void Life::know(const std::string& code) {
    if (std::find(codes_.begin(), codes_.end(), code) == codes_.end()) {
        codes_.push_back(code);
    }
}

std::optional<domain::Duty> Life::some_pending_duty() {
    std::vector<domain::Duty> found;
    world_.look([&](const casework::View& view) {
        casework::DutyQuery query;
        query.scope.everything = true;
        query.limit = kDutiesLookedAt;
        found = view.duties.list(query);
    });
    if (found.empty()) {
        return std::nullopt;
    }
    return dice_.pick(found);
}

domain::Principal Life::somebody_of(const domain::AgencyId& agency) {
    return SimWorld::officer(agency, 1 + static_cast<int>(dice_.below(2)));
}

domain::AgencyId Life::some_agency() {
    return dice_.pick(agencies_);
}

}  // namespace lachan::simulation
