#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "lachan/casework/credentials.hpp"

namespace lachan::vault {

/// How much work one look at a password is. OWASP asks for at least 19 MiB and two passes; this is more, some
/// tens of milliseconds, and one at a time keeps the memory of the service bounded under any storm of
/// sign-ins.
struct PasswordCost {
    std::uint64_t passes = 3;
    std::size_t memory = 32 * std::size_t{1024} * 1024;
};

/// Passwords that may wait for the worker: some seconds of work. Whoever comes later is better told to come
/// again than left to wait for longer than people do.
inline constexpr int kPasswordsWaiting = 64;

struct PasswordOptions {
    PasswordCost cost{};
    /// Where the work is done: an executor of one thread. None: a thread of its own, which gives way to all
    /// others of the machine.
    std::optional<boost::asio::any_io_executor> worker{};
};

/// Passwords by Argon2id (libsodium), one-time codes by RFC 6238 over HMAC-SHA-1: the one algorithm that
/// every authenticator knows, and not weak in this use.
class Argon2Credentials final : public casework::Credentials {
public:
    explicit Argon2Credentials(PasswordOptions options = {});
    /// Waits for what the own thread is at.
    ~Argon2Credentials() override;

    boost::asio::awaitable<Result<std::string>> hash_password(Secret<std::string> password) override;
    boost::asio::awaitable<Result<bool>> is_password(std::string stored,
                                                     Secret<std::string> password) override;
    [[nodiscard]] std::optional<std::int64_t> totp_step(BytesView secret,
                                                        std::string_view code,
                                                        Instant now) const override;

    /// The same on the calling thread, for commands. Errors: `overloaded` where there is no memory for it.
    [[nodiscard]] Result<std::string> hash_now(const Secret<std::string>& password) const;
    [[nodiscard]] bool is_password_now(const std::string& stored, const Secret<std::string>& password) const;
    /// What is looked at where there is no account: costs the same work as any other, and fits no password.
    [[nodiscard]] const std::string& nobodys() const noexcept { return nobodys_; }

private:
    /// Runs `job` on the worker; it may borrow from the frame that waits. Errors: `overloaded`.
    boost::asio::awaitable<Result<void>> on_worker(std::function<void()> job);

    const PasswordCost cost_;
    const std::string nobodys_;
    std::atomic<int> waiting_ = 0;
    std::unique_ptr<boost::asio::thread_pool> own_thread_;
    boost::asio::any_io_executor worker_;
};

/// The code of this step (RFC 6238 with SHA-1, six digits).
[[nodiscard]] std::string totp_code(BytesView secret, std::int64_t step);
/// The step of an instant.
[[nodiscard]] std::int64_t totp_step_at(Instant now);

}  // namespace lachan::vault
