// Fills the database of a service that does not run with cases, through the store's own room: each is a copy
// of one that the service itself opened, with numbers, instants and traces of its own. Most are closed, some
// still run. Then says what the questions cost that are asked of the store itself.
//
//     bench_fill --service FOLDER --cases N [--open PERCENT]
//     bench_fill --service FOLDER --measure yes
//     bench_fill --service FOLDER --codes FILE      writes the code of every case, one a line
//
// Case n has the phone 09 and n in eight digits, and shares its child's name, "Giàng A" and n / 4 in letters,
// with three others.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"
#include "lachan/vault/sodium_vault.hpp"

namespace {

using namespace lachan;
using namespace std::chrono_literals;

constexpr int kCasesPerUnit = 500;
constexpr int kTemplates = 64;
constexpr int kOfOneName = 4;                               ///< Cases.
constexpr auto kSpread = std::chrono::hours(24 * 365 * 3);  ///< How far back cases begin.

struct Template {
    domain::Case value;
    casework::ReportRow report;
    std::vector<domain::Duty> duties;
    std::vector<domain::Notification> notifications;
    std::vector<domain::Event> events;
};

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "bench_fill: %s\n", why.c_str());
    std::exit(3);
}

template <class Outcome>
void must(const Outcome& outcome) {
    if (!outcome) {
        fail(outcome.error().detail());
    }
}

std::vector<Template> templates_of(store::SqliteStore& store) {
    std::vector<Template> found;
    must(store.read_now([&](const casework::View& view) -> Result<void> {
        for (std::int64_t number = 1; number <= 2 * kTemplates && found.size() < kTemplates; ++number) {
            const domain::CaseNo no{number};
            const auto value = view.cases.find(no);
            const auto reports = view.reports.of_case(no);
            if (value && !reports.empty()) {
                found.push_back({*value,
                                 reports.front(),
                                 view.duties.of_case(no),
                                 view.outbox.of_case(no),
                                 view.events.of_case(no, 0, 100)});
            }
        }
        return {};
    }));
    if (found.empty()) {
        fail("the database holds no case to copy");
    }
    return found;
}

std::string phone_of(domain::CaseNo number) {
    const std::string digits = std::to_string(static_cast<std::int64_t>(number));
    return "09" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits;
}

std::string name_of(domain::CaseNo number) {
    std::string name = "Giàng A ";
    for (std::int64_t rest = static_cast<std::int64_t>(number) / kOfOneName; rest > 0; rest /= 26) {
        name += static_cast<char>('a' + rest % 26);
    }
    return name;
}

class Filler {
public:
    Filler(std::vector<Template> templates, const vault::SodiumVault& vault, int open_percent, Instant now)
        : templates_(std::move(templates)), vault_(vault), open_percent_(open_percent), now_(now) {}

    void add_case(casework::Tx& tx) {
        const Template& made_from = templates_[dice_() % templates_.size()];
        const bool open = static_cast<int>(dice_() % 100) < open_percent_;
        const Duration back(
            static_cast<std::int64_t>(dice_() % static_cast<std::uint64_t>(Duration(kSpread).count())));
        const Instant at = open ? now_ - back / 1000 : now_ - back;
        const Duration shift = at - made_from.value.received_at;
        domain::Case value = made_from.value;
        value.received_at += shift;
        value.opened_at += shift;
        value.next_due = open ? std::optional(now_ + 30min + back / 100) : std::nullopt;
        value.status = open ? domain::CaseStatus::open : domain::CaseStatus::closed;
        value.closed_at = open ? std::nullopt : std::optional(value.opened_at + std::chrono::days(20));
        value.no = tx.cases.insert(value, casework::KeySlot{1});
        add_report(tx, made_from, value.no, shift);
        for (const domain::Duty& duty : made_from.duties) {
            add_duty(tx, duty, value.no, open, shift, back);
        }
        for (domain::Notification sent : made_from.notifications) {
            add_notification(tx, std::move(sent), value.no, shift);
        }
        for (domain::Event event : made_from.events) {
            event.case_no = value.no;
            event.at = tx.now;
            tx.events.append(event);
        }
    }

private:
    void add_report(casework::Tx& tx, const Template& made_from, domain::CaseNo number, Duration shift) {
        casework::ReportRow row = made_from.report;
        row.case_no = number;
        row.id = domain::ReportId("filled-" + std::to_string(dice_()));
        row.received_at += shift;
        row.recorded_at += shift;
        for (std::uint8_t& byte : row.receipt_hash) {
            byte = static_cast<std::uint8_t>(dice_());
        }
        tx.reports.insert(row);
        static constexpr casework::PartyRelation kReporter[] = {casework::PartyRelation::reporter};
        tx.cases.add_party(number, row.reporter, kReporter);
        plant(tx, number, casework::TraceKind::child_name, name_of(number));
        plant(tx, number, casework::TraceKind::phone, phone_of(number));
        for (int i = 0; i < 3; ++i) {
            tx.cases.add_trace(
                number, casework::TraceKind::other_name, static_cast<casework::TraceHash>(dice_()));
        }
    }

    void plant(casework::Tx& tx,
               domain::CaseNo number,
               casework::TraceKind kind,
               const std::string& text) const {
        if (const auto hash = vault_.trace(kind, text)) {
            tx.cases.add_trace(number, kind, *hash);
        }
    }

    void add_duty(casework::Tx& tx,
                  domain::Duty duty,
                  domain::CaseNo number,
                  bool open,
                  Duration shift,
                  Duration back) {
        duty.no.case_no = number;
        duty.start += shift;
        duty.due = open ? now_ + 1h + back / 100 : duty.due + shift;
        duty.state = open ? domain::DutyState::accepted : domain::DutyState::done;
        duty.accepted_at = duty.start + 5min;
        duty.ended_at = open ? std::nullopt : std::optional(duty.start + 2h);
        duty.next_at = open ? std::optional(duty.due) : std::nullopt;
        tx.duties.insert(duty);
        static constexpr casework::PartyRelation kHolder[] = {casework::PartyRelation::holder};
        tx.cases.add_party(number, duty.holder, kHolder);
    }

    static void add_notification(casework::Tx& tx,
                                 domain::Notification sent,
                                 domain::CaseNo number,
                                 Duration shift) {
        sent.no.case_no = number;
        sent.created_at += shift;
        sent.state = domain::NotificationState::delivered;
        sent.attempts = 1;
        sent.next_attempt.reset();
        sent.reroute_at.reset();
        sent.delivered_at = sent.created_at + 1s;
        tx.outbox.insert(sent);
    }

    std::vector<Template> templates_;
    const vault::SodiumVault& vault_;
    int open_percent_;
    Instant now_;
    std::mt19937_64 dice_{std::random_device{}()};
};

std::int64_t cases_in(store::SqliteStore& store) {
    std::int64_t last = 0;
    must(store.read_now([&](const casework::View& view) -> Result<void> {
        std::int64_t step = std::int64_t{1}
                            << 32;  // case numbers have no holes: the last one is found by halving
        for (; step > 0; step /= 2) {
            if (view.cases.key(domain::CaseNo{last + step})) {
                last += step;
            }
        }
        return {};
    }));
    return last;
}

void fill(store::SqliteStore& store,
          const vault::SodiumVault& vault,
          std::int64_t wanted,
          int open_percent,
          Instant now) {
    Filler filler(templates_of(store), vault, open_percent, now);
    for (std::int64_t made = cases_in(store); made < wanted; made += kCasesPerUnit) {
        must(store.commit_now([&](casework::Tx& tx) -> Result<void> {
            for (int i = 0; i < kCasesPerUnit; ++i) {
                filler.add_case(tx);
            }
            return {};
        }));
    }
}

/// Median of many askings, in microseconds.
double cost_of(store::SqliteStore& store, const casework::ReadOp& ask) {
    std::vector<double> costs;
    for (int i = 0; i < 201; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        must(store.read_now(ask));
        costs.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count());
    }
    std::ranges::sort(costs);
    return costs[costs.size() / 2];
}

void measure(store::SqliteStore& store, Instant now) {
    std::mt19937_64 dice(1);
    const auto last = static_cast<std::uint64_t>(cases_in(store));
    const auto any = [&] { return domain::CaseNo{static_cast<std::int64_t>(dice() % last) + 1}; };
    std::printf(
        "{\"cases\":%llu,\"find_us\":%.1f,\"duties_of_case_us\":%.1f,\"due_none_us\":%.1f,\"due_100_us\":%."
        "1f,"
        "\"next_instant_us\":%.1f}\n",
        static_cast<unsigned long long>(last),
        cost_of(store,
                [&](const casework::View& view) -> Result<void> {
                    static_cast<void>(view.cases.find(any()));
                    return {};
                }),
        cost_of(store,
                [&](const casework::View& view) -> Result<void> {
                    static_cast<void>(view.duties.of_case(any()));
                    return {};
                }),
        cost_of(store,
                [&](const casework::View& view) -> Result<void> {
                    static_cast<void>(view.duties.due(now - std::chrono::days(3'000), 100));
                    return {};
                }),
        cost_of(store,
                [&](const casework::View& view) -> Result<void> {
                    static_cast<void>(view.duties.due(now + std::chrono::days(3'000), 100));
                    return {};
                }),
        cost_of(store, [&](const casework::View& view) -> Result<void> {
            static_cast<void>(view.duties.next_instant());
            return {};
        }));
}

std::unique_ptr<vault::SodiumVault> open_vault(const std::filesystem::path& service,
                                               casework::Entropy& entropy) {
    const auto master = vault::read_master_key_file(service / "secrets" / "master.key");
    must(master);
    auto medium = vault::open_key_file(service / "data" / "case-keys", vault::KeyFileAccess::read);
    must(medium);
    auto opened = vault::SodiumVault::open(*master, std::move(*medium), std::nullopt, entropy);
    must(opened);
    return std::move(*opened);
}

void write_codes(store::SqliteStore& store, const vault::SodiumVault& vault, const std::string& path) {
    std::ofstream file(path);
    for (std::int64_t number = 1, last = cases_in(store); number <= last; ++number) {
        file << vault.case_code(domain::CaseNo{number}) << '\n';
    }
    if (!file.flush()) {
        fail("cannot write " + path);
    }
}

}  // namespace

int main(int argc, char** argv) {
    std::filesystem::path service;
    std::string codes;
    std::int64_t wanted = 0;
    int open_percent = 5;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--service") {
            service = argv[i + 1];
        } else if (name == "--cases") {
            wanted = std::atoll(argv[i + 1]);
        } else if (name == "--open") {
            open_percent = std::atoi(argv[i + 1]);
        } else if (name == "--codes") {
            codes = argv[i + 1];
        }
    }
    operations::SystemClock clock;
    operations::SystemEntropy entropy;
    auto store = store::open_store((service / "data" / "lachan.sqlite3").string(), {clock, std::nullopt, {}});
    must(store);
    const auto vault = open_vault(service, entropy);
    if (wanted > 0) {
        fill(**store, *vault, wanted, open_percent, clock.now());
    } else if (!codes.empty()) {
        write_codes(**store, *vault, codes);
    } else {
        measure(**store, clock.now());
    }
    (*store)->stop();
    return 0;
}
