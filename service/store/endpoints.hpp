#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteEndpoints final : public casework::Endpoints {
public:
    explicit SqliteEndpoints(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<casework::Endpoint> find(const domain::EndpointId& id) const override;
    [[nodiscard]] std::vector<casework::Endpoint> of_agency(const domain::AgencyId& agency) const override;
    [[nodiscard]] std::optional<domain::EndpointId> channel(const domain::AgencyId& agency) const override;
    [[nodiscard]] std::vector<casework::Endpoint> all() const override;
    using casework::Endpoints::due;
    [[nodiscard]] std::vector<domain::EndpointId> due(casework::Standing standing,
                                                      Instant now,
                                                      int limit) const override;
    using casework::Endpoints::next_instant;
    [[nodiscard]] std::optional<Instant> next_instant(casework::Standing standing) const override;

    void put(const casework::Endpoint& value) override;
    void call_at(const domain::EndpointId& id, Instant at) override;

private:
    [[nodiscard]] std::optional<Instant> first_lease_end(casework::Standing standing) const;

    Connection& connection_;
};

}  // namespace lachan::store
