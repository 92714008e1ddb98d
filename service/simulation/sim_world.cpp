#include "lachan/simulation/sim_world.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
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
constexpr std::int64_t kKeysAhead = 64;   ///< A small block, so that runs of keys end often.

boost::asio::awaitable<Result<void>> furnish_store(casework::Context& context, int channels, Instant now) {
    casework::WriteOp op = [&](casework::Tx& tx) -> Result<void> {
        for (const directory::Agency& agency : context.worlds.current()->directory->agencies()) {
            if (!agency.valid_at(now)) {
                continue;
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
      witness_(std::make_unique<Witness>(*plan_.laws, agencies_, findings_, trace_)),
      keys_(std::make_shared<KeySafe>(entropy_)) {
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
    process->context = std::make_unique<casework::Context>(casework::Context{*process->store,
                                                                             clock_,
                                                                             entropy_,
                                                                             *process->vault,
                                                                             process->worlds,
                                                                             process->outbox_work,
                                                                             process->watch_work});
    process->watch = std::make_unique<casework::WatchRunner>(*process->context, process->stop);
    process->outbox =
        std::make_unique<casework::OutboxRunner>(*process->context, agencies_, process->stop, plan_.outbox);
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
        return false;
    }
    process_ = std::move(*opened);
    note("starts");
    check_record();
    if (plan_.watches) {
        const auto caught_up = run(process_->watch->catch_up());
        if (!up()) {
            return false;
        }
        if (!caught_up) {
            end_process(Crash::process);
            return false;
        }
        auto ended = [this](const std::exception_ptr& failure) {
            if (failure) {
                findings_.add(Broken::silent, "the watch ended in an exception");
            }
        };
        boost::asio::co_spawn(process_->io, process_->watch->run(), ended);
    }
    auto ended = [this](const std::exception_ptr& failure) {
        if (failure) {
            findings_.add(Broken::silent, "the outbox ended in an exception");
        }
    };
    boost::asio::co_spawn(process_->io, process_->outbox->run(), ended);
    process_->serves = true;
    settle();
    return up();
}

void SimWorld::crash(Crash kind) {
    if (!up()) {
        return;
    }
    observe();
    witness_->remember(*process_->store);
    end_process(kind);
}

void SimWorld::end_process(Crash kind) {
    note(kind == Crash::power ? "power fails" : "process dies");
    disk_.cut();  // what the process's destructors still write must not reach the disk
    process_.reset();
    if (kind == Crash::power) {
        disk_.crash();
    } else {
        disk_.kill();
    }
}

void SimWorld::settle() {
    if (!up()) {
        return;
    }
    process_->io.restart();
    int handlers = 0;
    while (process_->io.poll_one() > 0) {
        if (disk_.powerless()) {
            end_process(Crash::power);
            return;
        }
        if (++handlers > kBusyLoop) {
            findings_.add(Broken::confused, "the service works without end at one instant");
            end_process(Crash::process);
            return;
        }
    }
    observe();
    if (process_->store->broken()) {  // not ready for good: its keeper ends it
        end_process(Crash::process);
    }
}

void SimWorld::drive(const std::function<bool()>& done) {
    const Instant limit = clock_.true_now() + kLongestWork;
    for (;;) {
        settle();
        if (!up() || done()) {
            return;
        }
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
    for (bool woken = true; woken;) {
        settle();
        woken = clock_.advance(true_instant);
    }
    settle();
}

void SimWorld::observe() {
    look([&](const casework::View& view) {
        witness_->observe(view, clock_.true_now());
        if (process_->serves && clock_.true_now() >= patient_until_) {
            check_punctual(view);
        }
    });
}

/// With all work of this instant done, nothing may be due that is not in hand.
void SimWorld::check_punctual(const casework::View& view) {
    const Instant limit = clock_.now() - kPunctual;
    const auto judge = [&](const std::optional<Instant>& next, std::string_view what) {
        if (next && *next < limit) {
            findings_.add(
                Broken::late,
                std::string(what) + " of " + to_rfc3339(*next) + " waits at " + to_rfc3339(clock_.now()));
            be_patient_until(clock_.true_now() + 1h);  // said once, not at every tick
        }
    };
    judge(view.duties.next_instant(), "a duty's step");
    judge(view.outbox.next_reroute(), "an undelivered notification");
    if (agencies_.under_way() < static_cast<std::size_t>(plan_.outbox.parallel)) {
        const auto waiting = view.endpoints.due(limit, 1);
        judge(view.endpoints.next_instant(),
              "the queue of " + (waiting.empty() ? "an endpoint" : waiting.front().text()));
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
