#include <algorithm>
#include <array>
#include <utility>

#include "lachan/casework/names.hpp"
#include "life.hpp"

/// What the people of agencies do with what they are told.
namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBusy = 30;  ///< Arrivals by which agencies count as busy.
constexpr int kPressing = 20;      ///< Cases that an overseer looks through.
constexpr int kTriesToClose = 3;   ///< Somebody who found a case changed looks again, but not for ever.
const domain::AreaCode kProvince("12");

/// What people do with a duty they are told of, in percent; else they accept it, and do it later.
struct Habits {
    unsigned at_once;
    unsigned decline;
    unsigned forward;
};
constexpr Habits kOfFew{8, 6, 6};    ///< A short world is there to meet what is odd.
constexpr Habits kOfMany{50, 2, 1};  ///< One of many cases is to be as offices are.

bool discharges(const policy::StepKind& kind, const std::string& duty) {
    return std::find(kind.discharges.begin(), kind.discharges.end(), duty) != kind.discharges.end();
}

}  // namespace

/// Of the body that oversees the whole province now: that is not the same for ever.
domain::Principal Life::overseer() const {
    const directory::Directory& directory = *world_.laws().directory;
    const Instant now = world_.clock().now();
    for (const directory::Agency& agency : directory.agencies()) {
        if (agency.area == kProvince && agency.valid_at(now) && directory.oversees(agency)) {
            return {domain::KeyId(agency.id.text() + "-overseer"), domain::Role::supervisor, agency.id};
        }
    }
    const domain::AgencyId nobody("nobody");  // who is refused whatever it asks for
    return {domain::KeyId("nobody-overseer"), domain::Role::supervisor, nobody};
}

/// Called while the service runs: people only make up their minds.
void Life::hear(const Arrival& arrival) {
    busy_.push_back(arrival.agency);
    if (busy_.size() > kBusy) {
        busy_.pop_front();
    }
    const auto idle = idle_until_.find(arrival.agency);
    if (idle != idle_until_.end() && arrival.at < idle->second) {
        struck_.count(Trouble::lying);
        return;  // answered 200, and nobody does anything
    }
    const std::string duty = arrival.message.duty;
    if (duty.empty()) {
        return;
    }
    const domain::AgencyId agency = arrival.agency;
    const Duration delay = reaction(arrival);
    if (arrival.message.type == "vn.lachan.duty.assigned.v1") {
        plan_in(delay, [this, duty, agency] { answer(duty, agency); });
    } else {
        plan_duty(world_.clock().true_now() + delay, duty, agency);
    }
}

/// Mostly within the time they are given.
Duration Life::reaction(const Arrival& arrival) {
    if (may(Trouble::late, 10)) {
        return dice_.between(6h, 96h);
    }
    const Duration usual =
        arrival.message.urgency == domain::Urgency::emergency ? Duration(15min) : Duration(4h);
    const auto& respond_by = arrival.message.respond_by;
    const Duration left = respond_by ? *respond_by - world_.clock().now() : usual;
    const int tenths = cases_per_day_ > kFewCases ? 4 : 9;  // offices mostly need no reminder
    return dice_.between(200ms, std::max<Duration>(1min, std::min(usual, left / 10 * tenths)));
}

/// Who means to do it already needs no second reminder.
void Life::plan_duty(Instant at, const std::string& duty, const domain::AgencyId& agency) {
    if (doing_.insert(duty).second) {
        plan_at(at, [this, duty, agency] {
            doing_.erase(duty);
            do_duty(duty, agency);
        });
    }
}

void Life::answer(const std::string& duty, const domain::AgencyId& agency) {
    const domain::Principal who = somebody_of(agency);
    const Habits& habits = cases_per_day_ > kFewCases ? kOfMany : kOfFew;
    const std::uint64_t how = dice_.below(100);
    if (how < habits.at_once) {
        do_duty(duty, agency);
        return;
    }
    const std::string key = some_key();
    if (how < habits.at_once + habits.decline) {
        press(response_request(who, duty, domain::ResponseKind::declined, {}, key), !key.empty());
        return;
    }
    if (how < habits.at_once + habits.decline + habits.forward) {
        press(response_request(who, duty, domain::ResponseKind::forwarded, some_agency(), key), !key.empty());
        return;
    }
    press(response_request(who, duty, domain::ResponseKind::accepted, {}, key),
          !key.empty(),
          [this, duty, agency](const Result<casework::Answer>& answer) {
              const auto accepted = answer ? find_duty(duty) : std::nullopt;
              if (accepted && accepted->pending()) {
                  plan_duty(when_to_act(accepted->due), duty, agency);
              }
          });
}

/// Mostly in time; by true time, since people have watches of their own.
Instant Life::when_to_act(Instant due) {
    const Instant now = world_.clock().true_now();
    const Duration left = due - world_.clock().now();
    if (may(Trouble::late, 15)) {
        return now + std::max(left, Duration(0)) + dice_.between(1min, 72h);
    }
    const int tenths = cases_per_day_ > kFewCases ? 4 : 9;
    return now + dice_.between(1s, std::max<Duration>(1min, left / 10 * tenths));
}

void Life::do_duty(const std::string& name, const domain::AgencyId& agency) {
    const auto duty = find_duty(name);
    if (!duty || !duty->pending()) {
        return;
    }
    std::string pack;
    world_.look([&](const casework::View& view) { pack = view.cases.find(duty->no.case_no)->pack; });
    record(*duty, name.substr(0, name.find('.')), pack, somebody_of(agency));
}

/// Records a step that fulfils the duty, with one of the results that the rules know, or with none.
void Life::record(const domain::Duty& duty,
                  const std::string& code,
                  const std::string& pack,
                  domain::Principal who) {
    const policy::Pack* rules = world_.laws().pack(pack);
    if (rules == nullptr) {
        return;
    }
    for (const policy::StepKind& kind : rules->steps()) {
        if (!discharges(kind, duty.kind)) {
            continue;
        }
        casework::NewStep step;
        step.kind = kind.kind;
        step.child = dice_.chance(50) ? duty.child : std::nullopt;
        step.note = "a note";
        if (!kind.results.empty() && dice_.chance(85)) {
            // In most offices most things take their usual way, which the rules name first.
            const bool usual = cases_per_day_ > kFewCases && dice_.chance(75);
            step.result = usual ? kind.results.front() : dice_.pick(kind.results);
        }
        if (dice_.chance(30)) {
            step.until = world_.clock().now() + dice_.between(1h, 24h * 40);
        }
        if (may(Trouble::disordered, 30)) {
            step.done_at = world_.clock().now() - dice_.between(0s, 6h);
        }
        const std::string key = some_key();
        press(step_request(std::move(who), code, std::move(step), key),
              !key.empty(),
              [this, code](const Result<casework::Answer>& answer) {
                  if (answer) {
                      plan_closing(code);
                  }
              });
        return;
    }
    plan_closing(code);  // no step fulfils it: the case is to be closed
}

void Life::plan_closing(const std::string& code) {
    if (closing_.insert(code).second) {
        plan_in(dice_.between(10min, 12h), [this, code] { try_to_close(code); });
    }
}

void Life::try_to_close(const std::string& code) {
    closing_.erase(code);
    const domain::Case value = world_.find(code);
    if (value.status == domain::CaseStatus::closed) {
        return;
    }
    const auto duties = world_.duties(code);
    const auto open =
        std::count_if(duties.begin(), duties.end(), [](const domain::Duty& duty) { return duty.pending(); });
    if (open > 1 && !may(Trouble::disordered, 5)) {
        return;  // the next act will think of it again
    }
    close(code, overseer(), 0);
}

/// Two persons end a case: the first asks, the second does it.
void Life::close(const std::string& code, const domain::Principal& who, int tries) {
    constexpr int kHandedOn = 202;
    const domain::Case value = world_.find(code);
    press(
        closing_request(who, code, value.sequence), false, [=, this](const Result<casework::Answer>& answer) {
            const bool changed = !answer && answer.error().code() == Errc::precondition_failed;
            if (tries < kTriesToClose && (changed || (answer && answer->status == kHandedOn))) {
                domain::Principal next = who;
                next.key = changed ? who.key : domain::KeyId(who.key.text() + "-second");
                plan_in(dice_.between(1min, 3h), [=, this] { close(code, next, tries + 1); });
            }
        });
}

/// Somebody goes through what presses most and does it, whoever was to do it.
void Life::oversee() {
    std::vector<domain::Case> pressing;
    world_.look([&](const casework::View& view) {
        casework::CaseQuery query;
        query.scope.everything = true;
        query.status = domain::CaseStatus::open;
        query.limit = kPressing;
        pressing = view.cases.list(query);
    });
    for (const domain::Case& value : pressing) {
        const std::string code = world_.context().vault.case_code(value.no);
        const auto duty = some_pending_duty(code);
        if (duty && world_.up()) {
            record(*duty, code, value.pack, overseer());
        }
    }
}

/// Something that nobody was asked for.
void Life::stray() {
    const std::uint64_t what = dice_.below(100);
    if (what < 25) {
        report_again();
    } else if (what < 50) {
        follow_up();
    } else if (what < 70) {
        answer_anything();
    } else if (what < 75) {
        waive();
    } else if (what < 80) {
        reopen();
    } else if (what < 92) {
        redeliver();
    } else {
        resume_endpoints();
    }
}

void Life::answer_anything() {
    const std::string code = some_case();
    const auto duty = code.empty() ? std::nullopt : some_pending_duty(code);
    if (!duty) {
        return;
    }
    static constexpr auto kKinds = std::to_array(
        {domain::ResponseKind::accepted, domain::ResponseKind::declined, domain::ResponseKind::forwarded});
    const bool right = !duty->holder.empty() && !may(Trouble::disordered, 20);
    const domain::Principal who = somebody_of(right ? duty->holder : some_agency());
    press(response_request(who, world_.duty_name(*duty), dice_.pick(kKinds), some_agency()), false);
}

/// The holder asks, or an overseer; now and then somebody grants it.
void Life::waive() {
    const std::string code = some_case();
    const auto duty = code.empty() ? std::nullopt : some_pending_duty(code);
    if (!duty) {
        return;
    }
    const std::string name = world_.duty_name(*duty);
    const bool by_holder = !duty->holder.empty() && dice_.chance(50);
    const std::string key = some_key();
    press(waiver_request(by_holder ? somebody_of(duty->holder) : overseer(), name, key), !key.empty());
    if (dice_.chance(50)) {
        domain::Principal second = overseer();
        second.key = domain::KeyId(second.key.text() + "-second");
        plan_in(dice_.between(1min, 6h), [=, this] { press(waiver_request(second, name), false); });
    }
}

void Life::reopen() {
    const std::string code = some_case();
    if (code.empty()) {
        return;
    }
    const domain::Case value = world_.find(code);
    if (value.status == domain::CaseStatus::closed) {
        press(reopening_request(overseer(), code, value.sequence), false);
    }
}

void Life::redeliver() {
    const std::string code = some_case();
    const auto owed = code.empty() ? std::vector<domain::Notification>() : world_.notifications(code);
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

void Life::press(const Request& request, bool guarded, SimWorld::Heard heard) {
    const bool again = may(Trouble::twice, 8);
    if (!again || !guarded) {
        world_.begin(request, std::move(heard));
        if (again) {
            world_.begin(request);  // nothing tells the second from a new one: whatever it does, it may do
        }
        return;
    }
    const auto first = std::make_shared<std::string>();
    const bool shows_receipt = !request.report.empty();  // once: a repetition may come without
    const auto compare = [=, this, what = request.what](const Result<casework::Answer>& answer) {
        if (!answer) {
            return;
        }
        std::string said = shows_receipt ? answer->body.substr(0, answer->body.find('\n')) : answer->body;
        if (!first->empty() && *first != said) {
            world_.findings().add(Broken::doubled, what + " was done twice under one key");
        }
        *first = std::move(said);
    };
    world_.begin(request, [compare, heard = std::move(heard)](const Result<casework::Answer>& answer) {
        compare(answer);
        if (heard) {
            heard(answer);
        }
    });
    if (dice_.chance(50)) {
        world_.begin(request, compare);
    } else {
        plan_in(dice_.between(1s, 2h), [this, request, compare] { world_.begin(request, compare); });
    }
}

std::optional<domain::Duty> Life::some_pending_duty(const std::string& code) {
    auto duties = world_.duties(code);
    std::erase_if(duties, [](const domain::Duty& duty) { return !duty.pending(); });
    return duties.empty() ? std::nullopt : std::optional(dice_.pick(duties));
}

std::optional<domain::Duty> Life::find_duty(const std::string& name) {
    std::optional<domain::Duty> found;
    world_.look([&](const casework::View& view) {
        const auto number = casework::parse_duty_name(world_.context().vault, name);
        found = number ? view.duties.find(*number) : std::nullopt;
    });
    return found;
}

}  // namespace lachan::simulation
