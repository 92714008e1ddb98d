// Asking by receipt, with one that is somebody's and one that is nobody's: both have to take the same time,
// or a guess would tell by its answer's time that it was close. Prints the ratio of the medians.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/http/api.hpp"
#include "lachan/http/headers.hpp"
#include "lachan/http/target.hpp"
#include "results.hpp"
#include "support/office.hpp"

namespace {

using namespace lachan;

constexpr int kRounds = 15;  ///< Alternating, so that a drifting machine is fair to both.

struct Sizes {
    int reports;
    int asked;  ///< A round.
};

http::LimitSettings without_limits() {
    http::LimitSettings settings;
    settings.receipt.quota = 1'000'000'000;
    return settings;
}

class Bench {
public:
    explicit Bench(int reports)
        : limits_(without_limits()),
          api_({.context = office_.context(),
                .transport = mailbox_,
                .problems = problems_,
                .limits = limits_,
                .people = people_,
                .public_url = "https://lachan.test",
                .version = "bench",
                .check_channel = {},
                .check_agency = {},
                .reload = {},
                .sign = [this](std::string_view text) { return office_.vault().sign(text); },
                .public_key = Bytes(32)}) {
        for (int i = 0; i < reports; ++i) {
            domain::Report report = support::small_accident();
            report.id = domain::ReportId("r-" + std::to_string(i));
            auto filed = office_.file(support::hotline(), std::move(report));
            receipts_.push_back(filed.value().change->receipt);
        }
    }

    std::string receipt(bool known, int round) {
        return known ? receipts_[static_cast<std::size_t>(round) % receipts_.size()]
                     : office_.vault().issue_receipt().text;
    }

    int ask(std::string_view path, const std::string& receipt) {
        http::Request request;
        request.id = domain::RequestId("r");
        request.method = http::Method::post;
        auto target = http::parse_target(path).value();
        request.path = std::move(target.path);
        request.segments = std::move(target.segments);
        request.headers.add("Content-Type", "application/json");
        request.body = R"({"receipt": ")" + receipt + R"("})";
        request.remote = "203.0.113.7";
        return office_.run(api_.answer(request)).status;
    }

private:
    support::Office office_;
    support::Mailbox mailbox_;
    http::Problems problems_{"https://lachan.test"};
    http::Limits limits_;
    vault::Argon2Credentials credentials_{{.cost = support::kCheapPasswords, .worker = office_.executor()}};
    casework::People people_{office_.context(), credentials_};
    http::Api api_;
    std::vector<std::string> receipts_;
};

/// Microseconds of each request; receipts are made beforehand.
std::vector<double> time(Bench& bench, std::string_view path, bool known, const Sizes& sizes, int round) {
    std::vector<std::string> receipts;
    for (int i = 0; i < sizes.asked; ++i) {
        receipts.push_back(bench.receipt(known, round * sizes.asked + i));
    }
    std::vector<double> took;
    for (const std::string& receipt : receipts) {
        const auto start = std::chrono::steady_clock::now();
        const int status = bench.ask(path, receipt);
        const std::chrono::duration<double, std::micro> span = std::chrono::steady_clock::now() - start;
        if (status != (known ? 200 : 404)) {
            std::fprintf(stderr, "%d for a %s receipt\n", status, known ? "known" : "unknown");
            std::exit(1);
        }
        took.push_back(span.count());
    }
    return took;
}

nlohmann::ordered_json compare(Bench& bench, std::string_view path, const Sizes& sizes) {
    std::vector<double> hits;
    std::vector<double> misses;
    for (int round = 0; round < kRounds; ++round) {
        for (const bool known : {round % 2 == 0, round % 2 != 0}) {
            const auto took = time(bench, path, known, sizes, round);
            auto& into = known ? hits : misses;
            into.insert(into.end(), took.begin(), took.end());
        }
    }
    const double hit = lachan::bench::median(hits);
    const double miss = lachan::bench::median(misses);
    std::printf("%-18s hit %7.1f us   miss %7.1f us   ratio %.3f\n",
                std::string(path).c_str(),
                hit,
                miss,
                hit / miss);
    return {{"path", path}, {"hit_us", hit}, {"miss_us", miss}, {"hit_of_miss", hit / miss}};
}

}  // namespace

int main(int argc, char** argv) {
    const lachan::bench::Options options(argc, argv);
    const Sizes sizes = options.has("--smoke") ? Sizes{20, 5} : Sizes{2000, 400};
    Bench bench(sizes.reports);
    std::printf("asking by receipt, %d reports stored, %d rounds of %d, medians\n",
                sizes.reports,
                kRounds,
                sizes.asked);
    nlohmann::ordered_json paths = nlohmann::ordered_json::array();
    for (const std::string_view path : {"/v1/status", "/v1/status/nudge", "/v1/status/proof"}) {
        paths.push_back(compare(bench, path, sizes));
    }
    lachan::bench::Results results;
    results.put("reports", sizes.reports);
    results.put("rounds", kRounds);
    results.put("asked_in_a_round", sizes.asked);
    results.put("asking", std::move(paths));
    results.write(options.after("--json"));
    return 0;
}
