#include "lachan/delivery/cloud_event.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "lachan/delivery/receiver.hpp"
#include "unit/delivery/sender.hpp"

namespace lachan::delivery {
namespace {

using nlohmann::json;
using test::kSource;
using test::sample_message;

json body_of(const casework::Message& message) {
    return json::parse(event_body(message, kSource).value());
}

TEST(CloudEvent, SaysWhichCaseAndNothingOfWhatHappened) {
    const json expected = {{"specversion", "1.0"},
                           {"id", "0193a6c8-7d1e-7b22-9c41-3f5e2a90b7d4"},
                           {"source", "https://lachan.example.vn"},
                           {"type", "vn.lachan.duty.assigned.v1"},
                           {"subject", "LC-7K3M-Q9TX-4"},
                           {"time", "2026-11-20T08:15:00+07:00"},
                           {"datacontenttype", "application/json"},
                           {"data",
                            {{"case", "LC-7K3M-Q9TX-4"},
                             {"case_seq", 12},
                             {"urgency", "emergency"},
                             {"duty", "LC-7K3M-Q9TX-4.d3"},
                             {"respond_by", "2026-11-20T08:30:00+07:00"},
                             {"href", "https://lachan.example.vn/v1/cases/LC-7K3M-Q9TX-4"}}}};

    EXPECT_EQ(body_of(sample_message()), expected);
}

TEST(CloudEvent, LeavesOutWhatThereIsNot) {
    casework::Message message = sample_message();
    message.duty.clear();
    message.respond_by.reset();

    const json data = body_of(message)["data"];

    EXPECT_FALSE(data.contains("duty"));
    EXPECT_FALSE(data.contains("respond_by"));
    EXPECT_FALSE(data.contains("exercise"));
}

TEST(CloudEvent, PingNamesNoCase) {
    casework::Message message;
    message.id = "ping-1";
    message.type = "vn.lachan.endpoint.ping.v1";

    const json body = body_of(message);

    EXPECT_FALSE(body.contains("subject"));
    EXPECT_EQ(body["data"], json({{"urgency", "normal"}, {"href", kSource}}));
}

TEST(CloudEvent, AnExerciseSaysSo) {
    casework::Message message = sample_message();
    message.exercise = true;

    EXPECT_EQ(body_of(message)["data"]["exercise"], true);
}

TEST(CloudEvent, IsNeverLargerThanAPushMayBe) {
    casework::Message message = sample_message();
    message.id.assign(kLargestEvent, 'x');

    const auto body = event_body(message, kSource);

    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().code(), Errc::payload_too_large);
}

TEST(CloudEvent, BrokenTextIsSentBrokenRatherThanNotAtAll) {
    casework::Message message = sample_message();
    message.duty = "d\xff";

    EXPECT_TRUE(event_body(message, kSource));
}

TEST(CloudEvent, ComesBackAsItWentForEveryType) {
    for (const std::string_view type : kEventTypes) {
        casework::Message message = sample_message();
        message.type = type;
        message.exercise = true;

        const auto event = parse_event(event_body(message, kSource).value());

        ASSERT_TRUE(event) << type;
        EXPECT_EQ(event->id, message.id);
        EXPECT_EQ(event->source, kSource);
        EXPECT_EQ(event->type, type);
        EXPECT_EQ(event->subject, message.case_code);
        EXPECT_EQ(event->time, message.created_at);
        EXPECT_EQ(event->case_code, message.case_code);
        EXPECT_EQ(event->case_sequence, 12);
        EXPECT_EQ(event->urgency, domain::Urgency::emergency);
        EXPECT_EQ(event->duty, message.duty);
        EXPECT_EQ(event->respond_by, message.respond_by);
        EXPECT_EQ(event->href, "https://lachan.example.vn/v1/cases/LC-7K3M-Q9TX-4");
        EXPECT_TRUE(event->exercise);
    }
}

TEST(CloudEvent, AReceiverIgnoresWhatItDoesNotKnow) {
    json body = body_of(sample_message());
    body["traceparent"] = "00-1";
    body["data"]["later"] = {1, 2};

    EXPECT_TRUE(parse_event(body.dump()));
}

TEST(CloudEvent, AReceiverHearsOfEveryFaultAtOnce) {
    json body = body_of(sample_message());
    body.erase("id");
    body["specversion"] = "0.3";
    body["time"] = "yesterday";
    body["data"]["urgency"] = "soon";
    body["data"]["case_seq"] = "12";
    body["data"]["respond_by"] = 5;
    body["data"].erase("href");
    body["subject"] = "LC-AAAA-AAAA-A";

    const auto event = parse_event(body.dump());

    ASSERT_FALSE(event);
    const Error refusal = event.error();
    EXPECT_EQ(refusal.code(), Errc::validation_failed);
    std::multiset<std::string> pointers;
    for (const Fault& fault : refusal.faults()) {
        pointers.insert(fault.pointer);
    }
    const std::multiset<std::string> expected = {"/specversion",
                                                 "/id",
                                                 "/time",
                                                 "/subject",
                                                 "/data/urgency",
                                                 "/data/case_seq",
                                                 "/data/respond_by",
                                                 "/data/href"};
    EXPECT_EQ(pointers, expected);
}

TEST(CloudEvent, WhatIsNoObjectIsNoEvent) {
    for (const char* const text : {"", "[]", "null", "\"x\"", "{", "{\"id\":\xff}"}) {
        const auto event = parse_event(text);
        ASSERT_FALSE(event) << text;
        EXPECT_EQ(event.error().code(), Errc::malformed_json) << text;
    }
}

class ReceiverOfEvents : public testing::Test {
protected:
    std::string reason(const SignatureHeaders& headers, std::string_view body) const {
        const auto taken = receiver_.accept(headers, body, message_.sent_at);
        const auto* const refusal = std::get_if<Refusal>(&taken);
        return refusal != nullptr ? refusal->reason : "";
    }
    SignatureHeaders signed_headers(std::string_view body) const {
        const std::vector<Secret<std::string>> secrets = {Secret<std::string>(test::kSecret)};
        return sign(secrets, message_.id, message_.sent_at, body).value();
    }

    casework::Message message_ = sample_message();
    std::string body_ = event_body(message_, kSource).value();
    Receiver receiver_{{Secret<std::string>(test::kOtherSecret), Secret<std::string>(test::kSecret)}};
};

TEST_F(ReceiverOfEvents, TakesWhatWeSend) {
    const auto taken = receiver_.accept(signed_headers(body_), body_, message_.sent_at);

    const auto* const event = std::get_if<Event>(&taken);
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->case_code, "LC-7K3M-Q9TX-4");
}

TEST_F(ReceiverOfEvents, RefusesOneChangedByte) {
    const SignatureHeaders headers = signed_headers(body_);
    for (std::size_t i = 0; i < body_.size(); ++i) {
        std::string changed = body_;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_EQ(reason(headers, changed), "no_match") << i;
    }
}

TEST_F(ReceiverOfEvents, RefusesASignedBodyThatIsNoEvent) {
    EXPECT_EQ(reason(signed_headers("{}"), "{}"), "malformed");
}

TEST_F(ReceiverOfEvents, RefusesAnEventUnderTheIdOfAnother) {
    message_.id = "another";
    EXPECT_EQ(reason(signed_headers(body_), body_), "other_id");
}

TEST_F(ReceiverOfEvents, RefusesAnOversizedBodyUnread) {
    EXPECT_EQ(reason({}, std::string(kLargestEvent + 1, ' ')), "too_large");
}

TEST_F(ReceiverOfEvents, RefusesAMessageWithoutHeaders) {
    EXPECT_EQ(reason({}, body_), "header_missing");
}

}  // namespace
}  // namespace lachan::delivery
