#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/base/log.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/runners.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/sodium_vault.hpp"

// Ten thousand endpoints, a tenth of them dead: they take what they are sent and never answer. First
// everybody is owed a message at the same moment, then some hundred a second go to endpoints at random. What
// is asked: how long do messages to the living wait, how many of them are still waiting a second later, and
// how much memory does it take? Real store, vault, clock and runner; only the network is played.
namespace {

using namespace lachan;
using namespace std::chrono_literals;
namespace asio = boost::asio;

struct Scale {
    int endpoints = 10'000;
    int rounds = 60;  ///< Seconds of steady traffic.
    int messages_a_round = 200;
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

double milliseconds(std::vector<Duration>& sorted, double share) {
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
    explicit PlayedNetwork(Duration hang) : hang_(hang) {}

    asio::awaitable<casework::SendOutcome> send(casework::Target target, casework::Message message) override {
        const bool dead = is_dead(number_of(target.agency));
        if (!dead) {
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
    std::vector<Duration> waits_;  ///< Of the living, from the commit to the try.
    int under_way_ = 0;
    int most_ = 0;
    int dead_tries_ = 0;
};

class Bench {
public:
    explicit Bench(Scale scale) : scale_(scale), network_(scale.hang) {
        std::string pattern = (std::filesystem::temp_directory_path() / "lachan-bench-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        store_ = store::open_store((folder_ / "bench.db").string(), {clock_, std::nullopt, {}}).value();
        vault_ = vault::SodiumVault::open(
                     vault::MasterKey::random(entropy_), vault::make_key_memory(), 1, entropy_, kFewKeys)
                     .value();
        context_ = std::make_unique<casework::Context>(
            casework::Context{*store_, clock_, entropy_, *vault_, worlds_, outbox_work_, watch_work_});
        outbox_ = std::make_unique<casework::OutboxRunner>(*context_, network_, stop_);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;
    ~Bench() {
        outbox_.reset();
        store_->stop();
        store_.reset();
        std::filesystem::remove_all(folder_);
    }

    void run() {
        furnish();
        const long long before = megabytes("VmRSS:");
        bool ended = false;
        asio::co_spawn(io_, outbox_->run(), [&](const std::exception_ptr&) { ended = true; });
        asio::co_spawn(io_, drive(), [&](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            stop_.stopping = true;
            outbox_work_.notify();
        });
        while (!ended) {
            io_.run_one();
        }
        std::printf(
            "tries at the dead %d, most tries at once %d, memory %lld MB before and %lld MB at most\n",
            network_.dead_tries(),
            network_.most(),
            before,
            megabytes("VmHWM:"));
    }

private:
    void furnish() {
        write([&](casework::Tx& tx) {
            const casework::NewEndpoint wanted{domain::ChannelKind::webhook, "https://example.org", 0};
            for (int i = 0; i < scale_.endpoints; ++i) {
                (void)casework::make_endpoint(
                    tx, *vault_, agency_of(i), wanted, vault_->new_webhook_secret());
            }
        });
    }

    asio::awaitable<void> drive() {
        std::vector<int> everybody;
        for (int i = 0; i < scale_.endpoints; ++i) {
            everybody.push_back(i);
        }
        const std::size_t living = owe(everybody);
        while (network_.told() < living) {
            co_await pause(10ms);
        }
        auto waits = network_.take_waits();
        std::printf("all at once: %zu living endpoints told, p50 %.0f ms, p99 %.0f ms, last %.0f ms\n",
                    living,
                    milliseconds(waits, 0.5),
                    milliseconds(waits, 0.99),
                    milliseconds(waits, 1));
        co_await pause(2 * scale_.hang);  // by now it is known who does not answer

        (void)network_.take_waits();
        std::size_t owed = 0;
        std::size_t worst_backlog = 0;
        for (int round = 0; round < scale_.rounds; ++round) {
            owed += owe(some());
            co_await pause(1s);
            worst_backlog = std::max(worst_backlog, owed - std::min(owed, network_.told()));
        }
        waits = network_.take_waits();
        std::printf(
            "steady, %d a second: p50 %.0f ms, p99 %.0f ms, last %.0f ms; still waiting a second later: at "
            "most "
            "%zu of the living\n",
            scale_.messages_a_round,
            milliseconds(waits, 0.5),
            milliseconds(waits, 0.99),
            milliseconds(waits, 1),
            worst_backlog);
    }

    asio::awaitable<void> pause(Duration time) {
        asio::steady_timer timer(io_, time);
        co_await timer.async_wait(asio::use_awaitable);
    }

    /// Endpoints at random, each once.
    std::vector<int> some() {
        std::set<int> chosen;
        while (chosen.size() < static_cast<std::size_t>(scale_.messages_a_round)) {
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
    operations::SystemClock clock_;
    operations::SystemEntropy entropy_;
    std::filesystem::path folder_;
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
};

}  // namespace

int main(int argc, char** argv) {
    log::set_level(log::Level::none);
    Scale scale;
    if (argc > 1 && std::string_view(argv[1]) == "--smoke") {
        scale = {.endpoints = 200, .rounds = 1, .messages_a_round = 20, .hang = 200ms};
    }
    std::printf("%d endpoints, %d of them dead (each try hangs for %.1f s)\n",
                scale.endpoints,
                scale.endpoints / kDeadEvery,
                static_cast<double>(scale.hang.count()) / 1000);
    Bench(scale).run();
    return 0;
}
