#include "lachan/casework/last_uses.hpp"

#include <algorithm>
#include <utility>

namespace lachan::casework {

Instant LastUses::of_session(const Bytes& token_hash, Instant stored) const {
    const auto noted = sessions_.find(token_hash);
    return noted == sessions_.end() ? stored : std::max(stored, noted->second);
}

boost::asio::awaitable<Result<void>> LastUses::write_if_due(Context& context) {
    const Instant now = context.clock.now();
    if (now >= written_at_ && now - written_at_ < kWrittenEvery) {
        co_return Result<void>();
    }
    const auto written = co_await write(context);
    co_return written;
}

boost::asio::awaitable<Result<void>> LastUses::write(Context& context) {
    written_at_ = context.clock.now();
    if (keys_.empty() && sessions_.empty()) {
        co_return Result<void>();
    }
    // Copies: while the writer works, further uses are noted here. What is written is forgotten below, unless
    // it was used again meanwhile.
    const auto keys = keys_;
    const auto sessions = sessions_;
    WriteOp op = [&](Tx& tx) -> Result<void> {
        for (const auto& [key, at] : keys) {
            tx.keys.note_use(key, at);
        }
        for (const auto& [token_hash, at] : sessions) {
            tx.accounts.note_use(token_hash, at);
        }
        return {};
    };
    const auto written = co_await context.store.commit(std::move(op));
    if (!written) {
        co_return written.error();
    }
    std::erase_if(keys_, [&](const auto& noted) {
        const auto known = keys.find(noted.first);
        return known != keys.end() && known->second == noted.second;
    });
    std::erase_if(sessions_, [&](const auto& noted) {
        const auto known = sessions.find(noted.first);
        return known != sessions.end() && known->second == noted.second;
    });
    co_return Result<void>();
}

}  // namespace lachan::casework
