#include "lachan/casework/once.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "lachan/base/packing.hpp"
#include "lachan/casework/agencies.hpp"
#include "support/office.hpp"

/// What was answered once is answered again in the same bytes, and what cannot be is never done a second
/// time.
namespace lachan::casework {
namespace {

using namespace support;

const std::string kBody =
    R"({"stage": "received", "urgency": "emergency", "status": "open", "mốc": "đã tiếp nhận"})";

class KeptAnswers : public testing::Test {
protected:
    [[nodiscard]] static std::shared_ptr<const World> world_with(const std::string& dictionary) {
        auto world = std::make_shared<World>(*shipped_world());
        world->answers = std::make_shared<const Dictionary>(dictionary);
        return world;
    }
    [[nodiscard]] Repeat repeat(const std::string& body = "request") {
        return {"POST /v1/reports", "key", office_.vault().fingerprint(body)};
    }
    Result<Answer> ask() {
        return office_.run(commit_once(context_, hotline(), repeat(), [this](Tx&) -> Result<Answer> {
            ++done_;
            return Answer{201, "/v1/cases/x", "1", kBody, false};
        }));
    }
    void keep_dictionary() {
        office_.write([this](Tx& tx) -> Result<void> {
            keep_answer_dictionary(tx, *office_.worlds().current());
            return {};
        });
    }

    Office office_;
    Context& context_ = office_.context();
    int done_ = 0;
};

TEST_F(KeptAnswers, AreGivenAgainInTheirBytesThoughTheWorldSpeaksOtherwiseSince) {
    office_.worlds().replace(world_with(kBody + "one"));
    keep_dictionary();
    keep_dictionary();  // as each start does
    ASSERT_TRUE(ask());
    office_.worlds().replace(world_with("another"));
    keep_dictionary();
    const auto again = ask();
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->status, 201);
    EXPECT_EQ(again->location, "/v1/cases/x");
    EXPECT_EQ(again->etag, "1");
    EXPECT_EQ(again->body, kBody);
    EXPECT_EQ(done_, 1);
}

TEST_F(KeptAnswers, WithoutTheirDictionaryCannotBeGivenAndNothingIsDoneTwice) {
    office_.worlds().replace(world_with(kBody + "one"));
    ASSERT_TRUE(ask());  // and nobody kept what it was shortened with
    const auto again = ask();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), Errc::internal);
    EXPECT_EQ(done_, 1);
}

TEST_F(KeptAnswers, ThatCannotBeOpenedAreNotGivenAndNothingIsDoneTwice) {
    ASSERT_TRUE(ask());
    office_.write([this](Tx& tx) -> Result<void> {
        KeptReply damaged = tx.replies.find(hotline().key, repeat().route, repeat().key).value();
        (void)tx.replies.forget(office_.now() + std::chrono::hours(1), 10);
        damaged.sealed_body.back() ^= 1U;
        tx.replies.keep(hotline().key, repeat().route, repeat().key, damaged);
        return {};
    });
    const auto again = ask();
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), Errc::internal);
    EXPECT_EQ(done_, 1);
}

TEST_F(KeptAnswers, AKeyThatCameWithAnotherBodySendsNoPing) {
    office_.connect("ca-03388");
    Mailbox mailbox;
    const auto ping = [&](const std::string& body) {
        return office_.run(
            ping_endpoint(context_,
                          admin(),
                          domain::EndpointId("ca-03388-1"),
                          mailbox,
                          repeat(body),
                          [](const SendOutcome&) { return Answer{200, "", "", "{}", false}; }));
    };
    ASSERT_TRUE(ping("one"));
    EXPECT_EQ(ping("other").error().code(), Errc::idempotency_key_reused);
    EXPECT_TRUE(ping("one")->replayed);
    EXPECT_EQ(mailbox.seen.size(), 1U);
}

}  // namespace
}  // namespace lachan::casework
