#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "lachan/domain/report.hpp"
#include "lachan/policy/facts.hpp"

namespace lachan::policy {

/// A report, one of its children, and the circumstances: what a fact is taken from.
struct Statement {
    const domain::Report& report;
    const domain::ChildStatement* child = nullptr;  ///< None: the report names no child.
    const Circumstances& where;
};

/// A fact that can be taken from a report, with its words in the order of the bits it is given in.
struct FactSource {
    std::string_view name;
    std::span<const std::string_view> words;
    ValueSet (*possible)(const Statement&);  ///< Over `words`; all bits where nothing was said.
    bool always_known = false;
};

/// The facts that a pack may declare, apart from `category`, whose values are a fact each.
[[nodiscard]] std::span<const FactSource> fact_sources();
[[nodiscard]] const FactSource* fact_source(std::string_view name);

/// The name of the fact that may have several values at once.
inline constexpr std::string_view kCategoryFact = "category";

/// The categories that a pack may list ("unknown" is not one: it makes all of them unknown).
[[nodiscard]] std::span<const std::string_view> category_words();

/// Whether the report speaks of `category`: unknown where it names none, or names "unknown" beside others.
[[nodiscard]] domain::Answer speaks_of(const domain::Report& report, std::string_view category);

}  // namespace lachan::policy
