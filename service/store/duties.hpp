#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteDuties final : public casework::Duties {
public:
    explicit SqliteDuties(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<domain::Duty> find(domain::DutyNo number) const override;
    [[nodiscard]] std::vector<domain::Duty> of_case(domain::CaseNo number) const override;
    [[nodiscard]] std::vector<domain::Duty> list(const casework::DutyQuery& query) const override;
    [[nodiscard]] std::vector<domain::DutyNo> due(Instant now, int limit) const override;
    [[nodiscard]] std::optional<Instant> next_instant() const override;

    void insert(const domain::Duty& duty) override;
    void update(const domain::Duty& duty) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
