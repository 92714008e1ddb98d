#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>
#include <vector>

#include "lachan/casework/access.hpp"
#include "lachan/casework/changes.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/domain/principal.hpp"

namespace lachan::casework {

/// Whether somebody in this relation to a case may learn that such a trace of it matches: only where the name
/// or phone itself would be shown to them. A match is an answer; who may not read must not ask either.
[[nodiscard]] bool may_match(domain::Role role, TraceKind kind, Relation relation) noexcept;

/// Puts a search on record: what it was by (never the words themselves), and the cases it found. A purpose is
/// kept only together with cases, sealed so that it goes with whichever of them is erased first.
void note_search(Vault& vault,
                 Tx& tx,
                 const domain::Principal& caller,
                 std::string_view by,
                 const std::vector<domain::CaseNo>& found,
                 std::string_view purpose);

/// Puts on record that a report shown before it is filed told of other cases, where it did.
[[nodiscard]] boost::asio::awaitable<Result<void>> note_hits(Context& context,
                                                             domain::Principal caller,
                                                             std::vector<Similar> shown);

}  // namespace lachan::casework
