#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/casework/context.hpp"
#include "lachan/domain/principal.hpp"

/// Who saw what, was refused what, and changed who may see: from the record, for those whose data it was and
/// for the notice of a breach.
namespace lachan::casework {

/// What people say they need something for could hold a name: it stands in the record sealed, with the key of
/// the case where there is one, so that it is erased with it. As a member of an entry's data.
[[nodiscard]] std::pair<std::string, std::string> sealed_purpose(Vault& vault,
                                                                 const Tx& tx,
                                                                 std::optional<domain::CaseNo> number,
                                                                 std::string_view purpose);

/// The same for what concerns several cases: sealed with the key of each, one over the other, so that erasing
/// any of them erases the purpose. With no case, or where a case's key cannot be had, only that there was a
/// purpose is kept: nothing would ever erase its words.
[[nodiscard]] std::pair<std::string, std::string> purpose_sealed_with(
    Vault& vault, Tx& tx, const std::vector<domain::CaseNo>& cases, std::string_view purpose);

/// Puts a refusal on record: `route` is the pattern of the call, `named` the case, duty or notification in
/// it, if any. Whether there is such a case makes no difference to what is done.
[[nodiscard]] boost::asio::awaitable<void> note_refused(Context& context,
                                                        domain::Principal caller,
                                                        std::string route,
                                                        std::string named);

struct AccessQuery {
    std::optional<domain::CaseNo> subject;  ///< What was done to this case, and the searches that found it.
    domain::AgencyId agency;                ///< What keys of this agency did; empty: any.
    Instant since = Instant::min();
};

/// One access, as far as the record knows it.
struct AccessEntry {
    domain::Event event;
    std::string case_code;  ///< Empty: about no case.
    domain::AgencyId agency;
    std::string role;
    std::string purpose;  ///< Empty: none was given, or it is `erased`.
    bool purpose_erased = false;
};

/// Oldest first. Walks the record from its start: for reports, not for requests.
[[nodiscard]] std::vector<AccessEntry> accesses(const View& view,
                                                const Vault& vault,
                                                const AccessQuery& query);

}  // namespace lachan::casework
