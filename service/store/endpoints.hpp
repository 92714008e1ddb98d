#pragma once

#include <optional>
#include <string>
#include <unordered_map>

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

    /// A transaction that writes begins, or a unit of it was undone: what is remembered no longer holds.
    /// Reports of one batch ask for the same bodies and call the same endpoints over and over.
    void begin() {
        remembers_ = true;
        channels_.clear();
        called_.clear();
        read_.reset();
    }

private:
    /// Writes what its deliveries changed of an endpoint that was read in this transaction and has all else
    /// as it was. False: something else is new as well.
    [[nodiscard]] bool put_standing(const casework::Endpoint& value);
    [[nodiscard]] std::optional<domain::EndpointId> look_up_channel(const domain::AgencyId& agency) const;
    [[nodiscard]] std::optional<Instant> first_lease_end(casework::Standing standing) const;

    Connection& connection_;
    bool remembers_ = false;  ///< Only who writes: for others each look is another snapshot.
    mutable std::unordered_map<std::string, std::optional<domain::EndpointId>> channels_;  ///< By agency.
    std::unordered_map<std::string, Instant>
        called_;                                      ///< Endpoints that are looked at by then at the latest.
    mutable std::optional<casework::Endpoint> read_;  ///< The last one, as the table has it.
};

}  // namespace lachan::store
