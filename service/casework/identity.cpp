#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/queries.hpp"

namespace lachan::casework {
namespace {

constexpr std::size_t kShortestPurpose = 3;   ///< "x" is no purpose.
constexpr std::size_t kLongestPurpose = 200;  ///< A sentence; it stands in the record for good.

/// The informant is known to those who must be able to call back, not to the agencies that handle the case.
bool may_know_informant(const domain::Principal& caller) {
    return caller.role == domain::Role::operator_ || caller.role == domain::Role::supervisor;
}

Result<ReportIdentity> open(const Vault& vault,
                            KeySlot key,
                            const ReportRow& row,
                            const domain::Principal& caller) {
    ReportIdentity result;
    result.report = row.id;
    auto people = vault.open_identity(key, row.id, row.sealed.identity);
    if (!people) {
        return people.error();
    }
    result.people = std::move(*people);
    auto narrative = vault.open_narrative(key, row.id, row.sealed.narrative);
    if (!narrative) {
        return narrative.error();
    }
    result.narrative = std::move(*narrative);
    if (may_know_informant(caller)) {
        auto informant = vault.open_informant(key, row.id, row.sealed.informant);
        if (!informant) {
            return informant.error();
        }
        result.informant = std::move(*informant);
    }
    return result;
}

}  // namespace

boost::asio::awaitable<Result<IdentityView>> see_identity(Context& context,
                                                          domain::Principal caller,
                                                          std::string case_code,
                                                          std::string purpose) {
    const auto number = context.vault.case_no(case_code);
    if (!number) {
        co_return number.error();
    }
    if (purpose.size() < kShortestPurpose || purpose.size() > kLongestPurpose) {
        co_return Error(Errc::validation_failed,
                        "say what the names are needed for",
                        {{"Lachan-Purpose", "missing", "a header of 3 to 200 bytes that says the purpose"}});
    }
    IdentityView result;
    const auto world = context.worlds.current();
    WriteOp look = [&](Tx& tx) -> Result<void> {
        result.reports.clear();
        auto value = find_for(caller, Action::see_identity, *number, view_of(tx), *world, tx.now);
        if (!value) {
            return value.error();
        }
        const auto key = tx.cases.key(*number);
        if (!key) {
            return Error(Errc::internal, "a case without a key");
        }
        for (const ReportRow& row : tx.reports.of_case(*number)) {
            auto opened = open(context.vault, *key, row, caller);
            if (!opened) {
                return opened.error();
            }
            result.reports.push_back(std::move(*opened));
        }
        CaseEdit edit(tx, world, context.vault, std::move(*value), caller.key.text());
        // The purpose is a person's words and could hold a name: it stands in the record sealed with the
        // case.
        auto sealed = context.vault.seal_text(*key, "purpose:" + edit.code(), purpose);
        if (!sealed) {
            return sealed.error();
        }
        edit.note("identity.read",
                  {{"agency", caller.agency.text()},
                   {"role", std::string(domain::text_of(caller.role))},
                   {"sealed_purpose", to_hex(*sealed)}});
        result.code = edit.code();
        result.sequence = edit.value().sequence;
        return {};
    };
    const auto read =
        co_await context.store.commit(std::move(look));  // no names before the read is on record
    if (!read) {
        co_return read.error();
    }
    co_return result;
}

}  // namespace lachan::casework
