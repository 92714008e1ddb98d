#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "lachan/casework/keys.hpp"
#include "lachan/casework/last_uses.hpp"
#include "support/staff.hpp"

/// Looking at a password takes a while, and the world does not wait for it: what was true before has to be
/// true afterwards, or nobody gets in.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

/// Something happens while the next password is looked at.
class SlowCredentials final : public Credentials {
public:
    explicit SlowCredentials(Credentials& sound) : sound_(sound) {}

    std::function<void()> meanwhile;

    boost::asio::awaitable<Result<std::string>> hash_password(Secret<std::string> password) override {
        auto hashed = co_await sound_.hash_password(std::move(password));
        happen();
        co_return hashed;
    }
    boost::asio::awaitable<Result<bool>> is_password(std::string stored,
                                                     Secret<std::string> password) override {
        const auto fits = co_await sound_.is_password(std::move(stored), std::move(password));
        happen();
        co_return fits;
    }
    [[nodiscard]] std::optional<std::int64_t> totp_step(BytesView secret,
                                                        std::string_view code,
                                                        Instant now) const override {
        return sound_.totp_step(secret, code, now);
    }

private:
    void happen() {
        if (const auto happens = std::exchange(meanwhile, nullptr)) {
            happens();
        }
    }

    Credentials& sound_;
};

/// Something happens while the next unit of work is committed.
class SlowStore final : public Store {
public:
    explicit SlowStore(Store& sound) : sound_(sound) {}

    std::function<void()> meanwhile;

    boost::asio::awaitable<Result<void>> commit(WriteOp op, Lane lane) override {
        const auto done = co_await sound_.commit(std::move(op), lane);
        if (const auto happens = std::exchange(meanwhile, nullptr)) {
            happens();
        }
        co_return done;
    }
    boost::asio::awaitable<Result<void>> read(ReadOp op) override {
        const auto done = co_await sound_.read(std::move(op));
        co_return done;
    }
    boost::asio::awaitable<Result<void>> read_at_length(ReadOp op) override {
        const auto done = co_await sound_.read_at_length(std::move(op));
        co_return done;
    }
    [[nodiscard]] Instant record_time() const override { return sound_.record_time(); }

private:
    Store& sound_;
};

class Meanwhile : public testing::Test {
protected:
    void change(const std::function<void(Account&, Instant)>& how) {
        office_.write([&](Tx& tx) -> Result<void> {
            Account account = tx.accounts.find(person_.id).value();
            how(account, tx.now);
            tx.accounts.update(account);
            return {};
        });
    }
    void disable() {
        change([](Account& account, Instant now) { account.disabled_at = now; });
    }
    void give_another_password() {
        const std::string other = sound_.hash_now(Secret<std::string>("mật khẩu khác hẳn")).value();
        change([&](Account& account, Instant) { account.password = other; });
    }
    Result<SignInAnswer> sign_in_now() {
        return office_.run(sign_in(
            people_,
            {person_.login, Secret<std::string>(kPassword), person_.code(office_.now()), "203.0.113.7", ""}));
    }
    Result<SignInAnswer> change_password_now(const SessionMade& session) {
        return office_.run(change_password(people_,
                                           {session.token,
                                            Secret<std::string>(kPassword),
                                            Secret<std::string>("sông Đà chảy qua Mường Tè"),
                                            "203.0.113.7",
                                            ""}));
    }
    Secret<std::string> invitation() {
        Secret<std::string> token;
        office_.write([&](Tx& tx) -> Result<void> {
            token = invite(tx, office_.vault(), domain::Role::officer, domain::AgencyId("ubnd-03388"), "test")
                        .token;
            return {};
        });
        return token;
    }
    Result<SessionMade> accept(const Secret<std::string>& token) {
        Bytes secret = office_.vault().token_hash("totp\n" + token.reveal());
        secret.resize(kTotpSecretBytes);
        const std::string code = vault::totp_code(secret, vault::totp_step_at(office_.now()));
        return office_.run(
            accept_invitation(people_, {token, "giang.a.pao", Secret<std::string>(kPassword), code}));
    }

    Office office_;
    vault::Argon2Credentials sound_{{.cost = kCheapPasswords, .worker = office_.executor()}};
    SlowCredentials credentials_{sound_};
    People people_{office_.context(), credentials_};
    Person person_ = hire(office_, sound_, "lo.van.an", domain::Role::officer, "ubnd-03388");
};

TEST_F(Meanwhile, WhoIsShutOutWhileSigningInDoesNotGetIn) {
    credentials_.meanwhile = [this] { disable(); };
    EXPECT_EQ(sign_in_now().error().code(), Errc::unauthenticated);
    EXPECT_EQ(count(office_.all_events(), "session.started"), 0U);
}

TEST_F(Meanwhile, APasswordThatWasReplacedWhileSigningInOpensNothing) {
    credentials_.meanwhile = [this] { give_another_password(); };
    EXPECT_EQ(sign_in_now().error().code(), Errc::unauthenticated);
    EXPECT_EQ(count(office_.all_events(), "session.started"), 0U);
}

TEST_F(Meanwhile, ASessionOfSomebodyWhoWasShutOutIsWorthNothing) {
    const auto session = sign_in_now()->session.value();
    ASSERT_TRUE(office_.run(find_session(people_, session.token)));
    disable();
    EXPECT_EQ(office_.run(find_session(people_, session.token)).error().code(), Errc::unauthenticated);
}

TEST_F(Meanwhile, ANewPasswordIsNotTakenWhereTheOldOneWasReplaced) {
    const auto session = sign_in_now()->session.value();
    credentials_.meanwhile = [this] { give_another_password(); };
    EXPECT_EQ(change_password_now(session).error().code(), Errc::validation_failed);
    EXPECT_EQ(count(office_.all_events(), "account.password"), 0U);
}

TEST_F(Meanwhile, ANewPasswordIsNotTakenFromASessionThatHasEnded) {
    const auto session = sign_in_now()->session.value();
    credentials_.meanwhile = [this] {
        office_.write([&](Tx& tx) -> Result<void> {
            tx.accounts.end_sessions(person_.id, 0);
            return {};
        });
    };
    EXPECT_EQ(change_password_now(session).error().code(), Errc::validation_failed);
    EXPECT_EQ(count(office_.all_events(), "account.password"), 0U);
}

TEST_F(Meanwhile, AnInvitationMakesOneAccountHoweverManyAcceptItAtOnce) {
    const Secret<std::string> token = invitation();
    credentials_.meanwhile = [&] {
        office_.write([&](Tx& tx) -> Result<void> {
            EXPECT_TRUE(tx.accounts.take_invitation(office_.vault().token_hash(token.reveal())));
            return {};
        });
    };
    EXPECT_EQ(accept(token).error().code(), Errc::unauthenticated);
    office_.look([&](const View& view) -> Result<void> {
        EXPECT_EQ(view.accounts.all().size(), 1U);
        return {};
    });
}

// A use that comes while the former one is written must not be forgotten with it.
TEST_F(Meanwhile, AKeyAndASessionThatAreUsedWhileTheirUseIsWrittenAreWrittenAgain) {
    const auto session = sign_in_now()->session.value();
    const Bytes hash = office_.vault().token_hash(session.token.reveal());
    const domain::KeyId key("k1");
    const domain::KeyId other("k2");
    office_.write([&](Tx& tx) -> Result<void> {
        for (const domain::KeyId& id : {key, other}) {
            (void)make_key(
                tx, office_.vault(), {domain::Role::officer, domain::AgencyId("ubnd-03388"), {}}, id, "test");
        }
        return {};
    });
    Context& sound = office_.context();
    SlowStore store(sound.store);
    Context context{
        store, sound.clock, sound.entropy, sound.vault, sound.worlds, sound.outbox_work, sound.watch_work};
    LastUses uses;
    const Instant first = office_.now();
    const Instant later = first + 1s;
    uses.note(key, first);
    uses.note_session(hash, first);
    store.meanwhile = [&] {
        uses.note(key, later);
        uses.note(other, later);
        uses.note_session(hash, later);
        uses.note_session(Bytes{1, 2, 3}, later);
    };
    const auto used = [&](const domain::KeyId& id) {
        std::optional<Instant> at;
        office_.look([&](const View& view) -> Result<void> {
            at = view.keys.find(id)->last_used_at;
            return {};
        });
        return at;
    };
    ASSERT_TRUE(office_.run(uses.write(context)));
    EXPECT_EQ(used(key), first);
    EXPECT_EQ(used(other), std::nullopt);
    ASSERT_TRUE(office_.run(uses.write(context)));
    EXPECT_EQ(used(key), later);
    EXPECT_EQ(used(other), later);
    office_.look([&](const View& view) -> Result<void> {
        EXPECT_EQ(view.accounts.session(hash)->used_at, later);
        return {};
    });
}

// Who counts the alarms need not be there for a guesser to be slowed and written down.
TEST_F(Meanwhile, GuessingIsSlowedThoughNobodyListensForAlarms) {
    Duration longest{};
    for (int i = 0; i < 40; ++i) {
        const auto answer = office_.run(sign_in(
            people_, {person_.login, Secret<std::string>("sai mật khẩu"), "000000", "203.0.113.7", ""}));
        const Duration wait = answer ? answer->wait : Duration::zero();
        longest = std::max(longest, wait);
        office_.pass(wait);
    }
    EXPECT_GT(longest, 1min);
    EXPECT_GE(count(office_.all_events(), "sign_in.failed"), 10U);
}

}  // namespace
}  // namespace lachan::casework
