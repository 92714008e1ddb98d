#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <unordered_map>

#include "lachan/casework/context.hpp"

namespace lachan::casework {

/// When keys and sessions were last used: kept in memory, and written together about once a minute, because a
/// commit for each request would cost more than the request. Used on the network thread only.
class LastUses {
public:
    static constexpr std::chrono::minutes kWrittenEvery{1};

    void note(const domain::KeyId& key, Instant now) { keys_[key] = now; }
    void note_session(const Bytes& token_hash, Instant now) { sessions_[token_hash] = now; }

    /// When this session was last used, where `stored` is what the record says.
    [[nodiscard]] Instant of_session(const Bytes& token_hash, Instant stored) const;

    /// Writes what is new, where the last writing is a minute ago. Errors: those of the store; then it is
    /// written the next time.
    [[nodiscard]] boost::asio::awaitable<Result<void>> write_if_due(Context& context);
    /// Writes what is new.
    [[nodiscard]] boost::asio::awaitable<Result<void>> write(Context& context);

private:
    std::unordered_map<domain::KeyId, Instant> keys_;
    std::map<Bytes, Instant> sessions_;
    Instant written_at_{};
};

}  // namespace lachan::casework
