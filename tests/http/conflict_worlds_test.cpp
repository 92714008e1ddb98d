#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <set>

#include "desk.hpp"

/// Seeded worlds in which the body that ought to act is the one suspected: whatever it asks and whatever it
/// is sent, it learns nothing of the case. A second case of the same kind without a conflict shows that it
/// would have been told.
namespace lachan::http {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr int kWorlds = 500;
constexpr int kWorldsOfADesk = 5;  ///< Side by side they hide nothing, and setting up costs.

struct Suspected {
    std::string area;
    std::string agency;
};

Suspected draw(std::mt19937& random) {
    static const std::vector<std::string> kAreas = {"03388", "03408", "03390", "03595"};
    static const std::vector<std::string> kOfACommune = {"ubnd-", "ct-", "ca-", "tyt-"};
    static const std::vector<std::string> kOfTheProvince = {"so-y-te-12", "ca-12", "ubnd-12", "tong-dai-111"};
    const std::string& area = kAreas[random() % kAreas.size()];
    const bool province = random() % 4 == 0;
    return {area,
            province ? kOfTheProvince[random() % kOfTheProvince.size()]
                     : kOfACommune[random() % kOfACommune.size()] + area};
}

json report_from(std::mt19937& random, const Suspected& suspected, bool with_conflict) {
    static const std::vector<std::string> kCategories = {
        "family_violence", "sexual_abuse", "school_violence", "neglect", "drowning", "injury", "unknown"};
    json report = random() % 2 == 0 ? emergency_report() : minor_report();
    report.erase("report_id");
    report["reference"] = "";
    report["area"] = suspected.area;
    report["category"] = {kCategories[random() % kCategories.size()]};
    report["suspects"] = json::array();
    if (with_conflict) {
        report["suspects"].push_back({{"relation", "official"}, {"name", "A"}, {"agency", suspected.agency}});
    }
    return report;
}

class ConflictWorlds : public testing::TestWithParam<int> {
public:
    ~ConflictWorlds() override {
        for (int i = 0; i < 20; ++i) {  // whoever listens in vain draws a breath, and is done
            desk.office().pass(1s);
        }
    }

protected:
    /// Everything the API and the network say to anybody of this body.
    std::string all_that_is_said_to(const std::string& agency, const std::string& code) {
        std::string said;
        const auto ask = [&](const std::string& token, const Asked& asked) {
            const auto answered = desk.ask(token, asked);
            said += answered.status() < 400 ? answered.reply.body : "";
        };
        for (const auto role : {domain::Role::operator_, domain::Role::officer, domain::Role::supervisor}) {
            const std::string& token = desk.token(role, agency);
            for (const char* const path :
                 {"/v1/cases?limit=200", "/v1/duties?limit=200", "/v1/notifications?limit=200"}) {
                ask(token, {"GET", path, "", {}});
            }
            for (const char* const part : {"", "/events", "/duties", "/notifications", "/identity"}) {
                ask(token, {"GET", "/v1/cases/" + code + part, "", {{"Lachan-Purpose", "để biết"}}});
            }
            ask(token, {"POST", "/v1/cases/search", json{{"code", code}}.dump(), {}});
            ask(token, {"POST", "/v1/cases/search", json{{"name", "Lò Thị Đào"}}.dump(), {}});
            ask(token,
                {"POST",
                 "/v1/cases/" + code + "/emergency-access",
                 json{{"reason", "cần xem ngay vụ việc"}}.dump(),
                 {}});
            said += streamed_to(token);
        }
        return said;
    }

    /// The whole record as the stream tells it: after the greeting all there is.
    std::string streamed_to(const std::string& token) {
        streams.push_back(desk.ask(token, {"GET", "/v1/stream", "", {{"Last-Event-ID", "0"}}}));
        const auto said = std::make_shared<std::string>();
        for (int piece = 0; piece < 2 && streams.back().reply.stream; ++piece) {
            boost::asio::co_spawn(
                desk.office().executor(),
                streams.back().reply.stream(),
                [said](const std::exception_ptr&, auto text) { *said += text.value_or(""); });
            desk.office().pass(1s);
        }
        return *said;
    }

    std::int64_t counted_by(const std::string& agency) {
        const auto table = desk.get(desk.token(domain::Role::supervisor, agency), "/v1/statistics?by=status");
        return table.body.at("cells").back().at("count").is_null()
                   ? -1
                   : table.body.at("cells").back().at("count").get<std::int64_t>();
    }

    Desk desk;
    std::set<std::string> connected;
    std::deque<Answered> streams;  ///< A listener that hears nothing goes on waiting.
};

TEST_P(ConflictWorlds, TheSuspectedBodyLearnsNothing) {
    std::mt19937 random(static_cast<unsigned>(GetParam()));
    int would_have_been_told = 0;
    for (int world = 0; world < kWorldsOfADesk; ++world) {
        const Suspected suspected = draw(random);
        const auto body =
            desk.office().worlds().current()->directory->body_of(domain::AgencyId(suspected.agency));
        for (const domain::AgencyId& member : body) {
            if (connected.insert(member.text()).second) {
                desk.office().connect(member.text());
            }
        }
        const std::string open = desk.post(desk.token(domain::Role::operator_, "tong-dai-112"),
                                           "/v1/reports",
                                           report_from(random, suspected, false))
                                     .body.at("case");
        const std::int64_t counted = counted_by(suspected.agency);
        const auto filed = desk.post(desk.token(domain::Role::operator_, "tong-dai-112"),
                                     "/v1/reports",
                                     report_from(random, suspected, true));
        ASSERT_EQ(filed.status(), 201);
        const std::string code = filed.body.at("case");
        EXPECT_EQ(counted_by(suspected.agency), counted) << suspected.agency << " world " << world;
        desk.office().pass(std::chrono::hours(1 + random() % 72));
        desk.office().send_all(desk.mailbox);
        for (const domain::AgencyId& member : body) {
            const std::string said = all_that_is_said_to(member.text(), code);
            EXPECT_EQ(said.find(code), std::string::npos) << member.text() << " world " << world;
            would_have_been_told += said.find(open) != std::string::npos ? 1 : 0;
        }
        for (const auto& [endpoint, message] : desk.mailbox.seen) {
            const bool theirs = std::any_of(body.begin(), body.end(), [&](const domain::AgencyId& member) {
                return endpoint.starts_with(member.text() + "-");
            });
            EXPECT_FALSE(theirs && message.case_code == code) << endpoint << " world " << world;
        }
        desk.mailbox.seen.clear();
    }
    EXPECT_GT(would_have_been_told, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConflictWorlds, testing::Range(0, kWorlds / kWorldsOfADesk));

}  // namespace
}  // namespace lachan::http
