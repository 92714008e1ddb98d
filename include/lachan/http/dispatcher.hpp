#pragma once

#include <boost/asio/awaitable.hpp>

#include "lachan/casework/clock.hpp"
#include "lachan/http/auth.hpp"
#include "lachan/http/limits.hpp"
#include "lachan/http/message.hpp"
#include "lachan/http/problem.hpp"
#include "lachan/http/router.hpp"

namespace lachan::http {

/// The way of a request from the router to its endpoint: route, identity, allowance, query, media type.
/// Everything it refers to outlives it.
class Dispatcher {
public:
    Dispatcher(const Router& router,
               const Problems& problems,
               Limits& limits,
               const casework::Clock& clock,
               Identify identify)
        : router_(router),
          problems_(problems),
          limits_(limits),
          clock_(clock),
          identify_(std::move(identify)) {}

    /// Answers the request; a refusal becomes its problem document.
    [[nodiscard]] boost::asio::awaitable<Reply> answer(Request& request) const;

private:
    [[nodiscard]] boost::asio::awaitable<Result<void>> identify(Request& request) const;
    [[nodiscard]] boost::asio::awaitable<Result<Reply>> run(const Route& route,
                                                            Request& request,
                                                            Standing& standing) const;
    [[nodiscard]] Reply no_route(const std::string& allow, const Request& request) const;

    const Router& router_;
    const Problems& problems_;
    Limits& limits_;
    const casework::Clock& clock_;
    Identify identify_;
};

}  // namespace lachan::http
