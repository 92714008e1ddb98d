#include "lachan/casework/sign_in.hpp"

#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>
#include <map>
#include <stdexcept>

#include "support/staff.hpp"

/// Signing in, and how guessing is slowed.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using support::kPassword;
using support::Person;

class SigningIn : public testing::Test {
protected:
    SigningIn() {
        people.on_try = [this](SignInOutcome outcome) { ++tries[outcome]; };
        people.on_alarm = [this](std::string_view of) { ++alarms[std::string(of)]; };
    }

    Person hire(const std::string& login) {
        return support::hire(office, credentials, login, domain::Role::officer, "ubnd-03388");
    }

    Result<SignInAnswer> attempt(const std::string& login,
                                 const std::string& password,
                                 const std::string& code,
                                 const std::string& address = "203.0.113.7",
                                 const std::string& device = "") {
        return office.run(sign_in(people, {login, Secret<std::string>(password), code, address, device}));
    }
    Result<SignInAnswer> right(const Person& person, const std::string& device = "") {
        return attempt(person.login, kPassword, person.code(office.now()), "203.0.113.7", device);
    }
    SessionMade session_of(const Person& person, const std::string& device = "") {
        const auto answer = right(person, device);
        if (!answer || !answer->session) {
            throw std::logic_error("not signed in");
        }
        return *answer->session;
    }
    Result<SessionFound> find(const SessionMade& made) {
        return office.run(find_session(people, made.token));
    }

    support::Office office;
    vault::Argon2Credentials credentials{{.cost = support::kCheapPasswords, .worker = office.executor()}};
    People people{office.context(), credentials};
    std::map<SignInOutcome, int> tries;
    std::map<std::string, int> alarms;
};

TEST_F(SigningIn, GivesASessionOfTheirRoleAndAgency) {
    const Person person = hire("lo.van.an");
    const SessionMade made = session_of(person);
    EXPECT_EQ(made.principal.role, domain::Role::officer);
    EXPECT_EQ(made.principal.agency, domain::AgencyId("ubnd-03388"));
    EXPECT_EQ(made.ends_at, office.now() + 8h);
    const auto found = find(made);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->principal.key, made.principal.key);
    EXPECT_EQ(tries[SignInOutcome::granted], 1);
}

TEST_F(SigningIn, TakesTheLoginInCapitalsAndWithBlanks) {
    const Person person = hire("lo.van.an");
    EXPECT_TRUE(attempt("  Lo.Van.AN ", kPassword, person.code(office.now())).value().session);
}

TEST_F(SigningIn, NeitherTheRecordNorTheKeyNamesThePerson) {
    const SessionMade made = session_of(hire("lo.van.an"));
    EXPECT_EQ(made.principal.key.text().find("lo.van"), std::string::npos);
    for (const domain::Event& event : office.all_events()) {
        for (const auto& [name, value] : event.data) {
            EXPECT_EQ(value.find("lo.van"), std::string::npos) << event.kind;
        }
    }
}

TEST_F(SigningIn, AnswersTheSameWhateverIsWrong) {
    const Person person = hire("lo.van.an");
    const std::string code = person.code(office.now());
    const std::vector<Result<SignInAnswer>> answers = {
        attempt("nobody", kPassword, code),
        attempt("lo.van.an", "wrong", code),
        attempt("lo.van.an", kPassword, person.wrong_code(office.now())),
        attempt("lo.van.an", "", "")};
    for (const auto& answer : answers) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code(), Errc::unauthenticated);
        EXPECT_EQ(answer.error().detail(), answers.front().error().detail());
    }
    EXPECT_EQ(support::count(office.all_events(), "sign_in.failed"), 4U);
}

TEST_F(SigningIn, NeverTakesACodeTwice) {
    const Person person = hire("lo.van.an");
    const std::string code = person.code(office.now());
    EXPECT_TRUE(attempt("lo.van.an", kPassword, code));
    EXPECT_FALSE(attempt("lo.van.an", kPassword, code));
    office.pass(30s);
    EXPECT_FALSE(attempt("lo.van.an", kPassword, code)) << "still within its time";
    EXPECT_TRUE(right(person));
}

TEST_F(SigningIn, IsNotForADisabledAccount) {
    const Person person = hire("lo.van.an");
    const SessionMade made = session_of(person);
    office.write([&](Tx& tx) { return change_account(tx, person.id, {{}, {}, true}, "test"); });
    EXPECT_FALSE(find(made));
    office.pass(30s);
    EXPECT_FALSE(right(person));
    office.write([&](Tx& tx) { return change_account(tx, person.id, {{}, {}, false}, "test"); });
    EXPECT_TRUE(right(person));
}

TEST_F(SigningIn, ASessionEndsHalfAnHourAfterItsLastUse) {
    const SessionMade made = session_of(hire("lo.van.an"));
    for (int i = 0; i < 5; ++i) {
        office.pass(29min);
        EXPECT_TRUE(find(made)) << i;
        ASSERT_TRUE(office.run(people.uses.write(office.context())));
    }
    office.pass(30min);
    EXPECT_FALSE(find(made));
}

TEST_F(SigningIn, ASessionEndsAfterEightHoursHoweverBusy) {
    const SessionMade made = session_of(hire("lo.van.an"));
    for (int i = 0; i < 31; ++i) {
        office.pass(15min);
        EXPECT_TRUE(find(made)) << i;
    }
    office.pass(15min);
    EXPECT_FALSE(find(made));
}

TEST_F(SigningIn, LookingAtASessionIsNoUseOfIt) {
    const SessionMade made = session_of(hire("lo.van.an"));
    const auto look = [&] { return office.run(look_at_session(people, made.token)); };
    office.pass(kSessionIdle - 1min);
    const auto looked = look();
    ASSERT_TRUE(looked);
    EXPECT_EQ(looked->idle_ends_at, office.now() + 1min);
    office.pass(1min);
    EXPECT_FALSE(look());
    EXPECT_FALSE(find(made));
}

TEST_F(SigningIn, ASessionThatIsOverIsToldFromOneThatNeverWas) {
    const SessionMade made = session_of(hire("lo.van.an"));
    office.pass(kSessionIdle);
    EXPECT_FALSE(find(made));
    EXPECT_TRUE(office.run(was_session(office.context(), made.token)).value());
    EXPECT_FALSE(office.run(was_session(office.context(), Secret<std::string>("of nobody"))).value());
}

TEST_F(SigningIn, OutEndsThatSessionAlone) {
    const Person person = hire("lo.van.an");
    const SessionMade first = session_of(person);
    office.pass(30s);
    const SessionMade second = session_of(person);
    EXPECT_TRUE(office.run(sign_out(people, first.token)));
    EXPECT_FALSE(find(first));
    EXPECT_TRUE(find(second));
    EXPECT_FALSE(office.run(sign_out(people, first.token)));
}

TEST_F(SigningIn, OneSessionTooManyEndsTheOldest) {
    const Person person = hire("lo.van.an");
    std::vector<SessionMade> made;
    for (int i = 0; i <= kSessionsEach; ++i) {
        made.push_back(session_of(person));
        office.pass(30s);
    }
    EXPECT_FALSE(find(made.front()));
    EXPECT_TRUE(find(made[1]));
    EXPECT_TRUE(find(made.back()));
}

TEST_F(SigningIn, TheTokenAgainstForgedRequestsBelongsToOneSession) {
    const Person person = hire("lo.van.an");
    const SessionMade first = session_of(person);
    office.pass(30s);
    const SessionMade second = session_of(person);
    EXPECT_TRUE(is_csrf_token(office.vault(), first.token, first.csrf));
    EXPECT_FALSE(is_csrf_token(office.vault(), first.token, second.csrf));
    EXPECT_FALSE(is_csrf_token(office.vault(), first.token, ""));
}

TEST_F(SigningIn, TriesTogetherAreNoWayRoundTheWait) {
    hire("lo.van.an");
    const auto all = [&]() -> boost::asio::awaitable<bool> {
        const auto executor = co_await boost::asio::this_coro::executor;
        for (int i = 0; i < 20; ++i) {
            boost::asio::co_spawn(
                executor,
                sign_in(people, {"lo.van.an", Secret<std::string>("wrong"), "000000", "203.0.113.7", ""}),
                [](const std::exception_ptr&, const Result<SignInAnswer>&) {});
        }
        co_return true;
    };
    office.run(all());
    EXPECT_EQ(tries[SignInOutcome::refused], kAccountPace.free + 1);
    EXPECT_EQ(tries[SignInOutcome::slowed], 20 - kAccountPace.free - 1);
}

TEST_F(SigningIn, WhoWaitsIsNotLookedAtEvenWithTheRightPassword) {
    const Person person = hire("lo.van.an");
    for (int i = 0; i < 6; ++i) {
        static_cast<void>(attempt("lo.van.an", "wrong", "000000"));
    }
    const auto early = right(person);
    ASSERT_TRUE(early);
    EXPECT_FALSE(early->session);
    EXPECT_GT(early->wait, 0s);
    office.pass(early->wait);
    EXPECT_TRUE(right(person).value().session);
}

// Strangers may make each other wait, but not the person in front of the browser they always use.
TEST_F(SigningIn, StrangersCannotLockOutWhoHasSignedInHereBefore) {
    const Person person = hire("lo.van.an");
    const std::string device = session_of(person).device;
    for (int i = 0; i < 40; ++i) {
        static_cast<void>(attempt("lo.van.an", "wrong", "000000", "198.51.100." + std::to_string(i)));
        office.pass(10s);
    }
    EXPECT_FALSE(right(person).value().session) << "a stranger as far as anybody can tell";
    EXPECT_TRUE(right(person, device).value().session);
    const std::string of_another = session_of(hire("giang.a.pao"), "").device;
    office.pass(30s);
    EXPECT_FALSE(right(person, of_another).value().session);
}

TEST_F(SigningIn, OneAddressIsSlowedWhateverTheLogins) {
    int looked_at = 0;
    for (int i = 0; i < 200; ++i) {
        looked_at += attempt("name" + std::to_string(i), "wrong", "000000") ? 0 : 1;
    }
    EXPECT_EQ(looked_at, kAddressPace.free + 1);
    EXPECT_FALSE(attempt("other", "wrong", "000000", "198.51.100.1")) << "another address is looked at";
}

TEST_F(SigningIn, AnIpv6NetworkIsOneAddress) {
    int looked_at = 0;
    for (int i = 0; i < 100; ++i) {
        const std::string address = "2001:db8:0:1:" + std::to_string(i + 1) + "::1";
        looked_at += attempt("name" + std::to_string(i), "wrong", "000000", address) ? 0 : 1;
    }
    EXPECT_EQ(looked_at, kAddressPace.free + 1);
    EXPECT_FALSE(attempt("other", "wrong", "000000", "2001:db8:0:2::1"));
}

// The measure. Whoever guesses at one account, from however many addresses, needs over a month for
// ten thousand tries, and the alarm sounds at 10, 100, 1,000 and 10,000.
TEST_F(SigningIn, TenThousandGuessesAtOneAccountTakeAMonthAndAreAlarmed) {
    hire("lo.van.an");
    const Instant began = office.now();
    for (int guess = 0; guess < 10'000; ++guess) {
        const std::string address = "10.0." + std::to_string(guess / 250) + "." + std::to_string(guess % 250);
        auto answer = attempt("lo.van.an", "guess" + std::to_string(guess), "000000", address);
        if (answer) {
            ASSERT_FALSE(answer->session);
            office.pass(answer->wait);
            answer = attempt("lo.van.an", "guess" + std::to_string(guess), "000000", address);
        }
        ASSERT_FALSE(answer) << "guess " << guess;
    }
    EXPECT_GT(office.now() - began, 30 * 24h);
    EXPECT_EQ(alarms["account"], 4);
    EXPECT_EQ(tries[SignInOutcome::refused], 10'000);
    std::vector<domain::Event> events;
    office.look([&](const View& view) -> Result<void> {
        events = view.events.since(0, 20'000);
        return {};
    });
    EXPECT_EQ(support::count(events, "sign_in.alarm"), 4U);
    EXPECT_EQ(support::count(events, "sign_in.failed"), 10'000U);
}

TEST_F(SigningIn, UsesAreWrittenAboutOnceAMinute) {
    const Person person = hire("lo.van.an");
    const SessionMade made = session_of(person);
    const auto stored = [&] {
        Instant at{};
        office.look([&](const View& view) -> Result<void> {
            at = view.accounts.session(office.vault().token_hash(made.token.reveal())).value().used_at;
            return {};
        });
        return at;
    };
    ASSERT_TRUE(office.run(people.uses.write_if_due(office.context())));
    office.pass(20s);
    ASSERT_TRUE(find(made));
    ASSERT_TRUE(office.run(people.uses.write_if_due(office.context())));
    EXPECT_LT(stored(), office.now());
    office.pass(40s);
    ASSERT_TRUE(find(made));
    ASSERT_TRUE(office.run(people.uses.write_if_due(office.context())));
    EXPECT_EQ(stored(), office.now());
}

TEST_F(SigningIn, AFullQueueOfPasswordsIsNobodysFailure) {
    const Person person = hire("lo.van.an");
    support::BusyCredentials busy(credentials);
    People crowd{office.context(), busy};
    int turned_away = 0;
    crowd.on_try = [&](SignInOutcome outcome) { turned_away += outcome == SignInOutcome::busy ? 1 : 0; };
    const auto come = [&] {
        return office.run(sign_in(
            crowd,
            {person.login, Secret<std::string>(kPassword), person.code(office.now()), "203.0.113.7", ""}));
    };
    constexpr int kMoreThanAreFree = 30;
    for (int i = 0; i < kMoreThanAreFree; ++i) {
        busy.refuse(1);
        const auto refused = come();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), Errc::overloaded);
    }
    EXPECT_EQ(turned_away, kMoreThanAreFree);
    EXPECT_EQ(support::count(office.all_events(), "sign_in.failed"), 0U);
    const auto let_in = come();
    ASSERT_TRUE(let_in);
    EXPECT_TRUE(let_in->session) << "without a wait";
}

TEST_F(SigningIn, WhoseAuthenticatorCannotBeReadIsRefusedLikeAnybody) {
    const Person person = hire("lo.van.an");
    office.write([&](Tx& tx) -> Result<void> {
        Account account = tx.accounts.find(person.id).value();
        account.sealed_totp = {1, 2, 3};
        tx.accounts.update(account);
        return {};
    });
    const auto refused = right(person);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::unauthenticated);
    EXPECT_EQ(tries[SignInOutcome::refused], 1);
}

TEST_F(SigningIn, OutOfASessionThatNeverWasIsRefused) {
    const auto never = office.vault().new_token();
    EXPECT_EQ(office.run(sign_out(people, never)).error().code(), Errc::unauthenticated);
    EXPECT_EQ(office.run(find_session(people, never)).error().code(), Errc::unauthenticated);
}

}  // namespace
}  // namespace lachan::casework
