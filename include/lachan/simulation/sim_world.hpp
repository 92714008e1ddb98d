#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/casework/acts.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/runners.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/domain/notification.hpp"
#include "lachan/domain/report.hpp"
#include "lachan/simulation/findings.hpp"
#include "lachan/simulation/scripted_agencies.hpp"
#include "lachan/simulation/seeded_entropy.hpp"
#include "lachan/simulation/sim_clock.hpp"
#include "lachan/simulation/sim_disk.hpp"
#include "lachan/simulation/trace.hpp"
#include "lachan/simulation/troubles.hpp"

namespace lachan::simulation {

class SimWorld;
struct KeySafe;
class CrashPoints;

/// What tests put between the service and its seams, to plant a bug there: made anew for each process, around
/// the real one, and gone with the process.
struct Decorations {
    std::function<std::unique_ptr<casework::Store>(SimWorld& world, casework::Store& real)> store;
    std::function<std::unique_ptr<casework::Clock>(SimWorld& world, casework::Clock& real)> clock;
    std::function<std::unique_ptr<casework::Transport>(SimWorld& world, casework::Transport& real)> transport;
};

struct WorldPlan {
    std::uint64_t seed = 1;
    Instant start{};
    std::shared_ptr<const casework::World> laws;  ///< Rules, directory and calendar.
    int channels = 1;                             ///< Endpoints of each agency.
    casework::OutboxLimits outbox;
    bool watches = true;  ///< False is a planted bug: nobody looks at what falls due.
    Decorations decorations;
};

/// How a process ends.
enum class Crash : std::uint8_t {
    process,  ///< Memory is gone; what was written stays.
    power,    ///< Of what was not synced, the disk keeps what it likes.
};

/// An act that somebody was told is done, as the record must tell it.
struct Act {
    std::string kind;  ///< Of its event: "duty.accepted", "step.recorded", "case.closed", …
    std::string of;    ///< The duty, or the kind of step; empty: the case.
    domain::KeyId by;
};

/// Somebody asks the service for something. Made by the functions below; may be asked more than once, as by
/// somebody who presses the button again.
struct Request {
    std::string what;
    std::function<boost::asio::awaitable<Result<casework::Answer>>(casework::Context&)> work;
    domain::ReportId report;  ///< The report that it hands in, if any.
    std::uint64_t words = 0;  ///< Digest of what is sealed of that report.
    std::optional<Act> act;   ///< What is done with its answer; none: a report.
};

[[nodiscard]] Request report_request(domain::Report report,
                                     domain::Principal sender,
                                     std::string repeat_key = {});
[[nodiscard]] Request follow_up_request(std::string case_code,
                                        domain::Report report,
                                        domain::Principal sender);
[[nodiscard]] Request response_request(domain::Principal who,
                                       std::string duty,
                                       domain::ResponseKind kind,
                                       std::optional<domain::AgencyId> to = {},
                                       std::string repeat_key = {});
[[nodiscard]] Request step_request(domain::Principal who,
                                   std::string case_code,
                                   casework::NewStep step,
                                   std::string repeat_key = {});
/// `seen`: the case's sequence that the closing person looked at.
[[nodiscard]] Request waiver_request(domain::Principal who, std::string duty, std::string repeat_key = {});
[[nodiscard]] Request closing_request(domain::Principal who, std::string case_code, std::int64_t seen);
[[nodiscard]] Request reopening_request(domain::Principal who, std::string case_code, std::int64_t seen);

/// What became of a report, as its sender was told.
struct Filed {
    std::string case_code;
    std::string receipt;
    bool replayed = false;
};

/// The service's own code in a world of our making: real use cases, runners, store and vault, over a
/// simulated clock, network and disk. One thread, one `io_context`; the same plan and the same calls give the
/// same trace.
///
/// Whatever is done, the world watches: `findings()` is to be empty at all times.
class SimWorld {
public:
    /// Starts a first process on an empty disk, with every agency's endpoints.
    explicit SimWorld(WorldPlan plan);
    ~SimWorld();
    SimWorld(const SimWorld&) = delete;
    SimWorld& operator=(const SimWorld&) = delete;

    /// Runs `work` to its end, and the world with it; time passes only where it waits. Errors: its own;
    /// `shutting_down` where there is no process or it died in it.
    template <class T>
    Result<T> run(boost::asio::awaitable<Result<T>> work);

    using Heard = std::function<void(const Result<casework::Answer>&)>;
    /// Asks and waits for the answer; time passes only where the service waits.
    Result<casework::Answer> ask(const Request& request);
    /// Asks and does not wait: others may ask in the same instant, and `settle` lets all of them be answered.
    /// If the process dies first, nobody hears anything.
    void begin(const Request& request, Heard heard = {});
    /// Somebody was told that the report is taken in. `words`: digest of what it says; 0 where nobody knows.
    void told(const domain::ReportId& report, const std::string& case_code, std::uint64_t words = 0);
    [[nodiscard]] bool was_told(const domain::ReportId& report) const;

    /// Sends a report in as an agency's reporter would; `repeat_key` as the Idempotency-Key.
    Result<Filed> submit(const domain::Report& report,
                         const domain::Principal& sender,
                         std::string repeat_key = {});
    Result<Filed> follow_up(const std::string& case_code,
                            const domain::Report& report,
                            const domain::Principal& sender);
    Result<casework::Answer> respond(const domain::Principal& who,
                                     const std::string& duty,
                                     domain::ResponseKind kind,
                                     std::optional<domain::AgencyId> to = {});
    Result<casework::Answer> record(const domain::Principal& who,
                                    const std::string& case_code,
                                    casework::NewStep step);
    /// With the case's present sequence, as somebody does who has just looked at it.
    Result<casework::Answer> close(const domain::Principal& who, const std::string& case_code);
    Result<casework::Answer> reopen(const domain::Principal& who, const std::string& case_code);
    /// An administrator has a notification sent again.
    Result<void> redeliver(const domain::Notification& value);
    /// An administrator lets a suspended endpoint work again.
    Result<void> resume(const domain::EndpointId& endpoint);

    /// Does everything that can be done at this instant.
    void settle();
    /// Lets true time pass; while no process runs, nothing happens in it.
    void advance(Duration length);
    void advance_to(Instant true_instant);
    /// The same, but stops when the process dies: false.
    bool live_to(Instant true_instant);

    [[nodiscard]] bool up() const noexcept { return process_ != nullptr; }
    /// Ends the process; what it had in memory is gone.
    void crash(Crash kind);
    /// The process dies when it comes to the place for the n-th time from now (1: the next time).
    void die_at(Point point, int nth, Crash kind);
    /// The process dies in the middle of the next write to the key store.
    void die_in_key_write(Crash kind);
    /// The files of rules, directory and calendar are others now, and a running service is told to read them:
    /// it takes them up, and counts open deadlines anew where the calendar is another one.
    void take_up(std::shared_ptr<const casework::World> laws);
    /// An administrator hands the duties of bodies that are no more to those that took over.
    void hand_over();
    /// An administrator gives the agency a further channel.
    void open_channel(const domain::AgencyId& agency);
    /// Starts a process: opens the disk, catches up, lets the runners run. False: the disk did not let it.
    bool restart();

    /// The disk is full or failing, or the clock was set: until then lateness is no finding.
    void be_patient_until(Instant true_instant);
    /// Looks at what is kept, and compares it with what must be so: what has changed since the last look, and
    /// at times everything.
    void check();
    /// The next `check` looks at everything.
    void look_at_everything();
    /// From now on nothing goes wrong any more: all agencies answer, and nobody does anything.
    void troubles_end();
    /// Once things had time to come to rest: what is still open then must be open for a reason.
    void check_rest();

    /// What has struck so far, as far as the world sees it: at its disk, its agencies and its process.
    [[nodiscard]] Struck struck() const;

    [[nodiscard]] casework::Context& context();
    [[nodiscard]] SimClock& clock() noexcept { return clock_; }
    [[nodiscard]] SimDisk& disk() noexcept { return disk_; }
    [[nodiscard]] ScriptedAgencies& agencies() noexcept { return agencies_; }
    [[nodiscard]] const casework::World& laws() const noexcept { return *laws_; }
    [[nodiscard]] Findings& findings() noexcept { return findings_; }

    /// Reads from a snapshot; nothing where there is no process.
    bool look(const std::function<void(const casework::View&)>& reading);
    [[nodiscard]] domain::Case find(const std::string& case_code);
    [[nodiscard]] std::vector<domain::Duty> duties(const std::string& case_code);
    [[nodiscard]] std::vector<domain::Notification> notifications(const std::string& case_code);
    [[nodiscard]] std::vector<domain::Attempt> attempts(domain::NotificationNo number);
    /// All events of the case, or those of one kind.
    [[nodiscard]] std::vector<domain::Event> events(const std::string& case_code, std::string_view kind = {});
    /// The agency's endpoints, first channel first.
    [[nodiscard]] std::vector<casework::Endpoint> endpoints(const domain::AgencyId& agency);
    [[nodiscard]] std::string duty_name(const domain::Duty& duty);
    /// The id under which agencies see the notification.
    [[nodiscard]] std::string message_id(const domain::Notification& value);

    /// Seed, findings and what led to the first of them: what a failing test prints.
    [[nodiscard]] std::string replay() const;
    /// Tells whether two runs were the same in all that happened.
    [[nodiscard]] std::uint64_t digest() const noexcept { return trace_.digest(); }
    void note(std::string_view line) { trace_.add(clock_.true_now(), line); }

    /// Someone of an agency; the same number is the same person.
    [[nodiscard]] static domain::Principal officer(const domain::AgencyId& agency, int person = 1);

private:
    struct Process;
    class Witness;

    [[nodiscard]] boost::asio::any_io_executor executor();
    [[nodiscard]] Result<std::unique_ptr<Process>> open();
    void furnish();
    void work();
    /// Runs the world until `done` or the process's death.
    void drive(const std::function<bool()>& done);
    void end_process(Crash kind);
    [[nodiscard]] bool catch_up();
    void count_anew();
    void start_runners();
    /// True: it died in the handler that just ended.
    bool dies();
    bool pass_to(Instant true_instant, bool stops_at_death);
    /// Looks at what was recorded. Until `next` (true time) nothing more will happen.
    void observe(Instant next);
    void check_punctual(Instant next);
    void check_record();
    void hear(const Request& request, const Result<casework::Answer>& answer);
    Result<Filed> filed(const Request& request);
    [[nodiscard]] static Error died();

    WorldPlan plan_;
    Trace trace_;
    Findings findings_;
    SimClock clock_;
    SimDisk disk_;
    SeededEntropy entropy_;
    ScriptedAgencies agencies_;
    std::shared_ptr<const casework::World> laws_;  ///< As they stand in the files now.
    std::unique_ptr<Witness> witness_;
    std::unique_ptr<CrashPoints> points_;
    std::shared_ptr<KeySafe> keys_;  ///< Master key and key store: they outlive the process.
    std::unique_ptr<Process> process_;
    Instant patient_until_{};
    Instant troubles_ended_{};
    Struck struck_;  ///< What ended processes, or took transfers.
    std::map<std::string, std::shared_ptr<const deadlines::Calendar>>
        calendars_;  ///< That were in force, by version.
};

template <class T>
Result<T> SimWorld::run(boost::asio::awaitable<Result<T>> work) {
    if (!up()) {
        return died();
    }
    struct Outcome {
        std::optional<Result<T>> answer;
        bool failed = false;
    };
    const auto outcome =
        std::make_shared<Outcome>();  // the work may be destroyed with its process, or end first
    auto ended = [outcome](const std::exception_ptr& failure, Result<T> answer) {
        outcome->failed = failure != nullptr;
        outcome->answer = std::move(answer);
    };
    boost::asio::co_spawn(executor(), std::move(work), std::move(ended));
    drive([&] { return outcome->answer.has_value(); });
    if (!outcome->answer) {
        return died();
    }
    if (outcome->failed) {
        findings_.add(Broken::confused, "a use case ended in an exception");
    }
    return std::move(*outcome->answer);
}

}  // namespace lachan::simulation
