// How late what falls due is, and what finding it costs, with 10,000, 100,000 and 1,000,000 open duties in
// the real store on the real disk, in real time: while the service runs, and after a start for all that was
// missed while it was down. `--smoke` takes few and says only whether each fired once and none early. `--json
// FILE` writes the figures.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "lachan/base/log.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/intake.hpp"
#include "lachan/casework/runners.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "lachan/simulation/reports.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"
#include "lachan/vault/sodium_vault.hpp"
#include "simulation/grounds.hpp"

namespace {

using namespace lachan;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kCasesInUnit = 500;
constexpr int kLooks = 500;
constexpr Duration kFarOff = 24h * 3650;  ///< Open duties wait for instants within ten years.

struct Size {
    std::int64_t open = 0;  ///< Duties that are pending and not due.
    int a_second = 0;       ///< Of those that fall due while the service runs.
    Duration length{};
    int missed = 0;  ///< Fallen due while it was down.
};

struct Figures {
    std::int64_t open = 0;
    double due_us = 0;   ///< Of the query for what is due, when nothing is.
    double next_us = 0;  ///< Of the query for the next instant.
    std::size_t fired = 0;
    double p50_ms = 0, p99_ms = 0, max_ms = 0;
    std::size_t missed = 0;
    double open_s = 0, catch_up_s = 0;
    std::int64_t bytes = 0;
    bool right = true;  ///< Each once, and none early.
};

double at_rank(const std::vector<double>& sorted, double part) {
    return sorted.empty()
               ? 0
               : sorted[std::min(sorted.size() - 1,
                                 static_cast<std::size_t>(part * static_cast<double>(sorted.size())))];
}

template <class Work>
double median_us(const Work& work) {
    std::vector<double> took;
    for (int i = 0; i < kLooks; ++i) {
        const auto begun = Steady::now();
        work();
        took.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begun).count());
    }
    std::sort(took.begin(), took.end());
    return at_rank(took, 0.5);
}

double seconds_since(Steady::time_point begun) {
    return std::chrono::duration<double>(Steady::now() - begun).count();
}

/// The service's store, vault and watch on one folder; opened again it is the next process.
class Service {
public:
    Service(const std::filesystem::path& file,
            const vault::MasterKey& master,
            std::shared_ptr<vault::KeyMedium> keys,
            std::int64_t first_key)
        : store_(store::open_store(file.string(), {clock, std::nullopt, {}}).value()),
          vault_(vault::SodiumVault::open(master, std::move(keys), first_key, entropy).value()) {}

    ~Service() { store_->stop(); }

    store::SqliteStore& store() { return *store_; }
    casework::Context& context() { return context_; }

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> outcome;
        boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& failure, T value) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            outcome = std::move(value);
        });
        io.restart();
        io.run();
        return std::move(*outcome);
    }

    /// The watch runs for so long.
    void watch(Duration length) {
        casework::StopSign stop;
        casework::WatchRunner runner(context_, stop);
        boost::asio::co_spawn(io, runner.run(), [](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
        io.restart();
        io.run_for(length);
        stop.stopping = true;
        watch_work.notify();
        io.run();
    }

    Result<void> catch_up() {
        casework::StopSign stop;
        casework::WatchRunner runner(context_, stop);
        return run(runner.catch_up());
    }

    void look(const casework::ReadOp& reading) {
        if (!store_->read_now(reading)) {
            throw std::runtime_error("the record cannot be read");
        }
    }

    void write(casework::WriteOp op) {
        if (!store_->commit_now(std::move(op))) {
            throw std::runtime_error("the record cannot be written");
        }
    }

    operations::SystemClock clock;
    operations::SystemEntropy entropy;

private:
    boost::asio::io_context io;
    std::unique_ptr<store::SqliteStore> store_;
    std::unique_ptr<vault::SodiumVault> vault_;
    casework::Worlds worlds_{simulation::shipped_laws()};
    casework::Wakeup outbox_work{io.get_executor()};
    casework::Wakeup watch_work{io.get_executor()};
    casework::Context context_{*store_, clock, entropy, *vault_, worlds_, outbox_work, watch_work};
};

/// One case as the service makes it, and as many copies of it as are wanted, each with instants of its own.
class Cases {
public:
    explicit Cases(Service& service) : service_(service) {
        simulation::Dice dice(1);
        const Instant now = service.clock.now();
        const domain::Principal sender{
            domain::KeyId("bench"), domain::Role::officer, domain::AgencyId("ubnd-03388")};
        service.write([&](casework::Tx& tx) -> Result<void> {
            for (const directory::Agency& agency : simulation::shipped_laws()->directory->agencies()) {
                casework::Vault& vault = service.context().vault;
                (void)casework::make_endpoint(tx,
                                              vault,
                                              agency.id,
                                              {domain::ChannelKind::webhook, "https://agency.example/", 0},
                                              vault.new_webhook_secret());
            }
            return {};
        });
        const auto filed = service.run(
            casework::submit_report(service.context(),
                                    sender,
                                    simulation::emergency_report(dice, domain::AreaCode("03388"), now),
                                    {"POST /v1/reports", "", service.context().vault.fingerprint("x")},
                                    [](const casework::Filing&) { return casework::Answer(); }));
        if (!filed) {
            throw std::runtime_error("the sample report was refused: " + filed.error().detail());
        }
        service.look([&](const casework::View& view) -> Result<void> {
            sample_ = *view.cases.find(domain::CaseNo{1});
            key_ = *view.cases.key(domain::CaseNo{1});
            duties_ = view.duties.of_case(domain::CaseNo{1});
            return {};
        });
    }

    [[nodiscard]] std::int64_t duties_in_case() const { return static_cast<std::int64_t>(duties_.size()); }

    /// Cases whose duties' next steps come at `first`, and then each `gap` later.
    void add(std::int64_t cases, Instant first, Duration gap) {
        for (std::int64_t done = 0; done < cases;) {
            const std::int64_t now = std::min<std::int64_t>(kCasesInUnit, cases - done);
            service_.write([&](casework::Tx& tx) -> Result<void> {
                for (std::int64_t i = 0; i < now; ++i) {
                    add_one(tx, first + (done + i) * gap * duties_in_case(), gap);
                }
                return {};
            });
            done += now;
        }
    }

private:
    void add_one(casework::Tx& tx, Instant first, Duration gap) {
        domain::Case value = sample_;
        value.next_due = Instant::max();
        std::vector<domain::Duty> duties = duties_;
        for (std::size_t i = 0; i < duties.size(); ++i) {
            const Duration shift = first + static_cast<Duration::rep>(i) * gap - *duties[i].next_at;
            duties[i].start += shift;
            duties[i].due += shift;
            duties[i].next_at = *duties[i].next_at + shift;
            value.next_due = std::min(*value.next_due, duties[i].due);
        }
        const domain::CaseNo number = tx.cases.insert(value, key_);
        for (domain::Duty& duty : duties) {
            duty.no.case_no = number;
            tx.duties.insert(duty);
        }
    }

    Service& service_;
    domain::Case sample_;
    casework::KeySlot key_{};
    std::vector<domain::Duty> duties_;
};

std::string_view value_of(const domain::EventData& data, std::string_view key) {
    const auto found =
        std::find_if(data.begin(), data.end(), [&](const auto& entry) { return entry.first == key; });
    return found == data.end() ? std::string_view() : std::string_view(found->second);
}

/// How late each step fired that is in the record after `from`: from its instant to the commit that holds it.
std::vector<double> lateness_since(Service& service, std::int64_t from, Figures& figures) {
    std::vector<double> late;
    std::set<std::string> seen;
    service.look([&](const casework::View& view) -> Result<void> {
        for (auto page = view.events.since(from, 1'000); !page.empty();
             page = view.events.since(from, 1'000)) {
            for (const domain::Event& event : page) {
                from = event.sequence;
                const auto instant = parse_rfc3339(value_of(event.data, "instant"));
                if (!instant) {
                    continue;
                }
                const std::string name = std::string(value_of(event.data, "duty")) + " " +
                                         std::string(value_of(event.data, "step")) + to_rfc3339(*instant);
                late.push_back(static_cast<double>((event.at - *instant).count()));
                figures.right = figures.right && late.back() >= 0 && seen.insert(name).second;
            }
        }
        return {};
    });
    std::sort(late.begin(), late.end());
    return late;
}

std::int64_t end_of_record(Service& service) {
    std::int64_t last = 0;
    service.look([&](const casework::View& view) -> Result<void> {
        last = view.events.last_sequence();
        return {};
    });
    return last;
}

Figures measure(const std::filesystem::path& folder, const Size& size) {
    const std::filesystem::path file = folder / ("lateness-" + std::to_string(size.open) + ".db");
    operations::SystemEntropy entropy;
    const auto master = vault::MasterKey::random(entropy);
    const std::shared_ptr<vault::KeyMedium> keys = vault::make_key_memory();
    Figures figures;
    figures.open = size.open;
    {
        Service service(file, master, keys, 1);
        Cases cases(service);
        const std::int64_t each = cases.duties_in_case();
        const std::int64_t filling = size.open / each;
        cases.add(filling, service.clock.now() + 24h, kFarOff / size.open);
        figures.due_us = median_us([&] {
            service.look([&](const casework::View& view) -> Result<void> {
                (void)view.duties.due(service.clock.now(), 100);
                return {};
            });
        });
        figures.next_us = median_us([&] {
            service.look([&](const casework::View& view) -> Result<void> {
                (void)view.duties.next_instant();
                return {};
            });
        });
        const Duration gap = 1000ms / size.a_second;
        const std::int64_t due = size.length / gap;
        cases.add(due / each, service.clock.now() + 1500ms, gap);
        const std::int64_t before = end_of_record(service);
        service.watch(size.length + 3s);
        const auto late = lateness_since(service, before, figures);
        figures.fired = late.size();
        figures.p50_ms = at_rank(late, 0.5);
        figures.p99_ms = at_rank(late, 0.99);
        figures.max_ms = late.empty() ? 0 : late.back();
        figures.right = figures.right && static_cast<std::int64_t>(late.size()) >= due / each * each;
        cases.add(size.missed / each, service.clock.now() - 2h, 1ms);
    }
    const auto begun = Steady::now();
    Service service(file, master, keys, 2);
    figures.open_s = seconds_since(begun);
    const std::int64_t before = end_of_record(service);
    const auto caught_up = service.catch_up();
    figures.catch_up_s = seconds_since(begun);
    figures.missed = lateness_since(service, before, figures).size();
    figures.right =
        figures.right && caught_up && figures.missed >= static_cast<std::size_t>(size.missed) / 10 * 9;
    figures.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
    return figures;
}

nlohmann::ordered_json to_json(const Figures& figures) {
    return {{"open_duties", figures.open},
            {"due_query_us", figures.due_us},
            {"next_instant_us", figures.next_us},
            {"fired", figures.fired},
            {"late_ms", {{"p50", figures.p50_ms}, {"p99", figures.p99_ms}, {"max", figures.max_ms}}},
            {"missed", figures.missed},
            {"open_s", figures.open_s},
            {"all_missed_done_s", figures.catch_up_s},
            {"database_bytes", figures.bytes}};
}

void print(const Figures& figures) {
    std::printf(
        "%9lld open duties: due %.1f us, next %.1f us | %zu fell due: late p50 %.0f ms, p99 %.0f ms, most "
        "%.0f ms"
        " | started in %.3f s, %zu steps missed while down done after %.2f s | %.0f MB\n",
        static_cast<long long>(figures.open),
        figures.due_us,
        figures.next_us,
        figures.fired,
        figures.p50_ms,
        figures.p99_ms,
        figures.max_ms,
        figures.open_s,
        figures.missed,
        figures.catch_up_s,
        static_cast<double>(figures.bytes) / 1e6);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    const bool smoke = std::find(words.begin(), words.end(), "--smoke") != words.end();
    const auto json = std::find(words.begin(), words.end(), "--json");
    log::set_level(log::Level::none);
    const std::vector<Size> sizes =
        smoke ? std::vector<Size>{{2'000, 50, 1s, 100}}
              : std::vector<Size>{
                    {10'000, 100, 10s, 1'000}, {100'000, 100, 10s, 1'000}, {1'000'000, 100, 10s, 1'000}};
    std::string pattern = (std::filesystem::temp_directory_path() / "lachan-lateness-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        std::puts("no folder for the databases");
        return 1;
    }
    nlohmann::ordered_json results = nlohmann::ordered_json::array();
    bool right = true;
    for (const Size& size : sizes) {
        const Figures figures = measure(pattern, size);
        print(figures);
        results.push_back(to_json(figures));
        right = right && figures.right;
    }
    std::filesystem::remove_all(pattern);
    if (json != words.end() && json + 1 != words.end()) {
        std::ofstream(std::string(*(json + 1))) << results.dump(1) << '\n';
    }
    std::puts(right ? "each fired once, and none early" : "NOT each fired once, or one fired early");
    return right ? 0 : 1;
}
