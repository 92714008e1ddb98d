#include "fixture.hpp"

/// Reports, steps, kept replies, API keys and documents.
namespace lachan::store {
namespace {

using casework::ApiKey;
using casework::KeptReply;
using casework::ReportRow;
using casework::Tx;
using casework::View;

class RecordsTest : public StoreTest {
protected:
    static ReportRow a_report(domain::CaseNo number, const std::string& id, std::uint8_t receipt) {
        ReportRow row;
        row.id = domain::ReportId(id);
        row.case_no = number;
        row.channel = domain::Channel::school;
        row.reference = "111-2026-1";
        row.received_at = kMorning;
        row.recorded_at = kMorning + Duration(5);
        row.reporter = domain::AgencyId("tong-dai-111");
        row.key = domain::KeyId("k-1");
        row.fingerprint = {9, 9};
        row.receipt_hash = {receipt};
        row.sealed = {{1}, {}, {0, 3}};
        return row;
    }
    static KeptReply a_reply(Instant at) { return {{7}, 201, "/v1/cases/LC-1", "\"1\"", {1, 0, 2}, at}; }
};

TEST_F(RecordsTest, AReportIsFoundByItsIdItsReceiptAndItsCase) {
    const auto one = insert_case(a_case());
    const auto two = insert_case(a_case());
    ReportRow row = a_report(one, "r-1", 1);
    row.occurred_at = kMorning - std::chrono::hours(11);
    write([&](Tx& tx) {
        tx.reports.insert(a_report(two, "r-9", 9));
        tx.reports.insert(row);
        tx.reports.insert(a_report(one, "r-2", 2));
    });

    read([&](const View& view) {
        const auto found = view.reports.find(row.id);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->case_no, one);
        EXPECT_EQ(found->channel, row.channel);
        EXPECT_EQ(found->status, row.status);
        EXPECT_EQ(found->reference, row.reference);
        EXPECT_EQ(found->received_at, row.received_at);
        EXPECT_EQ(found->recorded_at, row.recorded_at);
        EXPECT_EQ(found->occurred_at, row.occurred_at);
        EXPECT_EQ(found->reporter, row.reporter);
        EXPECT_EQ(found->key, row.key);
        EXPECT_EQ(found->fingerprint, row.fingerprint);
        EXPECT_EQ(found->sealed.identity, row.sealed.identity);
        EXPECT_EQ(found->sealed.informant, row.sealed.informant);
        EXPECT_EQ(found->sealed.narrative, row.sealed.narrative);

        EXPECT_EQ(view.reports.nearest_receipt(Bytes{2})->id.text(), "r-2");
        EXPECT_EQ(view.reports.nearest_receipt(Bytes{3})->id.text(), "r-9");
        EXPECT_EQ(view.reports.nearest_receipt(Bytes{10})->id.text(), "r-1");
        const auto of_one = view.reports.of_case(one);
        ASSERT_EQ(of_one.size(), 2U);
        EXPECT_EQ(of_one[0].id.text(), "r-1");
        EXPECT_EQ(of_one[1].id.text(), "r-2");
    });
}

TEST_F(RecordsTest, TheSameReportIsNeverKeptTwice) {
    const auto number = insert_case(a_case());
    write([&](Tx& tx) { tx.reports.insert(a_report(number, "r-1", 1)); });
    const auto again = commit([&](Tx& tx) -> Result<void> {
        tx.reports.insert(a_report(number, "r-1", 2));
        return {};
    });
    EXPECT_EQ(again.error().code(), Errc::internal);
}

TEST_F(RecordsTest, StepsGetTheirOrdinalsAndKeepTheirNotesSealed) {
    const auto number = insert_case(a_case());
    domain::Step step;
    step.kind = "initial_assessment";
    step.child = 0;
    step.done_at = kMorning;
    step.recorded_at = kMorning + std::chrono::minutes(1);
    step.result = "at_risk";
    step.until = kMorning + std::chrono::days(3);
    step.agency = domain::AgencyId("ubnd-03388");
    step.recorded_by = domain::KeyId("k-2");
    write([&](Tx& tx) {
        EXPECT_EQ(tx.steps.insert(number, step, Bytes{5, 6}), 1);
        EXPECT_EQ(tx.steps.insert(number, step, {}), 2);
    });

    read([&](const View& view) {
        const auto steps = view.steps.of_case(number);
        ASSERT_EQ(steps.size(), 2U);
        EXPECT_EQ(steps[0].ordinal, 1);
        EXPECT_EQ(steps[0].kind, step.kind);
        EXPECT_EQ(steps[0].child, step.child);
        EXPECT_EQ(steps[0].done_at, step.done_at);
        EXPECT_EQ(steps[0].recorded_at, step.recorded_at);
        EXPECT_EQ(steps[0].result, step.result);
        EXPECT_EQ(steps[0].until, step.until);
        EXPECT_EQ(steps[0].agency, step.agency);
        EXPECT_EQ(steps[0].recorded_by, step.recorded_by);
        EXPECT_EQ(view.steps.note(number, 1), (Bytes{5, 6}));
        EXPECT_EQ(view.steps.note(number, 2), Bytes{});
        EXPECT_FALSE(view.steps.note(number, 3));
    });
}

TEST_F(RecordsTest, AKeptReplyIsFoundByClientRouteAndKeyTogether) {
    write(
        [&](Tx& tx) { tx.replies.keep(domain::KeyId("k-1"), "POST /v1/reports", "abc", a_reply(kMorning)); });

    read([&](const View& view) {
        const auto found = view.replies.find(domain::KeyId("k-1"), "POST /v1/reports", "abc");
        ASSERT_TRUE(found);
        EXPECT_EQ(found->fingerprint, Bytes{7});
        EXPECT_EQ(found->status, 201);
        EXPECT_EQ(found->location, "/v1/cases/LC-1");
        EXPECT_EQ(found->etag, "\"1\"");
        EXPECT_EQ(found->sealed_body, (Bytes{1, 0, 2}));
        EXPECT_EQ(found->kept_at, kMorning);
        EXPECT_FALSE(view.replies.find(domain::KeyId("k-2"), "POST /v1/reports", "abc"));
        EXPECT_FALSE(view.replies.find(domain::KeyId("k-1"), "POST /v1/status", "abc"));
        EXPECT_FALSE(view.replies.find(domain::KeyId("k-1"), "POST /v1/reports", "abd"));
    });
}

TEST_F(RecordsTest, AReplyThatRanOutIsReplacedUnderTheSameKey) {
    const Instant later = kMorning + std::chrono::days(8);
    write([&](Tx& tx) {
        tx.replies.keep(domain::KeyId("k-1"), "r", "abc", a_reply(kMorning));
        tx.replies.keep(domain::KeyId("k-1"), "r", "abc", a_reply(later));
    });
    read([&](const View& view) {
        EXPECT_EQ(view.replies.find(domain::KeyId("k-1"), "r", "abc")->kept_at, later);
    });
}

TEST_F(RecordsTest, OldRepliesAreForgottenInSmallPortions) {
    write([&](Tx& tx) {
        for (int i = 0; i < 5; ++i) {
            tx.replies.keep(
                domain::KeyId("k"), "r", std::to_string(i), a_reply(kMorning + std::chrono::hours(i)));
        }
    });
    const auto forget = [&](Instant before, int limit) {
        int forgotten = 0;
        write([&](Tx& tx) { forgotten = tx.replies.forget(before, limit); });
        return forgotten;
    };

    EXPECT_EQ(forget(kMorning + std::chrono::hours(3), 2), 2);
    EXPECT_EQ(forget(kMorning + std::chrono::hours(3), 2), 1);
    EXPECT_EQ(forget(kMorning + std::chrono::hours(3), 2), 0);
    read([&](const View& view) {
        EXPECT_FALSE(view.replies.find(domain::KeyId("k"), "r", "2"));
        EXPECT_TRUE(view.replies.find(domain::KeyId("k"), "r", "3"));
    });
}

TEST_F(RecordsTest, AnApiKeyIsFoundByItsTokenAndRevokedOnce) {
    ApiKey key;
    key.id = domain::KeyId("k-1");
    key.role = domain::Role::supervisor;
    key.agency = domain::AgencyId("ubnd-03388");
    key.token_hash = {1, 2};
    key.created_at = kMorning;
    key.expires_at = kMorning + std::chrono::days(90);
    write([&](Tx& tx) { tx.keys.insert(key); });
    write([&](Tx& tx) {
        EXPECT_TRUE(tx.keys.revoke(key.id, kMorning + Duration(1)));
        EXPECT_FALSE(tx.keys.revoke(key.id, kMorning + Duration(2)));
        EXPECT_FALSE(tx.keys.revoke(domain::KeyId("other"), kMorning));
    });

    read([&](const View& view) {
        const auto found = view.keys.by_token(key.token_hash);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->id, key.id);
        EXPECT_EQ(found->role, key.role);
        EXPECT_EQ(found->agency, key.agency);
        EXPECT_EQ(found->expires_at, key.expires_at);
        EXPECT_EQ(found->revoked_at, kMorning + Duration(1));
        EXPECT_FALSE(found->last_used_at);
        EXPECT_FALSE(view.keys.by_token(Bytes{1}));
        EXPECT_EQ(view.keys.all().size(), 1U);
    });
}

TEST_F(RecordsTest, ARenewedKeyIsFoundByBothItsTokens) {
    ApiKey key;
    key.id = domain::KeyId("k-1");
    key.agency = domain::AgencyId("ubnd-03388");
    key.token_hash = {1, 2};
    key.created_at = kMorning;
    ApiKey other = key;
    other.id = domain::KeyId("k-2");
    other.token_hash = {5};
    write([&](Tx& tx) {
        tx.keys.insert(key);
        tx.keys.insert(other);
        key.old_token_hash = key.token_hash;
        key.old_until = kMorning + std::chrono::hours(1);
        key.token_hash = {3, 4};
        tx.keys.renew(key);
        tx.keys.renew(other);  // none of these two has an old token: that is not the same token twice
        tx.keys.note_use(key.id, kMorning + Duration(5));
        tx.keys.note_use(key.id, kMorning + Duration(3));
    });
    read([&](const View& view) {
        const auto found = view.keys.by_token(Bytes{3, 4});
        ASSERT_TRUE(found);
        EXPECT_EQ(view.keys.by_token(Bytes{1, 2})->id, key.id);
        EXPECT_EQ(found->old_token_hash, (Bytes{1, 2}));
        EXPECT_EQ(found->old_until, key.old_until);
        EXPECT_EQ(found->last_used_at, kMorning + Duration(5));
        EXPECT_TRUE(view.keys.find(other.id)->old_token_hash.empty());
        EXPECT_FALSE(view.keys.by_token(Bytes{}));
        EXPECT_FALSE(view.keys.find(domain::KeyId("k-3")));
    });
}

casework::Account an_account(const std::string& id) {
    casework::Account account;
    account.id = domain::AccountId(id);
    account.login_hash = {1, static_cast<std::uint8_t>(id.back())};
    account.sealed_login = {2};
    account.role = domain::Role::officer;
    account.agency = domain::AgencyId("ubnd-03388");
    account.password = "$argon2id$";
    account.sealed_totp = {3};
    account.totp_step = 17;
    account.created_at = kMorning;
    account.password_at = kMorning;
    return account;
}

TEST_F(RecordsTest, AnAccountIsFoundByItsLoginAndChangedWhole) {
    casework::Account account = an_account("a");
    write([&](Tx& tx) {
        tx.accounts.insert(account);
        tx.accounts.insert(an_account("b"));
        account.login_hash = {9};
        account.role = domain::Role::admin;
        account.password = "";
        account.totp_step = 18;
        account.signed_in_at = kMorning + Duration(1);
        account.disabled_at = kMorning + Duration(2);
        tx.accounts.update(account);
    });
    read([&](const View& view) {
        const auto found = view.accounts.by_login(Bytes{9});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->id, account.id);
        EXPECT_EQ(found->role, domain::Role::admin);
        EXPECT_EQ(found->agency, account.agency);
        EXPECT_EQ(found->sealed_login, account.sealed_login);
        EXPECT_EQ(found->sealed_totp, account.sealed_totp);
        EXPECT_EQ(found->password, "");
        EXPECT_EQ(found->totp_step, 18);
        EXPECT_EQ(found->created_at, kMorning);
        EXPECT_EQ(found->password_at, kMorning);
        EXPECT_EQ(found->signed_in_at, account.signed_in_at);
        EXPECT_EQ(found->disabled_at, account.disabled_at);
        EXPECT_EQ(view.accounts.all().size(), 2U);
        EXPECT_FALSE(view.accounts.find(domain::AccountId("c")));
    });
}

TEST_F(RecordsTest, SessionsEndOneByOneAllButSomeOrByAge) {
    const auto session = [](const std::string& account, int number) {
        return casework::Session{{static_cast<std::uint8_t>(number)},
                                 domain::AccountId(account),
                                 kMorning + Duration(number),
                                 kMorning + Duration(number)};
    };
    write([&](Tx& tx) {
        tx.accounts.insert(an_account("a"));
        tx.accounts.insert(an_account("b"));
        for (int number = 1; number <= 5; ++number) {
            tx.accounts.insert(session("a", number));
        }
        tx.accounts.insert(session("b", 6));
        tx.accounts.note_use(Bytes{5}, kMorning + Duration(50));
        tx.accounts.note_use(Bytes{5}, kMorning + Duration(40));
    });
    write([&](Tx& tx) {
        EXPECT_EQ(tx.accounts.end_sessions(domain::AccountId("a"), 2), 3);
        EXPECT_TRUE(tx.accounts.end_session(Bytes{4}));
        EXPECT_FALSE(tx.accounts.end_session(Bytes{4}));
        EXPECT_FALSE(tx.accounts.session(Bytes{3}));
        EXPECT_EQ(tx.accounts.session(Bytes{5})->used_at, kMorning + Duration(50));
        EXPECT_EQ(tx.accounts.session(Bytes{6})->account, domain::AccountId("b"));
        tx.accounts.forget(kMorning + Duration(6), kMorning);
        EXPECT_FALSE(tx.accounts.session(Bytes{5}));
        EXPECT_TRUE(tx.accounts.session(Bytes{6}));
        EXPECT_EQ(tx.accounts.end_sessions(domain::AccountId("b"), 0), 1);
    });
}

TEST_F(RecordsTest, AnInvitationIsTakenOnceWithdrawnOrOver) {
    const auto invitation = [](std::uint8_t number, std::optional<domain::AccountId> account) {
        return casework::Invitation{{number},
                                    std::move(account),
                                    domain::Role::admin,
                                    domain::AgencyId("so-y-te-12"),
                                    kMorning + Duration(number)};
    };
    write([&](Tx& tx) {
        tx.accounts.insert(an_account("a"));
        tx.accounts.insert(invitation(1, std::nullopt));
        tx.accounts.insert(invitation(2, domain::AccountId("a")));
        tx.accounts.insert(invitation(3, std::nullopt));
        const auto found = tx.accounts.invitation(Bytes{2});
        ASSERT_TRUE(found);
        EXPECT_EQ(found->account, domain::AccountId("a"));
        EXPECT_EQ(found->role, domain::Role::admin);
        EXPECT_EQ(found->expires_at, kMorning + Duration(2));
        EXPECT_FALSE(tx.accounts.invitation(Bytes{1})->account);
        tx.accounts.withdraw_invitations(domain::AccountId("a"));
        EXPECT_FALSE(tx.accounts.take_invitation(Bytes{2}));
        tx.accounts.forget(kMorning, kMorning + Duration(1));
        EXPECT_FALSE(tx.accounts.take_invitation(Bytes{1}));
        EXPECT_TRUE(tx.accounts.take_invitation(Bytes{3}));
        EXPECT_FALSE(tx.accounts.take_invitation(Bytes{3}));
    });
}

TEST_F(RecordsTest, ADocumentIsReplacedUnderItsName) {
    write([&](Tx& tx) {
        tx.documents.put("agency", "ubnd-03388", "{}", kMorning);
        tx.documents.put("agency", "ubnd-03388", R"({"name":"UBND xã"})", kMorning);
        tx.documents.put("agency", "bv-tinh", "{}", kMorning);
        tx.documents.put("pack", "ubnd-03388", "[]", kMorning);
    });
    read([&](const View& view) {
        EXPECT_EQ(view.documents.find("agency", "ubnd-03388"), R"({"name":"UBND xã"})");
        EXPECT_FALSE(view.documents.find("agency", "nobody"));
        const auto all = view.documents.all("agency");
        ASSERT_EQ(all.size(), 2U);
        EXPECT_EQ(all[0].first, "bv-tinh");
    });
}

TEST_F(RecordsTest, NothingThatIsWaitedForIsKeptWithoutItsInstant) {
    const auto number = insert_case(a_case());
    const auto refused = [&](const casework::WriteOp& op) {
        const auto outcome = commit(op);
        return !outcome && outcome.error().code() == Errc::internal;
    };
    EXPECT_TRUE(refused([&](Tx& tx) -> Result<void> {
        domain::Duty adrift = a_duty(number, 1);
        adrift.next_at.reset();
        tx.duties.insert(adrift);
        return {};
    }));
    EXPECT_TRUE(refused([&](Tx& tx) -> Result<void> {
        domain::Notification lost = a_notification(number, 1);
        lost.next_attempt.reset();
        tx.outbox.insert(lost);
        return {};
    }));
    EXPECT_TRUE(refused([&](Tx& tx) -> Result<void> {
        tx.outbox.insert(a_notification(number, 1, ""));
        return {};
    }));
    write([&](Tx& tx) {  // those that have come to an end wait for nothing
        domain::Duty done = a_duty(number, 1);
        done.state = domain::DutyState::done;
        done.next_at.reset();
        tx.duties.insert(done);
        domain::Notification told = a_notification(number, 1);
        told.state = domain::NotificationState::delivered;
        told.next_attempt.reset();
        tx.outbox.insert(told);
    });
}

TEST_F(RecordsTest, CountsWhatIsOpenAndWhatMustNotBe) {
    const auto sound = insert_case(a_case());
    const auto idle = insert_case(a_case());
    write([&](Tx& tx) {
        domain::Duty late = a_duty(sound, 1);
        late.overdue_at = kMorning;
        tx.duties.insert(late);
        tx.duties.insert(a_duty(idle, 1));
        tx.outbox.insert(a_notification(sound, 1));
        domain::Notification lost = a_notification(sound, 2, "nobody/0");
        lost.created_at = kMorning + Duration(1);
        tx.outbox.insert(lost);
        domain::Notification human = a_notification(sound, 3);
        human.state = domain::NotificationState::human_task;
        tx.outbox.insert(human);
        tx.endpoints.put(an_endpoint());
        tx.endpoints.call_at(an_endpoint().id, kMorning);
    });
    meddle(
        "PRAGMA ignore_check_constraints = ON;"
        "UPDATE duty SET next_at_ms = NULL WHERE case_no = 2;"
        "UPDATE notification SET next_attempt_ms = NULL WHERE endpoint = 'nobody/0'");

    read([&](const View& view) {
        const casework::Counts counts = view.counts();
        EXPECT_EQ(counts.cases_open, 2);
        EXPECT_EQ(counts.duties_pending, 2);
        EXPECT_EQ(counts.duties_overdue, 1);
        EXPECT_EQ(counts.notifications_scheduled, 2);
        EXPECT_EQ(counts.notifications_human_task, 1);
        EXPECT_EQ(counts.oldest_scheduled, kMorning);
        EXPECT_EQ(counts.open_without_next_action, 1);
        EXPECT_EQ(counts.pending_duties_without_instant, 1);
        EXPECT_EQ(counts.scheduled_without_instant, 1);
        EXPECT_EQ(counts.endpoints_not_called, 1);
    });
}

}  // namespace
}  // namespace lachan::store
