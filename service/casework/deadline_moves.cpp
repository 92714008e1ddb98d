#include "lachan/casework/deadline_moves.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <utility>

#include "case_edit.hpp"
#include "duty_limit.hpp"
#include "lachan/base/log.hpp"
#include "lachan/casework/names.hpp"

namespace lachan::casework {
namespace {

constexpr int kPage = 500;  ///< Duties looked through at once: a millisecond or two of the network thread.
constexpr std::string_view kActor = "calendar";

/// Duties of a case stand apart in the order of instants, but a page has few cases more than once.
class PackOfCase {
public:
    PackOfCase(const View& view, const World& world) : view_(view), world_(world) {}

    const policy::Pack* operator()(domain::CaseNo number) {
        const auto known = packs_.find(number);
        if (known != packs_.end()) {
            return known->second;
        }
        const auto value = view_.cases.find(number);
        return packs_.emplace(number, value ? world_.pack(value->pack) : nullptr).first->second;
    }

private:
    const View& view_;
    const World& world_;
    std::map<domain::CaseNo, const policy::Pack*> packs_;
};

bool is_stores_own(const Error& error) {
    return error.code() == Errc::storage || error.code() == Errc::overloaded ||
           error.code() == Errc::shutting_down;
}

void move_duty(CaseEdit& edit, domain::Duty& duty, const CalendarChange& change, Instant to) {
    const Instant from = std::exchange(duty.due, to);
    const std::string& version = change.world->calendar->version();
    edit.record("duty.due_moved",
                {{"duty", duty_name(edit.code(), duty.no.ordinal)},
                 {"kind", duty.kind},
                 {"from", to_rfc3339(from)},
                 {"to", to_rfc3339(to)},
                 {"calendar_from", change.before == nullptr ? "" : change.before->version()},
                 {"calendar_to", version}});
    edit.keep(duty);
    if (to < from && !duty.holder.empty()) {
        edit.tell(duty.holder, "case.updated", &duty, "calendar/" + version);
    }
}

/// The moves of one case.
std::size_t move_in_case(Tx& tx,
                         const Vault& vault,
                         const CalendarChange& change,
                         domain::CaseNo number,
                         std::span<const DeadlineMove> moves) {
    auto value = tx.cases.find(number);
    if (!value) {
        return 0;
    }
    CaseEdit edit(tx, change.world, vault, std::move(*value), std::string(kActor));
    std::size_t moved = 0;
    for (const DeadlineMove& move : moves) {
        domain::Duty* duty = move.duty.case_no == number ? edit.find(move.duty.ordinal) : nullptr;
        const auto to = duty == nullptr ? std::nullopt : moved_due(*duty, edit.pack(), change, tx.now);
        if (to) {
            move_duty(edit, *duty, change, *to);
            ++moved;
        }
    }
    edit.finish_if_changed();
    return moved;
}

/// Commits one part; says how many moved.
boost::asio::awaitable<Result<std::size_t>> commit_moves(Context& context,
                                                         const CalendarChange& change,
                                                         std::span<const DeadlineMove> part) {
    std::size_t moved = 0;
    WriteOp op = [&](Tx& tx) -> Result<void> {
        moved = apply_moves(tx, context.vault, change, part);
        return {};
    };
    const auto done = co_await context.store.commit(std::move(op));
    if (!done) {
        co_return done.error();
    }
    co_return moved;
}

/// One unit; where something in it cannot be changed, one duty after the other.
boost::asio::awaitable<Result<std::size_t>> commit_or_one_by_one(Context& context,
                                                                 const CalendarChange& change,
                                                                 std::span<const DeadlineMove> part) {
    const auto together = co_await commit_moves(context, change, part);
    if (together || is_stores_own(together.error())) {
        co_return together;
    }
    std::size_t moved = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const auto alone = co_await commit_moves(context, change, part.subspan(i, 1));
        if (alone) {
            moved += *alone;
        } else if (is_stores_own(alone.error())) {
            co_return alone;
        } else {
            log::error("deadline.cannot_be_moved", {{"duty", part[i].name}, {"why", alone.error().detail()}});
        }
    }
    co_return moved;
}

boost::asio::awaitable<Result<std::vector<DeadlineMove>>> plan_beside(Context& context,
                                                                      const CalendarChange& change,
                                                                      const StopSign& stop) {
    std::vector<DeadlineMove> moves;
    std::optional<PageStart> after;
    while (!stop.stopping) {
        MovePage page;
        ReadOp look = [&](const View& view) -> Result<void> {
            page = plan_page(view, context.vault, change, context.clock.now(), after);
            return {};
        };
        const auto looked = co_await context.store.read(std::move(look));
        if (!looked) {
            co_return looked.error();
        }
        moves.insert(moves.end(), page.moves.begin(), page.moves.end());
        if (!page.next) {
            break;
        }
        after = page.next;
        const auto executor = co_await boost::asio::this_coro::executor;
        co_await boost::asio::post(executor, boost::asio::use_awaitable);  // requests between the pages
    }
    co_return moves;
}

}  // namespace

std::optional<Instant> moved_due(const domain::Duty& duty,
                                 const policy::Pack* pack,
                                 const CalendarChange& change,
                                 Instant now) {
    const policy::DutyTemplate* made_by = pack == nullptr ? nullptr : pack->duty(duty.rule, duty.kind);
    if (made_by == nullptr || !duty.pending() || duty.is_overdue(now)) {
        return std::nullopt;
    }
    const deadlines::Calendar& calendar = *change.world->calendar;
    const deadlines::Limit& limit = limit_of(duty, *made_by, calendar, change.before.get());
    if (!needs_calendar(limit)) {
        return std::nullopt;
    }
    const Instant due = deadlines::due_at(limit, duty.start, calendar, made_by->immediately_within);
    return due == duty.due || due <= now ? std::nullopt : std::optional(due);
}

MovePage plan_page(const View& view,
                   const Vault& vault,
                   const CalendarChange& change,
                   Instant now,
                   const std::optional<PageStart>& after) {
    DutyQuery query;
    query.scope.everything = true;
    query.after = after;
    query.limit = kPage;
    const auto duties = view.duties.list(query);
    PackOfCase pack_of(view, *change.world);
    MovePage page;
    for (const domain::Duty& duty : duties) {
        if (const auto to = moved_due(duty, pack_of(duty.no.case_no), change, now)) {
            const std::string code = vault.case_code(duty.no.case_no);
            page.moves.push_back({duty.no, code, duty_name(code, duty.no.ordinal), duty.kind, duty.due, *to});
        }
    }
    if (duties.size() == kPage) {
        const domain::Duty& last = duties.back();
        page.next = PageStart{to_ms(last.due), static_cast<std::int64_t>(last.no.case_no), last.no.ordinal};
    }
    return page;
}

std::vector<DeadlineMove> plan_moves(const View& view,
                                     const Vault& vault,
                                     const CalendarChange& change,
                                     Instant now) {
    std::vector<DeadlineMove> moves;
    std::optional<PageStart> after;
    do {
        const MovePage page = plan_page(view, vault, change, now, after);
        moves.insert(moves.end(), page.moves.begin(), page.moves.end());
        after = page.next;
    } while (after);
    return moves;
}

std::size_t apply_moves(Tx& tx,
                        const Vault& vault,
                        const CalendarChange& change,
                        std::span<const DeadlineMove> moves) {
    std::vector<domain::CaseNo> cases;
    for (const DeadlineMove& move : moves) {
        if (std::find(cases.begin(), cases.end(), move.duty.case_no) == cases.end()) {
            cases.push_back(move.duty.case_no);
        }
    }
    std::size_t moved = 0;
    for (const domain::CaseNo number : cases) {
        moved += move_in_case(tx, vault, change, number, moves);
    }
    return moved;
}

boost::asio::awaitable<Result<std::size_t>> move_deadlines(Context& context,
                                                           CalendarChange change,
                                                           const StopSign& stop) {
    // What was queued with the former world in mind is committed before this, and is found below.
    WriteOp nothing = [](Tx&) -> Result<void> { return {}; };
    const auto queue_is_through = co_await context.store.commit(std::move(nothing));
    if (!queue_is_through) {
        co_return queue_is_through.error();
    }
    const auto planned = co_await plan_beside(context, change, stop);
    if (!planned) {
        co_return planned.error();
    }
    const std::span<const DeadlineMove> all(*planned);
    std::size_t moved = 0;
    for (std::size_t done = 0; done < all.size() && !stop.stopping; done += kMovesInUnit) {
        const auto part = all.subspan(done, std::min(kMovesInUnit, all.size() - done));
        const auto committed = co_await commit_or_one_by_one(context, change, part);
        if (!committed) {
            co_return committed.error();
        }
        moved += *committed;
        context.watch_work.notify();
        context.outbox_work.notify();
    }
    co_return moved;
}

}  // namespace lachan::casework
