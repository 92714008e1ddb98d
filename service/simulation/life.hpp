#pragma once

#include <string>
#include <vector>

#include "lachan/simulation/sim_world.hpp"
#include "lachan/simulation/simulate.hpp"

namespace lachan::simulation {

/// What goes on in a world: people report, answer, act and close; machines fail. Every choice is the dice's.
class Life {
public:
    Life(SimWorld& world, std::uint64_t seed, Faults faults);

    /// Lives until `end` (true time), then lets everything come to rest and looks once more.
    void live_until(Instant end);

    [[nodiscard]] std::size_t crashes() const noexcept { return crashes_; }
    [[nodiscard]] std::size_t cases() const noexcept { return codes_.size(); }

private:
    [[nodiscard]] Duration some_time();
    void act();
    void report();
    void report_again();
    void follow_up();
    void answer();
    void do_a_duty();
    void close_or_reopen();
    void redeliver();
    void resume_endpoints();

    void trouble();
    void trouble_an_agency();
    void crash_somehow();
    void trouble_the_disk();
    void trouble_the_clock();

    void get_up();
    void come_to_rest();
    void know(const std::string& code);
    [[nodiscard]] std::optional<domain::Duty> some_pending_duty();
    [[nodiscard]] domain::Principal somebody_of(const domain::AgencyId& agency);
    [[nodiscard]] domain::AgencyId some_agency();

    /// A report whose sender has it in hand until it is answered for.
    struct Sent {
        domain::Report report;
        domain::Principal sender;
    };

    SimWorld& world_;
    Dice dice_;
    Faults faults_;
    std::vector<Sent> unanswered_;
    std::vector<Sent> answered_;
    std::vector<std::string> codes_;
    std::vector<domain::AgencyId> agencies_;
    std::size_t crashes_ = 0;
};

}  // namespace lachan::simulation
