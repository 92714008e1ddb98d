#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteEndpoints final : public casework::Endpoints {
public:
    explicit SqliteEndpoints(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<casework::Endpoint> find(const domain::EndpointId& id) const override;
    [[nodiscard]] std::vector<casework::Endpoint> of_agency(const domain::AgencyId& agency) const override;
    [[nodiscard]] std::vector<casework::Endpoint> all() const override;
    [[nodiscard]] std::vector<domain::EndpointId> due(Instant now, int limit) const override;
    [[nodiscard]] std::optional<Instant> next_instant() const override;

    void put(const casework::Endpoint& value) override;
    void call_at(const domain::EndpointId& id, Instant at) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
