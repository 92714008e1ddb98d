#include "wording.hpp"

#include <algorithm>

#include "lachan/policy/prove.hpp"

namespace lachan::policy {
namespace {

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + ' ' + std::string(count == 1 ? one : many);
}

/// "no|yes" in the titles of the fact: "không hoặc có"; all of them: "chưa rõ".
std::string value_titles(const FactDomain& fact, std::string_view words, Language language) {
    const bool vietnamese = language == Language::vietnamese;
    std::string text;
    std::size_t count = 0;
    while (true) {
        const auto end = words.find('|');
        const std::string_view word = words.substr(0, end);
        const auto value = fact.index_of(word);
        text += count == 0 ? "" : (vietnamese ? " hoặc " : " or ");
        text += vietnamese && value ? fact.titles[*value] : std::string(word);
        ++count;
        if (end == std::string_view::npos) {
            break;
        }
        words.remove_prefix(end + 1);
    }
    if (count == fact.words.size() && count > 1) {
        return vietnamese ? "chưa rõ" : "unknown";
    }
    return text;
}

std::string promise_text(const CounterExample& example, const std::string& change, bool vietnamese) {
    using Promise = CounterExample::Promise;
    switch (example.promise) {
        case Promise::has_duty:
            return vietnamese ? "Không ai phải làm gì" : "Nobody has anything to do";
        case Promise::has_level:
            return (vietnamese ? "Không xác định được " : "There is no ") + example.lost;
        case Promise::less_known:
            return vietnamese
                       ? "Biết ít đi (" + change + ") lại bớt bảo vệ: mất \"" + example.lost + '"'
                       : "Knowing less (" + change + ") protects less: \"" + example.lost + "\" is lost";
        case Promise::worse:
            return vietnamese
                       ? "Tình hình xấu hơn (" + change + ") lại bớt bảo vệ: mất \"" + example.lost + '"'
                       : "Worse news (" + change + ") protects less: \"" + example.lost + "\" is lost";
    }
    return {};
}

}  // namespace

std::string words_of(const FactDomain& fact, ValueSet values) {
    std::string text;
    for (std::size_t value = 0; value < fact.words.size(); ++value) {
        if ((values >> value & 1U) != 0) {
            text += (text.empty() ? "" : "|") + fact.words[value];
        }
    }
    return text;
}

std::string fact_text(const Pack::Content& pack,
                      std::string_view fact,
                      std::string_view words,
                      Language language) {
    const auto index = pack.fact(fact);
    if (!index) {
        return std::string(fact) + " = " + std::string(words);
    }
    const FactDomain& domain = pack.facts[*index];
    const std::string& title = language == Language::vietnamese ? domain.title : domain.title_en;
    return title + " = " + value_titles(domain, words, language);
}

std::string role_text(const Pack::Content& pack, std::string_view role, Place place, Language language) {
    const RoleTitle* const found = pack.role(role);
    const bool vietnamese = language == Language::vietnamese;
    std::string text = found == nullptr ? std::string(role) : (vietnamese ? found->title : found->title_en);
    if (place == Place::residence) {
        text += vietnamese ? " (nơi trẻ cư trú)" : " (of the child's residence)";
    }
    return text;
}

std::string duration_text(Duration duration, Language language) {
    const bool vietnamese = language == Language::vietnamese;
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(duration).count();
    constexpr std::int64_t kHour = 60;
    constexpr std::int64_t kTwoDays = 48 * kHour;
    if (minutes % kHour != 0) {
        return vietnamese ? counted(minutes, "phút", "phút") : counted(minutes, "minute", "minutes");
    }
    const std::int64_t hours = minutes / kHour;
    constexpr std::int64_t kDay = 24;
    if (minutes > kTwoDays && hours % kDay == 0) {
        return vietnamese ? counted(hours / kDay, "ngày", "ngày") : counted(hours / kDay, "day", "days");
    }
    return vietnamese ? counted(hours, "giờ", "giờ") : counted(hours, "hour", "hours");
}

std::string limit_text(const deadlines::Limit& limit, Duration within, Language language) {
    using Kind = deadlines::Limit::Kind;
    const bool vietnamese = language == Language::vietnamese;
    const std::string watched = duration_text(within, language);
    switch (limit.kind) {
        case Kind::immediately:
            return vietnamese ? "ngay (theo dõi trong " + watched + ')'
                              : "at once (watched within " + watched + ')';
        case Kind::clock:
            return (vietnamese ? "trong " : "within ") + duration_text(limit.clock, language);
        case Kind::working_days:
            return vietnamese ? "trong " + counted(limit.count, "ngày làm việc", "ngày làm việc")
                              : "within " + counted(limit.count, "working day", "working days");
        case Kind::days:
            return vietnamese ? (limit.rolls ? "trong " : "không quá ") + counted(limit.count, "ngày", "ngày")
                              : (limit.rolls ? "within " : "at most ") + counted(limit.count, "day", "days");
        case Kind::months:
            return vietnamese
                       ? (limit.rolls ? "sau " : "không quá ") + counted(limit.count, "tháng", "tháng")
                       : (limit.rolls ? "after " : "at most ") + counted(limit.count, "month", "months");
        case Kind::until:
            return vietnamese ? "đến ngày kết thúc đã ghi (nếu không ghi: " + watched + ')'
                              : "by the recorded end (if there is none: " + watched + ')';
    }
    return {};
}

std::string basis_text(const Basis& basis, Language language) {
    const bool vietnamese = language == Language::vietnamese;
    std::string text = basis.clause + ", " + basis.source;
    switch (basis.reading) {
        case domain::Reading::text:
            break;
        case domain::Reading::secondary:
            text += vietnamese ? " (theo nguồn thứ cấp)" : " (secondary source)";
            break;
        case domain::Reading::inferred:
            text += vietnamese ? " (suy ra)" : " (inferred)";
            break;
        case domain::Reading::assumption:
            text += vietnamese ? " (giả định)" : " (assumption)";
            break;
    }
    return text;
}

std::string CounterExample::text(const Pack& pack, Language language) const {
    const bool vietnamese = language == Language::vietnamese;
    std::string given;
    for (const KnownFact& known : facts) {
        given += (given.empty() ? "" : "; ") + fact_text(pack.content(), known.fact, known.value, language);
    }
    std::string change;
    if (!changed.empty()) {
        change = fact_text(pack.content(), changed, from, language) + " → " +
                 fact_text(pack.content(), changed, to, language);
    }
    std::string line = promise_text(*this, change, vietnamese);
    line += (vietnamese ? "; trong trường hợp: " : "; where: ") +
            (given.empty() ? (vietnamese ? "mọi trường hợp" : "always") : given);
    std::string names;
    for (const std::string& rule : rules) {
        names += (names.empty() ? "" : ", ") + rule;
    }
    return line + (names.empty() ? "." : (vietnamese ? "; quy tắc: " : "; rules: ") + names + '.');
}

}  // namespace lachan::policy
