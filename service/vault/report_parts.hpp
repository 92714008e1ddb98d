#pragma once

#include <optional>

#include "fields.hpp"
#include "lachan/base/bytes.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/domain/report.hpp"

/// The three parts of a report that are sealed, as records and back. Reading answers none where the bytes are
/// no such record.
namespace lachan::vault {

[[nodiscard]] FieldWriter write_identity(const domain::Report& report);
[[nodiscard]] FieldWriter write_informant(const domain::Report& report);
[[nodiscard]] FieldWriter write_narrative(const domain::Report& report);

[[nodiscard]] std::optional<casework::OpenedIdentity> read_identity(BytesView bytes);
/// The outer one: whether the record can be read; the inner one: whether there was an informant.
[[nodiscard]] std::optional<std::optional<domain::InformantStatement>> read_informant(BytesView bytes);
[[nodiscard]] std::optional<casework::OpenedNarrative> read_narrative(BytesView bytes);

}  // namespace lachan::vault
