#include "life.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lachan/simulation/reports.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kTroublesPerDay = 5;
constexpr Duration kMinute = 1min;
constexpr Duration kSoon = 90min;
/// Percent of the reports of which the sender knows what is asked. A short world is there to meet what is
/// odd; one of many cases is to have the load that a province has.
constexpr unsigned kOrdinaryOfFew = 30;
constexpr unsigned kOrdinaryOfMany = 97;
constexpr std::size_t kRemembered = 50;  ///< Reports that a sender may send again by mistake.
constexpr std::size_t kLateCases = 500;  ///< Cases that somebody may still have to do with.

/// Whether the same request may fare better a little later.
bool is_passing(Errc code) {
    return code == Errc::storage || code == Errc::overloaded || code == Errc::shutting_down;
}

std::vector<Trouble> chosen(const Troubles& troubles) {
    std::vector<Trouble> found;
    for (std::size_t each = 0; each < kTroubles; ++each) {
        const auto trouble = static_cast<Trouble>(each);
        const bool of_people = trouble >= Trouble::late && trouble <= Trouble::concurrent;
        if (troubles.has(trouble) && !of_people && trouble != Trouble::regime) {
            found.push_back(trouble);
        }
    }
    return found;
}

}  // namespace

Life::Life(SimWorld& world, std::uint64_t seed, const SimulationPlan& plan)
    : world_(world),
      dice_(seed),
      troubles_(plan.troubles),
      laws_(plan.laws),
      cases_per_day_(plan.cases_per_day),
      grain_(plan.cases_per_day > kFewCases ? Duration(30min) : Duration(1ms)),
      machine_troubles_(chosen(plan.troubles)) {
    world_.agencies().on_arrival([this](const Arrival& arrival) { hear(arrival); });
}

void Life::live_until(Instant end) {
    constexpr Duration kDay = 24h;
    go_on(kDay / std::max(cases_per_day_, 1), [this] { report(); });
    go_on(kDay / std::max(4, cases_per_day_ / 20), [this] { stray(); });
    go_on(6h, [this] { oversee(); });
    go_on(6h, [this] { world_.check(); });
    if (!machine_troubles_.empty()) {
        go_on(kDay / kTroublesPerDay, [this] { trouble(); });
    }
    plan_regime_changes(end);
    for (Instant now = world_.clock().true_now(); now < end; now = world_.clock().true_now()) {
        const Instant next = agenda_.empty() ? end : std::min(std::max(agenda_.top().at, now), end);
        if (world_.live_to(next)) {
            do_what_is_due();
        } else {
            get_up();
        }
    }
    come_to_rest();
}

void Life::plan_in(Duration delay, Act act) {
    plan_at(world_.clock().true_now() + delay, std::move(act));
}

void Life::plan_at(Instant at, Act act) {
    const Instant now = world_.clock().true_now();
    Duration since = std::max(at, now).time_since_epoch();
    const bool together = may(Trouble::concurrent) && dice_.chance(50);
    const Duration grain = together ? std::max(grain_, kMinute) : grain_;
    const Duration fine = at - now < kSoon ? std::min(grain, kMinute) : grain;  // what presses does not wait
    since = (since + fine - 1ms) / fine * fine;
    agenda_.push({Instant(since), ++planned_, std::make_shared<Act>(std::move(act))});
}

void Life::go_on(Duration gap, Act act) {
    go_on_from(world_.clock().true_now(), gap, std::make_shared<Act>(std::move(act)));
}

/// Counted from the instant that was meant, not from that on which it was put: many in a grain stay many.
void Life::go_on_from(Instant meant, Duration gap, const std::shared_ptr<Act>& act) {
    const Instant next = meant + dice_.between(0ms, gap * 2);
    plan_at(next, [=, this] {
        (*act)();
        go_on_from(next, gap, act);
    });
}

/// Who acts in one instant acts at the same time: nobody waits for another one's answer.
void Life::do_what_is_due() {
    const Instant now = world_.clock().true_now();
    std::size_t acts = 0;
    while (!agenda_.empty() && agenda_.top().at <= now && world_.up()) {
        const auto act = agenda_.top().act;
        agenda_.pop();
        (*act)();
        ++acts;
    }
    struck_.count(Trouble::concurrent, may(Trouble::concurrent) && acts > 1 ? 1 : 0);
}

void Life::report() {
    hand_in(std::make_shared<Sent>(Sent{some_report(), somebody_of(some_agency()), {}}));
}

domain::Report Life::some_report() {
    const Instant now = world_.clock().now();
    const bool ordinary = dice_.chance(cases_per_day_ > kFewCases ? kOrdinaryOfMany : kOrdinaryOfFew);
    return ordinary ? ordinary_report(dice_, world_.laws(), now) : random_report(dice_, world_.laws(), now);
}

/// Who gets no answer asks again with the same report.
void Life::hand_in(const std::shared_ptr<Sent>& sent) {
    unanswered_.insert(sent);
    press(sent->to_case.empty() ? report_request(sent->report, sent->sender)
                                : follow_up_request(sent->to_case, sent->report, sent->sender),
          true,
          [this, sent](const Result<casework::Answer>& answer) {
              if (answer) {
                  answered(sent, *answer);
              } else if (!is_passing(answer.error().code())) {
                  refused(sent, answer.error());
              }
          });
    plan_in(dice_.between(1min, 20min), [this, sent] {
        if (unanswered_.contains(sent) && !world_.was_told(sent->report.id)) {
            hand_in(sent);
        }
    });
}

/// Nobody's report is refused for what it says. A follow-up is, where the case is not the sender's to see.
void Life::refused(const std::shared_ptr<Sent>& sent, const Error& why) {
    unanswered_.erase(sent);
    const bool may_be =
        !sent->to_case.empty() && (why.code() == Errc::forbidden || why.code() == Errc::not_found);
    if (!may_be) {
        world_.findings().add(Broken::lost,
                              "report " + sent->report.id.text() + " was refused: " + why.detail());
    }
}

void Life::answered(const std::shared_ptr<Sent>& sent, const casework::Answer& answer) {
    unanswered_.erase(sent);
    if (!sent->to_case.empty()) {
        return;
    }
    if (!answer.replayed) {
        ++cases_;
    }
    know(answer.body.substr(0, answer.body.find('\n')));
    answered_.push_back(sent);
    if (answered_.size() > kRemembered) {
        answered_.pop_front();
    }
}

/// The world knows which case it must name.
void Life::report_again() {
    if (!answered_.empty()) {
        const auto& sent = dice_.pick(answered_);
        world_.begin(report_request(sent->report, sent->sender));
    }
}

void Life::follow_up() {
    const std::string code = some_case();
    if (code.empty()) {
        return;
    }
    const domain::AreaCode area = world_.find(code).area;
    if (area.empty()) {
        return;  // its disk cannot be read just now
    }
    domain::Report report = some_report();
    report.area = area;
    report.received_at = world_.clock().now();
    // Refused where the agency has a conflict: an answer too.
    hand_in(std::make_shared<Sent>(Sent{report, SimWorld::officer(committee_of(report.area)), code}));
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
    world_.crash(Crash::power);  // also forgets a power cut that was still to come
    get_up();
    world_.troubles_end();
    resume_endpoints();
    for (int tries = 0; !unanswered_.empty() && tries < 10 && world_.up(); ++tries) {
        const auto left = unanswered_;
        for (const auto& sent : left) {
            if (world_.was_told(sent->report.id)) {
                unanswered_.erase(sent);
            } else {
                hand_in(sent);
            }
        }
        world_.advance(1min);
    }
    for (const auto& sent : unanswered_) {
        if (!world_.was_told(sent->report.id)) {
            world_.findings().add(Broken::lost,
                                  "the sender of report " + sent->report.id.text() + " was never answered");
        }
    }
    world_.advance(26h);  // longer than any pause between two tries that no receiver asked for
    world_.look_at_everything();
    world_.check();
    world_.check_rest();
}

void Life::know(const std::string& code) {
    if (std::find(codes_.rbegin(), codes_.rend(), code) != codes_.rend()) {
        return;
    }
    if (codes_.size() < kLateCases) {
        codes_.push_back(code);
    } else {
        codes_[static_cast<std::size_t>(dice_.below(kLateCases))] = code;
    }
}

std::string Life::some_case() {
    return codes_.empty() || !world_.up() ? std::string() : dice_.pick(codes_);
}

domain::Principal Life::somebody_of(const domain::AgencyId& agency) {
    return SimWorld::officer(agency, 1 + static_cast<int>(dice_.below(2)));
}

domain::AgencyId Life::some_agency() {
    const auto& all = world_.laws().directory->agencies();
    for (;;) {
        const directory::Agency& agency = dice_.pick(all);
        if (agency.valid_at(world_.clock().now())) {
            return agency.id;
        }
    }
}

domain::AgencyId Life::committee_of(const domain::AreaCode& area) const {
    return domain::AgencyId("ubnd-" + area.text());
}

std::string Life::some_key() {
    return dice_.chance(50) ? "key-" + std::to_string(++keys_) : std::string();
}

}  // namespace lachan::simulation
