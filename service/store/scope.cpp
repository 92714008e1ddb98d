#include "scope.hpp"

namespace lachan::store {
namespace {

// A caller with few areas has few cases: they are looked up and sorted. One with many is better served by
// walking the list in its order and leaving out what it may not see; the plus sign keeps SQLite from the area
// index.
constexpr std::size_t kFewAreas = 16;

std::string area_or_party(const casework::Scope& scope) {
    const bool few = scope.areas.size() <= kFewAreas;
    std::string sql;
    if (!scope.areas.empty()) {
        sql += (few ? "c.area " : "+c.area ") + in_list(":scope_area", scope.areas.size());
    }
    if (scope.party) {
        sql += sql.empty() ? "" : " OR ";
        sql += few ? "c.case_no IN (SELECT p.case_no FROM party p WHERE p.agency = :scope_party)"
                   : "EXISTS (SELECT 1 FROM party p WHERE p.agency = :scope_party AND p.case_no = c.case_no)";
    }
    return sql.empty() ? "0" : sql;
}

}  // namespace

ScopeFilter::ScopeFilter(const casework::Scope& scope) : scope_(scope) {
    if (!scope.everything) {
        sql_ += " AND (" + area_or_party(scope) + ")";
    }
    if (!scope.self.empty()) {
        self_line_ = '\n' + scope.self.text() + '\n';
        sql_ += " AND (c.conflicted = '' OR instr(char(10) || c.conflicted, :scope_self) = 0)";
    }
}

bool ScopeFilter::is_wide() const noexcept {
    return scope_.everything || scope_.areas.size() > kFewAreas;
}

void ScopeFilter::bind(Query& query) const {
    if (!scope_.everything) {
        bind_list(query, ":scope_area", scope_.areas);
        if (scope_.party) {
            query.bind(":scope_party", *scope_.party);
        }
    }
    if (!scope_.self.empty()) {
        query.bind(":scope_self", self_line_);
    }
}

std::string in_list(const std::string& prefix, std::size_t count) {
    std::string sql = "IN (";
    for (std::size_t i = 0; i < count; ++i) {
        sql += (i == 0 ? "" : ", ") + prefix + std::to_string(i);
    }
    return sql + ")";
}

void bind_list(Query& query, const std::string& prefix, const std::vector<domain::AreaCode>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string name = prefix + std::to_string(i);
        query.bind(Parameter::composed(name), values[i]);
    }
}

}  // namespace lachan::store
