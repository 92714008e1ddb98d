#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "folder.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/runners.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/sodium_vault.hpp"
#include "results.hpp"

// Ten thousand endpoints, a tenth of them dead: they take what they are sent and never answer. First
// everybody is owed a message at the same moment, then some hundred a second go to endpoints at random. What
// is asked: how long do messages to the living wait, how many of them are still waiting a second later, and
// how much memory does it take? Beside it, in alternating rounds of the steady traffic, the same with
// everybody alive. Real store, vault, clock and runner; only the network is played.
namespace {

using namespace lachan;
using namespace std::chrono_literals;
namespace asio = boost::asio;

struct Scale {
    int endpoints = 10'000;
    int rounds = 5;    ///< Of steady traffic, with the dead and without in turn.
    int seconds = 20;  ///< Of a round.
    int messages_a_second = 200;
    Duration settle = 2s;
    Duration hang = 15s;  ///< When the sender gives up on one that does not answer.
};

constexpr Duration kAnswer = 5ms;  ///< Of the living.
constexpr int kDeadEvery = 10;
constexpr std::int32_t kMessagesOfACase = 10;
constexpr std::int64_t kFewKeys = 64;

bool is_dead(int endpoint) {
    return endpoint % kDeadEvery == 0;
}

domain::AgencyId agency_of(int endpoint) {
    return domain::AgencyId("a-" + std::to_string(endpoint));
}

int number_of(const domain::AgencyId& agency) {
    return std::stoi(agency.text().substr(2));
}

double milliseconds(const std::vector<Duration>& sorted, double share) {
    if (sorted.empty()) {
        return 0;
    }
    const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
    return static_cast<double>(sorted[place].count());
}

/// A line of /proc/self/status, in MB.
long long megabytes(std::string_view name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name)) {
            return std::stoll(line.substr(name.size())) / 1024;
        }
    }
    return 0;
}

/// The network: the living answer soon, the dead let the sender wait.
class PlayedNetwork final : public casework::Transport {
public:
    PlayedNetwork(Duration hang, bool with_dead) : hang_(hang), with_dead_(with_dead) {}

    asio::awaitable<casework::SendOutcome> send(casework::Target target, casework::Message message) override {
        const int endpoint = number_of(target.agency);
        const bool dead = with_dead_ && is_dead(endpoint);
        if (!is_dead(endpoint)) {  // the same ones are asked about in both
            waits_.push_back(message.sent_at - message.created_at);
        }
        most_ = std::max(most_, ++under_way_);
        asio::steady_timer timer(co_await asio::this_coro::executor, dead ? hang_ : kAnswer);
        co_await timer.async_wait(asio::use_awaitable);
        --under_way_;
        casework::SendOutcome outcome;
        if (dead) {
            ++dead_tries_;
            outcome.failure = "timeout";
        } else {
            outcome.status = 204;
        }
        co_return outcome;
    }

    [[nodiscard]] std::size_t told() const noexcept { return waits_.size(); }
    [[nodiscard]] std::vector<Duration> take_waits() {
        auto taken = std::exchange(waits_, {});
        std::sort(taken.begin(), taken.end());
        return taken;
    }
    [[nodiscard]] int most() const noexcept { return most_; }
    [[nodiscard]] int dead_tries() const noexcept { return dead_tries_; }

private:
    Duration hang_;
    bool with_dead_;
    std::vector<Duration> waits_;  ///< Of the living, from the commit to the try.
    int under_way_ = 0;
    int most_ = 0;
    int dead_tries_ = 0;
};

struct Burst {
    std::size_t told = 0;
    double p50_ms = 0, p99_ms = 0, last_ms = 0;
};

struct Round {
    double p50_ms = 0, p99_ms = 0, last_ms = 0;
    std::size_t backlog = 0;  ///< Of the living, that still waited a second later; at most.
};

/// One service and its endpoints, all alive or a tenth of them dead.
class Bench {
public:
    Bench(Scale scale, bool with_dead)
        : scale_(scale), with_dead_(with_dead), network_(scale.hang, with_dead) {
        store_ =
            store::open_store((folder_.path() / "bench.db").string(), {clock_, std::nullopt, {}}).value();
        vault_ = vault::SodiumVault::open(
                     vault::MasterKey::random(entropy_), vault::make_key_memory(), 1, entropy_, kFewKeys)
                     .value();
        context_ = std::make_unique<casework::Context>(
            casework::Context{*store_, clock_, entropy_, *vault_, worlds_, outbox_work_, watch_work_});
        outbox_ = std::make_unique<casework::OutboxRunner>(*context_, network_, stop_);
        furnish();
        asio::co_spawn(io_, outbox_->run(), [this](const std::exception_ptr&) { ended_ = true; });
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;
    ~Bench() {
        stop_.stopping = true;
        outbox_work_.notify();
        while (!ended_) {
            io_.run_one();
        }
        outbox_.reset();
        store_->stop();
        store_.reset();
    }

    /// Everybody is owed a message at the same moment. Afterwards it is known who does not answer.
    Burst burst() {
        Burst burst;
        drive(owe_everybody(burst));
        return burst;
    }

    /// Some seconds of steady traffic.
    Round round() {
        Round round;
        drive(steady(round));
        return round;
    }

    [[nodiscard]] const PlayedNetwork& network() const noexcept { return network_; }

private:
    void drive(asio::awaitable<void> work) {
        bool done = false;
        asio::co_spawn(io_, std::move(work), [&](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            done = true;
        });
        while (!done) {
            io_.run_one();
        }
    }

    void furnish() {
        write([&](casework::Tx& tx) {
            const casework::NewEndpoint wanted{domain::ChannelKind::webhook, "https://example.org", 0};
            for (int i = 0; i < scale_.endpoints; ++i) {
                (void)casework::make_endpoint(
                    tx, *vault_, agency_of(i), wanted, vault_->new_webhook_secret());
            }
        });
    }

    asio::awaitable<void> owe_everybody(Burst& burst) {
        std::vector<int> everybody;
        for (int i = 0; i < scale_.endpoints; ++i) {
            everybody.push_back(i);
        }
        burst.told = owe(everybody);
        while (network_.told() < burst.told) {
            co_await pause(10ms);
        }
        const auto waits = network_.take_waits();
        burst.p50_ms = milliseconds(waits, 0.5);
        burst.p99_ms = milliseconds(waits, 0.99);
        burst.last_ms = milliseconds(waits, 1);
        co_await pause(with_dead_ ? 2 * scale_.hang : scale_.settle);
    }

    asio::awaitable<void> steady(Round& round) {
        co_await pause(scale_.settle);  // while the other had its turn, probes have come due
        (void)network_.take_waits();
        std::size_t owed = 0;
        for (int second = 0; second < scale_.seconds; ++second) {
            owed += owe(some());
            co_await pause(1s);
            round.backlog = std::max(round.backlog, owed - std::min(owed, network_.told()));
        }
        const auto waits = network_.take_waits();
        round.p50_ms = milliseconds(waits, 0.5);
        round.p99_ms = milliseconds(waits, 0.99);
        round.last_ms = milliseconds(waits, 1);
    }

    asio::awaitable<void> pause(Duration time) {
        asio::steady_timer timer(io_, time);
        co_await timer.async_wait(asio::use_awaitable);
    }

    /// Endpoints at random, each once.
    std::vector<int> some() {
        std::set<int> chosen;
        while (chosen.size() < static_cast<std::size_t>(scale_.messages_a_second)) {
            chosen.insert(static_cast<int>(
                casework::random_below(entropy_, static_cast<std::uint64_t>(scale_.endpoints))));
        }
        return {chosen.begin(), chosen.end()};
    }

    /// Owes each of these endpoints a message; says how many of them live. Few messages share a case, as they
    /// do in life.
    std::size_t owe(const std::vector<int>& endpoints) {
        std::size_t living = 0;
        write([&](casework::Tx& tx) {
            domain::CaseNo number{};
            std::int32_t ordinal = kMessagesOfACase;
            for (const int each : endpoints) {
                if (ordinal == kMessagesOfACase) {
                    number = new_case(tx);
                    ordinal = 0;
                }
                domain::Notification value;
                value.no = {number, ++ordinal};
                value.agency = agency_of(each);
                value.endpoint = domain::EndpointId(value.agency.text() + "-1");
                value.type = "vn.lachan.case.updated.v1";
                value.rule = "bench";
                value.case_sequence = 1;
                value.created_at = tx.now;
                value.next_attempt = tx.now;
                tx.outbox.insert(value);
                tx.endpoints.call_at(value.endpoint, tx.now);
                living += is_dead(each) ? 0U : 1U;
            }
        });
        outbox_work_.notify();
        return living;
    }

    static domain::CaseNo new_case(casework::Tx& tx) {
        domain::Case value;
        value.sequence = 1;
        value.stage = "received";
        value.area = domain::AreaCode("03388");
        value.pack = "bench";
        value.received_at = tx.now;
        value.opened_at = tx.now;
        value.facts = "{}";
        return tx.cases.insert(value, casework::KeySlot{1});
    }

    void write(const std::function<void(casework::Tx&)>& op) {
        store_
            ->commit_now([&](casework::Tx& tx) -> Result<void> {
                op(tx);
                return {};
            })
            .value();
    }

    Scale scale_;
    bool with_dead_;
    operations::SystemClock clock_;
    operations::SystemEntropy entropy_;
    bench::Folder folder_{"lachan-endpoints"};
    asio::io_context io_;
    std::unique_ptr<store::SqliteStore> store_;
    std::unique_ptr<vault::SodiumVault> vault_;
    casework::Worlds worlds_{std::make_shared<const casework::World>()};
    casework::Wakeup outbox_work_{io_.get_executor()};
    casework::Wakeup watch_work_{io_.get_executor()};
    casework::StopSign stop_;
    PlayedNetwork network_;
    std::unique_ptr<casework::Context> context_;
    std::unique_ptr<casework::OutboxRunner> outbox_;
    bool ended_ = false;
};

nlohmann::ordered_json burst_json(const Burst& burst) {
    return {{"living_told", burst.told},
            {"p50_ms", burst.p50_ms},
            {"p99_ms", burst.p99_ms},
            {"last_ms", burst.last_ms}};
}

/// The middle of the rounds, and the largest backlog of all.
Round summary(const std::vector<Round>& rounds) {
    std::vector<double> p50, p99, last;
    Round all;
    for (const Round& each : rounds) {
        p50.push_back(each.p50_ms);
        p99.push_back(each.p99_ms);
        last.push_back(each.last_ms);
        all.backlog = std::max(all.backlog, each.backlog);
    }
    all.p50_ms = bench::median(p50);
    all.p99_ms = bench::median(p99);
    all.last_ms = bench::median(last);
    return all;
}

nlohmann::ordered_json round_json(const Round& round) {
    return {{"p50_ms", round.p50_ms},
            {"p99_ms", round.p99_ms},
            {"last_ms", round.last_ms},
            {"backlog_at_most", round.backlog}};
}

void print_burst(std::string_view name, const Burst& burst) {
    std::printf("all at once, %-12s %zu told, p50 %.0f ms, p99 %.0f ms, last %.0f ms\n",
                std::string(name).c_str(),
                burst.told,
                burst.p50_ms,
                burst.p99_ms,
                burst.last_ms);
    std::fflush(stdout);
}

void print_round(std::string_view name, const Round& round) {
    std::printf(
        "steady, %-12s p50 %.0f ms, p99 %.0f ms, last %.0f ms; still waiting a second later: at most %zu\n",
        std::string(name).c_str(),
        round.p50_ms,
        round.p99_ms,
        round.last_ms,
        round.backlog);
}

constexpr std::string_view kDead = "tenth dead:";
constexpr std::string_view kAlive = "all alive:";

}  // namespace

int main(int argc, char** argv) {
    const bench::Options options(argc, argv);
    log::set_level(log::Level::none);
    Scale scale;
    if (options.has("--smoke")) {
        scale = {.endpoints = 200,
                 .rounds = 1,
                 .seconds = 1,
                 .messages_a_second = 20,
                 .settle = 100ms,
                 .hang = 200ms};
    }
    scale.rounds = std::stoi(options.after("--rounds", std::to_string(scale.rounds)));
    scale.seconds = std::stoi(options.after("--seconds", std::to_string(scale.seconds)));
    std::printf("%d endpoints, %d of them dead (each try hangs for %.1f s) or none; times of the other %d\n",
                scale.endpoints,
                scale.endpoints / kDeadEvery,
                static_cast<double>(scale.hang.count()) / 1000,
                scale.endpoints - scale.endpoints / kDeadEvery);
    const long long before = megabytes("VmRSS:");
    Bench dead(scale, true);
    const Burst dead_burst = dead.burst();
    print_burst(kDead, dead_burst);
    const long long most = megabytes("VmHWM:");
    Bench alive(scale, false);
    const Burst alive_burst = alive.burst();
    print_burst(kAlive, alive_burst);
    std::vector<Round> dead_rounds, alive_rounds;
    std::vector<double> ratios;
    for (int round = 0; round < scale.rounds; ++round) {
        for (const bool first : {round % 2 == 0, round % 2 != 0}) {
            (first ? dead_rounds : alive_rounds).push_back((first ? dead : alive).round());
        }
        ratios.push_back(std::max(dead_rounds.back().p50_ms, 1.0) /
                         std::max(alive_rounds.back().p50_ms, 1.0));
    }
    const Round with_dead = summary(dead_rounds);
    const Round without = summary(alive_rounds);
    std::printf("%d messages a second, medians of %d alternating rounds of %d s\n",
                scale.messages_a_second,
                scale.rounds,
                scale.seconds);
    print_round(kDead, with_dead);
    print_round(kAlive, without);
    std::printf(
        "median of the living with the dead beside it without: ratio %.2f\n"
        "tries at the dead %d, most tries at once %d; memory %lld MB before, %lld MB at most until all were "
        "told once\n",
        bench::median(ratios),
        dead.network().dead_tries(),
        dead.network().most(),
        before,
        most);
    bench::Results results;
    results.put("endpoints", scale.endpoints);
    results.put("rounds", scale.rounds);
    results.put("all_at_once",
                {{"tenth_dead", burst_json(dead_burst)}, {"all_alive", burst_json(alive_burst)}});
    results.put("steady", {{"tenth_dead", round_json(with_dead)}, {"all_alive", round_json(without)}});
    results.put("median_dead_of_alive", bench::median(ratios));
    results.put("memory_mb", {{"before", before}, {"at_most", most}});
    results.at_most(1.2, bench::median(ratios), "median of the living, a tenth dead beside none");
    results.at_most(
        0, static_cast<double>(with_dead.backlog), "messages to the living that wait for a second");
    results.write(options.after("--json"));
    return 0;
}
