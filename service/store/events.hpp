#pragma once

#include "chain.hpp"
#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteEvents final : public casework::Events {
public:
    explicit SqliteEvents(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::vector<domain::Event> of_case(domain::CaseNo number,
                                                     std::int64_t after,
                                                     int limit) const override;
    [[nodiscard]] std::vector<domain::Event> since(std::int64_t after, int limit) const override;
    [[nodiscard]] std::int64_t last_sequence() const override;

    void append(const domain::Event& event) override;

    /// Where the next entry is appended. Read from the database once in each batch, since another process may
    /// have appended in between; a unit that is undone sets it back to where it was.
    struct End {
        ChainHead head;
        Instant at{};  ///< Of the last entry: no later one is earlier.
    };
    void load_end();
    [[nodiscard]] const End& end() const noexcept { return end_; }
    void set_end(const End& end) { end_ = end; }

private:
    [[nodiscard]] std::int64_t case_sequence_of(const domain::Event& event) const;

    Connection& connection_;
    ChainHasher hasher_;
    End end_;
};

}  // namespace lachan::store
