#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/http/message.hpp"

namespace lachan::http {

/// Who may call a route at all; what they may see there is casework's to say.
enum class Access : std::uint8_t {
    anyone,
    bearer,  ///< Whoever is known: by a token, or by the session of a person.
};

/// Which allowance a call draws on.
enum class Quota : std::uint8_t {
    none,
    page,     ///< Descriptions and problem pages.
    receipt,  ///< Asking by receipt without a token: strict, because a receipt could be guessed.
    sign_in,  ///< Passwords and invitations; how fast they may be guessed is casework's to say.
    call,     ///< Calls of a known key.
    intake,   ///< Reports of a known key, with a reserve for emergencies.
};

using Endpoint = std::function<boost::asio::awaitable<Result<Reply>>(const Request&)>;

struct Route {
    Method method = Method::get;
    std::string_view pattern;  ///< "/v1/cases/{case}/events"; a part in braces takes any one segment.
    Access access = Access::bearer;
    Quota quota = Quota::call;
    std::vector<std::string_view> query = {};        ///< Parameters it knows; any other is a fault.
    std::string_view produces = "application/json";  ///< Empty: the endpoint looks at `Accept` itself.
    bool asked_by_itself = false;                    ///< By a page nobody may look at: no use of a session.
    Endpoint endpoint = {};
    bool notes_refusals = false;  ///< The endpoint puts its refusals on record itself.
    Duration beat{};              ///< Of its replies; zero: each goes as soon as it is there.
};

/// The static table of routes. A fixed segment goes before a named one.
class Router {
public:
    explicit Router(std::vector<Route> routes);

    struct Match {
        const Route* route = nullptr;  ///< Null: no such path, or not with this method.
        Parameters parameters;
        std::string allow;  ///< Where the path is known but not the method: what `Allow` has to say.
    };
    /// HEAD finds the route of GET.
    [[nodiscard]] Match find(Method method, const std::vector<std::string>& segments) const;

    [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

private:
    std::vector<Route> routes_;
    std::vector<std::vector<std::string_view>> patterns_;
};

/// Errors: `malformed_request` naming each parameter that the route does not know.
[[nodiscard]] Result<void> check_query(const Route& route, const Parameters& query);

}  // namespace lachan::http
