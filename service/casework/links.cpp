#include <algorithm>
#include <utility>

#include "case_edit.hpp"
#include "lachan/casework/access.hpp"
#include "lachan/casework/acts.hpp"

namespace lachan::casework {
namespace {

constexpr int kNothingMade = 200;  ///< The cases are linked already.

struct Pair {
    domain::Case one;
    domain::Case other;
};

Error not_linkable() {
    return {Errc::validation_failed,
            "the other case cannot be linked",
            {{"/case", "unknown_case", "give the code of another case"}}};
}

/// Both cases, if the caller sees both; `one` at the expected version.
Result<Pair> find_pair(const Context& context,
                       Tx& tx,
                       const World& world,
                       const domain::Principal& caller,
                       const std::string& one_code,
                       const std::string& other_code,
                       std::int64_t expected) {
    const auto one_no = context.vault.case_no(one_code);
    if (!one_no) {
        return one_no.error();
    }
    const auto other_no = context.vault.case_no(other_code);
    if (!other_no || *other_no == *one_no) {
        return not_linkable();
    }
    auto one = find_for(caller, Action::link_cases, *one_no, view_of(tx), world, tx.now);
    if (!one) {
        return one.error();
    }
    auto other = find_for(caller, Action::link_cases, *other_no, view_of(tx), world, tx.now);
    if (!other) {
        return not_linkable();
    }
    if (one->sequence != expected) {
        return Error(Errc::precondition_failed,
                     "the case has changed since: its version is " + std::to_string(one->sequence));
    }
    return Pair{std::move(*one), std::move(*other)};
}

/// Says it in the record of both; answers with the first.
CaseChange record_both(const Context& context,
                       Tx& tx,
                       const std::shared_ptr<const World>& world,
                       Pair pair,
                       const domain::Principal& caller,
                       std::string_view kind) {
    CaseEdit other(tx, world, context.vault, std::move(pair.other), caller.key.text());
    CaseEdit one(tx, world, context.vault, std::move(pair.one), caller.key.text());
    other.record(kind, {{"case", one.code()}});
    other.finish();
    one.record(kind, {{"case", other.code()}});
    one.finish();
    return one.change();
}

}  // namespace

boost::asio::awaitable<Result<Answer>> link_cases(Context& context,
                                                  domain::Principal caller,
                                                  std::string case_code,
                                                  std::string other_code,
                                                  std::int64_t expected_sequence,
                                                  Repeat repeat,
                                                  RenderChange render) {
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto pair = find_pair(context, tx, *world, caller, case_code, other_code, expected_sequence);
        if (!pair) {
            return pair.error();
        }
        const auto linked = tx.cases.linked(pair->one.no);
        if (std::find(linked.begin(), linked.end(), pair->other.no) != linked.end()) {
            CaseEdit linked_before(tx, world, context.vault, std::move(pair->one), caller.key.text());
            linked_before.finish_if_changed();
            Answer answer = render(linked_before.change());
            answer.status = kNothingMade;
            answer.location.clear();
            return answer;
        }
        tx.cases.link(pair->one.no, pair->other.no, tx.now);
        return render(record_both(context, tx, world, std::move(*pair), caller, "case.linked"));
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::routine);
    co_return answer;
}

boost::asio::awaitable<Result<Answer>> unlink_cases(Context& context,
                                                    domain::Principal caller,
                                                    std::string case_code,
                                                    std::string other_code,
                                                    std::int64_t expected_sequence,
                                                    Repeat repeat,
                                                    RenderChange render) {
    const auto world = context.worlds.current();
    Effect effect = [&](Tx& tx) -> Result<Answer> {
        auto pair = find_pair(context, tx, *world, caller, case_code, other_code, expected_sequence);
        if (!pair) {
            return pair.error();
        }
        if (!tx.cases.unlink(pair->one.no, pair->other.no)) {
            return Error(Errc::not_found, "the cases are not linked");
        }
        return render(record_both(context, tx, world, std::move(*pair), caller, "case.unlinked"));
    };
    auto answer = co_await commit_once(context, caller, repeat, std::move(effect), Lane::routine);
    co_return answer;
}

}  // namespace lachan::casework
