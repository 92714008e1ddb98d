#include "lachan/http/problem.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace lachan::http {
namespace {

using nlohmann::json;

const Problems kProblems("https://lachan.example");
const domain::RequestId kId("r-1");

struct Row {
    Errc code;
    const char* suffix;
    int status;
};

// What callers branch on: a changed row here is a changed contract.
constexpr Row kRows[] = {
    {Errc::internal, "internal-error", 500},
    {Errc::malformed_json, "malformed-json", 400},
    {Errc::malformed_request, "malformed-request", 400},
    {Errc::validation_failed, "validation-failed", 422},
    {Errc::unauthenticated, "unauthenticated", 401},
    {Errc::cross_site, "cross-site-request", 403},
    {Errc::forbidden, "forbidden", 403},
    {Errc::not_found, "not-found", 404},
    {Errc::route_not_found, "route-not-found", 404},
    {Errc::case_code_invalid, "case-code-invalid", 404},
    {Errc::receipt_invalid, "receipt-invalid", 400},
    {Errc::receipt_unknown, "receipt-unknown", 404},
    {Errc::method_not_allowed, "method-not-allowed", 405},
    {Errc::not_acceptable, "not-acceptable", 406},
    {Errc::request_timeout, "request-timeout", 408},
    {Errc::transition_not_allowed, "transition-not-allowed", 409},
    {Errc::closing_blocked, "closing-blocked", 409},
    {Errc::idempotency_in_progress, "idempotency-in-progress", 409},
    {Errc::idempotency_key_reused, "idempotency-key-reused", 422},
    {Errc::precondition_required, "precondition-required", 428},
    {Errc::precondition_failed, "precondition-failed", 412},
    {Errc::payload_too_large, "payload-too-large", 413},
    {Errc::headers_too_large, "headers-too-large", 431},
    {Errc::unsupported_media_type, "unsupported-media-type", 415},
    {Errc::rate_limited, "quota-exceeded", 429},
    {Errc::overloaded, "temporary-reduced-capacity", 503},
    {Errc::shutting_down, "shutting-down", 503},
    {Errc::rule_pack_invalid, "rule-pack-invalid", 422},
    {Errc::storage, "storage-unavailable", 503},
};

TEST(Problem, HasOneTypeForEachCode) {
    std::set<std::string> seen;
    for (const Row& row : kRows) {
        const ProblemType& type = problem_type(row.code);
        EXPECT_EQ(type.suffix, row.suffix);
        EXPECT_EQ(type.status, row.status) << row.suffix;
        EXPECT_FALSE(type.title.empty());
        EXPECT_FALSE(type.title_en.empty());
        EXPECT_FALSE(type.advice.empty());
        EXPECT_FALSE(type.advice_en.empty());
        EXPECT_TRUE(seen.insert(row.suffix).second) << row.suffix;
    }
    EXPECT_EQ(std::size(kRows), static_cast<std::size_t>(Errc::storage) + 1);
}

TEST(Problem, NamesEveryFaultOfTheContent) {
    const Error error(Errc::validation_failed,
                      "2 places are wrong",
                      {{"/area", "missing", "give it"}, {"/x", "type", "y"}});
    const Reply reply = kProblems.reply(error, kId, Language::vietnamese);
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.content_type, "application/problem+json");
    EXPECT_EQ(json::parse(reply.body),
              (json{{"type", "https://lachan.example/problems/validation-failed"},
                    {"title", "Nội dung chưa hợp lệ"},
                    {"status", 422},
                    {"detail", "2 places are wrong"},
                    {"request_id", "r-1"},
                    {"errors",
                     {{{"pointer", "/area"}, {"code", "missing"}, {"detail", "give it"}},
                      {{"pointer", "/x"}, {"code", "type"}, {"detail", "y"}}}}}));
}

TEST(Problem, SpeaksEnglishWhereAsked) {
    const Reply reply = kProblems.reply(Error(Errc::not_found, ""), kId, Language::english);
    EXPECT_EQ(json::parse(reply.body)["title"], "Not found");
    EXPECT_EQ(reply.headers.find("Content-Language"), "en");
    EXPECT_FALSE(json::parse(reply.body).contains("errors"));
}

TEST(Problem, KeepsInsidesToItself) {
    for (const Errc code : {Errc::internal, Errc::storage}) {
        const Reply reply =
            kProblems.reply(Error(code, "disk I/O error in /var/lib"), kId, Language::english);
        EXPECT_EQ(reply.body.find("disk I/O"), std::string::npos);
    }
}

TEST(Problem, NamesTheDutiesThatKeepACaseOpen) {
    const Error error(Errc::closing_blocked, "1 duty", {{"LC-7K3M-Q9TX-4.d3", "plan", "due"}});
    const json body = json::parse(kProblems.reply(error, kId, Language::vietnamese).body);
    EXPECT_EQ(body["open_duties"],
              (json{{{"id", "LC-7K3M-Q9TX-4.d3"}, {"kind", "plan"}, {"detail", "due"}}}));
}

TEST(Problem, SaysWhenARepetitionIsWorthwhile) {
    for (const Errc code : {Errc::overloaded, Errc::storage, Errc::shutting_down, Errc::rate_limited}) {
        EXPECT_TRUE(kProblems.reply(Error(code, ""), kId, Language::english).headers.find("Retry-After"));
    }
    EXPECT_FALSE(
        kProblems.reply(Error(Errc::not_found, ""), kId, Language::english).headers.find("Retry-After"));
}

Request asking_for(std::string media_type) {
    Request request;
    request.headers.add("Accept", std::move(media_type));
    return request;
}

TEST(ProblemPage, ExplainsEveryTypeInBothLanguages) {
    for (const Row& row : kRows) {
        const auto data = kProblems.page(row.suffix, asking_for("*/*"));
        ASSERT_TRUE(data) << row.suffix;
        const json body = json::parse(data->body);
        EXPECT_EQ(body["type"], std::string("https://lachan.example/problems/") + row.suffix);
        EXPECT_EQ(body["status"], row.status);
        const auto page = kProblems.page(row.suffix, asking_for("text/html,application/xhtml+xml,*/*;q=0.8"));
        ASSERT_TRUE(page);
        EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
        EXPECT_NE(page->body.find(body["title"].get<std::string>()), std::string::npos);
        EXPECT_NE(page->body.find(body["title_en"].get<std::string>()), std::string::npos);
    }
}

TEST(ProblemPage, KnowsNoOtherType) {
    const auto page = kProblems.page("no-such-type", asking_for("*/*"));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code(), Errc::not_found);
}

}  // namespace
}  // namespace lachan::http
