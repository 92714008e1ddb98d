#pragma once

#include "content.hpp"
#include "json_reader.hpp"

namespace lachan::policy {

// The parts of a pack document. Each reads its own and notes faults; the order is that of the declarations
// below, because later parts refer to earlier ones.

void read_facts(const Reader& pack, Pack::Content& content);
void read_terms(const Reader& pack, Pack::Content& content);
void read_ladders(const Reader& pack, Pack::Content& content);
void read_steps(const Reader& pack, Pack::Content& content);
void read_rules(const Reader& pack, Pack::Content& content);

/// Reads a predicate; "always" is one. What has a fault reads as "always", so that parsing can go on.
[[nodiscard]] NodeIndex read_predicate(const Reader& when, Pack::Content& content);

[[nodiscard]] std::vector<Basis> read_basis(const Reader& owner, const Pack::Content& content);

/// Faults unless `role` is declared.
void expect_role(const Reader& owner,
                 std::string_view key,
                 std::string_view role,
                 const Pack::Content& content);

/// "law" only where somebody has read, or been told by a source, what the law says.
void expect_ground(const Reader& owner, domain::Force force, const std::vector<Basis>& basis);

}  // namespace lachan::policy
