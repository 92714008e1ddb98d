#include <gtest/gtest.h>

#include "desk.hpp"

namespace lachan::http {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

class Stream : public testing::Test {
protected:
    std::string file(const char* suspected = nullptr) {
        json report = emergency_report();
        report.erase("report_id");
        if (suspected != nullptr) {
            report["suspects"] = {{{"relation", "official"}, {"name", "A"}, {"agency", suspected}}};
        }
        return desk.post(desk.operator_token(), "/v1/reports", report).body.at("case");
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

}  // namespace
}  // namespace lachan::http
