#include "lachan/vault/argon2_credentials.hpp"

#include <sodium.h>
#include <sys/resource.h>

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "lachan/base/check.hpp"

namespace lachan::vault {
namespace {

namespace asio = boost::asio;

constexpr int kNice = 10;  ///< Of the own thread: reports go before passwords wherever cores are short.

/// A stored text that costs the same work to look at and that no password fits: parameters as in true ones,
/// salt and hash all zero.
std::string stand_in(const PasswordCost& cost) {
    return "$argon2id$v=19$m=" + std::to_string(cost.memory / 1024) + ",t=" + std::to_string(cost.passes) +
           ",p=1$" + std::string(22, 'A') + "$" + std::string(43, 'A');
}

void give_way() {
    ::setpriority(PRIO_PROCESS, 0, kNice);  // of this thread alone, on Linux
}

}  // namespace

Argon2Credentials::Argon2Credentials(PasswordOptions options)
    : cost_(options.cost),
      nobodys_(stand_in(options.cost)),
      own_thread_(options.worker ? nullptr : std::make_unique<asio::thread_pool>(1)),
      worker_(options.worker ? *options.worker : asio::any_io_executor(own_thread_->get_executor())) {
    LACHAN_CHECK(sodium_init() >= 0);
    if (own_thread_) {
        asio::post(worker_, give_way);
    }
}

Argon2Credentials::~Argon2Credentials() {
    if (own_thread_) {
        own_thread_->join();
    }
}

Result<std::string> Argon2Credentials::hash_now(const Secret<std::string>& password) const {
    const std::string& text = password.reveal();
    std::array<char, crypto_pwhash_STRBYTES> stored{};
    const int failed = crypto_pwhash_str_alg(
        stored.data(), text.data(), text.size(), cost_.passes, cost_.memory, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) {
        return Error(Errc::overloaded, "there is no memory for a password now");
    }
    return std::string(stored.data());
}

bool Argon2Credentials::is_password_now(const std::string& stored,
                                        const Secret<std::string>& password) const {
    const std::string& text = password.reveal();
    const std::string& against = stored.empty() ? nobodys_ : stored;
    if (against.size() >= crypto_pwhash_STRBYTES) {
        return false;
    }
    const bool fits = crypto_pwhash_str_verify(against.c_str(), text.data(), text.size()) == 0;
    return fits && !stored.empty();
}

asio::awaitable<Result<void>> Argon2Credentials::on_worker(std::function<void()> job) {
    if (waiting_.fetch_add(1) >= kPasswordsWaiting) {
        waiting_.fetch_sub(1);
        co_return Error(Errc::overloaded, "too many passwords are being looked at; try again soon");
    }
    const asio::any_io_executor caller = co_await asio::this_coro::executor;
    auto start = [this, &job, &caller](auto handler) {
        // The guard keeps the caller's loop alive until the handler is back on it.
        asio::post(worker_,
                   [this,
                    &job,
                    handler = std::move(handler),
                    guard = asio::make_work_guard(caller),
                    back = caller]() mutable {
                       job();
                       waiting_.fetch_sub(1);
                       asio::post(back, std::move(handler));
                   });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(start, asio::use_awaitable);
    co_return Result<void>();
}

asio::awaitable<Result<std::string>> Argon2Credentials::hash_password(Secret<std::string> password) {
    Result<std::string> made = std::string();
    const auto ran = co_await on_worker([&] { made = hash_now(password); });
    if (!ran) {
        co_return ran.error();
    }
    co_return made;
}

asio::awaitable<Result<bool>> Argon2Credentials::is_password(std::string stored,
                                                             Secret<std::string> password) {
    bool fits = false;
    const auto ran = co_await on_worker([&] { fits = is_password_now(stored, password); });
    if (!ran) {
        co_return ran.error();
    }
    co_return fits;
}

}  // namespace lachan::vault
