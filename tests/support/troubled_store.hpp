#pragma once

#include <boost/asio/awaitable.hpp>
#include <utility>

#include "lachan/casework/store.hpp"

namespace lachan::support {

/// A store in front of the real one that refuses when it is told to, as the real one does where its disk
/// fails or its queue is full.
class TroubledStore final : public casework::Store {
public:
    explicit TroubledStore(casework::Store& sound) : sound_(sound) {}

    /// The n-th operation from now on (1: the next) is refused.
    void refuse(int nth, Errc code = Errc::storage) {
        left_ = nth;
        code_ = code;
        struck_ = false;
    }
    [[nodiscard]] bool struck() const noexcept { return struck_; }

    boost::asio::awaitable<Result<void>> commit(casework::WriteOp op, casework::Lane lane) override {
        if (strikes()) {
            co_return refusal();
        }
        const auto done = co_await sound_.commit(std::move(op), lane);
        co_return done;
    }
    boost::asio::awaitable<Result<void>> read(casework::ReadOp op) override {
        if (strikes()) {
            co_return refusal();
        }
        const auto done = co_await sound_.read(std::move(op));
        co_return done;
    }
    boost::asio::awaitable<Result<void>> read_at_length(casework::ReadOp op) override {
        if (strikes()) {
            co_return refusal();
        }
        const auto done = co_await sound_.read(std::move(op));
        co_return done;
    }
    [[nodiscard]] Instant record_time() const override { return sound_.record_time(); }

private:
    [[nodiscard]] bool strikes() {
        const bool strikes = left_ > 0 && --left_ == 0;
        struck_ = struck_ || strikes;
        return strikes;
    }
    [[nodiscard]] Error refusal() const { return {code_, "the store takes nothing"}; }

    casework::Store& sound_;
    int left_ = 0;
    Errc code_ = Errc::storage;
    bool struck_ = false;
};

}  // namespace lachan::support
