#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

/// People, their sessions, and their invitations.
class SqliteAccounts final : public casework::Accounts {
public:
    explicit SqliteAccounts(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<casework::Account> find(const domain::AccountId& id) const override;
    [[nodiscard]] std::optional<casework::Account> by_login(BytesView login_hash) const override;
    [[nodiscard]] std::vector<casework::Account> all() const override;
    [[nodiscard]] std::optional<casework::Session> session(BytesView token_hash) const override;
    [[nodiscard]] std::optional<casework::Invitation> invitation(BytesView token_hash) const override;

    void insert(const casework::Account& account) override;
    void update(const casework::Account& account) override;

    void insert(const casework::Session& session) override;
    void note_use(BytesView token_hash, Instant at) override;
    bool end_session(BytesView token_hash) override;
    int end_sessions(const domain::AccountId& id, int kept) override;

    void insert(const casework::Invitation& invitation) override;
    bool take_invitation(BytesView token_hash) override;
    void withdraw_invitations(const domain::AccountId& id) override;
    void forget(Instant started_before, Instant now) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
