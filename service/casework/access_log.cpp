#include "lachan/casework/access_log.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "lachan/base/bytes.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/erasure.hpp"
#include "lachan/casework/people.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kSealedPurpose = "sealed_purpose";          ///< By the key of the case.
constexpr std::string_view kOwnSealedPurpose = "sealed_purpose_own";   ///< By the service's own key.
constexpr std::string_view kManySealedPurpose = "sealed_purpose_all";  ///< By the keys of all its cases.
constexpr std::string_view kPurpose = "purpose";
constexpr std::string_view kNotKept = "given, not kept";
constexpr std::string_view kOwnPurposeContext = "purpose";
constexpr int kPage = 1000;

/// Kinds of entry that tell of an access, of a refusal, or of a change of who has access.
constexpr auto kFamilies = std::to_array<std::string_view>({"identity.",
                                                            "search.",
                                                            "access.",
                                                            "case.opened_in_emergency",
                                                            "subject.",
                                                            "key.",
                                                            "account.",
                                                            "session.",
                                                            "sign_in.",
                                                            "secrets.",
                                                            "endpoint.",
                                                            "directory.changed"});

std::string purpose_context(const std::string& case_code) {
    return "purpose:" + case_code;
}

bool is_access(const domain::Event& event) {
    return std::any_of(kFamilies.begin(), kFamilies.end(), [&](std::string_view family) {
        return event.kind.starts_with(family);
    });
}

std::string_view member(const domain::Event& event, std::string_view name) {
    const auto found = std::find_if(
        event.data.begin(), event.data.end(), [&](const auto& each) { return each.first == name; });
    return found == event.data.end() ? std::string_view() : std::string_view(found->second);
}

/// The codes of a list stand between blanks.
std::vector<std::string_view> codes_in(std::string_view list) {
    std::vector<std::string_view> codes;
    while (!list.empty()) {
        const auto end = std::min(list.find(' '), list.size());
        codes.push_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return codes;
}

/// Opens a purpose layer by layer, the last one first. Errors: of the first key that is not there any more.
Result<std::string> open_with_all(const View& view,
                                  const Vault& vault,
                                  std::string_view list,
                                  BytesView sealed) {
    const auto codes = codes_in(list);
    std::string text(as_text(sealed));
    for (auto code = codes.rbegin(); code != codes.rend(); ++code) {
        const auto number = vault.case_no(*code);
        const auto key = number ? view.cases.key(*number) : std::nullopt;
        auto opened = key ? vault.open_text(*key, purpose_context(std::string(*code)), as_bytes(text))
                          : Result<std::string>(Error(Errc::not_found, "the key was destroyed"));
        if (!opened) {
            return opened.error();
        }
        text = std::move(*opened);
    }
    return text;
}

/// Opens what a caller said, where its key is still there.
void read_purpose(const View& view, const Vault& vault, AccessEntry& entry) {
    const auto own = from_hex(member(entry.event, kOwnSealedPurpose));
    const auto sealed = from_hex(member(entry.event, kSealedPurpose));
    if (own && !own->empty()) {
        const auto opened = vault.open_own(kOwnPurposeContext, *own);
        entry.purpose = opened ? *opened : "";
        return;
    }
    if (const auto layers = from_hex(member(entry.event, kManySealedPurpose)); layers && !layers->empty()) {
        const auto opened = open_with_all(view, vault, member(entry.event, "cases"), *layers);
        entry.purpose = opened ? *opened : "";
        entry.purpose_erased = !opened;
        return;
    }
    if (!sealed || sealed->empty()) {
        return;
    }
    const auto key = entry.event.case_no ? view.cases.key(*entry.event.case_no) : std::nullopt;
    const auto opened =
        key ? vault.open_text(*key, purpose_context(entry.case_code), *sealed) : Result<std::string>(Error());
    entry.purpose = opened ? *opened : "";
    entry.purpose_erased = !opened;
}

struct Actor {
    domain::Role role{};
    domain::AgencyId agency;
};

class Collector {
public:
    Collector(const View& view, const Vault& vault, const AccessQuery& query)
        : view_(view), vault_(vault), query_(query) {
        for (const ApiKey& key : view.keys.all()) {
            actors_.emplace(key.id.text(), Actor{key.role, key.agency});
        }
        for (const Account& account : view.accounts.all()) {
            actors_.emplace(key_of(account.id).text(), Actor{account.role, account.agency});
        }
        if (query.subject) {
            subject_ = vault.case_code(*query.subject);
        }
    }

    void take(domain::Event event) {
        if (!is_access(event) || event.at < query_.since || !about_subject(event)) {
            return;
        }
        AccessEntry entry;
        entry.case_code = event.case_no ? vault_.case_code(*event.case_no) : "";
        entry.agency = domain::AgencyId(std::string(member(event, "agency")));
        entry.role = member(event, "role");
        if (const auto actor = actors_.find(event.actor); actor != actors_.end()) {
            entry.agency = actor->second.agency;
            entry.role = domain::text_of(actor->second.role);
        }
        if (!query_.agency.empty() && entry.agency != query_.agency) {
            return;
        }
        entry.event = std::move(event);
        read_purpose(view_, vault_, entry);
        found_.push_back(std::move(entry));
    }

    [[nodiscard]] std::vector<AccessEntry> found() && { return std::move(found_); }

private:
    [[nodiscard]] bool about_subject(const domain::Event& event) const {
        return !query_.subject || event.case_no == query_.subject || names_subject(event);
    }

    [[nodiscard]] bool names_subject(const domain::Event& event) const {
        const auto codes = codes_in(member(event, "cases"));
        return std::find(codes.begin(), codes.end(), subject_) != codes.end();
    }

    const View& view_;
    const Vault& vault_;
    const AccessQuery& query_;
    std::map<std::string, Actor> actors_;  ///< Keys and people, as they are now.
    std::string subject_;
    std::vector<AccessEntry> found_;
};

/// "LC-7K3M-Q9TX-4.d3" is a duty of the case before the point.
std::string case_in(const std::string& named) {
    return named.substr(0, named.find('.'));
}

}  // namespace

std::pair<std::string, std::string> sealed_purpose(Vault& vault,
                                                   const Tx& tx,
                                                   std::optional<domain::CaseNo> number,
                                                   std::string_view purpose) {
    if (const auto key = number ? tx.cases.key(*number) : std::nullopt) {
        const auto sealed = vault.seal_text(*key, purpose_context(vault.case_code(*number)), purpose);
        if (sealed) {
            return {std::string(kSealedPurpose), to_hex(*sealed)};
        }
    }
    return {std::string(kOwnSealedPurpose), to_hex(vault.seal_own(kOwnPurposeContext, purpose))};
}

std::pair<std::string, std::string> purpose_sealed_with(Vault& vault,
                                                        Tx& tx,
                                                        const std::vector<domain::CaseNo>& cases,
                                                        std::string_view purpose) {
    const std::pair<std::string, std::string> not_kept(kPurpose, kNotKept);
    if (cases.empty()) {
        return not_kept;
    }
    std::string text(purpose);
    for (const domain::CaseNo number : cases) {
        const auto key = sealing_key(tx, vault, number);
        const auto sealed = key ? vault.seal_text(*key, purpose_context(vault.case_code(number)), text)
                                : Result<Bytes>(key.error());
        if (!sealed) {
            return not_kept;
        }
        text = as_text(*sealed);
    }
    return {std::string(kManySealedPurpose), to_hex(as_bytes(text))};
}

boost::asio::awaitable<void> note_refused(Context& context,
                                          domain::Principal caller,
                                          std::string route,
                                          std::string named) {
    WriteOp note = [&](Tx& tx) -> Result<void> {
        const auto number = context.vault.case_no(case_in(named));
        const auto value = number ? tx.cases.find(*number) : std::nullopt;
        domain::Event event;
        if (value) {
            event.case_no = value->no;
            event.case_sequence = value->sequence;
        }
        event.at = tx.now;
        event.kind = "access.refused";
        event.actor = caller.key.text();
        event.data = {{"agency", caller.agency.text()},
                      {"role", std::string(domain::text_of(caller.role))},
                      {"call", route}};
        tx.events.append(event);
        return {};
    };
    const auto noted = co_await context.store.commit(std::move(note));
    if (!noted) {
        log::error("access.refusal_not_noted", {{"why", noted.error().detail()}});
    }
}

std::vector<AccessEntry> accesses(const View& view, const Vault& vault, const AccessQuery& query) {
    Collector collector(view, vault, query);
    std::int64_t after = 0;
    for (auto page = view.events.since(after, kPage); !page.empty(); page = view.events.since(after, kPage)) {
        after = page.back().sequence;
        for (domain::Event& event : page) {
            collector.take(std::move(event));
        }
    }
    return std::move(collector).found();
}

}  // namespace lachan::casework
