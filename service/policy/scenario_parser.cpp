#include "lachan/policy/scenarios.hpp"
#include "report_reader.hpp"

namespace lachan::policy {
namespace {

ExpectedDuty read_expected_duty(const Reader& json) {
    ExpectedDuty duty;
    if (!json.is_object({"kind", "role", "limit", "force", "clause", "place", "child"})) {
        return duty;
    }
    duty.kind = json.required("kind");
    duty.role = json.text("role").value_or("");
    duty.limit = json.text("limit").value_or("");
    duty.force = json.text("force").value_or("");
    duty.clause = json.text("clause").value_or("");
    duty.place = json.text("place").value_or("");
    duty.child = json.number("child");
    return duty;
}

Expectation read_expectation(const Reader& json) {
    Expectation expected;
    if (!json.is_object(
            {"urgency", "severity", "duties", "absent", "told", "not_told", "assumptions", "only"})) {
        return expected;
    }
    expected.urgency = json.text("urgency").value_or("");
    expected.severity = json.text("severity").value_or("");
    json.each("duties", [&](const Reader& duty) { expected.duties.push_back(read_expected_duty(duty)); });
    expected.absent = json.texts("absent");
    expected.told = json.texts("told");
    expected.not_told = json.texts("not_told");
    expected.assumptions = json.texts("assumptions");
    expected.only = json.flag("only", false);
    return expected;
}

void read_step(const Reader& json, Scenario& scenario) {
    if (!json.is_object({"kind", "result", "child"})) {
        return;
    }
    scenario.step = json.required("kind");
    scenario.result = json.text("result").value_or("");
    scenario.child = json.number("child");
}

/// A scenario for each regime it is told for: what the law says seldom depends on it.
void read_scenario(const Reader& json, std::vector<Scenario>& scenarios) {
    if (!json.is_object(
            {"name", "title", "regimes", "remote", "border", "report", "step", "closure", "expect"})) {
        return;
    }
    Scenario scenario;
    scenario.name = json.required("name");
    const Reader named = json.within("scenario " + scenario.name);
    scenario.title = named.required("title");
    if (!named.has("report") || !named.has("expect")) {
        named.fault("missing", "a report and an expectation are needed");
        return;
    }
    scenario.report = read_report(named.at("report"));
    scenario.expected = read_expectation(named.at("expect"));
    scenario.where.remote = named.code<domain::Answer>("remote").value_or(domain::Answer::unknown);
    scenario.where.border = named.code<domain::Answer>("border").value_or(domain::Answer::unknown);
    scenario.closure = named.flag("closure", false);
    if (named.has("step")) {
        read_step(named.at("step"), scenario);
    }
    const std::string name = scenario.name;
    const auto regimes = named.texts("regimes");
    for (const std::string& regime : regimes) {
        if (regime != "three_tier" && regime != "two_tier") {
            named.fault_at("regimes", "unknown_word", "three_tier or two_tier is expected");
        }
        scenario.where.districts = regime == "three_tier";
        scenario.name = regimes.size() > 1 ? name + "." + regime : name;
        scenarios.push_back(scenario);
    }
    if (regimes.empty()) {
        named.fault_at("regimes", "missing", "say for which regime it is told");
    }
}

}  // namespace

Result<std::vector<Scenario>> parse_scenarios(std::string_view json) {
    std::vector<Fault> faults;
    std::vector<Scenario> scenarios;
    if (const auto document = parse_document(json, faults)) {
        const Reader file(*document, "", faults);
        if (file.is_object({"$schema", "about", "scenarios"})) {
            file.each("scenarios", [&](const Reader& entry) { read_scenario(entry, scenarios); });
        }
    }
    if (!faults.empty()) {
        const std::string count = std::to_string(faults.size());
        return Error(Errc::rule_pack_invalid, "the scenarios have " + count + " fault(s)", std::move(faults));
    }
    return scenarios;
}

}  // namespace lachan::policy
