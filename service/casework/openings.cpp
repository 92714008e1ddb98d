#include "lachan/casework/openings.hpp"

#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/erasure.hpp"
#include "standing.hpp"

namespace lachan::casework {
namespace {

constexpr std::size_t kShortestReason = 10;                     ///< A word is no reason.
constexpr std::size_t kLongestReason = 500;                     ///< A few sentences.
constexpr Duration kShortestOpening = std::chrono::minutes(5);  ///< Less is not enough to read a case.
/// The role that is told: whoever watches over access. The directory says who that is.
constexpr std::string_view kRule = "emergency_access";
constexpr int kMostLookedAt = 1000;  ///< Rows looked through for those within the caller's scope.

Result<void> check(const NewOpening& opening) {
    std::vector<Fault> faults;
    if (opening.reason.size() < kShortestReason || opening.reason.size() > kLongestReason) {
        faults.push_back({"/reason", "length", "say in 10 to 500 bytes why it cannot wait"});
    }
    if (opening.length < kShortestOpening || opening.length > kLongestOpening) {
        faults.push_back({"/minutes", "out_of_range", "5 to 180 minutes"});
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "the case cannot be opened like that", std::move(faults));
    }
    return {};
}

std::string sealed_under(const std::string& code, Instant from) {
    return "opening:" + code + ":" + std::to_string(to_ms(from));
}

/// Tells somebody outside the caller's body, so that a second pair of eyes knows at once: a committee and its
/// chair are one pair.
domain::AgencyId tell_overseer(CaseEdit& edit, const domain::Principal& caller, Instant now) {
    const domain::Case& value = edit.value();
    const directory::Directory& directory = *edit.world()->directory;
    std::vector<domain::AgencyId> without = directory.body_of(caller.agency);
    without.push_back(caller.agency);
    without.insert(without.end(), value.conflicted.begin(), value.conflicted.end());
    const auto found = holders_at(directory, value, {kOverseer, value.area, now}, without);
    if (found.empty()) {
        edit.gap(kOverseer, unit_at(directory, value.area, value.received_at, now), nullptr);
        return {};
    }
    edit.tell(found.front().agency->id, "case.updated", nullptr, kRule);
    return found.front().agency->id;
}

/// The case, whatever the caller has to do with it; a conflicted agency does not learn that it exists.
Result<domain::Case> find_any(const domain::Principal& caller, domain::CaseNo number, const Tx& tx) {
    auto value = tx.cases.find(number);
    if (!value || value->keeps_out(caller.agency)) {
        return Error(Errc::not_found, "no such case");
    }
    return std::move(*value);
}

Result<OpeningItem> open(
    Context& context, Tx& tx, CaseEdit& edit, const domain::Principal& caller, const NewOpening& opening) {
    const domain::CaseNo number = edit.value().no;
    OpeningItem item{{number, caller.key, caller.agency, {}, tx.now, tx.now + opening.length, {}},
                     edit.code(),
                     opening.reason};
    const auto key = sealing_key(tx, context.vault, number);
    if (!key) {
        return key.error();
    }
    auto sealed = context.vault.seal_text(*key, sealed_under(edit.code(), tx.now), opening.reason);
    if (!sealed) {
        return sealed.error();
    }
    item.value.sealed_reason = std::move(*sealed);
    edit.record("case.opened_in_emergency",
                {{"agency", caller.agency.text()},
                 {"role", std::string(domain::text_of(caller.role))},
                 {"until", to_rfc3339(item.value.until)}});
    item.value.told = tell_overseer(edit, caller, tx.now);
    tx.openings.insert(item.value);
    return item;
}

/// As the caller may see it; none: not at all.
std::optional<OpeningItem> shown_to(const Context& context,
                                    const View& view,
                                    const World& world,
                                    const domain::Principal& caller,
                                    Opening opening,
                                    Instant now) {
    const auto about = view.cases.find(opening.case_no);
    const Relation relation = about ? relation_of(caller, *about, view, world, now) : Relation::none;
    if (relation == Relation::none || !may(caller.role, Action::list_openings, relation)) {
        return std::nullopt;
    }
    OpeningItem item{std::move(opening), context.vault.case_code(about->no), ""};
    const auto key = view.cases.key(about->no);
    if (key && may(caller.role, Action::see_casework, relation)) {
        const std::string under = sealed_under(item.case_code, item.value.from);
        if (auto reason = context.vault.open_text(*key, under, item.value.sealed_reason)) {
            item.reason = std::move(*reason);
        }
    }
    return item;
}

}  // namespace

boost::asio::awaitable<Result<Answer>> open_in_emergency(Context& context,
                                                         domain::Principal caller,
                                                         std::string case_code,
                                                         NewOpening opening,
                                                         Repeat repeat,
                                                         RenderOpening render) {
    if (const auto allowed = allow(caller, Action::open_in_emergency); !allowed) {
        co_return allowed.error();
    }
    const auto number = context.vault.case_no(case_code);
    if (!number) {
        co_return number.error();
    }
    if (const auto sound = check(opening); !sound) {
        co_return sound.error();
    }
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto value = find_any(caller, *number, tx);
        if (!value) {
            return value.error();
        }
        CaseEdit edit(tx, world, context.vault, std::move(*value), caller.key.text());
        const auto item = open(context, tx, edit, caller, opening);
        if (!item) {
            return item.error();
        }
        edit.finish();
        return render(*item, *world);
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::emergency);
    co_return answer;
}

boost::asio::awaitable<Result<OpeningList>> list_openings(Context& context,
                                                          domain::Principal caller,
                                                          Instant since,
                                                          int limit) {
    if (const auto allowed = allow(caller, Action::list_openings); !allowed) {
        co_return allowed.error();
    }
    OpeningList list;
    list.world = context.worlds.current();
    const Instant now = context.clock.now();
    ReadOp look = [&](const View& view) -> Result<void> {
        for (Opening& each : view.openings.list(since, kMostLookedAt)) {
            auto item = shown_to(context, view, *list.world, caller, std::move(each), now);
            if (item && list.items.size() < static_cast<std::size_t>(limit)) {
                list.items.push_back(std::move(*item));
            }
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return list;
}

}  // namespace lachan::casework
