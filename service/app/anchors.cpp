#include "anchors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "files.hpp"
#include "lachan/base/bytes.hpp"
#include "lachan/casework/statements.hpp"
#include "lachan/delivery/egress_guard.hpp"
#include "signed_statement.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr int kFirstSuccess = 200;
constexpr int kLastSuccess = 299;

boost::asio::awaitable<std::string> append(std::string file, std::string line) {
    const auto appended = append_line(file, line);
    co_return appended ? std::string() : appended.error().detail();
}

}  // namespace

ordered_json signed_head(const config::Config& config, const Data& data, const store::ChainHead& head) {
    return sign_statement(*data.vault,
                          casework::kHeadStatement,
                          {{"service", service_name(config)},
                           {"sequence", head.sequence},
                           {"hash", to_hex(head.hash)},
                           {"signed_at", to_rfc3339(data.clock.now())}});
}

Result<std::unique_ptr<Anchors>> Anchors::create(boost::asio::any_io_executor executor,
                                                 const config::Config& config,
                                                 Data& data) {
    auto guard = delivery::EgressGuard::parse(config.egress.allow_cidrs);
    if (!guard) {
        return guard.error();
    }
    delivery::HttpOptions options;
    options.user_agent = "lachan/" LACHAN_VERSION;
    options.ca_file = config.egress.ca_file.string();
    options.connect_timeout = config.delivery.connect_timeout;
    options.total_timeout = config.delivery.total_timeout;
    auto client = delivery::HttpClient::create(std::move(executor), std::move(*guard), std::move(options));
    if (!client) {
        return client.error();
    }
    return std::unique_ptr<Anchors>(new Anchors(std::move(*client), config, data));
}

boost::asio::awaitable<std::string> Anchors::post(std::string url, std::string body) {
    delivery::HttpRequest request;
    request.pool = "anchor " + url;
    request.url = std::move(url);
    request.headers = {{"content-type", "application/json"}};
    request.body = std::move(body);
    request.sent_at = data_.clock.now();
    const delivery::HttpAnswer answer = co_await client_->post(std::move(request));
    if (!answer.status) {
        co_return answer.failure;
    }
    const bool kept = *answer.status >= kFirstSuccess && *answer.status <= kLastSuccess;
    co_return kept ? std::string() : "answered " + std::to_string(*answer.status);
}

boost::asio::awaitable<Result<std::vector<AnchorOutcome>>> Anchors::hand_out() {
    const auto head = data_.store->chain_head();
    if (!head) {
        co_return head.error();
    }
    const std::string text = signed_head(config_, data_, *head).dump();
    std::vector<AnchorOutcome> outcomes;
    bool everywhere = true;
    for (const std::string& anchor : config_.audit.anchors) {
        AnchorOutcome outcome{anchor, {}};
        if (config::Config::is_url(anchor)) {
            outcome.failure = co_await post(anchor, text);
        } else {
            outcome.failure = co_await boost::asio::co_spawn(
                files_.get_executor(), append(anchor, text), boost::asio::use_awaitable);
        }
        everywhere = everywhere && outcome.failure.empty();
        outcomes.push_back(std::move(outcome));
    }
    if (everywhere) {
        handed_out_ = head->sequence;
    }
    co_return outcomes;
}

bool Anchors::behind() {
    const auto head = data_.store->chain_head();
    return head && head->sequence != handed_out_;
}

}  // namespace lachan::app
