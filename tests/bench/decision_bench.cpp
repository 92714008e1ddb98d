// What one decision costs with the whole pack: from a report's facts to duties, notices and assumptions.
// Beside it two evaluators that only say which rules apply: one asks each compiled rule by itself, and stops
// where the answer is known, as one would write it in C++; the other walks the pack's JSON, as one would
// write it first, and says what compiling is worth, not what the engine is. All must find the same rules;
// `--smoke` checks only that.
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

#include "content.hpp"
#include "lachan/http/report_codec.hpp"
#include "lachan/policy/facts.hpp"
#include "lachan/policy/pack.hpp"
#include "results.hpp"

namespace {

using namespace lachan;
using nlohmann::json;

constexpr int kRounds = 7;          ///< Alternating, so that a drifting machine is fair to both.
constexpr int kDecisions = 20'000;  ///< A round of the engine, and of the rules one by one.
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

/// Each compiled rule by itself: what rules share is asked again for each, and what cannot change an answer
/// is not asked.
class OneByOne {
public:
    explicit OneByOne(const policy::Pack& pack) : content_(pack.content()) {}

    void add_rules(const policy::Facts& facts, std::vector<const policy::Rule*>& applied) const {
        for (const std::size_t rule : content_.on_report) {
            if (value_of(content_.roots[rule], facts) != policy::Verdict::no) {
                applied.push_back(&content_.rules[rule]);
            }
        }
    }

private:
    [[nodiscard]] policy::Verdict value_of(policy::NodeIndex index, const policy::Facts& facts) const {
        using policy::Verdict;
        const policy::Node& node = content_.program.nodes()[index];
        const auto children = content_.program.children(index);
        switch (node.op) {
            case policy::Op::among:
                return policy::verdict_of(facts[node.fact], node.set);
            case policy::Op::negation:
                return static_cast<Verdict>(2 - static_cast<int>(value_of(children.front(), facts)));
            case policy::Op::certain:
                return value_of(children.front(), facts) == Verdict::yes ? Verdict::yes : Verdict::no;
            case policy::Op::all:
            case policy::Op::any:
                break;
        }
        const bool all = node.op == policy::Op::all;
        const Verdict settled = all ? Verdict::no : Verdict::yes;
        Verdict result = all ? Verdict::yes : Verdict::no;
        for (auto child = children.begin(); child != children.end() && result != settled; ++child) {
            const Verdict value = value_of(*child, facts);
            result = all ? std::min(result, value) : std::max(result, value);
        }
        return result;
    }

    const policy::Pack::Content& content_;
};

/// Walks the JSON. Three values: no, unknown, yes.
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
    domain::Report report;
    std::vector<json> as_json;
};

constexpr policy::Circumstances kNear{domain::Answer::no, domain::Answer::no, false};

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
        auto report = http::decode_report(read(file), *parse_rfc3339("2026-11-20T08:15:00+07:00"));
        Sample sample{std::move(report).value(), {}};
        for (const policy::Facts& facts : policy::facts_of(pack, sample.report, kNear)) {
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

policy::Decision decide(const policy::Pack& pack, const Sample& sample) {
    return pack.decide(policy::facts_of(pack, sample.report, kNear));
}

std::vector<const policy::Rule*> asked_one_by_one(const policy::Pack& pack, const Sample& sample) {
    std::vector<const policy::Rule*> applied;
    for (const policy::Facts& facts : policy::facts_of(pack, sample.report, kNear)) {
        OneByOne(pack).add_rules(facts, applied);
    }
    return applied;
}

std::vector<std::string> ids_of(const std::vector<const policy::Rule*>& rules) {
    std::vector<std::string> ids;
    for (const policy::Rule* rule : rules) {
        ids.push_back(rule->id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
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

}  // namespace

int main(int argc, char** argv) {
    const bench::Options options(argc, argv);
    const std::filesystem::path root = LACHAN_SOURCE_DIR;
    const std::string text = read(root / "rules/lai-chau/decision-27-2023/pack.json");
    const auto pack = policy::Pack::parse(text);
    const json document = json::parse(text);
    const auto all = samples(pack.value(), document, root / "config/demo/reports");
    for (const Sample& sample : all) {
        const auto found = ids_of(decide(*pack, sample).applied);
        if (walked(document, sample) != found || ids_of(asked_one_by_one(*pack, sample)) != found) {
            std::puts("the evaluators disagree");
            return 1;
        }
    }
    std::printf("%zu sample reports: all three evaluators find the same rules\n", all.size());
    if (options.has("--smoke")) {
        return 0;
    }
    std::size_t kept = 0;  // so that no work can be left out
    std::vector<double> engine, one_by_one, walker, of_rules, of_json;
    const auto sample = [&](std::size_t i) -> const Sample& { return all[i % all.size()]; };
    for (int round = 0; round < kRounds; ++round) {
        engine.push_back(microseconds_each(
            kDecisions, [&](std::size_t i) { kept += decide(*pack, sample(i)).duties.size(); }));
        one_by_one.push_back(microseconds_each(
            kDecisions, [&](std::size_t i) { kept += asked_one_by_one(*pack, sample(i)).size(); }));
        walker.push_back(
            microseconds_each(kWalks, [&](std::size_t i) { kept += walked(document, sample(i)).size(); }));
        of_rules.push_back(engine.back() / one_by_one.back());
        of_json.push_back(walker.back() / engine.back());
    }
    std::printf(
        "a decision with the whole pack (%zu rules), reading the facts of the report included, medians of %d "
        "alternating rounds (%zu):\n"
        "    engine, to duties, notices and assumptions  %8.2f us\n"
        "    compiled rules one by one, to rules only    %8.2f us, the engine costs %.2f of it\n"
        "    walking the JSON, to rules only             %8.1f us, %.0f times the engine\n",
        pack->rules().size(),
        kRounds,
        kept % 10,
        bench::median(engine),
        bench::median(one_by_one),
        bench::median(of_rules),
        bench::median(walker),
        bench::median(of_json));
    bench::Results results;
    results.put("rounds", kRounds);
    results.put("rules", pack->rules().size());
    results.put("engine_us", bench::median(engine));
    results.put("compiled_rules_one_by_one_us", bench::median(one_by_one));
    results.put("engine_of_one_by_one", bench::median(of_rules));
    results.put("json_walker_us", bench::median(walker));
    results.put("json_walker_of_engine", bench::median(of_json));
    results.at_most(20, bench::median(engine), "us for a decision");
    results.write(options.after("--json"));
    return 0;
}
