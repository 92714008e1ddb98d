#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "lachan/simulation/laws.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "lachan/simulation/simulate.hpp"

namespace lachan::simulation {

/// A day: up to here, people act at any millisecond and much is odd; above, offices do what they mostly do.
inline constexpr int kFewCases = 20;

/// What goes on in a world: people report, agencies answer what they are told, act and close; machines fail,
/// laws change. Every choice is the dice's. All of it stands in an agenda by true time, so that a quiet world
/// costs nothing.
class Life {
public:
    Life(SimWorld& world, std::uint64_t seed, const SimulationPlan& plan);

    /// Lives until `end` (true time), then lets everything come to rest and looks once more.
    void live_until(Instant end);

    [[nodiscard]] std::size_t crashes() const noexcept { return crashes_; }
    [[nodiscard]] std::size_t cases() const noexcept { return cases_; }
    /// What people, machines and laws did that is troublesome, beside what the world has counted itself.
    [[nodiscard]] const Struck& struck() const noexcept { return struck_; }

private:
    using Act = std::function<void()>;
    struct Item {
        Instant at;
        std::uint64_t order;
        std::shared_ptr<Act> act;
        bool operator<(const Item& other) const {
            return std::pair(other.at, other.order) < std::pair(at, order);
        }
    };

    /// A report whose sender has it in hand until it is answered for.
    struct Sent {
        domain::Report report;
        domain::Principal sender;
        std::string to_case;  ///< A follow-up's; empty: a report of its own.
    };

    void plan_in(Duration delay, Act act);
    void plan_at(Instant at, Act act);
    /// Again and again, with gaps of this length on average.
    void go_on(Duration gap, Act act);
    void go_on_from(Instant meant, Duration gap, const std::shared_ptr<Act>& act);
    void do_what_is_due();
    [[nodiscard]] bool may(Trouble trouble) const { return troubles_.has(trouble); }
    /// Whether it happens now; counted.
    [[nodiscard]] bool may(Trouble trouble, unsigned percent) {
        const bool happens = may(trouble) && dice_.chance(percent);
        struck_.count(trouble, happens ? 1 : 0);
        return happens;
    }

    // People who report.
    void report();
    [[nodiscard]] domain::Report some_report();
    void hand_in(const std::shared_ptr<Sent>& sent);
    void refused(const std::shared_ptr<Sent>& sent, const Error& why);
    void answered(const std::shared_ptr<Sent>& sent, const casework::Answer& answer);
    void report_again();
    void follow_up();

    // People in agencies.
    void hear(const Arrival& arrival);
    void answer(const std::string& duty, const domain::AgencyId& agency);
    void plan_duty(Instant at, const std::string& duty, const domain::AgencyId& agency);
    void do_duty(const std::string& duty, const domain::AgencyId& agency);
    void record(const domain::Duty& duty,
                const std::string& code,
                const std::string& pack,
                domain::Principal who);
    void plan_closing(const std::string& code);
    void try_to_close(const std::string& code);
    void close(const std::string& code, const domain::Principal& who, int tries);
    void oversee();
    void stray();
    void answer_anything();
    void waive();
    void reopen();
    void redeliver();
    void resume_endpoints();
    /// Asks; at times the button is pressed again, which must change nothing.
    void press(const Request& request, bool guarded, SimWorld::Heard heard = {});

    // Machines and laws.
    void trouble();
    void trouble_an_agency(Trouble trouble);
    void crash(Trouble trouble);
    void die_at_a_point(Point point);
    void trouble_the_disk(Trouble trouble);
    void trouble_the_clock(Trouble trouble);
    void change_the_law(Trouble trouble);
    void further_channel();
    void plan_regime_changes(Instant end);

    void get_up();
    void come_to_rest();
    void know(const std::string& code);
    [[nodiscard]] std::string some_case();
    [[nodiscard]] std::optional<domain::Duty> some_pending_duty(const std::string& code);
    [[nodiscard]] std::optional<domain::Duty> find_duty(const std::string& name);
    [[nodiscard]] domain::Principal overseer() const;
    [[nodiscard]] domain::Principal somebody_of(const domain::AgencyId& agency);
    [[nodiscard]] domain::AgencyId some_agency();
    [[nodiscard]] domain::AgencyId committee_of(const domain::AreaCode& area) const;
    [[nodiscard]] Duration reaction(const Arrival& arrival);
    [[nodiscard]] Instant when_to_act(Instant due);
    [[nodiscard]] std::string some_key();

    SimWorld& world_;
    Dice dice_;
    Troubles troubles_;
    ChangingLaws laws_;
    int cases_per_day_;
    Duration grain_;  ///< People act at whole multiples of it: those of one instant share its commits.
    std::priority_queue<Item> agenda_;
    std::uint64_t planned_ = 0;
    std::set<std::shared_ptr<Sent>> unanswered_;
    std::deque<std::shared_ptr<Sent>> answered_;
    std::vector<std::string> codes_;                  ///< Of late cases.
    std::set<std::string> doing_;                     ///< Duties that somebody means to do at some time.
    std::set<std::string> closing_;                   ///< Cases that somebody means to close.
    std::map<domain::AgencyId, Instant> idle_until_;  ///< Agencies where nobody does anything.
    std::deque<domain::AgencyId> busy_;               ///< Agencies that were told something lately.
    std::vector<Trouble> machine_troubles_;
    std::size_t cases_ = 0;
    std::size_t crashes_ = 0;
    Struck struck_;
    std::uint64_t keys_ = 0;
};

}  // namespace lachan::simulation
