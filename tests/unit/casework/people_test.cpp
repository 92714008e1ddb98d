#include "lachan/casework/people.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/casework/access_log.hpp"
#include "lachan/casework/keys.hpp"
#include "support/staff.hpp"
#include "support/troubled_store.hpp"

/// How accounts come to be, change and end; and how keys are renewed.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using support::kPassword;
using support::Person;

const std::string kOther = "cái cày theo sau con trâu";

class PeoplesAccounts : public testing::Test {
protected:
    InvitationMade invited(domain::Role role = domain::Role::admin) {
        std::optional<InvitationMade> made;
        office.write([&](Tx& tx) -> Result<void> {
            made = invite(tx, office.vault(), role, domain::AgencyId("so-y-te-12"), "test");
            return {};
        });
        return *made;
    }
    Result<Invited> look_at(const InvitationMade& made, const std::string& login = "") {
        return office.run(look_at_invitation(people, made.token, login));
    }
    /// What an authenticator would show that was given the key of this invitation.
    std::string code_for(const InvitationMade& made) {
        Bytes secret = office.vault().token_hash("totp\n" + made.token.reveal());
        secret.resize(kTotpSecretBytes);
        return vault::totp_code(secret, vault::totp_step_at(office.now()));
    }
    Result<SessionMade> accept(const InvitationMade& made,
                               const std::string& login,
                               const std::string& password,
                               const std::string& code) {
        return office.run(
            accept_invitation(people, {made.token, login, Secret<std::string>(password), code}));
    }
    Result<SignInAnswer> sign_in_as(const Person& person, const std::string& password = kPassword) {
        return office.run(sign_in(
            people,
            {person.login, Secret<std::string>(password), person.code(office.now()), "203.0.113.7", ""}));
    }
    Person hire(const std::string& login) {
        return support::hire(office, credentials, login, domain::Role::officer, "ubnd-03388");
    }
    std::vector<std::string> faults(const Error& error) {
        std::vector<std::string> list;
        for (const Fault& fault : error.faults()) {
            list.push_back(fault.pointer + " " + fault.code);
        }
        return list;
    }
    bool works(const SessionMade& made) { return office.run(find_session(people, made.token)).has_value(); }

    support::Office office;
    vault::Argon2Credentials credentials{{.cost = support::kCheapPasswords, .worker = office.executor()}};
    People people{office.context(), credentials};
};

TEST_F(PeoplesAccounts, ComeFromAOneTimeTokenThatShowsTheKeyForTheAuthenticatorFirst) {
    const InvitationMade made = invited();
    const auto seen = look_at(made, "Lo.Van.An");
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->role, domain::Role::admin);
    EXPECT_FALSE(seen->recovery);
    EXPECT_EQ(seen->totp.secret.size(), 32U);
    EXPECT_EQ(seen->totp.uri,
              "otpauth://totp/Lachan:lo.van.an?secret=" + seen->totp.secret +
                  "&issuer=Lachan&algorithm=SHA1&digits=6&period=30");
    EXPECT_EQ(look_at(made)->totp.secret, seen->totp.secret) << "the page may be loaded again";
    const auto session = accept(made, "Lo.Van.An", kPassword, code_for(made));
    ASSERT_TRUE(session);
    EXPECT_EQ(session->principal.role, domain::Role::admin);
    EXPECT_TRUE(works(*session));
}

TEST_F(PeoplesAccounts, ATokenWorksOnce) {
    const InvitationMade made = invited();
    ASSERT_TRUE(accept(made, "lo.van.an", kPassword, code_for(made)));
    const auto again = accept(made, "giang.a.pao", kPassword, code_for(made));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), Errc::unauthenticated);
    EXPECT_FALSE(look_at(made));
}

TEST_F(PeoplesAccounts, ATokenEndsAfterThreeDays) {
    const InvitationMade made = invited();
    EXPECT_EQ(made.expires_at, office.now() + 72h);
    office.pass(72h);
    EXPECT_FALSE(look_at(made));
    EXPECT_FALSE(accept(made, "lo.van.an", kPassword, code_for(made)));
}

TEST_F(PeoplesAccounts, AMistakeDoesNotUseTheTokenUp) {
    const InvitationMade made = invited();
    const auto refused = accept(made, "x", "short", "000000");
    ASSERT_FALSE(refused);
    EXPECT_EQ(faults(refused.error()),
              (std::vector<std::string>{"/login form", "/password too_short", "/totp wrong_code"}));
    hire("lo.van.an");
    const auto taken = accept(made, "lo.van.an", kPassword, code_for(made));
    ASSERT_FALSE(taken);
    EXPECT_EQ(faults(taken.error()), (std::vector<std::string>{"/login taken"}));
    EXPECT_TRUE(accept(made, "lo.van.binh", kPassword, code_for(made)));
}

TEST_F(PeoplesAccounts, TheCodeThatMadeTheAccountDoesNotSignInAgain) {
    const InvitationMade made = invited();
    const std::string code = code_for(made);
    ASSERT_TRUE(accept(made, "lo.van.an", kPassword, code));
    EXPECT_FALSE(
        office.run(sign_in(people, {"lo.van.an", Secret<std::string>(kPassword), code, "203.0.113.7", ""})));
}

TEST_F(PeoplesAccounts, WeakPasswordsAreNotTaken) {
    const auto code = [](const std::string& password) {
        const auto fault = check_password("lo.van.an", Secret<std::string>(password));
        return fault ? fault->code : "";
    };
    EXPECT_EQ(code("mười một ch"), "too_short");
    EXPECT_EQ(code("mười hai chữ"), "");
    EXPECT_EQ(code("aaaaaaaaaaaaaaaa"), "too_simple");
    EXPECT_EQ(code("my Lo.Van.An 2026"), "too_simple");
    EXPECT_EQ(code(std::string(200, 'a') + "bcde" + std::string(53, 'f')), "too_long");
}

TEST_F(PeoplesAccounts, RecoveryEndsWhatWasAndLetsThePersonSetBothAnew) {
    const Person person = hire("lo.van.an");
    const SessionMade before = *sign_in_as(person)->session;
    std::optional<InvitationMade> made;
    office.write([&](Tx& tx) -> Result<void> {
        made = recover(tx, office.vault(), person.id, "test").value();
        return {};
    });
    EXPECT_FALSE(works(before));
    office.pass(30s);
    EXPECT_FALSE(sign_in_as(person)) << "what was lost works no more";
    ASSERT_TRUE(look_at(*made));
    EXPECT_TRUE(look_at(*made)->recovery);
    const auto session = accept(*made, "", kOther, code_for(*made));
    ASSERT_TRUE(session);
    EXPECT_EQ(session->principal.key, key_of(person.id)) << "the same account";
    EXPECT_EQ(session->principal.role, domain::Role::officer);
    office.pass(30s);
    EXPECT_FALSE(sign_in_as(person, kOther)) << "the old authenticator works no more";
}

TEST_F(PeoplesAccounts, ANewRecoveryWithdrawsTheOneBefore) {
    const Person person = hire("lo.van.an");
    std::vector<InvitationMade> made;
    for (int i = 0; i < 2; ++i) {
        office.write([&](Tx& tx) -> Result<void> {
            made.push_back(recover(tx, office.vault(), person.id, "test").value());
            return {};
        });
    }
    EXPECT_FALSE(look_at(made.front()));
    EXPECT_TRUE(look_at(made.back()));
}

TEST_F(PeoplesAccounts, AnotherRoleEndsTheSessionsAndHoldsFromTheNextSignIn) {
    const Person person = hire("lo.van.an");
    const SessionMade before = *sign_in_as(person)->session;
    office.write(
        [&](Tx& tx) { return change_account(tx, person.id, {domain::Role::supervisor, {}, {}}, "test"); });
    EXPECT_FALSE(works(before));
    office.pass(30s);
    EXPECT_EQ(sign_in_as(person)->session->principal.role, domain::Role::supervisor);
}

TEST_F(PeoplesAccounts, ANewPasswordEndsAllSessionsAndBeginsOne) {
    const Person person = hire("lo.van.an");
    const SessionMade here = *sign_in_as(person)->session;
    office.pass(30s);
    const SessionMade elsewhere = *sign_in_as(person)->session;
    const auto change = [&](const std::string& present, const std::string& next) {
        return office.run(change_password(people,
                                          {here.token,
                                           Secret<std::string>(present),
                                           Secret<std::string>(next),
                                           "203.0.113.7",
                                           here.device}));
    };
    EXPECT_EQ(faults(change("wrong", kOther).error()),
              (std::vector<std::string>{"/password wrong_password"}));
    EXPECT_EQ(faults(change(kPassword, "short").error()),
              (std::vector<std::string>{"/new_password too_short"}));
    EXPECT_TRUE(works(here));
    const auto changed = change(kPassword, kOther);
    ASSERT_TRUE(changed && changed->session);
    EXPECT_FALSE(works(here));
    EXPECT_FALSE(works(elsewhere));
    EXPECT_TRUE(works(*changed->session));
    office.pass(30s);
    EXPECT_FALSE(sign_in_as(person));
    EXPECT_TRUE(sign_in_as(person, kOther));
}

TEST_F(PeoplesAccounts, GuessingThePresentPasswordWithinASessionIsSlowedToo) {
    const Person person = hire("lo.van.an");
    const SessionMade here = *sign_in_as(person)->session;
    int slowed = 0;
    for (int i = 0; i < 10; ++i) {
        const auto answer = office.run(change_password(people,
                                                       {here.token,
                                                        Secret<std::string>("wrong"),
                                                        Secret<std::string>(kOther),
                                                        "203.0.113.7",
                                                        here.device}));
        slowed += answer && !answer->session && answer->wait > 0s ? 1 : 0;
    }
    EXPECT_EQ(slowed, 10 - kAccountPace.free - 1);
}

TEST_F(PeoplesAccounts, AFullQueueOfPasswordsUsesNothingUp) {
    const Person person = hire("lo.van.an");
    support::BusyCredentials busy(credentials);
    People crowd{office.context(), busy};
    const InvitationMade made = invited();
    const auto take = [&] {
        return office.run(accept_invitation(
            crowd, {made.token, "giang.a.pao", Secret<std::string>(kPassword), code_for(made)}));
    };
    busy.refuse(1);
    EXPECT_EQ(take().error().code(), Errc::overloaded);
    EXPECT_TRUE(take()) << "the token is as good as before";

    const auto session = sign_in_as(person)->session.value();
    const auto change = [&] {
        return office.run(change_password(
            crowd,
            {session.token, Secret<std::string>(kPassword), Secret<std::string>(kOther), "203.0.113.7", ""}));
    };
    for (const int nth : {1, 2}) {  // looking at the present one, and storing the new one
        busy.refuse(nth);
        EXPECT_EQ(change().error().code(), Errc::overloaded) << nth;
        EXPECT_TRUE(works(session)) << nth;
    }
    const auto changed = change();
    ASSERT_TRUE(changed);
    EXPECT_TRUE(changed->session);
    EXPECT_FALSE(works(session));
}

// The password was right when it was looked at, but the session ended meanwhile: nothing is changed for it.
TEST_F(PeoplesAccounts, ASessionThatIsOverChangesNoPassword) {
    const Person person = hire("lo.van.an");
    const auto session = sign_in_as(person)->session.value();
    ASSERT_TRUE(office.run(sign_out(people, session.token)));
    const auto refused = office.run(change_password(
        people,
        {session.token, Secret<std::string>(kPassword), Secret<std::string>(kOther), "203.0.113.7", ""}));
    EXPECT_EQ(refused.error().code(), Errc::unauthenticated);
}

TEST_F(PeoplesAccounts, TwoDoNotShareALogin) {
    hire("lo.van.an");
    const InvitationMade made = invited();
    const auto taken = accept(made, "Lo.Van.An", kPassword, code_for(made));
    ASSERT_FALSE(taken);
    EXPECT_EQ(faults(taken.error()), std::vector<std::string>{"/login taken"});
    EXPECT_TRUE(accept(made, "lo.van.binh", kPassword, code_for(made))) << "the token is as good as before";
}

TEST_F(PeoplesAccounts, ARecoveryOpensNoAccountThatIsDisabled) {
    const Person person = hire("lo.van.an");
    std::optional<InvitationMade> made;
    office.write([&](Tx& tx) -> Result<void> {
        made = recover(tx, office.vault(), person.id, "test").value();
        return change_account(tx, person.id, {std::nullopt, std::nullopt, true}, "test");
    });
    EXPECT_EQ(accept(*made, "", kOther, code_for(*made)).error().code(), Errc::unauthenticated);
    EXPECT_FALSE(sign_in_as(person, kOther));
}

TEST_F(PeoplesAccounts, LoginsAndPasswordsHaveTheirBounds) {
    EXPECT_FALSE(check_login("abc"));
    EXPECT_FALSE(check_login(std::string(64, 'a')));
    for (const std::string& login : {std::string("ab"),
                                     std::string(65, 'a'),
                                     std::string("lò.văn"),
                                     std::string("a b c"),
                                     std::string("lo{van"),
                                     std::string("lo^van"),
                                     std::string("lo:van")}) {
        const auto fault = check_login(login);
        ASSERT_TRUE(fault) << login;
        EXPECT_EQ(fault->pointer, "/login");
    }
    const auto code = [](const std::string& password, const char* login = "lo.van.an") {
        const auto fault = check_password(login, Secret<std::string>(password));
        return fault ? fault->code : "";
    };
    EXPECT_EQ(code("đườngđườngđ"), "too_short") << "letters count, not bytes";
    EXPECT_EQ(code("đườngđườngđi"), "");
    EXPECT_EQ(code("một hai ba bốn năm sáu " + std::string(240, 'x')), "too_long");
    EXPECT_EQ(code("aaaabbbbccccdddd"), "too_simple");
    EXPECT_EQ(code("toi la LO.VAN.AN day"), "too_simple");
    EXPECT_EQ(code("toi la LO.VAN.AN day", ""), "");
    EXPECT_EQ(normal_login(" \t "), "");
    const TotpEnrolment odd = totp_enrolment(Bytes(kTotpSecretBytes, 7), "lò văn ân");
    EXPECT_TRUE(odd.uri.starts_with("otpauth://totp/Lachan?secret=")) << "what an authenticator cannot show";
}

TEST_F(PeoplesAccounts, AreForThoseWhoManageKeys) {
    const Person person = hire("lo.van.an");
    const auto render = [](const InvitationMade&) { return Answer{}; };
    EXPECT_EQ(office.run(list_accounts(office.context(), support::officer("ubnd-03388"))).error().code(),
              Errc::forbidden);
    EXPECT_EQ(
        office.run(recover_person(office.context(), support::supervisor("so-y-te-12"), person.id, {}, render))
            .error()
            .code(),
        Errc::forbidden);
    const auto items = office.run(list_accounts(office.context(), support::admin()));
    ASSERT_TRUE(items);
    ASSERT_EQ(items->size(), 1U);
    EXPECT_EQ(items->front().login, "lo.van.an");
}

TEST_F(PeoplesAccounts, NobodyChangesTheirOwn) {
    const InvitationMade made = invited();
    const domain::Principal self = accept(made, "lo.van.an", kPassword, code_for(made))->principal;
    const domain::AccountId id(self.key.text().substr(5));
    ASSERT_EQ(key_of(id), self.key);
    const auto changed = office.run(change_person(office.context(), self, id, {{}, {}, true}));
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code(), Errc::transition_not_allowed);
    EXPECT_TRUE(office.run(change_person(office.context(), support::admin(), id, {{}, {}, true})));
}

TEST_F(PeoplesAccounts, WhatTheyDidIsToldAsOfTheirAgencyAndRole) {
    ASSERT_TRUE(sign_in_as(hire("lo.van.an")));
    office.look([&](const View& view) -> Result<void> {
        AccessQuery query;
        query.agency = domain::AgencyId("ubnd-03388");
        const auto told = accesses(view, office.vault(), query);
        const auto session = std::find_if(told.begin(), told.end(), [](const AccessEntry& entry) {
            return entry.event.kind == "session.started";
        });
        EXPECT_NE(session, told.end());
        if (session != told.end()) {
            EXPECT_EQ(session->role, "officer");
        }
        return {};
    });
}

class RenewedKeys : public PeoplesAccounts {
protected:
    RenewedKeys() {
        office.write([&](Tx& tx) -> Result<void> {
            first = make_key(tx,
                             office.vault(),
                             {domain::Role::officer, domain::AgencyId("ubnd-03388"), std::nullopt},
                             id,
                             "test")
                        .token;
            return {};
        });
    }
    Result<Secret<std::string>> rotate(const Renewal& renewal) {
        Result<Secret<std::string>> token = first;
        office.write([&](Tx& tx) -> Result<void> {
            const auto made = rotate_key(tx, office.vault(), id, renewal, "test");
            token = made ? Result<Secret<std::string>>(made->token) : made.error();
            return {};
        });
        return token;
    }
    bool fits(const Secret<std::string>& token) {
        return office.run(identify(office.context(), token)).has_value();
    }

    const domain::KeyId id{"ubnd-03388.officer"};
    Secret<std::string> first;
};

TEST_F(RenewedKeys, TheOldTokenWorksBesideTheNewOneForTheOverlap) {
    const auto second = rotate({.overlap = 24h});
    ASSERT_TRUE(second);
    EXPECT_TRUE(fits(first));
    EXPECT_TRUE(fits(*second));
    office.pass(24h);
    EXPECT_FALSE(fits(first));
    EXPECT_TRUE(fits(*second));
}

TEST_F(RenewedKeys, WithoutAnOverlapTheOldTokenIsDeadAtOnce) {
    const auto second = rotate({});
    EXPECT_FALSE(fits(first));
    EXPECT_TRUE(fits(*second));
    const auto third = rotate({});
    EXPECT_FALSE(fits(*second)) << "twice without: none is kept";
    EXPECT_TRUE(fits(*third));
}

TEST_F(RenewedKeys, ARevokedOneIsNotRenewed) {
    office.write([&](Tx& tx) { return revoke_key(tx, office.vault(), id, "test"); });
    EXPECT_FALSE(rotate({.overlap = 24h}));
    EXPECT_FALSE(fits(first));
}

TEST_F(RenewedKeys, OneThatHasExpiredIsNotRenewedAndOneThatHasNotMayBeGivenMoreTime) {
    const auto expiry = [&] {
        std::optional<Instant> found;
        office.look([&](const View& view) -> Result<void> {
            found = view.keys.find(id)->expires_at;
            return {};
        });
        return found;
    };
    const Instant tomorrow = office.now() + 24h;
    ASSERT_TRUE(rotate({.expires_at = tomorrow}));
    EXPECT_EQ(expiry(), tomorrow);
    const auto longer = rotate({.expires_at = tomorrow + 24h});
    ASSERT_TRUE(longer);
    office.pass(24h);
    EXPECT_TRUE(fits(*longer));
    const auto kept = rotate({});
    ASSERT_TRUE(kept);
    EXPECT_EQ(expiry(), tomorrow + 24h) << "nothing was said of it";
    office.pass(24h);
    EXPECT_FALSE(fits(*kept)) << "at the very instant";
    EXPECT_EQ(rotate({.overlap = 24h}).error().code(), Errc::transition_not_allowed);
}

TEST_F(RenewedKeys, AKeyThatIsNotThereIsNotMade) {
    office.write([&](Tx& tx) -> Result<void> {
        EXPECT_EQ(rotate_key(tx, office.vault(), domain::KeyId("khong-co"), {}, "test").error().code(),
                  Errc::not_found);
        return {};
    });
}

TEST_F(RenewedKeys, ATokenThatCannotBeLookedUpIsNotTakenForAWrongOne) {
    Context& sound = office.context();
    support::TroubledStore store(sound.store);
    Context context{
        store, sound.clock, sound.entropy, sound.vault, sound.worlds, sound.outbox_work, sound.watch_work};
    store.refuse(1);
    EXPECT_EQ(office.run(identify(context, first)).error().code(), Errc::storage);
    EXPECT_TRUE(office.run(identify(context, first)));
}

TEST_F(RenewedKeys, SayWhenTheyWereLastUsed) {
    people.uses.note(id, office.now());
    ASSERT_TRUE(office.run(people.uses.write(office.context())));
    office.look([&](const View& view) -> Result<void> {
        EXPECT_EQ(view.keys.find(id)->last_used_at, office.now());
        return {};
    });
}

}  // namespace
}  // namespace lachan::casework
