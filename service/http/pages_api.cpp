#include <memory>

#include "calls.hpp"
#include "documents.hpp"
#include "lachan/base/check.hpp"

/// What anybody may read: the description of the API, and what its problems mean.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

void replace(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

/// The description with this service's own version and address.
std::string description(const Services& services) {
    const auto documents = http_documents();
    LACHAN_CHECK(documents.size() == 1);
    std::string text(documents.front().content());
    replace(text, "@version@", services.version);
    replace(text, "@public_url@", services.public_url);
    return text;
}

asio::awaitable<Result<Reply>> give(std::shared_ptr<const std::string> document) {
    co_return Reply::json(200, *document);
}

asio::awaitable<Result<Reply>> get_problem(const Services& services, const Request& request) {
    co_return services.problems.page(request.path_parameters.at("type"), request);
}

}  // namespace

void add_page_calls(std::vector<Route>& routes, const Services& services) {
    const auto text = std::make_shared<const std::string>(description(services));
    const auto describe = [text](const Request&) { return give(text); };
    routes.push_back({.method = Method::get,
                      .pattern = "/v1/openapi.json",
                      .access = Access::anyone,
                      .quota = Quota::page,
                      .endpoint = describe});
    routes.push_back({.method = Method::get,
                      .pattern = "/problems/{type}",
                      .access = Access::anyone,
                      .quota = Quota::page,
                      .produces = "",
                      .endpoint = endpoint(services, get_problem)});
}

}  // namespace lachan::http
