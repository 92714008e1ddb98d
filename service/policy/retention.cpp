#include "lachan/policy/retention.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "json_reader.hpp"
#include "lachan/base/check.hpp"

namespace lachan::policy {
namespace {

constexpr int kFormat = 1;

template <class Value>
bool holds(const std::vector<Value>& values, const Value& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

/// A thousand years: who means "for ever" writes so much, and no day that is counted with it leaves the
/// calendar.
constexpr int kLongestMonths = 12'000;
constexpr int kLongestDays = 365'000;

/// "30 days", "24 months".
bool read_keep(std::string_view text, RetentionRule& rule) {
    int count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failure != std::errc() || count < 0) {
        return false;
    }
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit == " days" || unit == " day") {
        rule.days = std::chrono::days(count);
        return count <= kLongestDays;
    }
    rule.months = std::chrono::months(count);
    return (unit == " months" || unit == " month") && count <= kLongestMonths;
}

template <class Code>
std::vector<Code> read_codes(const Reader& owner, std::string_view key) {
    std::vector<Code> codes;
    for (const std::string& word : owner.texts(key)) {
        const auto code = domain::parse_code<Code>(word);
        if (code) {
            codes.push_back(*code);
        } else {
            owner.fault_at(key, "unknown_word", "\"" + word + "\" is none of the words allowed here");
        }
    }
    return codes;
}

void read_when(const Reader& when, RetentionRule& rule) {
    if (!when.is_object({"kind", "category", "only_category", "step", "result"})) {
        return;
    }
    rule.kinds = read_codes<domain::ReportStatus>(when, "kind");
    rule.categories = read_codes<domain::Category>(when, "category");
    rule.only_categories = read_codes<domain::Category>(when, "only_category");
    rule.step = when.text("step").value_or("");
    rule.result = when.text("result").value_or("");
    if (rule.step.empty() != rule.result.empty()) {
        when.fault("incomplete", "step and result belong together");
    }
}

std::vector<Basis> read_basis_of(const Reader& owner) {
    std::vector<Basis> list;
    owner.each("basis", [&](const Reader& declared) {
        if (!declared.is_object({"source", "clause", "reading", "note"})) {
            return;
        }
        Basis& basis = list.emplace_back();
        basis.source = declared.required("source");
        basis.clause = declared.required("clause");
        const auto reading = declared.code<domain::Reading>("reading");
        if (!reading) {
            declared.fault_at("reading", "missing", "say how the clause was read");
        }
        basis.reading = reading.value_or(domain::Reading::assumption);
        basis.note = declared.text("note").value_or("");
    });
    if (list.empty()) {
        owner.fault_at("basis", "missing", "a rule needs its ground, if only as an assumption");
    }
    return list;
}

RetentionRule read_rule(const Reader& declared) {
    RetentionRule rule;
    rule.id = declared.required("id");
    rule.title = declared.required("title");
    rule.title_en = declared.text("title_en").value_or("");
    if (declared.has("when")) {
        read_when(declared.at("when"), rule);
    }
    if (!read_keep(declared.required("keep"), rule)) {
        declared.fault_at("keep", "bad_limit", "expected a number of days or months, as in \"24 months\"");
    }
    rule.basis = read_basis_of(declared);
    return rule;
}

bool fits_all(const RetentionRule& rule) {
    return rule.kinds.empty() && rule.categories.empty() && rule.only_categories.empty() && rule.step.empty();
}

RetentionRules read_rules_of(const Reader& document) {
    RetentionRules rules;
    if (!document.is_object({"$schema", "format", "id", "version", "title", "note", "rules"})) {
        return rules;
    }
    if (document.number("format") != kFormat) {
        document.fault_at("format", "unknown_format", "this program reads format 1");
    }
    rules.id = document.required("id");
    rules.version = document.required("version");
    std::set<std::string> ids;
    document.each("rules", [&](const Reader& declared) {
        if (!declared.is_object({"id", "title", "title_en", "when", "keep", "basis"})) {
            return;
        }
        rules.rules.push_back(read_rule(declared));
        if (!ids.insert(rules.rules.back().id).second) {
            declared.fault_at("id", "twice", "another rule has this id");
        }
    });
    if (rules.rules.empty() || !fits_all(rules.rules.back())) {
        document.fault_at("rules", "incomplete", "the last rule has to fit every case: it has no \"when\"");
    }
    return rules;
}

}  // namespace

bool RetentionRule::fits(const domain::Case& value, std::span<const domain::Step> steps) const {
    if (!kinds.empty() && !holds(kinds, value.kind)) {
        return false;
    }
    const auto among = [&](const domain::Category& each) { return holds(categories, each); };
    if (!categories.empty() && std::none_of(value.categories.begin(), value.categories.end(), among)) {
        return false;
    }
    const auto allowed = [&](const domain::Category& each) { return holds(only_categories, each); };
    const bool only =
        !value.categories.empty() && std::all_of(value.categories.begin(), value.categories.end(), allowed);
    if (!only_categories.empty() && !only) {
        return false;
    }
    if (step.empty()) {
        return true;
    }
    const auto last = std::find_if(
        steps.rbegin(), steps.rend(), [&](const domain::Step& each) { return each.kind == step; });
    return last != steps.rend() && last->result == result;
}

/// The day of the closing is not counted; a month that lacks the day ends with its last one.
Instant RetentionRule::kept_until(Instant closed_at) const {
    const std::chrono::year_month_day closed = vietnam_day(closed_at);
    std::chrono::year_month_day last = closed + months;
    if (!last.ok()) {
        last = last.year() / last.month() / std::chrono::last;
    }
    return start_of_day(std::chrono::sys_days(last) + days + std::chrono::days(1));
}

const RetentionRule& RetentionRules::rule_for(const domain::Case& value,
                                              std::span<const domain::Step> steps) const {
    LACHAN_CHECK(!rules.empty());
    const auto found = std::find_if(
        rules.begin(), rules.end(), [&](const RetentionRule& rule) { return rule.fits(value, steps); });
    return found == rules.end() ? rules.back() : *found;
}

Result<RetentionRules> parse_retention(std::string_view text) {
    std::vector<Fault> faults;
    const auto document = parse_document(text, faults);
    RetentionRules rules;
    if (document) {
        rules = read_rules_of(Reader(*document, "", faults));
    }
    if (!faults.empty()) {
        return Error(Errc::rule_pack_invalid, "the retention rules have faults", std::move(faults));
    }
    return rules;
}

}  // namespace lachan::policy
