#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteDuties final : public casework::Duties {
public:
    explicit SqliteDuties(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<domain::Duty> find(domain::DutyNo number) const override;
    [[nodiscard]] std::vector<domain::Duty> of_case(domain::CaseNo number) const override;
    [[nodiscard]] std::optional<domain::Duty> next_pending(domain::CaseNo number) const override;
    [[nodiscard]] std::vector<domain::Duty> list(const casework::DutyQuery& query) const override;
    [[nodiscard]] std::vector<domain::DutyNo> due(Instant now, int limit) const override;
    [[nodiscard]] std::optional<Instant> next_instant() const override;

    void insert(const domain::Duty& duty) override;
    void update(const domain::Duty& duty) override;

private:
    /// `holder` narrows it to one; `most`: none that is due later.
    [[nodiscard]] std::vector<domain::Duty> list_of(const casework::DutyQuery& query,
                                                    const std::optional<domain::AgencyId>& holder,
                                                    const std::optional<Instant>& most) const;
    [[nodiscard]] std::vector<domain::Duty> list_by_holders(const casework::DutyQuery& query) const;
    /// The first holder behind `after` who has duties in such a state; none: there is no more.
    [[nodiscard]] std::optional<domain::AgencyId> next_holder(
        const casework::DutyQuery& query, const std::optional<domain::AgencyId>& after) const;

    Connection& connection_;
};

}  // namespace lachan::store
