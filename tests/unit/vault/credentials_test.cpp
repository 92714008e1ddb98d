#include <gtest/gtest.h>
#include <sodium.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <vector>

#include "lachan/vault/argon2_credentials.hpp"

namespace lachan::vault {
namespace {

namespace asio = boost::asio;

constexpr PasswordCost kCheap{.passes = 1, .memory = 8192};

Bytes standard_secret() {
    const BytesView text = as_bytes("12345678901234567890");
    return {text.begin(), text.end()};
}

Secret<std::string> secret(std::string text) {
    return Secret<std::string>(std::move(text));
}

// RFC 6238, appendix B: the last six of its eight digits.
TEST(OneTimeCode, IsTheStandardsOwn) {
    const std::vector<std::pair<std::int64_t, std::string>> rows = {{59, "287082"},
                                                                    {1111111109, "081804"},
                                                                    {1111111111, "050471"},
                                                                    {1234567890, "005924"},
                                                                    {2000000000, "279037"},
                                                                    {20000000000, "353130"}};
    for (const auto& [seconds, code] : rows) {
        EXPECT_EQ(totp_code(standard_secret(), totp_step_at(from_ms(seconds * 1000))), code);
    }
}

TEST(OneTimeCode, IsTakenHalfAMinuteEarlyOrLateAndNoFurther) {
    const Argon2Credentials credentials({.cost = kCheap});
    const Instant now = from_ms(1'234'567'890'000);
    const std::int64_t present = totp_step_at(now);
    const Bytes key = standard_secret();
    for (std::int64_t aside = -3; aside <= 3; ++aside) {
        const auto step = credentials.totp_step(key, totp_code(key, present + aside), now);
        if (aside >= -1 && aside <= 1) {
            EXPECT_EQ(step, present + aside);
        } else {
            EXPECT_EQ(step, std::nullopt) << aside;
        }
    }
}

TEST(OneTimeCode, IsSixDigitsAndNothingElse) {
    const Argon2Credentials credentials({.cost = kCheap});
    const Instant now = from_ms(1'234'567'890'000);
    const std::string code = totp_code(standard_secret(), totp_step_at(now));
    for (const std::string& wrong : {std::string(), code.substr(1), code + "0", code + " ", " " + code}) {
        EXPECT_EQ(credentials.totp_step(standard_secret(), wrong, now), std::nullopt) << wrong;
    }
}

TEST(Password, IsStoredAsArgon2idWithItsParametersAndASaltOfItsOwn) {
    const Argon2Credentials credentials({.cost = kCheap});
    const auto stored = credentials.hash_now(secret("con trâu đi trước"));
    ASSERT_TRUE(stored);
    EXPECT_TRUE(stored->starts_with("$argon2id$v=19$m=8,t=1,p=1$")) << *stored;
    EXPECT_NE(*stored, credentials.hash_now(secret("con trâu đi trước")).value());
    EXPECT_TRUE(credentials.is_password_now(*stored, secret("con trâu đi trước")));
    EXPECT_FALSE(credentials.is_password_now(*stored, secret("con trau di truoc")));
}

TEST(Password, CostsWhatItShouldUnlessATestSaysOtherwise) {
    const PasswordCost cost;
    EXPECT_GE(cost.memory, std::size_t{19} * 1024 * 1024);  // OWASP's least for two passes
    EXPECT_GE(cost.passes, 2U);
}

// Where there is no account, the same work has to be done: libsodium must take the stand-in for a true hash
// with the cost of true ones, or it would answer at once.
TEST(Password, OfNobodyIsAFullHashThatNothingFits) {
    const Argon2Credentials credentials({.cost = kCheap});
    EXPECT_EQ(crypto_pwhash_str_needs_rehash(credentials.nobodys().c_str(), kCheap.passes, kCheap.memory), 0);
    EXPECT_FALSE(credentials.is_password_now("", secret("")));
    EXPECT_FALSE(credentials.is_password_now("", secret("con trâu đi trước")));
}

TEST(Password, ThatIsNoHashFitsNothing) {
    const Argon2Credentials credentials({.cost = kCheap});
    EXPECT_FALSE(credentials.is_password_now("plain", secret("plain")));
    EXPECT_FALSE(credentials.is_password_now(std::string(5000, '$'), secret("plain")));
}

/// Both on loops that only the test turns: the caller's, and the worker's.
class Queue : public testing::Test {
protected:
    void look(int times) {
        for (int i = 0; i < times; ++i) {
            asio::co_spawn(caller,
                           credentials.is_password("", secret("x")),
                           [this](const std::exception_ptr& failure, Result<bool> answer) {
                               ASSERT_FALSE(failure);
                               (answer ? looked_at : refused) += 1;
                               if (!answer) {
                                   EXPECT_EQ(answer.error().code(), Errc::overloaded);
                               }
                           });
        }
    }
    static void turn(asio::io_context& loop) {
        loop.restart();
        loop.poll();
    }

    asio::io_context worker;
    asio::io_context caller;
    Argon2Credentials credentials{{.cost = kCheap, .worker = worker.get_executor()}};
    int looked_at = 0;
    int refused = 0;
};

TEST_F(Queue, WorksAwayFromTheCallersThread) {
    look(1);
    turn(caller);
    EXPECT_EQ(looked_at, 0);
    turn(worker);
    EXPECT_EQ(looked_at, 0);
    turn(caller);
    EXPECT_EQ(looked_at, 1);
}

TEST_F(Queue, IsBoundedAndOpensAgain) {
    look(kPasswordsWaiting + 3);
    turn(caller);
    EXPECT_EQ(refused, 3);
    turn(worker);
    turn(caller);
    EXPECT_EQ(looked_at, kPasswordsWaiting);
    look(1);
    turn(caller);
    turn(worker);
    turn(caller);
    EXPECT_EQ(looked_at, kPasswordsWaiting + 1);
}

TEST(PasswordThread, AnswersAndEnds) {
    Argon2Credentials credentials({.cost = kCheap});
    asio::io_context io;
    std::optional<Result<std::string>> stored;
    asio::co_spawn(io,
                   credentials.hash_password(secret("con trâu đi trước")),
                   [&](const std::exception_ptr&, Result<std::string> made) { stored = std::move(made); });
    io.run();
    ASSERT_TRUE(stored && *stored);
    EXPECT_TRUE(credentials.is_password_now(**stored, secret("con trâu đi trước")));
}

}  // namespace
}  // namespace lachan::vault
