#include "lachan/simulation/sim_world.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <span>

#include "crash_points.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/deadline_moves.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/transition.hpp"
#include "process.hpp"
#include "witness.hpp"

namespace lachan::simulation {
namespace {

using namespace std::chrono_literals;

constexpr char kPath[] = "lachan.db";
/// Far more than a busy instant has. Whoever still works after that without waiting will never wait.
constexpr int kBusyLoop = 100'000;
constexpr Duration kLongestWork = 10min;  ///< No use case waits for anything but the store and one try.
constexpr Duration kPunctual = 2s;        ///< The contract's: how late a timer may fire.
constexpr std::int64_t kKeysAhead = 8;    ///< A small block, so that runs of keys end often.
constexpr Duration kWithoutHint = 61s;  ///< What another process writes is found when the runners look again.
constexpr std::string_view kCalendarDocument = "calendar";  ///< As the program keeps it.
constexpr std::string_view kCountedWith = "counted_with";

boost::asio::awaitable<Result<void>> furnish_store(casework::Context& context, int channels, Instant now) {
    casework::WriteOp op = [&](casework::Tx& tx) -> Result<void> {
        for (const directory::Agency& agency : context.worlds.current()->directory->agencies()) {
            if (agency.valid_to && *agency.valid_to <= now) {
                continue;  // one that is still to come has its system ready
            }
            for (int rank = 0; rank < channels; ++rank) {
                const casework::NewEndpoint wanted{
                    rank == 0 ? domain::ChannelKind::webhook : domain::ChannelKind::email,
                    "https://" + agency.id.text() + ".example/" + std::to_string(rank),
                    rank};
                (void)casework::make_endpoint(
                    tx, context.vault, agency.id, wanted, context.vault.new_webhook_secret());
            }
        }
        return {};
    };
    auto done = co_await context.store.commit(std::move(op), casework::Lane::routine);
    co_return done;
}

}  // namespace

SimWorld::SimWorld(WorldPlan plan)
    : plan_(std::move(plan)),
      findings_(trace_),
      clock_(plan_.start),
      disk_(plan_.seed * 4 + 1),
      entropy_(plan_.seed * 4 + 2),
      agencies_(clock_, plan_.seed * 4 + 3, findings_, trace_),
      laws_(plan_.laws),
      witness_(std::make_unique<Witness>(laws_, agencies_, findings_, trace_)),
      points_(std::make_unique<CrashPoints>(disk_)),
      keys_(std::make_shared<KeySafe>(entropy_, disk_, plan_.seed * 4 + 4)) {
    furnish();
}

SimWorld::~SimWorld() {
    if (up()) {
        end_process(Crash::process);
    }
}

void SimWorld::furnish() {
    if (!restart()) {
        findings_.add(Broken::confused, "a fresh disk cannot be opened");
        return;
    }
    const auto done = run(furnish_store(context(), plan_.channels, clock_.now()));
    if (!done) {
        findings_.add(Broken::confused, "the endpoints cannot be made: " + done.error().detail());
    }
}

Result<std::unique_ptr<SimWorld::Process>> SimWorld::open() {
    auto process = std::make_unique<Process>(*this);
    auto store = store::open_store(kPath, {clock_, process->io.get_executor(), disk_.vfs()});
    if (!store) {
        return store.error();
    }
    process->store = std::move(*store);
    std::int64_t first_free = 1;
    const auto read = process->store->read_now([&](const casework::View& view) -> Result<void> {
        if (const auto highest = view.cases.highest_key()) {
            first_free = static_cast<std::int64_t>(*highest) + 1;
        }
        return {};
    });
    if (!read) {
        return read.error();
    }
    auto vault = vault::SodiumVault::open(keys_->master, keys_->medium, first_free, entropy_, kKeysAhead);
    if (!vault) {
        return vault.error();
    }
    process->vault = std::move(*vault);
    process->put_together(*this);
    return process;
}

bool SimWorld::restart() {
    if (up()) {
        return true;
    }
    auto opened = open();
    if (!opened) {
        note("cannot start: " + opened.error().detail());
        disk_.cut();
        disk_.crash();  // also what a half-opened store left behind
        points_->forget();
        return false;
    }
    process_ = std::move(*opened);
    note("starts");
    check_record();
    if (points_->strikes(Point::starting)) {
        (void)dies();
        return false;
    }
    if (plan_.watches && !catch_up()) {
        return false;
    }
    start_runners();
    process_->serves = true;
    settle();
    return up();
}

/// What the program does before it opens its port: deadlines follow the calendar, and what was missed is
/// done.
bool SimWorld::catch_up() {
    count_anew();
    if (!up()) {
        return false;
    }
    const auto caught_up = run(process_->watch->catch_up());
    if (up() && !caught_up) {
        end_process(Crash::process);
    }
    return up();
}

void SimWorld::start_runners() {
    const auto ended = [this](const char* finding) {
        return [this, finding](const std::exception_ptr& failure) {
            if (failure) {
                findings_.add(Broken::silent, finding);
            }
        };
    };
    if (plan_.watches) {
        boost::asio::co_spawn(process_->io, process_->watch->run(), ended("the watch ended in an exception"));
    }
    boost::asio::co_spawn(process_->io, process_->outbox->run(), ended("the outbox ended in an exception"));
}

void SimWorld::crash(Crash kind) {
    if (!up()) {
        return;
    }
    observe(clock_.true_now());
    if (up()) {
        witness_->remember(*process_->store);
        end_process(kind);
    }
}

void SimWorld::die_at(Point point, int nth, Crash kind) {
    points_->die_at(point, nth, kind);
}

void SimWorld::die_in_key_write(Crash kind) {
    keys_->medium->crash_in_write(kind);
}

void SimWorld::end_process(Crash kind) {
    struck_.count(kind == Crash::power ? Trouble::power : Trouble::process);
    note(kind == Crash::power ? "power fails" : "process dies");
    disk_.cut();  // what the process's destructors still write must not reach the disk
    process_.reset();
    points_->forget();
    keys_->medium->forget();
    if (kind == Crash::power) {
        disk_.crash();
        keys_->medium->lose_power();
    } else {
        disk_.kill();
    }
}

bool SimWorld::dies() {
    if (const auto kind = points_->struck()) {
        end_process(*kind);
        return true;
    }
    if (disk_.powerless()) {
        struck_.count(Trouble::write);
        end_process(keys_->medium->died().value_or(Crash::power));
        return true;
    }
    return false;
}

void SimWorld::settle() {
    work();
    observe(clock_.true_now());
}

/// Runs every handler of this instant.
void SimWorld::work() {
    if (!up()) {
        return;
    }
    process_->io.restart();
    int handlers = 0;
    while (process_->io.poll_one() > 0) {
        if (dies()) {
            return;
        }
        if (++handlers > kBusyLoop) {
            findings_.add(Broken::confused, "the service works without end at one instant");
            end_process(Crash::process);
            return;
        }
    }
    if (process_->store->broken()) {  // not ready for good: its keeper ends it
        observe(clock_.true_now());
        end_process(Crash::process);
    }
}

void SimWorld::drive(const std::function<bool()>& done) {
    const Instant limit = clock_.true_now() + kLongestWork;
    for (;;) {
        work();
        if (!up()) {
            return;
        }
        if (done()) {
            observe(clock_.true_now());
            return;
        }
        observe(std::min(clock_.next(), limit));
        if (!clock_.advance(limit)) {
            findings_.add(Broken::confused, "a use case never ends");
            end_process(Crash::process);
            return;
        }
    }
}

void SimWorld::advance(Duration length) {
    advance_to(clock_.true_now() + length);
}

void SimWorld::advance_to(Instant true_instant) {
    (void)pass_to(true_instant, false);
}

bool SimWorld::live_to(Instant true_instant) {
    return pass_to(true_instant, true);
}

bool SimWorld::pass_to(Instant true_instant, bool stops_at_death) {
    for (bool woken = true; woken;) {
        work();
        if (!up() && stops_at_death) {
            return false;
        }
        observe(std::min(clock_.next(), true_instant));
        woken = clock_.advance(true_instant);
    }
    settle();
    return up();
}

void SimWorld::observe(Instant next) {
    if (!up()) {
        return;
    }
    if (const std::int64_t commits = process_->store->figures().batches; commits != process_->observed) {
        const bool seen = look([&](const casework::View& view) {
            witness_->observe(view, clock_.true_now());
            process_->due = {
                view.duties.next_instant(), view.outbox.next_reroute(), view.endpoints.next_instant()};
        });
        process_->observed = seen ? commits : process_->observed;
    }
    if (process_->serves && clock_.true_now() >= patient_until_) {
        check_punctual(next);
    }
}

/// With all work of this instant done, nothing may be due before the next one that is not in hand: time would
/// pass over it.
void SimWorld::check_punctual(Instant next) {
    const Instant limit = clock_.now() + (std::max(next, clock_.true_now()) - clock_.true_now()) - kPunctual;
    const auto judge = [&](const std::optional<Instant>& due, std::string_view what) {
        if (due && *due < limit) {
            findings_.add(
                Broken::late,
                std::string(what) + " of " + to_rfc3339(*due) + " waits at " + to_rfc3339(clock_.now()));
            be_patient_until(clock_.true_now() + 1h);  // said once, not at every tick
        }
    };
    judge(process_->due.duty, "a duty's step");
    judge(process_->due.reroute, "an undelivered notification");
    if (agencies_.under_way() < static_cast<std::size_t>(plan_.outbox.parallel)) {
        judge(process_->due.endpoint, "the queue of an endpoint");
    }
}

void SimWorld::be_patient_until(Instant true_instant) {
    patient_until_ = std::max(patient_until_, true_instant);
}

void SimWorld::check() {
    settle();
    if (!up()) {
        return;
    }
    const bool patient = clock_.true_now() < patient_until_;
    const Instant punctual_until = patient ? Instant::min() : clock_.now() - kPunctual;
    look([&](const casework::View& view) {
        witness_->check(view, *process_->vault, clock_.now(), punctual_until);
    });
    check_record();
    witness_->remember(*process_->store);
}

void SimWorld::look_at_everything() {
    witness_->look_at_everything();
}

void SimWorld::troubles_end() {
    agencies_.recover();
    troubles_ended_ = up() ? std::max(clock_.now(), process_->store->record_time()) : clock_.now();
}

void SimWorld::check_rest() {
    settle();
    look([&](const casework::View& view) {
        witness_->check_rest(view, *process_->vault, clock_.now(), troubles_ended_);
    });
}

Struck SimWorld::struck() const {
    Struck all = struck_;
    all.add(points_->deaths());
    all.add(agencies_.struck());
    all.count(Trouble::full, disk_.failures(SimDisk::Fault::full));
    all.count(Trouble::reading, disk_.failures(SimDisk::Fault::read_fails));
    all.count(Trouble::writing,
              disk_.failures(SimDisk::Fault::write_fails) + disk_.failures(SimDisk::Fault::sync_fails));
    return all;
}

/// A disk that fails on purpose may keep the record from being read; a healthy one may not.
void SimWorld::check_record() {
    if (!witness_->check_record(*process_->store) && clock_.true_now() >= patient_until_) {
        findings_.add(Broken::lost, "the record cannot be read");
    }
}

casework::Context& SimWorld::context() {
    return *process_->context;
}

boost::asio::any_io_executor SimWorld::executor() {
    return process_->io.get_executor();
}

bool SimWorld::look(const std::function<void(const casework::View&)>& reading) {
    if (!up()) {
        return false;
    }
    const auto read = process_->store->read_now([&](const casework::View& view) -> Result<void> {
        reading(view);
        return {};
    });
    return static_cast<bool>(read);
}

/// Files of the law are read by whoever runs at that moment, or by the next process.
void SimWorld::take_up(std::shared_ptr<const casework::World> laws) {
    laws_ = std::move(laws);
    note("the law changes: calendar " + laws_->calendar->version() + ", packs " +
         std::to_string(laws_->packs.size()));
    if (!up()) {
        return;
    }
    process_->worlds.replace(laws_);
    count_anew();
}

void SimWorld::count_anew() {
    const std::string version = laws_->calendar->version();
    std::string counted_with;
    look([&](const casework::View& view) {
        counted_with = view.documents.find(kCalendarDocument, kCountedWith).value_or("");
    });
    if (counted_with == version) {
        return;
    }
    const casework::CalendarChange change{calendars_[counted_with], laws_};
    calendars_[version] = laws_->calendar;
    const auto moved = run(casework::move_deadlines(context(), change, process_->stop));
    if (!moved) {
        note("deadlines are not counted anew: " + moved.error().detail());
        return;
    }
    note("deadlines counted anew: " + std::to_string(*moved));
    look([&](const casework::View& view) {
        if (!casework::plan_moves(view, *process_->vault, change, clock_.now()).empty()) {
            findings_.add(Broken::confused, "a deadline does not follow the calendar");
        }
    });
    if (!up()) {
        return;
    }
    (void)process_->store->commit_now([&](casework::Tx& tx) -> Result<void> {
        tx.documents.put(kCalendarDocument, kCountedWith, version, tx.now);
        return {};
    });
}

void SimWorld::hand_over() {
    std::vector<casework::Transfer> transfers;
    const Instant now = clock_.now();
    look([&](const casework::View& view) {
        transfers = casework::plan_transfers(view, *process_->vault, *laws_, now);
    });
    note("duties to hand over: " + std::to_string(transfers.size()));
    struck_.count(Trouble::regime, transfers.empty() ? 0 : 1);
    be_patient_until(clock_.true_now() + kWithoutHint);
    const std::span<const casework::Transfer> all(transfers);
    for (std::size_t done = 0; done < all.size() && up(); done += casework::kTransfersInUnit) {
        const auto part = all.subspan(done, std::min(casework::kTransfersInUnit, all.size() - done));
        (void)process_->store->commit_now([&](casework::Tx& tx) -> Result<void> {
            (void)casework::apply_transfers(tx, *process_->vault, laws_, part, now);
            return {};
        });
        if (dies()) {
            return;
        }
    }
}

std::string SimWorld::replay() const {
    std::string text = "seed " + std::to_string(plan_.seed) + " from " + to_rfc3339(plan_.start) + "\n";
    for (const Violation& violation : findings_.all()) {
        text += std::string(text_of(violation.kind)) + ": " + violation.what + "\n";
    }
    return text + (findings_.empty() ? trace_.last_lines() : findings_.what_led_there());
}

domain::Principal SimWorld::officer(const domain::AgencyId& agency, int person) {
    return {domain::KeyId(agency.text() + "-p" + std::to_string(person)), domain::Role::officer, agency};
}

Error SimWorld::died() {
    return {Errc::shutting_down, "the process died before it answered"};
}

}  // namespace lachan::simulation
