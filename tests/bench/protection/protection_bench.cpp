// What protecting a report costs at intake: sealing, keyed hashes, judging who may see what, and the hash
// chain, each as a share of all that taking the report in costs the processors. The API answers in process,
// over the store on its disk, 32 reports at a time, so that they share commits as they do in the service;
// what is left out is the socket. Runs with and without the count of the vault's calls alternate: the whole
// is taken from those without. `--smoke` takes few and says only whether all was taken in and counted.
// `--json FILE` writes the figures.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "chain.hpp"
#include "event_data.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/keys.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/http/api.hpp"
#include "lachan/http/target.hpp"
#include "lachan/http/usual_answers.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "simulation/grounds.hpp"
#include "support/office.hpp"
#include "timed_vault.hpp"

namespace {

using namespace lachan;

constexpr int kAtOnce = 32;
constexpr int kSampled = 200;  ///< Cases that access and chain are measured on.
constexpr int kRepeats = 50;   ///< Of each, since one look takes less than the clock can tell.

struct Sizes {
    int rounds = 7;    ///< Alternating, so that a drifting machine is fair to both.
    int batches = 20;  ///< Of a run.
};

/// Microseconds of processor time for one report.
struct Figures {
    double whole = 0, sealing = 0, hashing = 0, access = 0, chain = 0;
    double sealing_calls = 0, hashing_calls = 0;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// What two looks at the clock, one right after the other, tell of time that did not pass.
double clock_ns() {
    std::vector<double> seen;
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t begun = bench::cpu_ns(CLOCK_THREAD_CPUTIME_ID);
        seen.push_back(static_cast<double>(bench::cpu_ns(CLOCK_THREAD_CPUTIME_ID) - begun));
    }
    return median(std::move(seen));
}

std::shared_ptr<const casework::World> world() {
    auto made = std::make_shared<casework::World>(*simulation::shipped_laws());
    made->answers = std::make_shared<const Dictionary>(http::usual_answers(*made));
    return made;
}

/// The report that the benchmark of the whole service sends as well.
class Reports {
public:
    explicit Reports(const casework::World& laws) {
        const std::string file = simulation::read_shipped("tests/bench/intake/report.http");
        body_ = file.substr(file.find("{\"report_id\""));
        for (const directory::Area* area : laws.directory->areas_at(
                 std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()))) {
            if (area->level == directory::Level::commune) {
                areas_.push_back(area->code.text());
            }
        }
    }

    std::string next() {
        const std::string number = std::to_string(1'000'000 + made_);
        const std::map<std::string, std::string> words = {{"id", "bench-" + number},
                                                          {"phone", "098" + number},
                                                          {"name", "Giàng A " + number},
                                                          {"area", areas_[made_++ % areas_.size()]}};
        std::string text = body_;
        for (const auto& [name, value] : words) {
            const std::string mark = "{{" + name + "}}";
            for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
                text.replace(at, mark.size(), value);
            }
        }
        return text;
    }

private:
    std::string body_;
    std::vector<std::string> areas_;
    std::size_t made_ = 0;
};

/// The way into the service for one vault: all else is shared.
class Door {
public:
    Door(casework::Context context, casework::Transport& transport, boost::asio::io_context& io)
        : context_(context),
          credentials_({.cost = support::kCheapPasswords, .worker = io.get_executor()}),
          people_(context_, credentials_),
          limits_(http::LimitSettings()),
          api_({.context = context_,
                .transport = transport,
                .problems = problems_,
                .limits = limits_,
                .people = people_,
                .public_url = "https://lachan.test",
                .version = "bench",
                .check_channel = {},
                .check_agency = {},
                .reload = {},
                .sign = {},
                .public_key = {}}) {}

    [[nodiscard]] const http::Api& api() const noexcept { return api_; }

private:
    casework::Context context_;
    vault::Argon2Credentials credentials_;
    casework::People people_;
    http::Problems problems_{"https://lachan.test"};
    http::Limits limits_;
    http::Api api_;
};

class Bench {
public:
    explicit Bench(const std::filesystem::path& folder)
        : store_(store::open_store((folder / "lachan.db").string(), {clock_, std::nullopt, {}}).value()),
          keys_(vault::open_key_file(folder / "case-keys", vault::KeyFileAccess::own).value()),
          vault_(vault::SodiumVault::open(vault::MasterKey::random(entropy_), keys_, 1, entropy_).value()),
          timed_(*vault_),
          plain_door_(context(*vault_), mailbox_, io_),
          timed_door_(context(timed_), mailbox_, io_),
          reports_(*worlds_.current()) {
        write([&](casework::Tx& tx) { furnish(tx); });
    }
    ~Bench() { store_->stop(); }

    Figures round(int batches, double clock) {
        Figures figures;
        const int reports = batches * kAtOnce;
        figures.whole = take_in(plain_door_, batches) / 1000 / reports;
        const auto [sealed, sealing_ns] = counts(timed_.sealing);
        const auto [hashed, hashing_ns] = counts(timed_.hashing);
        (void)take_in(timed_door_, batches);
        const auto share = [&](const bench::Cost& cost, double calls, double ns) {
            return (static_cast<double>(cost.ns) - ns - clock * (static_cast<double>(cost.calls) - calls)) /
                   1000 / reports;
        };
        figures.sealing = share(timed_.sealing, sealed, sealing_ns);
        figures.hashing = share(timed_.hashing, hashed, hashing_ns);
        figures.sealing_calls = (static_cast<double>(timed_.sealing.calls) - sealed) / reports;
        figures.hashing_calls = (static_cast<double>(timed_.hashing.calls) - hashed) / reports;
        look([&](const casework::View& view) {
            figures.access = access_us(view);
            figures.chain = chain_us(view);
        });
        return figures;
    }

    [[nodiscard]] double events_each() const { return events_each_; }
    [[nodiscard]] double judged_each() const { return judged_each_; }
    [[nodiscard]] double units_in_commit() const {
        const store::StoreFigures figures = store_->figures();
        return static_cast<double>(figures.units) / static_cast<double>(figures.batches);
    }

private:
    casework::Context context(casework::Vault& vault) {
        return {*store_, clock_, entropy_, vault, worlds_, outbox_work_, watch_work_};
    }

    static std::pair<double, double> counts(const bench::Cost& cost) {
        return {static_cast<double>(cost.calls), static_cast<double>(cost.ns)};
    }

    void furnish(casework::Tx& tx) {
        casework::keep_answer_dictionary(tx, *worlds_.current());
        for (const directory::Agency& agency : worlds_.current()->directory->agencies()) {
            (void)casework::make_endpoint(tx,
                                          *vault_,
                                          agency.id,
                                          {domain::ChannelKind::webhook, "https://agency.example/", 0},
                                          vault_->new_webhook_secret());
        }
        const casework::NewKey wanted{
            .role = caller_.role, .agency = caller_.agency, .expires_at = std::nullopt};
        token_ = casework::make_key(tx, *vault_, wanted, caller_.key, "bench").token.reveal();
    }

    http::Request request() {
        http::Request made;
        made.id = domain::RequestId("r");
        made.method = http::Method::post;
        auto target = http::parse_target("/v1/reports").value();
        made.path = std::move(target.path);
        made.segments = std::move(target.segments);
        made.headers.add("Content-Type", "application/json");
        made.headers.add("Authorization", "Bearer " + token_);
        made.body = reports_.next();
        made.remote = "203.0.113.7";
        return made;
    }

    /// Nanoseconds of all threads.
    double take_in(Door& door, int batches) {
        std::vector<http::Request> requests;
        for (int i = 0; i < batches * kAtOnce; ++i) {
            requests.push_back(request());
        }
        int taken = 0;
        const std::int64_t begun = bench::cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
        for (auto next = requests.begin(); next != requests.end(); next += kAtOnce) {
            for (auto each = next; each != next + kAtOnce; ++each) {
                boost::asio::co_spawn(
                    io_, door.api().answer(*each), [&](const std::exception_ptr& failure, const auto& reply) {
                        if (failure) {
                            std::rethrow_exception(failure);
                        }
                        taken += reply.status == 201 ? 1 : 0;
                    });
            }
            io_.restart();
            io_.run();
        }
        const std::int64_t took = bench::cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - begun;
        if (taken != batches * kAtOnce) {
            throw std::runtime_error("not every report was taken in");
        }
        return static_cast<double>(took);
    }

    /// As intake judges for one report: whether the caller may file, and what it may know of each case that
    /// the report may be like.
    double access_us(const casework::View& view) {
        const auto laws = worlds_.current();
        const Instant now = clock_.now();
        const Instant day = start_of_day(vietnam_day(now));
        std::vector<std::vector<domain::Case>> neighbours;
        std::size_t judged = 0;
        for (int i = 1; i <= kSampled; ++i) {
            const auto value = view.cases.find(domain::CaseNo{i});
            std::vector<domain::Case> found;
            for (const domain::CaseNo other :
                 view.cases.received_in(value->area, day, day + std::chrono::days(1), 5)) {
                found.push_back(*view.cases.find(other));
            }
            judged += found.size();
            neighbours.push_back(std::move(found));
        }
        judged_each_ = static_cast<double>(judged) / kSampled;
        std::size_t kept = 0;  // so that no work can be left out
        const std::int64_t begun = bench::cpu_ns(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < kRepeats; ++i) {
            for (const std::vector<domain::Case>& found : neighbours) {
                kept += casework::allow(caller_, casework::Action::submit_report) ? 1U : 0U;
                const casework::Scope scope = casework::scope_of(caller_, *laws, now);
                for (const domain::Case& each : found) {
                    kept += casework::sees(scope, each, view) ? 1U : 0U;
                    kept += casework::relation_of(caller_, each, view, *laws, now) ==
                                    casework::Relation::oversight
                                ? 1U
                                : 0U;
                }
            }
        }
        const std::int64_t took = bench::cpu_ns(CLOCK_THREAD_CPUTIME_ID) - begun;
        return kept == 0 ? 0 : static_cast<double>(took) / 1000 / kRepeats / kSampled;
    }

    /// The hashes of the entries that one report made, each entry hashed once as when it was written.
    double chain_us(const casework::View& view) {
        std::vector<domain::Event> events;
        for (int i = 1; i <= kSampled; ++i) {
            for (domain::Event& event : view.events.of_case(domain::CaseNo{i}, 0, 1'000)) {
                events.push_back(std::move(event));
            }
        }
        events_each_ = static_cast<double>(events.size()) / kSampled;
        std::vector<std::string> texts;
        std::vector<store::ChainEntry> entries;
        texts.reserve(events.size());
        for (const domain::Event& event : events) {
            texts.push_back(store::to_json(event.data));
            entries.push_back({event.sequence,
                               static_cast<std::int64_t>(*event.case_no),
                               event.case_sequence,
                               to_ms(event.at),
                               event.kind,
                               event.actor,
                               texts.back()});
        }
        store::ChainHasher hasher;
        store::ChainHash head{};
        const std::int64_t begun = bench::cpu_ns(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < kRepeats; ++i) {
            for (const store::ChainEntry& entry : entries) {
                head = hasher(head, entry);
            }
        }
        const std::int64_t took = bench::cpu_ns(CLOCK_THREAD_CPUTIME_ID) - begun;
        return static_cast<double>(took) / 1000 / kRepeats / kSampled;
    }

    void write(const std::function<void(casework::Tx&)>& op) {
        store_
            ->commit_now([&](casework::Tx& tx) -> Result<void> {
                op(tx);
                return {};
            })
            .value();
    }
    void look(const std::function<void(const casework::View&)>& op) {
        store_
            ->read_now([&](const casework::View& view) -> Result<void> {
                op(view);
                return {};
            })
            .value();
    }

    const domain::Principal caller_ = support::hotline();
    operations::SystemClock clock_;
    operations::SystemEntropy entropy_;
    boost::asio::io_context io_;
    std::unique_ptr<store::SqliteStore> store_;
    std::shared_ptr<vault::KeyMedium> keys_;
    std::unique_ptr<vault::SodiumVault> vault_;
    bench::TimedVault timed_;
    casework::Worlds worlds_{world()};
    casework::Wakeup outbox_work_{io_.get_executor()};
    casework::Wakeup watch_work_{io_.get_executor()};
    support::Mailbox mailbox_;
    Door plain_door_;
    Door timed_door_;
    Reports reports_;
    std::string token_;
    double events_each_ = 0;
    double judged_each_ = 0;
};

struct Line {
    std::string_view name;
    double us = 0;
    double percent = 0;
};

/// Medians over the rounds; a share is the median of the shares within a round.
Line line_of(std::string_view name, const std::vector<Figures>& rounds, double Figures::* part) {
    std::vector<double> us, percent;
    for (const Figures& figures : rounds) {
        us.push_back(figures.*part);
        percent.push_back(100 * figures.*part / figures.whole);
    }
    return {name, median(us), median(percent)};
}

nlohmann::ordered_json to_json(const std::vector<Line>& lines) {
    nlohmann::ordered_json result = nlohmann::ordered_json::array();
    for (const Line& line : lines) {
        result.push_back({{"part", line.name}, {"cpu_us", line.us}, {"percent", line.percent}});
    }
    return result;
}

std::filesystem::path new_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lachan-protection-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error("no folder for the database");
    }
    return pattern;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    const bool smoke = std::find(words.begin(), words.end(), "--smoke") != words.end();
    const auto json = std::find(words.begin(), words.end(), "--json");
    log::set_level(log::Level::none);
    const Sizes sizes = smoke ? Sizes{.rounds = 1, .batches = 4} : Sizes();
    const std::filesystem::path folder = new_folder();
    std::vector<Figures> rounds;
    nlohmann::ordered_json facts;
    {
        Bench bench(folder);
        const double clock = clock_ns();
        (void)bench.round(sizes.batches, clock);  // the first of everything is dearer
        for (int i = 0; i < sizes.rounds; ++i) {
            rounds.push_back(bench.round(sizes.batches, clock));
        }
        std::printf("%d rounds of %d reports without and with count; %.1f units in a commit\n",
                    sizes.rounds,
                    sizes.batches * kAtOnce,
                    bench.units_in_commit());
        std::printf("a report: %.1f entries of the record, %.1f cases judged, %.0f seals and %.0f hashes\n",
                    bench.events_each(),
                    bench.judged_each(),
                    rounds.back().sealing_calls,
                    rounds.back().hashing_calls);
        facts = {{"rounds", sizes.rounds},
                 {"reports", sizes.batches * kAtOnce},
                 {"events_each", bench.events_each()},
                 {"judged_each", bench.judged_each()}};
    }
    std::filesystem::remove_all(folder);
    const std::vector<Line> lines = {line_of("whole", rounds, &Figures::whole),
                                     line_of("sealing", rounds, &Figures::sealing),
                                     line_of("keyed hashes", rounds, &Figures::hashing),
                                     line_of("access", rounds, &Figures::access),
                                     line_of("chain", rounds, &Figures::chain)};
    for (const Line& line : lines) {
        std::printf("%-14s %8.1f us of CPU a report   %5.2f %%\n",
                    std::string(line.name).c_str(),
                    line.us,
                    line.percent);
    }
    if (json != words.end() && json + 1 != words.end()) {
        facts["parts"] = to_json(lines);
        std::ofstream(std::string(*(json + 1))) << facts.dump(1) << '\n';
    }
    const bool counted = std::ranges::all_of(lines, [](const Line& line) { return line.us > 0; });
    std::puts(counted ? "every part was counted" : "NOT every part was counted");
    return counted ? 0 : 1;
}
