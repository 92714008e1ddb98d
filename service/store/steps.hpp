#pragma once

#include "connection.hpp"
#include "lachan/casework/store.hpp"

namespace lachan::store {

class SqliteSteps final : public casework::Steps {
public:
    explicit SqliteSteps(Connection& connection) : connection_(connection) {}

    [[nodiscard]] std::vector<domain::Step> of_case(domain::CaseNo number) const override;
    [[nodiscard]] std::optional<Bytes> note(domain::CaseNo number, std::int32_t ordinal) const override;

    std::int32_t insert(domain::CaseNo number, const domain::Step& step, BytesView sealed_note) override;
    std::int64_t blank_notes(domain::CaseNo number) override;

private:
    Connection& connection_;
};

}  // namespace lachan::store
