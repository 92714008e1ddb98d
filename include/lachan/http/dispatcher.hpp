#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "lachan/casework/clock.hpp"
#include "lachan/http/auth.hpp"
#include "lachan/http/limits.hpp"
#include "lachan/http/message.hpp"
#include "lachan/http/problem.hpp"
#include "lachan/http/router.hpp"

namespace lachan::http {

/// Puts a refusal on record: who, the pattern of the call, and the case, duty or notification in its path.
using NoteRefused = std::function<boost::asio::awaitable<void>(
    const domain::Principal& caller, std::string_view route, std::string named)>;

/// The way of a request from the router to its endpoint: route, identity, allowance, query, media type.
/// Everything it refers to outlives it.
class Dispatcher {
public:
    Dispatcher(const Router& router,
               const Problems& problems,
               Limits& limits,
               const casework::Clock& clock,
               Authentication authentication,
               NoteRefused note_refused = {})
        : router_(router),
          problems_(problems),
          limits_(limits),
          clock_(clock),
          authentication_(std::move(authentication)),
          note_refused_(std::move(note_refused)) {}

    /// Answers the request; a refusal becomes its problem document.
    [[nodiscard]] boost::asio::awaitable<Reply> answer(Request& request) const;

private:
    [[nodiscard]] boost::asio::awaitable<Result<void>> identify(const Route& route, Request& request) const;
    [[nodiscard]] boost::asio::awaitable<Result<void>> by_token(Request& request,
                                                                Secret<std::string> token) const;
    [[nodiscard]] boost::asio::awaitable<Result<void>> by_session(const Route& route, Request& request) const;
    [[nodiscard]] Error count_wrong(const Request& request, Error refusal) const;
    [[nodiscard]] Result<void> expect_own_page(const Request& request) const;
    [[nodiscard]] boost::asio::awaitable<Result<Reply>> run(const Route& route,
                                                            Request& request,
                                                            Standing& standing) const;
    /// What a known caller may not do or see goes on record, before the answer is given.
    [[nodiscard]] boost::asio::awaitable<void> note(const Route& route,
                                                    const Request& request,
                                                    Errc refusal) const;
    [[nodiscard]] Reply no_route(const std::string& allow, const Request& request) const;

    const Router& router_;
    const Problems& problems_;
    Limits& limits_;
    const casework::Clock& clock_;
    Authentication authentication_;
    NoteRefused note_refused_;
};

}  // namespace lachan::http
