#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/policy/pack.hpp"
#include "program.hpp"

namespace lachan::policy {

/// A declared fact: its finite domain, and which of two values is worse for the child.
struct FactDomain {
    std::string name;    ///< "danger.life"; "category.sexual_abuse" for one of several.
    std::string family;  ///< "category" for those that came of one declaration; otherwise the name.
    std::string title;   ///< Vietnamese.
    std::string title_en;
    std::vector<std::string> words;   ///< The domain; value i is bit i.
    std::vector<std::string> titles;  ///< Vietnamese, in the order of `words`.
    std::vector<ValueSet> worse;      ///< For value i: the values that are worse than it.
    bool always_known = false;  ///< The program itself knows it (channel, regime), so it is never missing.
    bool ranged = false;        ///< The order of words is one of magnitude: a range of them can be possible.

    [[nodiscard]] ValueSet all() const noexcept {
        return static_cast<ValueSet>((std::uint64_t{1} << words.size()) - 1);
    }
    /// The position of `word`; none where the domain lacks it.
    [[nodiscard]] std::optional<std::size_t> index_of(std::string_view word) const;
};

/// A named predicate: a concept of law that several rules share.
struct Term {
    std::string name;
    std::string title;
    NodeIndex node = 0;
};

struct Stage {
    std::string name;
    std::string title;
};

struct RoleTitle {
    std::string name;
    std::string title;
    std::string title_en;
};

struct Document {
    std::string source;
    std::string title;
};

struct Pack::Content {
    std::string id;
    std::string version;
    std::string title;
    std::string note;
    Instant valid_from{};
    std::optional<Instant> valid_to;

    std::vector<FactDomain> facts;
    std::vector<Term> terms;
    std::vector<Stage> stages;
    std::vector<RoleTitle> roles;
    std::vector<Document> documents;
    std::vector<Ladder> ladders;
    std::vector<StepKind> steps;
    std::vector<std::string> closing_steps;
    std::vector<Rule> rules;

    Program program;
    std::vector<NodeIndex> roots;  ///< The predicate of each rule.

    /// Positions for merging: equal for templates that yield the same (kind, role, place), or (role, place,
    /// event).
    std::vector<std::vector<std::uint16_t>> duty_slots;  ///< For each rule, for each of its duties.
    std::vector<std::vector<std::uint16_t>> notice_slots;
    std::size_t duty_slot_count = 0;
    std::size_t notice_slot_count = 0;

    /// Which rules to ask, in the pack's order.
    std::vector<std::size_t> on_report;
    std::vector<std::size_t> on_closure;
    std::map<std::string, std::vector<std::size_t>, std::less<>> on_step;

    std::optional<std::size_t> remote_fact;  ///< The fact that `limit_if_remote` asks.

    [[nodiscard]] std::optional<std::size_t> fact(std::string_view name) const;
    [[nodiscard]] const RoleTitle* role(std::string_view name) const;
};

/// The name of the fact that `limit_if_remote` asks.
inline constexpr std::string_view kRemoteFact = "area.remote";

/// Sorts two limits: the shorter first, judged by the least time each may give; `within` stands for
/// "immediately". One order for merging, proving and comparing packs.
[[nodiscard]] Duration least_time(const deadlines::Limit& limit, Duration within) noexcept;

/// Fills in slots and triggers from the rules. Once, after everything is read.
void index_rules(Pack::Content& content);

}  // namespace lachan::policy
