#pragma once

#include "accounts.hpp"
#include "cases.hpp"
#include "connection.hpp"
#include "counts.hpp"
#include "documents.hpp"
#include "duties.hpp"
#include "endpoints.hpp"
#include "events.hpp"
#include "keys.hpp"
#include "lachan/casework/store.hpp"
#include "openings.hpp"
#include "outbox.hpp"
#include "replies.hpp"
#include "reports.hpp"
#include "steps.hpp"

namespace lachan::store {

/// Every family of tables over one connection.
class Tables {
public:
    explicit Tables(Connection& connection)
        : connection_(connection),
          cases_(connection),
          reports_(connection),
          duties_(connection),
          steps_(connection),
          outbox_(connection),
          endpoints_(connection),
          events_(connection),
          replies_(connection),
          openings_(connection),
          keys_(connection),
          accounts_(connection),
          documents_(connection) {}

    [[nodiscard]] casework::Tx tx(Instant now) {
        return {cases_,
                reports_,
                duties_,
                steps_,
                outbox_,
                endpoints_,
                events_,
                replies_,
                openings_,
                keys_,
                accounts_,
                documents_,
                now,
                {},
                {}};
    }
    [[nodiscard]] casework::View view() {
        return {cases_,
                reports_,
                duties_,
                steps_,
                outbox_,
                endpoints_,
                events_,
                replies_,
                openings_,
                keys_,
                accounts_,
                documents_,
                [this] { return count_all(connection_); },
                [this] { return delivery_figures(connection_); }};
    }
    [[nodiscard]] SqliteEvents& events() noexcept { return events_; }

    /// At the beginning of each transaction that writes: what is remembered is looked up anew.
    void begin() {
        events_.load_end();
        forget();
    }
    /// What is remembered may be of a unit that was undone.
    void forget() {
        outbox_.begin();
        endpoints_.begin();
    }

private:
    Connection& connection_;
    SqliteCases cases_;
    SqliteReports reports_;
    SqliteDuties duties_;
    SqliteSteps steps_;
    SqliteOutbox outbox_;
    SqliteEndpoints endpoints_;
    SqliteEvents events_;
    SqliteReplies replies_;
    SqliteOpenings openings_;
    SqliteApiKeys keys_;
    SqliteAccounts accounts_;
    SqliteDocuments documents_;
};

}  // namespace lachan::store
