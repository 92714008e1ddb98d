#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/deadlines/limit.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/policy/facts.hpp"

namespace lachan::policy {

/// Where in the law something stands, and how we know what it says.
struct Basis {
    std::string source;  ///< "56/2017/NĐ-CP"
    std::string clause;  ///< "Điều 26 khoản 2"
    domain::Reading reading = domain::Reading::assumption;
    std::string note;  ///< For an official: what stands in for what could not be read, …
};

/// Who is told when, while a duty is not accepted or not done. Targets of the house unless its basis says
/// otherwise.
struct LadderStep {
    enum class From : std::uint8_t { start, due };
    enum class Unless : std::uint8_t { accepted, done };

    std::string id;  ///< Within its ladder, e.g. "unaccepted-30m".
    From from = From::start;
    Duration offset{};  ///< Negative before `due`.
    std::optional<int>
        percent;  ///< Instead of an offset: this share of the time from start to due has gone by.
    Unless unless = Unless::done;
    std::string event;  ///< "duty.due_soon", "duty.overdue", "case.escalated".
    bool tells_holder = false;
    std::vector<std::string> tells;  ///< Roles.
    bool marks_overdue = false;
    std::optional<Duration> repeats;  ///< After it has fired, again each time this has gone by, until the
                                      ///< duty is pending no more.
    domain::Force force = domain::Force::target;
    std::vector<Basis> basis;
};

/// At most 63 steps (they are counted in a bit set). Exactly one step marks overdue; the last one repeats, so
/// a duty that is neither done nor given up always has a next instant.
struct Ladder {
    std::string name;
    std::vector<LadderStep> steps;
};

enum class Place : std::uint8_t { event, residence };

/// What one rule yields when it applies.
struct DutyTemplate {
    std::string kind;
    std::string title;  ///< Vietnamese.
    std::string title_en;
    std::string role;
    Place place = Place::event;
    bool per_child = false;
    deadlines::Limit limit;
    std::optional<deadlines::Limit> limit_if_remote;  ///< Only where the commune is known to be remote.
    Duration immediately_within{};                    ///< Target for "immediately" (`limit` of that kind).
    std::string ladder;
    bool blocks_closing = true;
};

struct NoticeTemplate {
    std::string role;
    Place place = Place::event;
    std::string event;  ///< "case.opened", "report.received", "case.updated", …
};

/// What a rule waits for: a report, a recorded step (perhaps with certain results), or the closing of the
/// case.
struct Trigger {
    enum class On : std::uint8_t { report, step, closure };
    On on = On::report;
    std::string step;                  ///< For `step`.
    std::vector<std::string> results;  ///< For `step`: only these; empty: any.
    bool explicit_result =
        false;  ///< A result that is missing or not known to the pack does not count as these.
};

struct Rule {
    std::string id;
    std::string title;  ///< Vietnamese, as an official would say it.
    std::string title_en;
    Trigger trigger;
    domain::Force force = domain::Force::target;
    std::vector<Basis> basis;
    std::optional<domain::Urgency> urgency;
    std::optional<domain::Severity> severity;
    std::vector<DutyTemplate> duties;
    std::vector<NoticeTemplate> notices;
};

/// A kind of act that can be recorded.
struct StepKind {
    std::string kind;
    std::string title;
    std::vector<std::string> results;     ///< Known results; others are taken as unknown.
    std::vector<std::string> discharges;  ///< Kinds of duty that it fulfils.
    std::string stage;                    ///< The stage of the case afterwards; empty: unchanged.
    std::vector<std::string>
        supersedes;  ///< Kinds of duty that are cancelled by it (with some result, see `supersedes_on`).
    std::vector<std::string> supersedes_on;  ///< Results with which it supersedes; empty: any.
};

/// A fact that was not said and was taken in the child's favour because a rule's answer hung on it.
struct ProtectiveAssumption {
    std::string fact;
    std::string taken_as;
    bool operator==(const ProtectiveAssumption&) const = default;
};

struct OrderedDuty {
    const Rule* rule = nullptr;  ///< Of the pack; lives as long as it.
    const DutyTemplate* duty = nullptr;
    std::optional<std::int32_t> child;
    deadlines::Limit limit;  ///< The one that applies (remoteness considered).
};

struct OrderedNotice {
    const Rule* rule = nullptr;
    const NoticeTemplate* notice = nullptr;
};

/// Everything the rules say about one report (or step, or closing).
struct Decision {
    domain::Urgency urgency = domain::Urgency::normal;
    domain::Severity severity = domain::Severity::unknown;
    std::vector<OrderedDuty> duties;  ///< One for each (kind, role, place, child): the shortest limit wins,
                                      ///< then law before target.
    std::vector<OrderedNotice> notices;  ///< One for each (role, place, event).
    std::vector<const Rule*> applied;    ///< Every rule that applied, in the pack's order.
    std::vector<ProtectiveAssumption> assumptions;
};

/// A recorded step as the rules see it.
struct StepView {
    std::string_view kind;
    std::string_view result;
};

/// A version of the law as data: compiled at load, immutable, asked without touching JSON.
class Pack {
public:
    Pack();
    Pack(Pack&&) noexcept;
    Pack& operator=(Pack&&) noexcept;
    ~Pack();

    /// Reads and compiles a pack document. Faults carry file-free JSON pointers and rule ids; all at once.
    [[nodiscard]] static Result<Pack> parse(std::string_view json);

    [[nodiscard]] const std::string& id() const noexcept;       ///< "lai-chau/decision-27-2023"
    [[nodiscard]] const std::string& version() const noexcept;  ///< "2025-07-01.1"
    [[nodiscard]] std::string key() const;                      ///< "id@version"
    [[nodiscard]] Instant valid_from() const noexcept;
    [[nodiscard]] std::optional<Instant> valid_to() const noexcept;

    [[nodiscard]] std::span<const Rule> rules() const noexcept;
    [[nodiscard]] const Rule* rule(std::string_view id) const;
    [[nodiscard]] const Ladder* ladder(std::string_view name) const;
    [[nodiscard]] const StepKind* step(std::string_view kind) const;
    [[nodiscard]] std::span<const StepKind> steps() const noexcept;
    /// The duty template that made a duty of `kind` by `rule`; null if the pack has no such.
    [[nodiscard]] const DutyTemplate* duty(std::string_view rule, std::string_view kind) const;
    [[nodiscard]] std::string_view first_stage() const noexcept;
    /// Kinds of step that must have been recorded before a case can be closed (with results in the list,
    /// where given).
    [[nodiscard]] std::span<const std::string> closing_steps() const noexcept;

    /// What the rules say about a report. `children` from `facts_of`; at least one.
    [[nodiscard]] Decision decide(std::span<const Facts> children) const;
    /// What follows from a recorded step. `child`: only that one, or all.
    [[nodiscard]] Decision decide_step(std::span<const Facts> children,
                                       StepView step,
                                       std::optional<std::int32_t> child) const;
    /// What follows from closing the case.
    [[nodiscard]] Decision decide_closure(std::span<const Facts> children) const;

    struct Content;  ///< The compiled form; `service/policy` knows it.
    [[nodiscard]] const Content& content() const noexcept { return *content_; }

private:
    std::unique_ptr<const Content> content_;
};

}  // namespace lachan::policy
