#include "lachan/casework/feed.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "lachan/casework/access.hpp"
#include "readers.hpp"

namespace lachan::casework {
namespace {

constexpr int kEntriesAtOnce = 200;  ///< As long as a page: one look must not hold up the others.

/// What belongs to the frame of a case, which everybody sees who sees the case at all; the rest is casework.
constexpr auto kFrame = std::to_array<std::string_view>({"case.", "duty.", "report."});
constexpr auto kCasework = std::to_array<std::string_view>({"step.", "notification."});

template <std::size_t N>
bool begins_with_one_of(const std::array<std::string_view, N>& beginnings, std::string_view kind) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) {
        return kind.starts_with(beginning);
    });
}

bool is_for(const domain::Principal& caller, std::string_view kind, Relation relation) {
    if (is_about_readers(kind) && relation != Relation::oversight) {
        return false;
    }
    const bool frame = begins_with_one_of(kFrame, kind) && may(caller.role, Action::see_case, relation);
    const bool work = begins_with_one_of(kCasework, kind) && may(caller.role, Action::see_casework, relation);
    return frame || work;
}

}  // namespace

boost::asio::awaitable<Result<FeedPage>> feed_after(Context& context,
                                                    domain::Principal caller,
                                                    std::int64_t position) {
    if (const auto allowed = allow(caller, Action::see_case); !allowed) {
        co_return allowed.error();
    }
    FeedPage page;
    page.position = position;
    const auto world = context.worlds.current();
    const Instant now = context.clock.now();
    ReadOp look = [&](const View& view) -> Result<void> {
        const auto entries = view.events.since(position, kEntriesAtOnce);
        page.more = entries.size() == kEntriesAtOnce;
        for (const domain::Event& entry : entries) {
            page.position = entry.sequence;
            const auto about = entry.case_no ? view.cases.find(*entry.case_no) : std::nullopt;
            const Relation relation = about ? relation_of(caller, *about, view, *world, now) : Relation::none;
            if (relation != Relation::none && is_for(caller, entry.kind, relation)) {
                page.items.push_back({entry.sequence,
                                      entry.kind,
                                      context.vault.case_code(about->no),
                                      entry.case_sequence,
                                      entry.at,
                                      about->urgency});
            }
        }
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return page;
}

boost::asio::awaitable<Result<std::int64_t>> feed_end(Context& context, domain::Principal caller) {
    if (const auto allowed = allow(caller, Action::see_case); !allowed) {
        co_return allowed.error();
    }
    std::int64_t end = 0;
    ReadOp look = [&](const View& view) -> Result<void> {
        end = view.events.last_sequence();
        return {};
    };
    const auto looked = co_await context.store.read(std::move(look));
    if (!looked) {
        co_return looked.error();
    }
    co_return end;
}

}  // namespace lachan::casework
