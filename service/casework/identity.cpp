#include <utility>

#include "afterwards.hpp"
#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/access_log.hpp"
#include "lachan/casework/queries.hpp"

namespace lachan::casework {
namespace {

constexpr std::size_t kShortestPurpose = 3;   ///< "x" is no purpose.
constexpr std::size_t kLongestPurpose = 200;  ///< A sentence; it stands in the record for good.

Result<void> open_parts(
    const Vault& vault, KeySlot key, const ReportRow& row, bool with_informant, ReportIdentity& result) {
    auto people = vault.open_identity(key, row.id, row.sealed.identity);
    if (!people) {
        return people.error();
    }
    auto narrative = vault.open_narrative(key, row.id, row.sealed.narrative);
    if (!narrative) {
        return narrative.error();
    }
    if (with_informant) {
        auto informant = vault.open_informant(key, row.id, row.sealed.informant);
        if (!informant) {
            return informant.error();
        }
        result.informant = std::move(*informant);
    }
    result.people = std::move(*people);
    result.narrative = std::move(*narrative);
    return {};
}

/// A report whose key was destroyed is there, and says nothing.
Result<ReportIdentity> open(const Vault& vault,
                            std::optional<KeySlot> key,
                            const ReportRow& row,
                            bool with_informant) {
    ReportIdentity result;
    result.report = row.id;
    result.reference = row.reference;  // erasing empties it
    result.erased = !key || row.sealed.identity.empty();
    if (result.erased) {
        return result;
    }
    const auto opened = open_parts(vault, *key, row, with_informant, result);
    if (opened) {
        return result;
    }
    const auto destroyed = vault.destroyed(*key);
    if (!destroyed || !*destroyed) {
        return opened.error();
    }
    result = {};
    result.report = row.id;
    result.erased = true;
    return result;
}

Result<std::vector<ReportIdentity>> open_all(const Vault& vault,
                                             const Tx& tx,
                                             domain::CaseNo number,
                                             bool with_informant) {
    const auto key = tx.cases.key(number);
    std::vector<ReportIdentity> reports;
    for (const ReportRow& row : tx.reports.of_case(number)) {
        auto opened = open(vault, key, row, with_informant);
        if (!opened) {
            return opened.error();
        }
        reports.push_back(std::move(*opened));
    }
    return reports;
}

/// What was said with the steps of a case. Erasing it empties them; once the key is destroyed they say
/// nothing.
Result<std::vector<SaidWithStep>> open_notes(const Vault& vault, const Tx& tx, domain::CaseNo number) {
    std::vector<SaidWithStep> notes;
    const auto key = tx.cases.key(number);
    if (!key) {
        return notes;
    }
    const std::string context = note_context(vault.case_code(number));
    for (domain::Step& step : tx.steps.of_case(number)) {
        const auto sealed = tx.steps.note(number, step.ordinal);
        if (!sealed || sealed->empty()) {
            continue;
        }
        auto text = vault.open_text(*key, context, *sealed);
        if (!text) {
            const auto destroyed = vault.destroyed(*key);
            return destroyed && *destroyed ? Result<std::vector<SaidWithStep>>(std::vector<SaidWithStep>())
                                           : text.error();
        }
        notes.push_back({std::move(step), std::move(*text)});
    }
    return notes;
}

domain::EventData data_of(const domain::Principal& caller) {
    return {{"agency", caller.agency.text()}, {"role", std::string(domain::text_of(caller.role))}};
}

void note_reading(
    Vault& vault, Tx& tx, CaseEdit& edit, const domain::Principal& caller, const std::string& purpose) {
    domain::EventData data = data_of(caller);
    data.push_back(sealed_purpose(vault, tx, edit.value().no, purpose));
    edit.note("identity.read", std::move(data));
}

/// Who asked in vain, whether or not there is such a case. Without one there is no key that would ever be
/// destroyed, so what was said is not kept: only that they were refused.
void note_refusal(Vault& vault,
                  Tx& tx,
                  const domain::Principal& caller,
                  domain::CaseNo number,
                  const std::string& purpose) {
    domain::Event event;
    if (const auto value = tx.cases.find(number)) {
        event.case_no = number;
        event.case_sequence = value->sequence;
    }
    event.at = tx.now;
    event.kind = "identity.refused";
    event.actor = caller.key.text();
    event.data = data_of(caller);
    if (event.case_no) {
        event.data.push_back(sealed_purpose(vault, tx, number, purpose));
    }
    tx.events.append(event);
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
    std::optional<Error> refused;
    const auto world = context.worlds.current();
    WriteOp look = [&](Tx& tx) -> Result<void> {
        refused.reset();
        auto value = find_for(caller, Action::see_identity, *number, view_of(tx), *world, tx.now);
        if (!value) {
            refused = value.error();
            note_refusal(context.vault, tx, caller, *number, purpose);
            return {};  // the refusal stays on record, so the unit has to commit
        }
        // The informant is for those who must be able to call back, not for the agencies that handle the
        // case.
        const bool with_informant =
            may(caller.role, Action::see_informant, relation_of(caller, *value, view_of(tx), *world, tx.now));
        auto opened = open_all(context.vault, tx, *number, with_informant);
        if (!opened) {
            return opened.error();
        }
        auto notes = open_notes(context.vault, tx, *number);
        if (!notes) {
            return notes.error();
        }
        result.reports = std::move(*opened);
        result.notes = std::move(*notes);
        CaseEdit edit(tx, world, context.vault, std::move(*value), caller.key.text());
        result.code = edit.code();
        result.sequence = edit.value().sequence;
        if (auto erasures = tx.cases.erasures(*number); !erasures.empty()) {
            result.erasure = std::move(erasures.back());
        }
        note_reading(context.vault, tx, edit, caller, purpose);
        edit.finish_if_changed();
        return {};
    };
    const auto read =
        co_await context.store.commit(std::move(look));  // no names before the read is on record
    if (!read) {
        co_return read.error();
    }
    if (refused) {
        co_return *refused;
    }
    co_return result;
}

}  // namespace lachan::casework
