#include "lachan/policy/explain.hpp"

#include <map>

#include "fact_sources.hpp"
#include "wording.hpp"

namespace lachan::policy {
namespace {

class Explanation {
public:
    Explanation(const Pack& pack, const ExplainContext& context)
        : pack_(pack),
          content_(pack.content()),
          context_(context),
          vietnamese_(context.language == Language::vietnamese) {}

    std::string write(std::span<const Facts> children, const Decision& decision) {
        head(decision);
        for (std::size_t child = 0; child < children.size(); ++child) {
            facts(children[child], child, children.size());
        }
        assumptions(decision);
        levels(decision);
        duties(decision, children.size());
        notices(decision);
        return std::move(text_);
    }

private:
    [[nodiscard]] std::string said(std::string_view vietnamese, std::string_view english) const {
        return std::string(vietnamese_ ? vietnamese : english);
    }
    void line(const std::string& words) { text_ += words + '\n'; }

    void head(const Decision&) {
        line(said("Bộ quy tắc: ", "Rule pack: ") + content_.title + " (" + pack_.key() + ')');
        if (context_.start) {
            line(said("Thời điểm nhận tin: ", "Received: ") + people_time(*context_.start, false));
        }
    }

    /// Only what is known: a list of everything that was not said helps nobody.
    void facts(const Facts& child, std::size_t number, std::size_t count) {
        line("");
        line(count == 1 ? said("Những điều đã biết:", "What is known:")
                        : said("Những điều đã biết về trẻ thứ ", "What is known of child ") +
                              std::to_string(number + 1) + ':');
        std::string categories;
        bool any = false;
        for (std::size_t i = 0; i < content_.facts.size(); ++i) {
            const FactDomain& fact = content_.facts[i];
            if (child[i] == fact.all()) {
                continue;
            }
            if (fact.family != kCategoryFact) {
                line("  - " + fact_text(content_, fact.name, words_of(fact, child[i]), context_.language));
                any = true;
            } else if (child[i] == ValueSet{2}) {
                categories += (categories.empty() ? "" : ", ") + (vietnamese_ ? fact.title : fact.title_en);
            }
        }
        if (!categories.empty()) {
            line("  - " + said("Loại vụ việc: ", "Category: ") + categories);
        } else if (!any) {
            line("  - " + said("chưa biết gì", "nothing"));
        }
    }

    void assumptions(const Decision& decision) {
        if (decision.assumptions.empty()) {
            return;
        }
        line("");
        line(said("Chưa biết, được coi theo hướng bảo vệ trẻ:", "Not known, taken in the child's favour:"));
        for (const ProtectiveAssumption& assumption : decision.assumptions) {
            if (assumption.fact == kCategoryFact) {
                line("  - " + said("Loại vụ việc: có thể là bất kỳ loại nào", "Category: may be any"));
            } else if (assumption.taken_as == "any") {
                const auto index = content_.fact(assumption.fact);
                line("  - " + (vietnamese_ ? content_.facts[*index].title : content_.facts[*index].title_en) +
                     said(": chưa rõ", ": unknown"));
            } else {
                line("  - " + fact_text(content_, assumption.fact, assumption.taken_as, context_.language));
            }
        }
    }

    void levels(const Decision& decision) {
        static const std::map<domain::Urgency, std::string> kUrgency{
            {domain::Urgency::normal, "bình thường"},
            {domain::Urgency::urgent, "gấp"},
            {domain::Urgency::emergency, "khẩn cấp"}};
        static const std::map<domain::Severity, std::string> kSeverity{
            {domain::Severity::unknown, "chưa rõ"},
            {domain::Severity::low, "thấp"},
            {domain::Severity::medium, "trung bình"},
            {domain::Severity::high, "cao"},
            {domain::Severity::critical, "rất nghiêm trọng"}};
        line("");
        line(said("Mức khẩn: ", "Urgency: ") +
             (vietnamese_ ? kUrgency.at(decision.urgency) : std::string(domain::text_of(decision.urgency))));
        line(said("Mức nghiêm trọng: ", "Severity: ") +
             (vietnamese_ ? kSeverity.at(decision.severity)
                          : std::string(domain::text_of(decision.severity))));
    }

    void duties(const Decision& decision, std::size_t children) {
        line("");
        line(decision.duties.empty() ? said("Không có nhiệm vụ mới.", "No new duty.")
                                     : said("Nhiệm vụ:", "Duties:"));
        int number = 0;
        for (const OrderedDuty& ordered : decision.duties) {
            line(std::to_string(++number) + ". " +
                 (vietnamese_ ? ordered.duty->title : ordered.duty->title_en) +
                 (ordered.child && children > 1
                      ? said(" (trẻ thứ ", " (child ") + std::to_string(*ordered.child + 1) + ')'
                      : ""));
            line("   " + said("Người làm: ", "By: ") + who(ordered.duty->role, ordered.duty->place));
            line("   " + said("Thời hạn: ", "When: ") + when(ordered) + ", " +
                 (ordered.rule->force == domain::Force::law
                      ? said("theo luật", "law")
                      : said("mục tiêu nội bộ", "target of the house")));
            line("   " + said("Căn cứ: ", "Because: ") + why(*ordered.rule));
            notes(*ordered.rule);
        }
    }

    void notices(const Decision& decision) {
        if (decision.notices.empty()) {
            return;
        }
        line("");
        line(said("Được thông báo:", "Told:"));
        for (const OrderedNotice& ordered : decision.notices) {
            line("  - " + who(ordered.notice->role, ordered.notice->place) + ": " +
                 (vietnamese_ ? ordered.rule->title : ordered.rule->title_en) + " (" + ordered.rule->id +
                 ')');
        }
    }

    [[nodiscard]] std::string who(std::string_view role, Place place) const {
        const std::string title = role_text(content_, role, place, context_.language);
        const std::string name = context_.holder ? context_.holder(role, place) : std::string();
        return name.empty() ? title : name + ", " + title;
    }

    [[nodiscard]] std::string when(const OrderedDuty& ordered) const {
        const std::string limit =
            limit_text(ordered.limit, ordered.duty->immediately_within, context_.language);
        if (!context_.start || context_.calendar == nullptr ||
            ordered.limit.kind == deadlines::Limit::Kind::until) {
            return limit;
        }
        const Instant due = deadlines::due_at(
            ordered.limit, *context_.start, *context_.calendar, ordered.duty->immediately_within);
        return limit + said(", đến ", ", by ") + people_time(due, true);
    }

    /// "08:15 ngày 20/11/2026"; the end of a day is written as 24:00 of it, as the Civil Code counts.
    [[nodiscard]] std::string people_time(Instant instant, bool is_end) const {
        const auto midnight = start_of_day(vietnam_day(instant));
        const bool ends_day = is_end && instant == midnight;
        const auto day = vietnam_day(ends_day ? instant - Duration(1) : instant);
        const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(instant - midnight).count();
        constexpr std::int64_t kHour = 60;
        const auto two = [](std::int64_t number) {
            return (number < 10 ? "0" : "") + std::to_string(number);
        };
        const std::string clock = ends_day ? "24:00" : two(minutes / kHour) + ':' + two(minutes % kHour);
        return clock + said(" ngày ", " on ") + two(static_cast<unsigned>(day.day())) + '/' +
               two(static_cast<unsigned>(day.month())) + '/' + std::to_string(static_cast<int>(day.year()));
    }

    void notes(const Rule& rule) {
        for (const Basis& basis : rule.basis) {
            if (!basis.note.empty()) {
                line("   " + said("Ghi chú: ", "Note: ") + basis.note);
            }
        }
    }

    [[nodiscard]] std::string why(const Rule& rule) const {
        std::string text;
        for (const Basis& basis : rule.basis) {
            text += (text.empty() ? "" : "; ") + basis_text(basis, context_.language);
        }
        text += said("; quy tắc ", "; rule ") + rule.id;
        return text;
    }

    const Pack& pack_;
    const Pack::Content& content_;
    const ExplainContext& context_;
    bool vietnamese_;
    std::string text_;
};

}  // namespace

std::string explain(const Pack& pack,
                    std::span<const Facts> children,
                    const Decision& decision,
                    const ExplainContext& context) {
    return Explanation(pack, context).write(children, decision);
}

}  // namespace lachan::policy
