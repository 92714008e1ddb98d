#include "calls.hpp"
#include "lachan/base/bytes.hpp"
#include "lachan/casework/queries.hpp"
#include "lachan/casework/statements.hpp"
#include "lachan/http/report_codec.hpp"

/// What anybody with a receipt may ask. The receipt stands in the body: URLs are logged and remembered.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kNudge = "/v1/status/nudge";
constexpr std::string_view kAlgorithm = "Ed25519";

/// A true receipt, one of nobody's and a malformed one are answered on the same beat. Nobody notices ten
/// milliseconds; the work takes a tenth of one, and differs by some thousandths.
constexpr Duration kBeat = std::chrono::milliseconds(10);

struct Asked {
    std::string receipt;
};

void read_receipt(Members& members, Asked& asked) {
    members.missing("receipt", "the receipt has to be given");
    asked.receipt = members.text("receipt", kIdMax);
}

/// POST /v1/status: how far it is and what comes next, and nothing that says about whom.
asio::awaitable<Result<Reply>> post_status(const Services& services, const Request& request) {
    auto asked = decode<Asked>(request.body, read_receipt);
    if (!asked) {
        co_return asked.error();
    }
    const auto status = co_await casework::status_by_receipt(services.context, std::move(asked->receipt));
    if (!status) {
        co_return status.error();
    }
    JsonWriter json;
    json.begin_object();
    json.member("status", domain::text_of(status->status)).member("stage", status->stage);
    json.member("received_at", status->received_at).member("overdue", status->overdue);
    json.key("next_action");
    if (status->next_action.empty()) {
        json.null();
    } else {
        json.begin_object();
        json.member("kind", status->next_action).member("title", status->next_title);
        json.member("due_at", status->next_due).end_object();
    }
    json.end_object();
    co_return Reply::json(200, json.take());
}

/// POST /v1/status/nudge: "nothing has happened".
asio::awaitable<Result<Reply>> post_nudge(const Services& services, const Request& request) {
    auto asked = decode<Asked>(request.body, read_receipt);
    if (!asked) {
        co_return asked.error();
    }
    auto repeat = repeat_of(services, request, kNudge);
    if (!repeat) {
        co_return repeat.error();
    }
    const auto render = [](bool escalated) {
        JsonWriter json;
        json.begin_object().member("escalated", escalated).end_object();
        return casework::Answer{200, "", "", json.take(), false};
    };
    auto answer = co_await casework::nudge_by_receipt(
        services.context, std::move(asked->receipt), std::move(*repeat), render);
    if (!answer) {
        co_return answer.error();
    }
    co_return reply_of(std::move(*answer));
}

/// Made and signed for a receipt of nobody's as well, and then thrown away: a guess takes as long as a true
/// receipt.
std::string proof_of(const Services& services, const casework::FilingFact& fact) {
    JsonWriter statement;
    statement.begin_object();
    statement.member("type", casework::kReceiptStatement);
    statement.member("service", services.public_url).member("report", fact.report);
    statement.member("received_at", fact.received_at).member("recorded_at", fact.recorded_at);
    statement.member("fingerprint", to_hex(fact.fingerprint));
    statement.member("signed_at", services.context.clock.now()).end_object();
    const std::string text = statement.take();
    JsonWriter json;
    json.begin_object();
    json.member("statement", text).member("algorithm", kAlgorithm);
    json.member("signature", to_base64(services.sign(text)));
    json.member("public_key", to_base64(services.public_key)).end_object();
    return json.take();
}

/// POST /v1/status/proof: a statement whose very bytes are signed, so that anybody can verify it offline.
asio::awaitable<Result<Reply>> post_proof(const Services& services, const Request& request) {
    auto asked = decode<Asked>(request.body, read_receipt);
    if (!asked) {
        co_return asked.error();
    }
    const auto fact = co_await casework::filing_by_receipt(services.context, std::move(asked->receipt));
    std::string proof = proof_of(services, fact ? *fact : casework::FilingFact());
    if (!fact) {
        co_return fact.error();
    }
    co_return Reply::json(200, std::move(proof));
}

/// GET /v1/status/key: what proofs are verified with. It is the same for as long as the key store lasts.
asio::awaitable<Result<Reply>> get_key(const Services& services, const Request&) {
    JsonWriter json;
    json.begin_object().member("algorithm", kAlgorithm);
    json.member("public_key", to_base64(services.public_key)).end_object();
    co_return Reply::json(200, json.take());
}

}  // namespace

void add_receipt_calls(std::vector<Route>& routes, const Services& services) {
    const auto add = [&](std::string_view pattern, Call call) {
        routes.push_back({.method = Method::post,
                          .pattern = pattern,
                          .access = Access::anyone,
                          .quota = Quota::receipt,
                          .endpoint = endpoint(services, call),
                          .beat = kBeat});
    };
    add("/v1/status", post_status);
    add(kNudge, post_nudge);
    add("/v1/status/proof", post_proof);
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/status/key",
                      .access = Access::anyone,
                      .quota = Quota::page,
                      .endpoint = endpoint(services, get_key)});
}

}  // namespace lachan::http
