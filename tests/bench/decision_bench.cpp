// What one decision costs with the whole pack, beside an evaluator written the straightforward way: it walks
// the pack's JSON for each report. Both must find the same rules; `--smoke` checks only that.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/http/report_codec.hpp"
#include "lachan/policy/facts.hpp"
#include "lachan/policy/pack.hpp"

namespace {

using namespace lachan;
using nlohmann::json;

constexpr int kRounds = 7;          ///< Alternating, so that a drifting machine is fair to both.
constexpr int kDecisions = 20'000;  ///< A round of the engine.
constexpr int kWalks = 400;         ///< A round of the walker, which is slower.

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The facts of a child as JSON: name → the values it may have. A walker would be handed something like this.
json facts_json(const json& pack, const policy::Facts& facts) {
    json result = json::object();
    std::size_t index = 0;
    const auto add = [&](const std::string& name, const json& values) {
        json possible = json::array();
        for (std::size_t i = 0; i < values.size(); ++i) {
            if ((facts[index] >> i & 1U) != 0) {
                possible.push_back(values[i]);
            }
        }
        result[name] = std::move(possible);
        ++index;
    };
    for (const json& fact : pack.at("facts")) {
        const std::string name = fact.at("name");
        if (!fact.value("several", false)) {
            add(name, fact.at("values"));
            continue;
        }
        for (const json& value : fact.at("values")) {
            add(name + "." + value.get<std::string>(), json::array({"no", "yes"}));
        }
    }
    return result;
}

/// Three values: no, unknown, yes.
class Walker {
public:
    Walker(const json& pack, const json& facts) : pack_(pack), facts_(facts) {}

    [[nodiscard]] std::vector<std::string> rules() const {
        std::vector<std::string> applied;
        for (const json& rule : pack_.at("rules")) {
            if (rule.at("on") == "report" && value_of(rule.at("when")) != 0) {
                applied.push_back(rule.at("id"));
            }
        }
        return applied;
    }

private:
    [[nodiscard]] int among(const std::string& name, const json& wanted) const {
        std::size_t inside = 0;
        const json& possible = facts_.at(name);
        for (const json& value : possible) {
            inside += std::find(wanted.begin(), wanted.end(), value) != wanted.end() ? 1U : 0U;
        }
        return inside == 0 ? 0 : inside == possible.size() ? 2 : 1;
    }

    [[nodiscard]] int value_of(const json& when) const {
        if (when == "always") {
            return 2;
        }
        if (when.contains("fact")) {
            if (!when.contains("has")) {
                return among(when.at("fact"), when.at("in"));
            }
            int best = 0;
            for (const json& word : when.at("has")) {
                best = std::max(best, among("category." + word.get<std::string>(), json::array({"yes"})));
            }
            return best;
        }
        const std::string op = when.begin().key();
        if (op == "is") {
            const auto term =
                std::find_if(pack_.at("terms").begin(), pack_.at("terms").end(), [&](const json& each) {
                    return each.at("name") == when.at("is");
                });
            return value_of(term->at("when"));
        }
        if (op == "not") {
            return 2 - value_of(when.at("not"));
        }
        if (op == "certain") {
            return value_of(when.at("certain")) == 2 ? 2 : 0;
        }
        int result = op == "all" ? 2 : 0;
        for (const json& part : when.at(op)) {
            result = op == "all" ? std::min(result, value_of(part)) : std::max(result, value_of(part));
        }
        return result;
    }

    const json& pack_;
    const json& facts_;
};

struct Sample {
    std::vector<policy::Facts> children;
    std::vector<json> as_json;
};

std::vector<Sample> samples(const policy::Pack& pack,
                            const json& document,
                            const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<Sample> result;
    for (const auto& file : files) {
        const auto report = http::decode_report(read(file), *parse_rfc3339("2026-11-20T08:15:00+07:00"));
        Sample sample;
        sample.children =
            policy::facts_of(pack, report.value(), {domain::Answer::no, domain::Answer::no, false});
        for (const policy::Facts& facts : sample.children) {
            sample.as_json.push_back(facts_json(document, facts));
        }
        result.push_back(std::move(sample));
    }
    return result;
}

std::vector<std::string> walked(const json& document, const Sample& sample) {
    std::vector<std::string> ids;
    for (const json& facts : sample.as_json) {
        for (std::string& id : Walker(document, facts).rules()) {
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
                ids.push_back(std::move(id));
            }
        }
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

std::vector<std::string> decided(const policy::Pack& pack, const Sample& sample) {
    std::vector<std::string> ids;
    for (const policy::Rule* rule : pack.decide(sample.children).applied) {
        ids.push_back(rule->id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

template <class Work>
double microseconds_each(int count, const Work& work) {
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
        work(static_cast<std::size_t>(i));
    }
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun;
    return took.count() / count;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path root = LACHAN_SOURCE_DIR;
    const std::string text = read(root / "rules/lai-chau/decision-27-2023/pack.json");
    const auto pack = policy::Pack::parse(text);
    const json document = json::parse(text);
    const auto all = samples(pack.value(), document, root / "config/demo/reports");
    for (const Sample& sample : all) {
        if (walked(document, sample) != decided(*pack, sample)) {
            std::puts("the two evaluators disagree");
            return 1;
        }
    }
    std::printf("%zu sample reports: both evaluators find the same rules\n", all.size());
    if (argc > 1 && std::string_view(argv[1]) == "--smoke") {
        return 0;
    }
    std::size_t kept = 0;  // so that no work can be left out
    std::vector<double> engine, walker, ratio;
    for (int round = 0; round < kRounds; ++round) {
        engine.push_back(microseconds_each(kDecisions, [&](std::size_t i) {
            kept += pack->decide(all[i % all.size()].children).duties.size();
        }));
        walker.push_back(microseconds_each(
            kWalks, [&](std::size_t i) { kept += walked(document, all[i % all.size()]).size(); }));
        ratio.push_back(walker.back() / engine.back());
    }
    std::printf(
        "decision, whole pack (%zu rules): engine %.2f us, JSON walker %.1f us, ratio %.0f (medians of %d "
        "alternating rounds, %zu)\n",
        pack->rules().size(),
        median(engine),
        median(walker),
        median(ratio),
        kRounds,
        kept % 10);
    return 0;
}
