#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/deadline_explanation.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/openings.hpp"
#include "support/staff.hpp"

/// What is not there, and what is mistyped: every call says which, and does nothing.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

const std::string kMistyped = "LC-0000-0000-1";

template <class Given>
Answer rendered(const Given&) {
    return {200, "", "", "{}", false};
}

class Refusals : public testing::Test {
protected:
    template <class T>
    Result<void> run(boost::asio::awaitable<Result<T>> work) {
        const auto done = office_.run(std::move(work));
        return done ? Result<void>() : Result<void>(done.error());
    }

    /// Each is refused for this, and the record stays as it was.
    void expect_all(Errc code,
                    const std::vector<std::pair<const char*, std::function<Result<void>()>>>& calls) {
        const auto before = office_.all_events().size();
        for (const auto& [name, call] : calls) {
            const Result<void> done = call();
            ASSERT_FALSE(done) << name;
            EXPECT_EQ(done.error().code(), code) << name << ": " << done.error().detail();
        }
        EXPECT_EQ(office_.all_events().size(), before);
    }

    Office office_;
    Context& context_ = office_.context();
    Mailbox mailbox_;
    const std::string code_ = office_.opened(violence_at_home());
    const domain::Principal chair_ = supervisor("ct-03388");
};

TEST_F(Refusals, AMistypedCodeIsToldFromAnUnknownOneByEveryCall) {
    const auto of = [this](const std::string& code) {
        return std::vector<std::pair<const char*, std::function<Result<void>()>>>{
            {"see", [=, this] { return run(see_case(context_, hotline(), code)); }},
            {"sequence", [=, this] { return run(see_sequence(context_, hotline(), code)); }},
            {"notifications", [=, this] { return run(notifications_of(context_, hotline(), code)); }},
            {"events", [=, this] { return run(events_of(context_, hotline(), code, 0, 50)); }},
            {"report",
             [=, this] {
                 return run(add_report(context_, hotline(), code, small_accident(), {}, rendered<Filing>));
             }},
            {"step",
             [=, this] {
                 NewStep step;
                 step.kind = "plan";
                 return run(record_step(context_, chair_, code, step, {}, rendered<CaseChange>));
             }},
            {"close",
             [=, this] {
                 return run(close_case(context_, chair_, code, {"x", 1}, {}, rendered<CaseChange>));
             }},
            {"reopen",
             [=, this] {
                 return run(reopen_case(context_, chair_, code, {"x", 1}, {}, rendered<CaseChange>));
             }},
            {"link",
             [=, this] {
                 return run(link_cases(context_, hotline(), code, code_, 1, {}, rendered<CaseChange>));
             }},
            {"open", [=, this] {
                 return run(open_in_emergency(context_,
                                              chair_,
                                              code,
                                              {"cháu bé đang ở trạm y tế", 1h},
                                              {},
                                              [](const auto&, const auto&) { return Answer(); }));
             }}};
    };
    expect_all(Errc::case_code_invalid, of(kMistyped));
    expect_all(Errc::not_found, of(office_.vault().case_code(domain::CaseNo{999})));
    EXPECT_EQ(run(see_identity(context_, hotline(), kMistyped, "gọi lại")).error().code(),
              Errc::case_code_invalid);
}

TEST_F(Refusals, ADutyOrAMessageThatIsNoneIsNotFound) {
    std::vector<std::pair<const char*, std::function<Result<void>()>>> calls;
    for (const std::string& name : {kMistyped + ".d1", code_ + ".x1", code_ + ".d0", code_ + ".d99", code_}) {
        calls.emplace_back("explain", [=, this] {
            return run(see_explanation(context_, hotline(), name, policy::Language::vietnamese));
        });
        calls.emplace_back("respond", [=, this] {
            return run(respond(context_,
                               officer("ubnd-03388"),
                               name,
                               {domain::ResponseKind::accepted, "", std::nullopt},
                               {},
                               rendered<CaseChange>));
        });
        calls.emplace_back("redeliver", [=, this] { return run(redeliver(context_, admin(), name)); });
    }
    calls.emplace_back("redeliver", [=, this] { return run(redeliver(context_, admin(), code_ + ".n99")); });
    expect_all(Errc::not_found, calls);
}

TEST_F(Refusals, AnEndpointOrAnAgencyThatIsNotThereIsNotFound) {
    const domain::EndpointId nowhere("ubnd-03388-9");
    const domain::AgencyId nobody("nobody");
    office_.connect("ca-03388");
    expect_all(
        Errc::not_found,
        {{"rotate",
          [&] { return run(rotate_secret(context_, admin(), nowhere, 24h, {}, rendered<EndpointMade>)); }},
         {"suspend", [&] { return run(suspend_endpoint(context_, admin(), nowhere, true, "bảo trì")); }},
         {"resume", [&] { return run(suspend_endpoint(context_, admin(), nowhere, false, "")); }},
         {"ping",
          [&] {
              return run(ping_endpoint(context_, admin(), nowhere, mailbox_, {}, rendered<SendOutcome>));
          }},
         {"redeliver",
          [&] {
              return run(redeliver_range(
                  context_, admin(), nowhere, {kMorning, kMorning + 1h, {}}, {}, rendered<Redelivered>));
          }},
         {"add",
          [&] {
              return run(add_endpoint(context_,
                                      admin(),
                                      nobody,
                                      {domain::ChannelKind::webhook, "https://example.org/hook", 0},
                                      {},
                                      rendered<EndpointMade>));
          }},
         {"order", [&] { return run(order_endpoints(context_, admin(), nobody, {})); }},
         {"of another",
          [&] {
              return run(expect_endpoint(
                  context_, admin(), domain::AgencyId("ubnd-03388"), domain::EndpointId("ca-03388-1")));
          }},
         {"recover",
          [&] {
              return run(recover_person(
                  context_, admin(), domain::AccountId("0000000000"), {}, rendered<InvitationMade>));
          }},
         {"change", [&] {
              return run(change_person(context_, admin(), domain::AccountId("0000000000"), {{}, {}, true}));
          }}});
    EXPECT_TRUE(mailbox_.seen.empty());
}

TEST_F(Refusals, NobodyIsHiredByAnAgencyThatIsNotThere) {
    const vault::Argon2Credentials credentials{{.cost = kCheapPasswords, .worker = office_.executor()}};
    const Person person = hire(office_, credentials, "lo.van.an", domain::Role::officer, "ubnd-03388");
    const domain::AgencyId nobody("nobody");
    expect_all(
        Errc::validation_failed,
        {{"invite",
          [&] {
              return run(invite_person(
                  context_, admin(), domain::Role::officer, nobody, {}, rendered<InvitationMade>));
          }},
         {"change", [&] { return run(change_person(context_, admin(), person.id, {{}, nobody, {}})); }}});
}

TEST_F(Refusals, ALinkNeedsTwoCasesThatTheCallerSeesAndTheVersionThatTheySaw) {
    domain::Report elsewhere = small_accident();
    elsewhere.area = domain::AreaCode("03408");
    const std::string hidden = office_.opened(elsewhere);
    const std::string other = office_.opened(small_accident());
    const auto link = [&](const std::string& to, std::int64_t sequence) {
        return run(link_cases(context_, chair_, code_, to, sequence, {}, rendered<CaseChange>));
    };
    const auto sequence = office_.case_of(code_).sequence;
    expect_all(Errc::validation_failed,
               {{"mistyped", [&] { return link(kMistyped, sequence); }},
                {"hidden", [&] { return link(hidden, sequence); }},
                {"itself", [&] { return link(code_, sequence); }}});
    expect_all(Errc::precondition_failed, {{"old", [&] { return link(other, sequence - 1); }}});
    ASSERT_TRUE(link(other, sequence));
    const auto linked = office_.case_of(code_).sequence;
    EXPECT_TRUE(link(other, linked)) << "they are linked already, and that is no mistake";
    EXPECT_EQ(office_.case_of(code_).sequence, linked);
}

}  // namespace
}  // namespace lachan::casework
