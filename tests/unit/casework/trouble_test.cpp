#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/deadline_explanation.hpp"
#include "lachan/casework/erasure.hpp"
#include "lachan/casework/feed.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/openings.hpp"
#include "lachan/casework/statistics.hpp"
#include "support/staff.hpp"
#include "support/troubled_keys.hpp"
#include "support/troubled_store.hpp"

/// Where the store or the keys of the cases can be had neither to read nor to write, whoever asked is told so
/// and nothing is half done: the same asked again works.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

/// A province at work, with something there for every call to be about.
class Scene {
public:
    Scene() {
        office.connect("ubnd-03388");
        const auto filed = office.file(hotline(), violence_at_home()).value();
        code = filed.change->code;
        receipt = filed.change->receipt;
        other = office.opened(small_accident());
        office.send_all(mailbox);
        closed = office.opened(small_accident());
        office.work_off(closed);
        office.close(supervisor("ct-03388"), closed).value();
        person = hire(office, credentials, "lo.van.an", domain::Role::officer, "ubnd-03388");
        token = office.run(sign_in(people, attempt())).value().session->token;
        office.pass(1min);  // a code works once
        office.write([this](Tx& tx) -> Result<void> {
            invitation = invite(tx, office.vault(), domain::Role::officer, agency, "test").token;
            return {};
        });
    }

    template <class T>
    Result<void> run(boost::asio::awaitable<Result<T>> work) {
        const auto done = office.run(std::move(work));
        return done ? Result<void>() : Result<void>(done.error());
    }
    [[nodiscard]] Repeat repeat() {
        return {"POST /v1/…", "", office.vault().fingerprint("request " + std::to_string(++requests_))};
    }
    [[nodiscard]] Repeat with_key() { return {"POST /v1/…", "key", office.vault().fingerprint("request")}; }
    [[nodiscard]] std::string duty() {
        return support::duty_name(code, office.pending(code, "initial_assessment"));
    }
    /// One that its agency got.
    [[nodiscard]] std::string message() {
        const auto owed = office.notifications(code);
        const auto got = std::find_if(owed.begin(), owed.end(), [](const domain::Notification& each) {
            return each.state == domain::NotificationState::delivered;
        });
        return notification_name(code, got->no.ordinal);
    }
    [[nodiscard]] std::int64_t sequence(const std::string& of) { return office.case_of(of).sequence; }
    [[nodiscard]] SignIn attempt() {
        return {person.login, Secret<std::string>(kPassword), person.code(office.now()), "203.0.113.7", ""};
    }
    [[nodiscard]] Acceptance acceptance() {
        Bytes secret = office.vault().token_hash("totp\n" + invitation.reveal());
        secret.resize(kTotpSecretBytes);
        const std::string code_now = vault::totp_code(secret, vault::totp_step_at(office.now()));
        return {invitation, "giang.a.pao", Secret<std::string>(kPassword), code_now};
    }

    const domain::AgencyId agency{"ubnd-03388"};
    const domain::EndpointId endpoint{"ubnd-03388-1"};
    std::shared_ptr<TroubledKeys> keys = std::make_shared<TroubledKeys>();
    Office office{kMorning, keys};
    Mailbox mailbox;
    TroubledStore store{office.context().store};
    Context context{store,
                    office.context().clock,
                    office.context().entropy,
                    office.context().vault,
                    office.context().worlds,
                    office.context().outbox_work,
                    office.context().watch_work};
    vault::Argon2Credentials credentials{{.cost = kCheapPasswords, .worker = office.executor()}};
    People people{context, credentials};
    std::string code;
    std::string other;
    std::string closed;
    std::string receipt;
    Person person;
    Secret<std::string> token;
    Secret<std::string> invitation;

private:
    int requests_ = 0;
};

/// A call, and which of its looks it can do without.
struct Call {
    const char* name;
    std::function<Result<void>(Scene&)> make;
    std::vector<int> spared = {};
};

void PrintTo(const Call& call, std::ostream* out) {
    *out << call.name;
}

template <class... Given>
Answer rendered(const Given&...) {
    return {200, "", "", "{}", false};
}

const auto kFiled = [](const Filing&) { return rendered(); };
const auto kChanged = [](const CaseChange&) { return rendered(); };
const auto kMade = [](const EndpointMade&) { return rendered(); };
const auto kInvited = [](const InvitationMade&) { return rendered(); };

/// Makes the call in one scene after the other; in the n-th what it looks at for the n-th time is not to be
/// had.
template <class Troubled>
void expect_honesty(const Call& call, Troubled troubled) {
    constexpr int kEnough = 10;
    for (int nth = 1; nth < kEnough; ++nth) {
        Scene scene;
        const auto before = scene.office.all_events().size();
        troubled(scene).refuse(nth);
        const Result<void> done = call.make(scene);
        if (!troubled(scene).struck()) {
            EXPECT_TRUE(done) << "with a sound store it works";
            EXPECT_GT(nth, 1) << "it never looked there";
            return;
        }
        if (std::count(call.spared.begin(), call.spared.end(), nth) > 0) {
            EXPECT_TRUE(done);
            continue;
        }
        ASSERT_FALSE(done) << "refused at look " << nth << ", and nobody was told";
        EXPECT_EQ(done.error().code(), Errc::storage);
        EXPECT_EQ(scene.office.all_events().size(), before);
        EXPECT_TRUE(call.make(scene)) << "asked again after look " << nth;
    }
    FAIL() << "it looks there again and again";
}

class TroubleOfTheStore : public testing::TestWithParam<Call> {};

TEST_P(TroubleOfTheStore, IsSaidAndLeavesNothingHalfDone) {
    expect_honesty(GetParam(), [](Scene& scene) -> TroubledStore& { return scene.store; });
}

class TroubleOfTheKeys : public testing::TestWithParam<Call> {};

// What somebody said is sealed or not kept at all.
TEST_P(TroubleOfTheKeys, IsSaidAndLeavesNothingHalfDone) {
    expect_honesty(GetParam(), [](Scene& scene) -> TroubledKeys& { return *scene.keys; });
}

INSTANTIATE_TEST_SUITE_P(
    Of,
    TroubleOfTheStore,
    testing::Values(
        Call{"SubmitReport",
             [](Scene& s) {
                 return s.run(submit_report(s.context, hotline(), violence_at_home(), s.repeat(), kFiled));
             },
             {1}},
        Call{"PreviewReport",
             [](Scene& s) { return s.run(preview_report(s.context, hotline(), violence_at_home())); },
             {1}},
        Call{"AddReport",
             [](Scene& s) {
                 return s.run(add_report(s.context, hotline(), s.code, small_accident(), s.repeat(), kFiled));
             }},
        Call{"Respond",
             [](Scene& s) {
                 return s.run(respond(s.context,
                                      officer("ubnd-03388"),
                                      s.duty(),
                                      {domain::ResponseKind::accepted, "", std::nullopt},
                                      s.repeat(),
                                      kChanged));
             }},
        Call{"RecordStep",
             [](Scene& s) {
                 NewStep step;
                 step.kind = "initial_assessment";
                 return s.run(
                     record_step(s.context, officer("ubnd-03388"), s.code, step, s.repeat(), kChanged));
             }},
        Call{"ReopenCase",
             [](Scene& s) {
                 return s.run(reopen_case(s.context,
                                          supervisor("ct-03388"),
                                          s.closed,
                                          {"có tin mới", s.sequence(s.closed)},
                                          s.repeat(),
                                          kChanged));
             }},
        Call{"LinkCases",
             [](Scene& s) {
                 return s.run(link_cases(
                     s.context, hotline(), s.code, s.other, s.sequence(s.code), s.repeat(), kChanged));
             }},
        Call{"OpenInEmergency",
             [](Scene& s) {
                 return s.run(open_in_emergency(s.context,
                                                officer("tyt-03408"),
                                                s.code,
                                                {"cháu bé đang ở trạm y tế xã bên", 1h},
                                                s.repeat(),
                                                rendered<OpeningItem, World>));
             }},
        Call{"NudgeByReceipt",
             [](Scene& s) {
                 return s.run(nudge_by_receipt(s.context, s.receipt, s.repeat(), rendered<bool>));
             }},
        Call{"SeeIdentity",
             [](Scene& s) { return s.run(see_identity(s.context, hotline(), s.code, "gọi lại")); }},
        Call{"SearchCases",
             [](Scene& s) {
                 CaseSearch search;
                 search.code = s.code;
                 return s.run(search_cases(s.context, hotline(), search));
             }},
        Call{"AddEndpoint",
             [](Scene& s) {
                 return s.run(add_endpoint(s.context,
                                           admin(),
                                           s.agency,
                                           {domain::ChannelKind::webhook, "https://example.org/hook", 0},
                                           s.repeat(),
                                           kMade));
             },
             {2}},
        Call{"RotateSecret",
             [](Scene& s) {
                 return s.run(rotate_secret(s.context, admin(), s.endpoint, 24h, s.repeat(), kMade));
             }},
        Call{"ResumeEndpoint",
             [](Scene& s) {
                 return s.run(suspend_endpoint(s.context, admin(), s.endpoint, false, "", s.repeat()));
             },
             {2}},
        Call{"OrderEndpoints",
             [](Scene& s) { return s.run(order_endpoints(s.context, admin(), s.agency, {s.endpoint})); }},
        Call{"PingEndpoint",
             [](Scene& s) {
                 return s.run(ping_endpoint(
                     s.context, admin(), s.endpoint, s.mailbox, s.with_key(), rendered<SendOutcome>));
             }},
        Call{"RedeliverRange",
             [](Scene& s) {
                 return s.run(redeliver_range(s.context,
                                              admin(),
                                              s.endpoint,
                                              {kMorning, kMorning + 24h, std::nullopt},
                                              s.repeat(),
                                              rendered<Redelivered>));
             }},
        Call{"Redeliver",
             [](Scene& s) { return s.run(redeliver(s.context, admin(), s.message(), s.repeat())); }},
        Call{"PutAgency", [](Scene& s) { return s.run(put_agency(s.context, admin(), s.agency, "{}")); }},
        Call{"InvitePerson",
             [](Scene& s) {
                 return s.run(invite_person(
                     s.context, admin(), domain::Role::officer, s.agency, s.repeat(), kInvited));
             }},
        Call{"RecoverPerson",
             [](Scene& s) {
                 return s.run(recover_person(s.context, admin(), s.person.id, s.repeat(), kInvited));
             }},
        Call{"ChangePerson",
             [](Scene& s) {
                 return s.run(
                     change_person(s.context, admin(), s.person.id, {std::nullopt, std::nullopt, true}));
             }},
        Call{"SignIn", [](Scene& s) { return s.run(sign_in(s.people, s.attempt())); }},
        Call{"SignOut", [](Scene& s) { return s.run(sign_out(s.people, s.token)); }},
        Call{"AcceptInvitation", [](Scene& s) { return s.run(accept_invitation(s.people, s.acceptance())); }},
        Call{"ChangePassword",
             [](Scene& s) {
                 return s.run(change_password(s.people,
                                              {s.token,
                                               Secret<std::string>(kPassword),
                                               Secret<std::string>("cái cày theo sau con trâu"),
                                               "203.0.113.7",
                                               ""}));
             }},
        Call{"WriteLastUses",
             [](Scene& s) {
                 s.people.uses.note(domain::KeyId("tong-dai-111.operator.1"), s.office.now());
                 return s.run(s.people.uses.write(s.context));
             }}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Asked,
    TroubleOfTheStore,
    testing::Values(
        Call{"SeeCase", [](Scene& s) { return s.run(see_case(s.context, hotline(), s.code)); }},
        Call{"SeeSequence", [](Scene& s) { return s.run(see_sequence(s.context, hotline(), s.code)); }},
        Call{"ListCases", [](Scene& s) { return s.run(list_cases(s.context, hotline(), {})); }},
        Call{"ListDuties", [](Scene& s) { return s.run(list_duties(s.context, hotline(), {})); }},
        Call{"ListNotifications", [](Scene& s) { return s.run(list_notifications(s.context, admin(), {})); }},
        Call{"NotificationsOf",
             [](Scene& s) { return s.run(notifications_of(s.context, hotline(), s.code)); }},
        Call{"EventsOf", [](Scene& s) { return s.run(events_of(s.context, hotline(), s.code, 0, 50)); }},
        Call{"StatusByReceipt", [](Scene& s) { return s.run(status_by_receipt(s.context, s.receipt)); }},
        Call{"FilingByReceipt", [](Scene& s) { return s.run(filing_by_receipt(s.context, s.receipt)); }},
        Call{"FeedAfter", [](Scene& s) { return s.run(feed_after(s.context, hotline(), 0)); }},
        Call{"FeedEnd", [](Scene& s) { return s.run(feed_end(s.context, hotline())); }},
        Call{"SeeExplanation",
             [](Scene& s) {
                 return s.run(see_explanation(s.context, hotline(), s.duty(), policy::Language::vietnamese));
             }},
        Call{"ViewStatistics",
             [](Scene& s) {
                 const auto request =
                     read_request(std::nullopt, std::nullopt, std::nullopt, s.office.now()).value();
                 return s.run(view_statistics(s.context, supervisor("so-y-te-12"), request));
             }},
        Call{"ListOpenings", [](Scene& s) { return s.run(list_openings(s.context, admin(), kMorning, 50)); }},
        Call{"EndpointsOf", [](Scene& s) { return s.run(endpoints_of(s.context, admin(), s.agency)); }},
        Call{"ExpectEndpoint",
             [](Scene& s) { return s.run(expect_endpoint(s.context, admin(), s.agency, s.endpoint)); }},
        Call{"ListAccounts", [](Scene& s) { return s.run(list_accounts(s.context, admin())); }},
        Call{"FindSession", [](Scene& s) { return s.run(find_session(s.people, s.token)); }},
        Call{"WasSession", [](Scene& s) { return s.run(was_session(s.context, s.token)); }},
        Call{"LookAtInvitation",
             [](Scene& s) { return s.run(look_at_invitation(s.people, s.invitation, "")); }}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Of,
    TroubleOfTheKeys,
    testing::Values(
        Call{"SubmitReport",
             [](Scene& s) {
                 return s.run(submit_report(s.context, hotline(), violence_at_home(), s.repeat(), kFiled));
             }},
        Call{"AddReport",
             [](Scene& s) {
                 return s.run(add_report(s.context, hotline(), s.code, small_accident(), s.repeat(), kFiled));
             }},
        Call{"DeclineWithAReason",
             [](Scene& s) {
                 return s.run(respond(s.context,
                                      officer("ubnd-03388"),
                                      s.duty(),
                                      {domain::ResponseKind::declined, "không đủ người", std::nullopt},
                                      s.repeat(),
                                      kChanged));
             }},
        Call{"RecordStepWithANote",
             [](Scene& s) {
                 NewStep step;
                 step.kind = "initial_assessment";
                 step.note = "đã đến nhà";
                 return s.run(
                     record_step(s.context, officer("ubnd-03388"), s.code, step, s.repeat(), kChanged));
             }},
        Call{"ReopenCase",
             [](Scene& s) {
                 return s.run(reopen_case(s.context,
                                          supervisor("ct-03388"),
                                          s.closed,
                                          {"có tin mới", s.sequence(s.closed)},
                                          s.repeat(),
                                          kChanged));
             }},
        Call{"OpenInEmergency",
             [](Scene& s) {
                 return s.run(open_in_emergency(s.context,
                                                officer("tyt-03408"),
                                                s.code,
                                                {"cháu bé đang ở trạm y tế xã bên", 1h},
                                                s.repeat(),
                                                rendered<OpeningItem, World>));
             }},
        Call{"EraseCase",
             [](Scene& s) {
                 const auto erase = [&](Tx& tx) -> Result<void> {
                     const auto number = s.office.vault().case_no(s.other).value();
                     const auto erased = erase_case(tx, s.office.vault(), number, "theo yêu cầu", "test");
                     return erased ? Result<void>() : Result<void>(erased.error());
                 };
                 return s.office.run(s.store.commit(erase, Lane::routine));
             },
             {1, 2}},  // whose traces they were is looked for another way
        Call{"CompleteErasures",
             [](Scene& s) {
                 const auto complete = [&](Tx& tx) -> Result<void> {
                     const auto completed = complete_erasures(tx, s.office.vault(), "test");
                     return completed ? Result<void>() : Result<void>(completed.error());
                 };
                 return s.office.run(s.store.commit(complete, Lane::routine));
             }}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace lachan::casework
