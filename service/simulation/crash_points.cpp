#include "crash_points.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

namespace lachan::simulation {
namespace {

/// A dead process goes no further; its coroutines are destroyed with it.
boost::asio::awaitable<void> be_dead() {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer never(executor, boost::asio::steady_timer::time_point::max());
    boost::system::error_code woken;
    co_await never.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
}

}  // namespace

bool CrashPoints::strikes(Point point) {
    if (struck_) {
        return true;
    }
    if (!aim_ || aim_->point != point || --aim_->nth > 0) {
        return false;
    }
    struck_ = aim_->kind;
    deaths_.count(Trouble::point);
    deaths_.count(point);
    aim_.reset();
    disk_.cut();
    return true;
}

boost::asio::awaitable<Result<void>> MortalStore::commit(casework::WriteOp op, casework::Lane lane) {
    if (points_.strikes(Point::unit_waits)) {
        co_await be_dead();
    }
    casework::WriteOp mortal = [&](casework::Tx& tx) -> Result<void> {
        Result<void> ran = op(tx);
        if (points_.strikes(Point::unit_ran)) {
            throw casework::StorageFailure("the process died before its commit");
        }
        return ran;
    };
    Result<void> kept = co_await store_.commit(std::move(mortal), lane);
    if (points_.strikes(Point::unit_kept)) {
        co_await be_dead();
    }
    co_return kept;
}

boost::asio::awaitable<Result<void>> MortalStore::read(casework::ReadOp op) {
    return store_.read(std::move(op));
}

boost::asio::awaitable<casework::SendOutcome> MortalTransport::send(casework::Target target,
                                                                    casework::Message message) {
    if (points_.strikes(Point::before_send)) {
        co_await be_dead();
    }
    casework::SendOutcome outcome = co_await transport_.send(std::move(target), std::move(message));
    if (points_.strikes(Point::after_send)) {
        co_await be_dead();
    }
    co_return outcome;
}

}  // namespace lachan::simulation
