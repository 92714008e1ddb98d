#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/base/error.hpp"
#include "lachan/casework/agencies.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/sign_in.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/http/dispatcher.hpp"
#include "lachan/http/limits.hpp"
#include "lachan/http/problem.hpp"
#include "lachan/http/router.hpp"

namespace lachan::http {

/// What the calls of the API work with. Outlives the routes.
struct Services {
    casework::Context& context;
    casework::Transport& transport;
    const Problems& problems;
    Limits& limits;
    casework::People& people;
    bool secure_cookies = true;  ///< False where browsers reach us without TLS: on loopback only.
    std::string public_url;      ///< Without a slash at its end.
    std::string version;
    /// Whether a channel may be registered so; names its provider where there is only one. Errors:
    /// `validation_failed`.
    std::function<Result<void>(casework::NewEndpoint& wanted)> check_channel;
    /// Whether the directory would be sound with this entry of an agency. Errors: `validation_failed` with
    /// every fault.
    std::function<Result<void>(const domain::AgencyId& agency, std::string_view entry)> check_agency;
    /// Puts a changed directory into force. Errors: `rule_pack_invalid`, and the old one stays.
    std::function<Result<void>()> reload;
    /// Signs what others verify offline, and the key they verify with.
    std::function<Bytes(std::string_view text)> sign;
    Bytes public_key;
};

/// Every call of `/v1`, the problem pages, and the description of the API.
[[nodiscard]] std::vector<Route> api_routes(const Services& services);

/// The API ready to be asked: its calls behind router, authentication and limits.
class Api {
public:
    explicit Api(Services services);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// Answers one request; `this` and the request outlive the call.
    [[nodiscard]] boost::asio::awaitable<Reply> answer(Request& request) const {
        return dispatcher_.answer(request);
    }

private:
    const Services services_;
    const Router router_;
    const Dispatcher dispatcher_;
};

}  // namespace lachan::http
