// How late what falls due is, and what finding it costs, with 10,000, 100,000 and 1,000,000 open duties in
// the real store on the real disk, in real time: while the service runs, and after a start for all that was
// missed while it was down. The smallest size is the baseline: all are measured in turn, in each of some
// rounds.
// `--smoke` takes few and says only whether each fired once and none early. `--sizes 10000,…`, `--rounds N`,
// `--json FILE`.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "folder.hpp"
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
#include "results.hpp"
#include "simulation/grounds.hpp"

namespace {

using namespace lachan;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kCasesInUnit = 500;
constexpr int kLooks = 500;
constexpr Duration kFarOff = 24h * 3650;  ///< Open duties wait for instants within ten years.

struct Scale {
    std::vector<std::int64_t> open = {10'000, 100'000, 1'000'000};  ///< Duties that are pending and not due.
    int rounds = 5;
    int a_second = 100;  ///< Of those that fall due while the service runs.
    Duration length = 8s;
    int missed = 1'000;  ///< Fallen due while it was down.
};

/// Of one round.
struct Figures {
    double due_us = 0;   ///< Of the query for what is due, when nothing is.
    double next_us = 0;  ///< Of the query for the next instant.
    std::size_t fired = 0;
    double p50_ms = 0, p99_ms = 0, max_ms = 0;
    std::size_t missed = 0;
    double open_s = 0, catch_up_s = 0;
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
    explicit Cases(Service& service) {
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
    void add(Service& service, std::int64_t cases, Instant first, Duration gap) const {
        for (std::int64_t done = 0; done < cases;) {
            const std::int64_t now = std::min<std::int64_t>(kCasesInUnit, cases - done);
            service.write([&](casework::Tx& tx) -> Result<void> {
                for (std::int64_t i = 0; i < now; ++i) {
                    add_one(tx, first + (done + i) * gap * duties_in_case(), gap);
                }
                return {};
            });
            done += now;
        }
    }

private:
    void add_one(casework::Tx& tx, Instant first, Duration gap) const {
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

    domain::Case sample_;
    casework::KeySlot key_{};
    std::vector<domain::Duty> duties_;
};

std::string_view value_of(const domain::EventData& data, std::string_view key) {
    const auto found =
        std::find_if(data.begin(), data.end(), [&](const auto& entry) { return entry.first == key; });
    return found == data.end() ? std::string_view() : std::string_view(found->second);
}

struct Fired {
    std::vector<double> late_ms;   ///< Of each step, sorted.
    std::set<std::string> duties;  ///< Of which some step fired.
    bool right = true;             ///< No step twice, and none before its instant.
};

/// What fired by the record after `from`, and how late: from the step's instant to the commit that holds it.
Fired fired_since(Service& service, std::int64_t from) {
    Fired fired;
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
                const std::string duty(value_of(event.data, "duty"));
                const std::string step(value_of(event.data, "step"));
                const double late = static_cast<double>((event.at - *instant).count());
                fired.late_ms.push_back(late);
                fired.duties.insert(duty);
                fired.right =
                    fired.right && late >= 0 && seen.insert(duty + " " + step + to_rfc3339(*instant)).second;
            }
        }
        return {};
    });
    std::sort(fired.late_ms.begin(), fired.late_ms.end());
    return fired;
}

std::int64_t end_of_record(Service& service) {
    std::int64_t last = 0;
    service.look([&](const casework::View& view) -> Result<void> {
        last = view.events.last_sequence();
        return {};
    });
    return last;
}

/// One number of open duties: its database, and what was measured with it.
class Place {
public:
    Place(const std::filesystem::path& folder, std::int64_t open, const Scale& scale)
        : open_(open),
          scale_(scale),
          file_(folder / ("lateness-" + std::to_string(open) + ".db")),
          service_(std::make_unique<Service>(file_, master_, keys_, 1)),
          cases_(*service_) {
        cases_.add(*service_, open / cases_.duties_in_case(), service_->clock.now() + 24h, kFarOff / open);
    }

    void round() {
        Figures& figures = rounds_.emplace_back();
        figures.due_us = cost_us([&](const casework::View& view) -> Result<void> {
            (void)view.duties.due(service_->clock.now(), 100);
            return {};
        });
        figures.next_us = cost_us([&](const casework::View& view) -> Result<void> {
            (void)view.duties.next_instant();
            return {};
        });
        run(figures);
        restart(figures);
    }

    [[nodiscard]] std::int64_t open() const { return open_; }
    [[nodiscard]] bool right() const { return right_; }
    [[nodiscard]] std::int64_t bytes() const {
        return static_cast<std::int64_t>(std::filesystem::file_size(file_));
    }
    [[nodiscard]] std::vector<double> all(double Figures::* figure) const {
        std::vector<double> values;
        for (const Figures& each : rounds_) {
            values.push_back(each.*figure);
        }
        return values;
    }
    [[nodiscard]] double middle(double Figures::* figure) const { return bench::median(all(figure)); }
    [[nodiscard]] std::size_t count(std::size_t Figures::* figure) const {
        std::size_t sum = 0;
        for (const Figures& each : rounds_) {
            sum += each.*figure;
        }
        return sum;
    }

private:
    double cost_us(const casework::ReadOp& reading) {
        return median_us([&] { service_->look(reading); });
    }

    /// What falls due while the service runs.
    void run(Figures& figures) {
        const Duration gap = 1000ms / scale_.a_second;
        const std::int64_t cases = scale_.length / gap / cases_.duties_in_case();
        cases_.add(*service_, cases, service_->clock.now() + 1500ms, gap);
        const std::int64_t before = end_of_record(*service_);
        service_->watch(scale_.length + 3s);
        const Fired fired = fired_since(*service_, before);
        figures.fired = fired.late_ms.size();
        figures.p50_ms = at_rank(fired.late_ms, 0.5);
        figures.p99_ms = at_rank(fired.late_ms, 0.99);
        figures.max_ms = fired.late_ms.empty() ? 0 : fired.late_ms.back();
        expect(fired, cases);
    }

    /// What fell due while it was down.
    void restart(Figures& figures) {
        const std::int64_t cases = scale_.missed / cases_.duties_in_case();
        cases_.add(*service_, cases, service_->clock.now() - 2h, 1ms);
        service_.reset();
        const auto begun = Steady::now();
        service_ = std::make_unique<Service>(file_, master_, keys_, 2);
        figures.open_s = seconds_since(begun);
        const std::int64_t before = end_of_record(*service_);
        right_ = right_ && service_->catch_up();
        figures.catch_up_s = seconds_since(begun);
        const Fired fired = fired_since(*service_, before);
        figures.missed = fired.late_ms.size();
        expect(fired, cases);
    }

    /// Every duty of so many cases fired; a later step of one may have come due as well.
    void expect(const Fired& fired, std::int64_t cases) {
        const auto wanted = static_cast<std::size_t>(cases * cases_.duties_in_case());
        right_ = right_ && fired.right && fired.duties.size() == wanted;
    }

    std::int64_t open_;
    const Scale& scale_;
    operations::SystemEntropy entropy_;
    vault::MasterKey master_ = vault::MasterKey::random(entropy_);
    std::shared_ptr<vault::KeyMedium> keys_ = vault::make_key_memory();
    std::filesystem::path file_;
    std::unique_ptr<Service> service_;
    Cases cases_;
    std::vector<Figures> rounds_;
    bool right_ = true;
};

using Places = std::vector<std::unique_ptr<Place>>;

nlohmann::ordered_json to_json(const Place& place) {
    return {{"open_duties", place.open()},
            {"due_query_us", place.middle(&Figures::due_us)},
            {"next_instant_us", place.middle(&Figures::next_us)},
            {"fired", place.count(&Figures::fired)},
            {"late_ms",
             {{"p50", place.middle(&Figures::p50_ms)},
              {"p99", place.middle(&Figures::p99_ms)},
              {"max", place.middle(&Figures::max_ms)}}},
            {"missed", place.count(&Figures::missed)},
            {"open_s", place.middle(&Figures::open_s)},
            {"all_missed_done_s", place.middle(&Figures::catch_up_s)},
            {"database_bytes", place.bytes()}};
}

void print(const Place& place) {
    std::printf(
        "%9lld open duties: due %.1f us, next %.1f us | %zu fell due: late p50 %.0f ms, p99 %.0f ms, most "
        "%.0f ms | started in %.3f s, %zu steps missed while down done after %.2f s | %.0f MB\n",
        static_cast<long long>(place.open()),
        place.middle(&Figures::due_us),
        place.middle(&Figures::next_us),
        place.count(&Figures::fired),
        place.middle(&Figures::p50_ms),
        place.middle(&Figures::p99_ms),
        place.middle(&Figures::max_ms),
        place.middle(&Figures::open_s),
        place.count(&Figures::missed),
        place.middle(&Figures::catch_up_s),
        static_cast<double>(place.bytes()) / 1e6);
}

/// From the smallest size to the largest: the median of the ratios within a round. Below `least` nothing can
/// be told apart.
double growth(const Places& places, double Figures::* figure, double least) {
    const auto first = places.front()->all(figure);
    const auto last = places.back()->all(figure);
    std::vector<double> ratios;
    for (std::size_t round = 0; round < first.size(); ++round) {
        ratios.push_back(std::max(last[round], least) / std::max(first[round], least));
    }
    return bench::median(ratios);
}

void judge(const Places& places, bench::Results& results) {
    results.at_most(1.5, growth(places, &Figures::due_us, 0.1), "due query, smallest size to largest");
    results.at_most(1.5, growth(places, &Figures::p99_ms, 1), "lateness p99, smallest size to largest");
    for (const auto& place : places) {
        const std::string among = " among " + std::to_string(place->open()) + " open duties";
        results.at_most(2, place->middle(&Figures::p99_ms) / 1000, "s late (p99)" + among);
        results.at_most(5, place->middle(&Figures::catch_up_s), "s after a start, all missed done" + among);
    }
}

Scale scale_of(const bench::Options& options) {
    if (options.has("--smoke")) {
        return {{2'000}, 1, 50, 1s, 100};
    }
    Scale scale;
    if (std::istringstream sizes(options.after("--sizes")); !sizes.str().empty()) {
        scale.open.clear();
        for (std::string size; std::getline(sizes, size, ',');) {
            scale.open.push_back(std::stoll(size));
        }
    }
    scale.rounds = std::stoi(options.after("--rounds", std::to_string(scale.rounds)));
    return scale;
}

}  // namespace

int main(int argc, char** argv) {
    const bench::Options options(argc, argv);
    log::set_level(log::Level::none);
    const Scale scale = scale_of(options);
    const bench::Folder folder("lachan-lateness");
    Places places;
    for (const std::int64_t open : scale.open) {
        places.push_back(std::make_unique<Place>(folder.path(), open, scale));
    }
    for (int round = 0; round < scale.rounds; ++round) {
        for (std::size_t turn = 0; turn < places.size(); ++turn) {
            places[round % 2 == 0 ? turn : places.size() - 1 - turn]->round();
        }
    }
    std::printf("medians of %d alternating rounds; what fired is counted over all\n", scale.rounds);
    nlohmann::ordered_json sizes = nlohmann::ordered_json::array();
    bool right = true;
    for (const auto& place : places) {
        print(*place);
        sizes.push_back(to_json(*place));
        right = right && place->right();
    }
    bench::Results results;
    results.put("rounds", scale.rounds);
    results.put("lateness", std::move(sizes));
    results.put("each_fired_once_none_early", right);
    judge(places, results);
    results.write(options.after("--json"));
    std::puts(right ? "each fired once, and none early" : "NOT each fired once, or one fired early");
    return right ? 0 : 1;
}
