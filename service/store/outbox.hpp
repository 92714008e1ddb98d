#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteOutbox final : public casework::Outbox {
public:
    explicit SqliteOutbox(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<domain::Notification> find(domain::NotificationNo number) const override;
    [[nodiscard]] std::vector<domain::Notification> of_case(domain::CaseNo number) const override;
    [[nodiscard]] std::vector<domain::Notification> waiting_of(domain::CaseNo number) const override;
    /// Newest cases first, and in a case the newest notification first: `PageStart::key_ms` plays no part.
    [[nodiscard]] std::vector<domain::Notification> list(
        const casework::NotificationQuery& query) const override;
    [[nodiscard]] std::vector<domain::Attempt> attempts(domain::NotificationNo number) const override;
    /// "Oldest" is the one whose `next_attempt` came first: so one that keeps failing does not stand before
    /// those never tried.
    [[nodiscard]] std::optional<domain::Notification> head(const domain::EndpointId& endpoint,
                                                           Instant now) const override;
    /// Of those that do not have to wait for an earlier one of their case.
    [[nodiscard]] std::optional<Instant> next_attempt(const domain::EndpointId& endpoint) const override;
    [[nodiscard]] std::int64_t scheduled(const domain::EndpointId& endpoint) const override;
    [[nodiscard]] std::optional<Instant> oldest(const domain::EndpointId& endpoint) const override;
    [[nodiscard]] std::vector<domain::Attempt> lately(const domain::EndpointId& endpoint,
                                                      int limit) const override;
    [[nodiscard]] std::vector<std::pair<domain::NotificationNo, Instant>> tried(
        const domain::EndpointId& endpoint,
        Instant from,
        Instant to,
        domain::NotificationState state,
        int limit) const override;
    [[nodiscard]] std::vector<domain::NotificationNo> tasks_of(const domain::AgencyId& agency,
                                                               domain::NotificationNo after,
                                                               int limit) const override;
    [[nodiscard]] std::vector<domain::NotificationNo> to_reroute(Instant now, int limit) const override;
    [[nodiscard]] std::optional<Instant> next_reroute() const override;

    void insert(const domain::Notification& value) override;
    void update(const domain::Notification& value) override;
    void insert_attempt(const domain::Attempt& value) override;
    void hurry(const domain::EndpointId& endpoint, Instant at) override;

    /// A transaction begins: another process may have written since the last one.
    void begin() { begun_ = {}; }

private:
    /// The endpoints at which a case has something scheduled, known without a look because every notification
    /// the case has was inserted here, one after the other. Most are: a report owes all its messages at once.
    struct Begun {
        domain::CaseNo case_no{};
        std::int32_t last = 0;  ///< Ordinal inserted last; 0: nothing is known.
        std::vector<domain::EndpointId> waiting;
    };

    /// Where a notification stands now.
    struct Place {
        domain::EndpointId endpoint;
        domain::NotificationState state = domain::NotificationState::scheduled;
    };
    [[nodiscard]] Place place_of(domain::NotificationNo number) const;
    /// Whether an earlier notification of the same case is scheduled at the same endpoint.
    [[nodiscard]] bool is_blocked(const domain::Notification& value);
    [[nodiscard]] bool has_earlier(const domain::Notification& value) const;
    void settle_queue(domain::CaseNo number, const domain::EndpointId& endpoint);

    Connection& connection_;
    Begun begun_;
};

}  // namespace lachan::store
