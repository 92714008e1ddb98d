#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "desk.hpp"
#include "lachan/casework/keys.hpp"

namespace lachan::http {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

class Stream : public testing::Test {
protected:
    std::string file(const char* suspected = nullptr) { return file_by(desk.operator_token(), suspected); }
    std::string file_by(const std::string& token, const char* suspected = nullptr) {
        json report = emergency_report();
        report.erase("report_id");
        if (suspected != nullptr) {
            report["suspects"] = {{{"relation", "official"}, {"name", "A"}, {"agency", suspected}}};
        }
        return desk.post(token, "/v1/reports", report).body.at("case");
    }
    Answered listen(const std::string& token, const std::string& after = "") {
        Asked asked{"GET", "/v1/stream", "", {}};
        if (!after.empty()) {
            asked.headers.emplace_back("Last-Event-ID", after);
        }
        return desk.ask(token, asked);
    }
    /// What comes within 20 seconds.
    std::string next(const Answered& stream) {
        std::optional<std::string> piece;
        bool come = false;
        boost::asio::co_spawn(
            desk.office().executor(), stream.reply.stream(), [&](const std::exception_ptr&, auto said) {
                piece = std::move(said);
                come = true;
            });
        for (int second = 0; second < 20 && !come; ++second) {
            desk.office().pass(1s);
        }
        return come ? piece.value_or("END") : "SILENCE";
    }
    /// How often everybody who is ready gets a turn until it has come.
    boost::asio::awaitable<void> take_turns(int& turns, const bool& come) {
        while (!come) {
            ++turns;
            co_await boost::asio::post(desk.office().executor(), boost::asio::use_awaitable);
        }
    }
    static bool speaks_of(const std::string& piece, const std::string& code) {
        return piece.find("\"case\":\"" + code + '"') != std::string::npos;
    }

    Desk desk;
};

TEST_F(Stream, TellsWhatHappensFromNowOn) {
    const std::string before = file();
    const auto stream = listen(desk.operator_token());
    ASSERT_EQ(stream.status(), 200);
    EXPECT_EQ(stream.reply.content_type, "text/event-stream");
    EXPECT_EQ(next(stream).substr(0, 11), "retry: 2000");
    const std::string code = file();
    const std::string piece = next(stream);
    EXPECT_TRUE(speaks_of(piece, code)) << piece;
    EXPECT_NE(piece.find("event: case.opened"), std::string::npos);
    EXPECT_FALSE(speaks_of(piece, before));
}

TEST_F(Stream, GoesOnWhereTheClientStopped) {
    const std::string code = file();
    const auto stream = listen(desk.operator_token(), "0");
    (void)next(stream);
    EXPECT_TRUE(speaks_of(next(stream), code));
    EXPECT_EQ(listen(desk.operator_token(), "-1").status(), 400);
    EXPECT_EQ(listen(desk.operator_token(), "x").status(), 400);
}

TEST_F(Stream, BreathesWhileNothingHappens) {
    const auto stream = listen(desk.operator_token());
    (void)next(stream);
    EXPECT_EQ(next(stream).substr(0, 2), ": ");
}

TEST_F(Stream, SpeaksOnlyOfWhatTheCallerMaySee) {
    const auto holder = listen(desk.token(domain::Role::officer, "ubnd-03388"));
    const auto stranger = listen(desk.token(domain::Role::officer, "ubnd-03390"));
    const auto conflicted = listen(desk.token(domain::Role::supervisor, "ubnd-03408"));
    for (const auto* const stream : {&holder, &stranger, &conflicted}) {
        (void)next(*stream);
    }
    const std::string code = file("ct-03408");
    EXPECT_TRUE(speaks_of(next(holder), code));
    EXPECT_FALSE(speaks_of(next(stranger), code));
    EXPECT_FALSE(speaks_of(next(conflicted), code));
    EXPECT_EQ(listen(desk.token(domain::Role::analyst, "so-y-te-12")).status(), 403);
}

TEST_F(Stream, NamesNobodyAndNothingThatWasSaid) {
    const auto stream = listen(desk.operator_token());
    (void)next(stream);
    file();
    const std::string piece = next(stream);
    for (const char* const word : {"Lò Thị Đào", "Giàng", "0912", "family_violence"}) {
        EXPECT_EQ(piece.find(word), std::string::npos) << word;
    }
}

TEST_F(Stream, EndsAfterAWhileSoThatTheTokenIsLookedAtAgain) {
    const auto stream = listen(desk.operator_token());
    (void)next(stream);
    desk.office().pass(15min);
    EXPECT_EQ(next(stream), "END");
}

TEST_F(Stream, WhoOpenedACaseInAnEmergencyIsForWhoOversees) {
    const std::string code = file();
    const auto by_holder = listen(desk.token(domain::Role::officer, "ubnd-03388"));
    const auto by_operator = listen(desk.operator_token());
    (void)next(by_holder);
    (void)next(by_operator);
    const auto opened = desk.post(desk.token(domain::Role::officer, "tyt-03408"),
                                  "/v1/cases/" + code + "/emergency-access",
                                  {{"reason", "cháu bé đang cấp cứu"}});
    ASSERT_EQ(opened.status(), 201);
    EXPECT_NE(next(by_operator).find("case.opened_in_emergency"), std::string::npos);
    EXPECT_EQ(next(by_holder).find("case.opened_in_emergency"), std::string::npos);
}

TEST_F(Stream, EndsWhenItsKeyIsRevoked) {
    const auto stream = listen(desk.operator_token());
    (void)next(stream);
    desk.office().write([&](casework::Tx& tx) {
        return casework::revoke_key(
            tx, desk.office().vault(), domain::KeyId("tong-dai-111.operator.1"), "test");
    });
    file_by(desk.token(domain::Role::supervisor, "so-y-te-12"));
    EXPECT_EQ(next(stream), "END");
}

TEST_F(Stream, TheStreamsOfOneCallerDoNotTakeThePlacesOfTheOthers) {
    std::vector<Answered> open;
    while (open.size() < 256) {
        auto stream = listen(desk.operator_token());
        if (stream.status() != 200) {
            break;
        }
        open.push_back(std::move(stream));
    }
    EXPECT_EQ(open.size(), 16U);
    EXPECT_EQ(listen(desk.token(domain::Role::officer, "ubnd-03388")).status(), 200);
    open.pop_back();
    EXPECT_EQ(listen(desk.operator_token()).status(), 200);
}

// Whoever comes back after long reads many pages that are not for them: the others must not wait for that.
TEST_F(Stream, OthersHaveTheirTurnBetweenThePagesOfALongRecord) {
    for (int i = 0; i < 60; ++i) {
        file();
    }
    json last = emergency_report();
    last.erase("report_id");
    last["area"] = "03390";
    ASSERT_EQ(desk.post(desk.operator_token(), "/v1/reports", last).status(), 201);
    const auto stream = listen(desk.token(domain::Role::officer, "ubnd-03390"), "0");
    (void)next(stream);
    bool come = false;
    int turns = 0;
    boost::asio::co_spawn(desk.office().executor(),
                          stream.reply.stream(),
                          [&](const std::exception_ptr&, const auto&) { come = true; });
    boost::asio::co_spawn(
        desk.office().executor(), take_turns(turns, come), [](const std::exception_ptr&) {});
    desk.office().pass(1s);
    constexpr int kPage = 200;
    const auto pages = static_cast<int>(desk.office().all_events().size()) / kPage;
    ASSERT_GE(pages, 2);
    EXPECT_GE(turns, pages);
}

}  // namespace
}  // namespace lachan::http
