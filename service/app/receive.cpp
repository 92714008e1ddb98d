#include "receive.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "address.hpp"
#include "console.hpp"
#include "files.hpp"
#include "lachan/base/log.hpp"
#include "lachan/delivery/http_client.hpp"
#include "lachan/delivery/receiver.hpp"
#include "lachan/http/server.hpp"
#include "lachan/operations/system_clock.hpp"
#include "lachan/operations/system_entropy.hpp"

namespace lachan::app {
namespace {

namespace asio = boost::asio;
using nlohmann::ordered_json;

constexpr std::string_view kAssigned = "vn.lachan.duty.assigned.v1";
constexpr std::size_t kRemembered =
    100'000;  ///< Message ids kept to tell repetitions; then the set starts anew.

/// What the stand-in knows of one agency.
struct StandIn {
    std::vector<Secret<std::string>> secrets;
    Secret<std::string> token;  ///< Of the agency's officer.
};
using StandIns = std::map<std::string, StandIn, std::less<>>;

Result<StandIns> read_stand_ins(const std::filesystem::path& file) {
    const auto text = read_file(file);
    if (!text) {
        return text.error();
    }
    const auto document = ordered_json::parse(*text, nullptr, false);
    if (document.is_discarded() || !document.contains("endpoints")) {
        return Error(Errc::validation_failed, file.string() + " is not what `lachan init --json` prints");
    }
    StandIns result;
    for (const auto& endpoint : document.at("endpoints")) {
        result[endpoint.at("agency").get<std::string>()].secrets.emplace_back(
            endpoint.at("secret").get<std::string>());
    }
    for (const auto& key : document.value("keys", ordered_json::array())) {
        if (key.at("role") == "officer") {
            result[key.at("agency").get<std::string>()].token = Secret(key.at("token").get<std::string>());
        }
    }
    return result;
}

/// The stand-in at work: everything it needs, on one thread.
class Agencies {
public:
    Agencies(asio::io_context& io,
             const ReceiveOptions& options,
             StandIns stand_ins,
             std::unique_ptr<delivery::HttpClient> client)
        : io_(io), options_(options), stand_ins_(std::move(stand_ins)), client_(std::move(client)) {}

    asio::awaitable<http::Reply> take(http::Request& request) {
        const std::string agency = request.segments.empty() ? "" : request.segments.front();
        const auto known = stand_ins_.find(agency);
        if (known == stand_ins_.end() || request.method != http::Method::post) {
            co_return http::Reply::json(404, R"({"error":"no such agency here"})");
        }
        const auto header = [&](std::string_view name) {
            return std::string(request.headers.find(name).value_or(""));
        };
        const delivery::SignatureHeaders headers{
            header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")};
        const auto taken =
            delivery::Receiver(known->second.secrets).accept(headers, request.body, clock_.now());
        if (const auto* refusal = std::get_if<delivery::Refusal>(&taken)) {
            print(agency, "refused " + refusal->reason, {});
            co_return http::Reply::json(refusal->status, ordered_json{{"error", refusal->reason}}.dump());
        }
        const auto& event = std::get<delivery::Event>(taken);
        const bool repeated = !remember(event.id);
        print(agency, repeated ? "verified again" : "verified", event);
        if (!repeated && options_.accept && event.type == kAssigned && !event.duty.empty()) {
            asio::co_spawn(io_, answer(agency, event), [](const std::exception_ptr& failure) {
                if (failure) {
                    log::error("receive.answer_broken");
                }
            });
        }
        co_return http::Reply::empty(204);
    }

private:
    bool remember(const std::string& id) {
        if (seen_.size() >= kRemembered) {
            seen_.clear();
        }
        return seen_.emplace(id, true).second;
    }

    void print(const std::string& agency, const std::string& verdict, const delivery::Event& event) const {
        if (options_.json) {
            print_line(ordered_json{
                {"agency", agency},
                {"verdict", verdict},
                {"type", event.type},
                {"case", event.case_code},
                {"case_seq", event.case_sequence},
                {"duty", event.duty},
                {"id",
                 event.id}}.dump());
            return;
        }
        print_line(agency + "  " + verdict + "  " + event.type + "  " + event.case_code + "  " + event.duty);
    }

    /// `once`: tells this request apart from others to the same path.
    asio::awaitable<delivery::HttpAnswer> post(std::string agency,
                                               std::string path,
                                               std::string once,
                                               std::string body) {
        delivery::HttpRequest request;
        request.url = options_.api + path;
        request.pool = agency;
        request.headers = {{"authorization", "Bearer " + stand_ins_.at(agency).token.reveal()},
                           {"content-type", "application/json"},
                           {"idempotency-key", agency + path + once}};
        request.body = std::move(body);
        request.sent_at = clock_.now();
        auto answered = co_await client_->post(std::move(request));
        co_return answered;
    }

    asio::awaitable<void> answer(std::string agency, delivery::Event event) {
        const auto accepted = co_await post(
            agency, "/v1/duties/" + event.duty + "/responses", "", R"({"response":"accepted"})");
        report(agency, "accepted", event, accepted);
        if (!options_.steps || accepted.status.value_or(0) / 100 != 2) {
            co_return;
        }
        const auto document = ordered_json::parse(accepted.body, nullptr, false);
        const auto duties =
            document.is_discarded() ? ordered_json::array() : document.value("duties", ordered_json::array());
        for (const auto& duty : duties) {
            if (duty.value("id", "") != event.duty) {
                continue;
            }
            const ordered_json step = {{"kind", duty.value("kind", "")}};
            const auto recorded = co_await post(
                agency, "/v1/cases/" + event.case_code + "/steps", "#" + event.duty, step.dump());
            report(agency, "recorded " + duty.value("kind", ""), event, recorded);
        }
    }

    void report(const std::string& agency,
                const std::string& what,
                const delivery::Event& event,
                const delivery::HttpAnswer& answered) const {
        const std::string outcome = answered.status ? std::to_string(*answered.status) : answered.failure;
        print(agency, what + " -> " + outcome, event);
    }

    asio::io_context& io_;
    const ReceiveOptions& options_;
    StandIns stand_ins_;
    std::unique_ptr<delivery::HttpClient> client_;
    operations::SystemClock clock_;
    std::map<std::string, bool> seen_;
};

asio::awaitable<void> until_signalled(http::Server& server) {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
    boost::system::error_code ended;
    co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    co_await server.stop();
}

Result<std::unique_ptr<delivery::HttpClient>> make_client(asio::io_context& io) {
    auto guard =
        delivery::EgressGuard::parse({"127.0.0.0/8", "::1/128"});  // the service under demonstration is local
    if (!guard) {
        return guard.error();
    }
    return delivery::HttpClient::create(io.get_executor(), std::move(*guard), {});
}

}  // namespace

int run_receive(const ReceiveOptions& options) {
    auto stand_ins = read_stand_ins(options.endpoints);
    if (!stand_ins) {
        return complain(stand_ins.error());
    }
    const auto address = parse_address(options.listen);
    if (!address) {
        return complain(address.error());
    }
    asio::io_context io(1);
    auto client = make_client(io);
    if (!client) {
        return complain(client.error());
    }
    Agencies agencies(io, options, std::move(*stand_ins), std::move(*client));
    operations::SystemClock clock;
    operations::SystemEntropy entropy;
    const http::Problems problems("");
    http::ServerOptions server_options;
    server_options.address = address->host;
    server_options.port = address->port;
    http::Server server(io.get_executor(),
                        server_options,
                        {[&](http::Request& request) { return agencies.take(request); },
                         problems,
                         clock,
                         [&] { return domain::RequestId(casework::new_uuid(entropy, clock.now())); },
                         {}});
    if (const auto listening = server.listen(); !listening) {
        return complain(listening.error());
    }
    server.start();
    print_line(ordered_json{{"listening", server.url()}}.dump());
    asio::co_spawn(io, until_signalled(server), [&](const std::exception_ptr&) { io.stop(); });
    io.run();
    return kGood;
}

}  // namespace lachan::app
