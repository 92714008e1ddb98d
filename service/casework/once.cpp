#include "lachan/casework/once.hpp"

#include <utility>

namespace lachan::casework {
namespace {

constexpr std::string_view kReplyContext = "reply";

std::string context_of(const domain::Principal& caller, const Repeat& repeat) {
    return std::string(kReplyContext) + '\n' + caller.key.text() + '\n' + repeat.route + '\n' + repeat.key;
}

Result<Answer> replay(const Vault& vault,
                      const domain::Principal& caller,
                      const Repeat& repeat,
                      const KeptReply& kept) {
    if (kept.fingerprint != repeat.fingerprint) {
        return Error(Errc::idempotency_key_reused, "this key came before with another body");
    }
    auto body = vault.open_own(context_of(caller, repeat), kept.sealed_body);
    if (!body) {
        return body.error();
    }
    return Answer{kept.status, kept.location, kept.etag, std::move(*body), true};
}

}  // namespace

boost::asio::awaitable<Result<Answer>> commit_once(
    Context& context, domain::Principal caller, Repeat repeat, Effect effect, Lane lane) {
    Answer answer;
    WriteOp op = [&](Tx& tx) -> Result<void> {
        if (!repeat.key.empty()) {
            const auto kept = tx.replies.find(caller.key, repeat.route, repeat.key);
            if (kept && kept->kept_at + kRepliesKept > tx.now) {
                auto earlier = replay(context.vault, caller, repeat, *kept);
                if (!earlier) {
                    return earlier.error();
                }
                answer = std::move(*earlier);
                return {};
            }
        }
        auto made = effect(tx);
        if (!made) {
            return made.error();
        }
        answer = std::move(*made);
        if (!repeat.key.empty() && !answer.replayed) {
            tx.replies.keep(caller.key,
                            repeat.route,
                            repeat.key,
                            KeptReply{repeat.fingerprint,
                                      answer.status,
                                      answer.location,
                                      answer.etag,
                                      context.vault.seal_own(context_of(caller, repeat), answer.body),
                                      tx.now});
        }
        return {};
    };
    const Result<void> committed = co_await context.store.commit(std::move(op), lane);
    if (!committed) {
        co_return committed.error();
    }
    context.outbox_work.notify();
    context.watch_work.notify();
    co_return answer;
}

}  // namespace lachan::casework
