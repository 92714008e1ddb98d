#pragma once

#include <string>
#include <vector>

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

/// The part of a WHERE clause that keeps a caller within its scope, over a row `c` of `case_file`, and the
/// values that its parameters stand for. Lives as long as the query that it is bound to.
class ScopeFilter {
public:
    explicit ScopeFilter(const casework::Scope& scope);

    /// True where the scope lets everything through: then the case need not be looked at.
    [[nodiscard]] bool is_open() const noexcept { return sql_.empty(); }
    /// True where the scope lets most of everything through.
    [[nodiscard]] bool is_wide() const noexcept;
    /// " AND …", or nothing.
    [[nodiscard]] const std::string& sql() const noexcept { return sql_; }
    void bind(Query& query) const;

private:
    const casework::Scope& scope_;
    std::string sql_;
    std::string self_line_;
};

/// "IN (:prefix0, :prefix1, …)": as many parameters as there are values.
[[nodiscard]] std::string in_list(const std::string& prefix, std::size_t count);
void bind_list(Query& query, const std::string& prefix, const std::vector<domain::AreaCode>& values);

}  // namespace lachan::store
