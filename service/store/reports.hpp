#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteReports final : public casework::Reports {
public:
    explicit SqliteReports(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<casework::ReportRow> find(const domain::ReportId& id) const override;
    [[nodiscard]] std::vector<casework::ReportRow> of_case(domain::CaseNo number) const override;
    [[nodiscard]] std::optional<casework::ReportRow> nearest_receipt(BytesView receipt_hash) const override;

    void insert(const casework::ReportRow& row) override;
    void blank(domain::CaseNo number) override;

private:
    [[nodiscard]] std::int64_t next_number(domain::CaseNo number) const;

    Connection& connection_;
};

}  // namespace lachan::store
