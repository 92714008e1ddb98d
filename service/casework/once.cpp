#include "lachan/casework/once.hpp"

#include <utility>

#include "lachan/base/packing.hpp"

namespace lachan::casework {
namespace {

constexpr std::string_view kReplyContext = "reply";
constexpr std::string_view kAnswerDictionary = "answers";
constexpr std::size_t kLongestAnswer = 16 << 20;  ///< Far beyond what a case of a thousand duties takes.

std::string context_of(const domain::Principal& caller, const Repeat& repeat) {
    return std::string(kReplyContext) + '\n' + caller.key.text() + '\n' + repeat.route + '\n' + repeat.key;
}

std::string name_of(const Dictionary::Id& id) {
    return to_hex(id);
}

/// The text of a kept answer. Its dictionary may be that of a world long reloaded: they are all kept.
Result<std::string> unpacked(const Documents& documents, const std::string& packed) {
    std::optional<std::string> dictionary;
    if (const auto id = dictionary_of(as_bytes(packed))) {
        dictionary = documents.find(kAnswerDictionary, name_of(*id));
    }
    auto text = unpack_text(as_bytes(packed), dictionary.value_or(""), kLongestAnswer);
    if (!text) {
        return Error(Errc::internal, "a kept answer cannot be read");
    }
    return std::move(*text);
}

Result<Answer> replay(const Vault& vault,
                      const Documents& documents,
                      const domain::Principal& caller,
                      const Repeat& repeat,
                      const KeptReply& kept) {
    if (kept.fingerprint != repeat.fingerprint) {
        return Error(Errc::idempotency_key_reused, "this key came before with another body");
    }
    const auto packed = vault.open_own(context_of(caller, repeat), kept.sealed_body);
    if (!packed) {
        return packed.error();
    }
    auto body = unpacked(documents, *packed);
    if (!body) {
        return body.error();
    }
    return Answer{kept.status, kept.location, kept.etag, std::move(*body), true};
}

}  // namespace

void keep_answer_dictionary(Tx& tx, const World& world) {
    if (world.answers && !tx.documents.find(kAnswerDictionary, name_of(world.answers->id()))) {
        tx.documents.put(kAnswerDictionary, name_of(world.answers->id()), world.answers->text(), tx.now);
    }
}

namespace {

/// One request on its way through its unit, and what it leaves behind for its repetition.
class Once {
public:
    Once(Context& context, domain::Principal caller, Repeat repeat)
        : vault_(context.vault),
          world_(context.worlds.current()),  // here, because the unit runs on the writer
          caller_(std::move(caller)),
          repeat_(std::move(repeat)),
          name_(context_of(caller_, repeat_)) {}

    [[nodiscard]] Answer& answer() noexcept { return answer_; }

    /// True where the request came before, and its answer is at hand.
    [[nodiscard]] Result<bool> came_before(Tx& tx) {
        if (repeat_.key.empty()) {
            return false;
        }
        if (const auto settled = tx.settle(name_); !settled) {  // its twin may be in the same batch
            return settled.error();
        }
        const auto kept = tx.replies.find(caller_.key, repeat_.route, repeat_.key);
        if (!kept || kept->kept_at + kRepliesKept <= tx.now) {
            return false;
        }
        auto earlier = replay(vault_, tx.documents, caller_, repeat_, *kept);
        if (!earlier) {
            return earlier.error();
        }
        answer_ = std::move(*earlier);
        return true;
    }

    void keep(Tx& tx, Answer made) {
        answer_ = std::move(made);
        keep_sealed(tx, sealed());
    }

    void keep_late(Tx& tx, MakeAnswer make) {
        tx.later({name_,
                  [this, make = std::move(make)] {
                      answer_ = make();
                      sealed_ = sealed();
                  },
                  [this](Tx& unit) -> Result<void> {
                      keep_sealed(unit, std::move(sealed_));
                      return {};
                  }});
    }

private:
    [[nodiscard]] bool is_kept() const { return !repeat_.key.empty() && !answer_.replayed; }

    [[nodiscard]] Bytes sealed() const {
        if (!is_kept()) {
            return {};
        }
        return vault_.seal_own(name_, as_text(pack_text(answer_.body, world_->answers.get())));
    }

    void keep_sealed(Tx& tx, Bytes sealed_body) {
        if (is_kept()) {
            tx.replies.keep(caller_.key,
                            repeat_.route,
                            repeat_.key,
                            KeptReply{repeat_.fingerprint,
                                      answer_.status,
                                      answer_.location,
                                      answer_.etag,
                                      std::move(sealed_body),
                                      tx.now});
        }
    }

    Vault& vault_;
    std::shared_ptr<const World> world_;
    domain::Principal caller_;
    Repeat repeat_;
    std::string name_;
    Answer answer_;
    Bytes sealed_;
};

boost::asio::awaitable<Result<Answer>> commit(Context& context, Once& once, WriteOp op, Lane lane) {
    const Result<void> committed = co_await context.store.commit(std::move(op), lane);
    if (!committed) {
        co_return committed.error();
    }
    context.outbox_work.notify();
    context.watch_work.notify();
    co_return std::move(once.answer());
}

/// The unit of work: the answer that was given before, or what `effect` makes now, kept as `keep` does it.
template <class Work, class Keep>
WriteOp unit_of(Once& once, Work& effect, Keep keep) {
    return [&once, &effect, keep](Tx& tx) -> Result<void> {
        const auto before = once.came_before(tx);
        if (!before || *before) {
            return before ? Result<void>() : before.error();
        }
        auto made = effect(tx);
        if (!made) {
            return made.error();
        }
        (once.*keep)(tx, std::move(*made));
        return {};
    };
}

}  // namespace

boost::asio::awaitable<Result<Answer>> commit_once(
    Context& context, domain::Principal caller, Repeat repeat, Effect effect, Lane lane) {
    Once once(context, std::move(caller), std::move(repeat));
    auto answer = co_await commit(context, once, unit_of(once, effect, &Once::keep), lane);
    co_return answer;
}

boost::asio::awaitable<Result<Answer>> commit_once_late(
    Context& context, domain::Principal caller, Repeat repeat, LateEffect effect, Lane lane) {
    Once once(context, std::move(caller), std::move(repeat));
    auto answer = co_await commit(context, once, unit_of(once, effect, &Once::keep_late), lane);
    co_return answer;
}

boost::asio::awaitable<Result<std::optional<Answer>>> answered_before(Context& context,
                                                                      domain::Principal caller,
                                                                      Repeat repeat) {
    if (repeat.key.empty()) {
        co_return std::optional<Answer>();
    }
    Once once(context, std::move(caller), std::move(repeat));
    bool before = false;
    WriteOp op = [&](Tx& tx) -> Result<void> {
        const auto known = once.came_before(tx);
        if (!known) {
            return known.error();
        }
        before = *known;
        return {};
    };
    const auto looked = co_await context.store.commit(std::move(op));
    if (!looked) {
        co_return looked.error();
    }
    co_return before ? std::optional(std::move(once.answer())) : std::nullopt;
}

}  // namespace lachan::casework
