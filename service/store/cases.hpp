#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteCases final : public casework::Cases {
public:
    explicit SqliteCases(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::optional<domain::Case> find(domain::CaseNo number) const override;
    [[nodiscard]] std::optional<casework::KeySlot> key(domain::CaseNo number) const override;
    [[nodiscard]] std::vector<std::pair<domain::CaseNo, casework::KeySlot>> keys() const override;
    [[nodiscard]] std::vector<casework::Erasure> erasures(domain::CaseNo number) const override;
    [[nodiscard]] std::optional<casework::KeySlot> highest_key() const override;
    [[nodiscard]] std::vector<domain::Case> list(const casework::CaseQuery& query) const override;
    [[nodiscard]] casework::PageStart place(const domain::Case& value) const override;
    [[nodiscard]] std::optional<casework::PartyRelation> party(domain::CaseNo number,
                                                               const domain::AgencyId& agency) const override;
    [[nodiscard]] std::vector<domain::CaseNo> received_in(const domain::AreaCode& area,
                                                          Instant from,
                                                          Instant to,
                                                          int limit) const override;
    [[nodiscard]] std::vector<std::pair<casework::TraceHash, domain::CaseNo>> traced(
        const std::vector<casework::TraceHash>& hashes, int limit) const override;
    [[nodiscard]] std::vector<domain::CaseNo> linked(domain::CaseNo number) const override;
    [[nodiscard]] std::vector<casework::CaseTally> tally(const casework::TallyQuery& query) const override;
    [[nodiscard]] std::vector<casework::DutyTally> tally_duties(
        const casework::TallyQuery& query) const override;

    domain::CaseNo insert(const domain::Case& value, casework::KeySlot key) override;
    void update(const domain::Case& value) override;
    void add_party(domain::CaseNo number,
                   const domain::AgencyId& agency,
                   std::span<const casework::PartyRelation> relations) override;
    void add_trace(domain::CaseNo number, casework::TraceKind kind, casework::TraceHash hash) override;
    bool remove_trace(domain::CaseNo number, casework::TraceHash hash) override;
    std::int64_t remove_traces(domain::CaseNo number) override;
    void note_erasure(domain::CaseNo number, const casework::Erasure& erasure) override;
    void set_key(domain::CaseNo number, casework::KeySlot key) override;
    void link(domain::CaseNo one, domain::CaseNo other, Instant at) override;
    bool unlink(domain::CaseNo one, domain::CaseNo other) override;

private:
    enum class Part : std::uint8_t { open, closed };
    void list_part(Part part, const casework::CaseQuery& query, std::vector<domain::Case>& found) const;
    void link_from(domain::CaseNo one, domain::CaseNo other, Instant at);

    Connection& connection_;
};

}  // namespace lachan::store
