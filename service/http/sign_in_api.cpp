#include <utility>

#include "calls.hpp"
#include "lachan/casework/people.hpp"
#include "lachan/http/auth.hpp"
#include "lachan/http/report_codec.hpp"
#include "render.hpp"

/// People: signing in and out, the first password, and who one is.
namespace lachan::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPasswordLetters = 512;  ///< Longer than any that is taken; the rest says so.
constexpr std::size_t kCodeLetters = 16;
/// A browser that nobody signed in with for so long is a stranger again.
constexpr std::chrono::hours kDeviceKnown{180 * 24};

Cookies cookies_of(const Services& services) {
    return Cookies::named(services.secure_cookies);
}

std::string device_of(const Services& services, const Request& request) {
    return cookie(request.headers, cookies_of(services).device).value_or("");
}

Reply too_early(const Services& services, const Request& request, Duration wait) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    Reply reply = services.problems.reply(
        Error(Errc::rate_limited, "after wrong tries the next one has to wait; see Retry-After"), request);
    reply.headers.set("Retry-After", std::to_string(seconds));
    return reply;
}

void write_caller(JsonWriter& json, const Services& services, const domain::Principal& caller) {
    json.member("key", caller.key).member("role", domain::text_of(caller.role));
    json.key("agency");
    write_agency(json, *services.context.worlds.current(), caller.agency);
}

/// The session goes into a cookie that no script can read; the token against forged requests into the body,
/// which no other site can read.
Reply session_reply(const Services& services, int status, const casework::SessionMade& made) {
    JsonWriter json;
    json.begin_object();
    write_caller(json, services, made.principal);
    json.member("csrf_token", made.csrf).member("expires_at", made.ends_at).end_object();
    Reply reply = Reply::json(status, json.take());
    const Cookies cookies = cookies_of(services);
    reply.headers.add("Set-Cookie",
                      cookies.set(cookies.session, made.token.reveal(), casework::kSessionLongest));
    reply.headers.add("Set-Cookie", cookies.set(cookies.device, made.device, kDeviceKnown));
    return reply;
}

struct Entry {
    std::string login;
    Secret<std::string> password;
    std::string code;
};

void read_entry(Members& members, Entry& entry) {
    for (const std::string_view name : {"login", "password", "totp"}) {
        members.missing(name, "has to be given");
    }
    entry.login = members.text("login", kNameMax);
    entry.password = Secret<std::string>(members.text("password", kPasswordLetters));
    entry.code = members.text("totp", kCodeLetters);
}

/// POST /v1/session: 201 with the session's cookie.
asio::awaitable<Result<Reply>> post_session(const Services& services, const Request& request) {
    if (const auto own = refuse_cross_site(request.headers, services.public_url); !own) {
        co_return own.error();
    }
    auto entry = decode<Entry>(request.body, read_entry);
    if (!entry) {
        co_return entry.error();
    }
    casework::SignIn attempt;
    attempt.login = std::move(entry->login);
    attempt.password = std::move(entry->password);
    attempt.code = std::move(entry->code);
    attempt.address = request.remote;
    attempt.device = device_of(services, request);
    const auto answer = co_await casework::sign_in(services.people, std::move(attempt));
    if (!answer) {
        co_return answer.error();
    }
    if (!answer->session) {
        co_return too_early(services, request, answer->wait);
    }
    co_return session_reply(services, 201, *answer->session);
}

struct First {
    Secret<std::string> token;
    std::string login;
    Secret<std::string> password;
    std::string code;
};

void read_first(Members& members, First& first) {
    members.missing("token", "the one-time token has to be given");
    first.token = Secret<std::string>(members.text("token", kTokenMax));
    first.login = members.text("login", kNameMax);
    first.password = Secret<std::string>(members.text("password", kPasswordLetters));
    first.code = members.text("totp", kCodeLetters);
}

Reply invited_reply(const Services& services, const casework::Invited& invited) {
    JsonWriter json;
    json.begin_object().member("role", domain::text_of(invited.role));
    json.key("agency");
    write_agency(json, *services.context.worlds.current(), invited.agency);
    json.member("recovery", invited.recovery);
    json.key("totp").begin_object();
    json.member("secret", invited.totp.secret).member("uri", invited.totp.uri).end_object();
    json.end_object();
    return Reply::json(200, json.take());
}

/// POST /v1/session/first: what a one-time token is good for; with password and code, the account itself.
asio::awaitable<Result<Reply>> post_first(const Services& services, const Request& request) {
    if (const auto own = refuse_cross_site(request.headers, services.public_url); !own) {
        co_return own.error();
    }
    auto first = decode<First>(request.body, read_first);
    if (!first) {
        co_return first.error();
    }
    if (first->code.empty()) {
        const auto invited = co_await casework::look_at_invitation(
            services.people, std::move(first->token), std::move(first->login));
        if (!invited) {
            co_return invited.error();
        }
        co_return invited_reply(services, *invited);
    }
    casework::Acceptance acceptance{
        std::move(first->token), std::move(first->login), std::move(first->password), std::move(first->code)};
    const auto made = co_await casework::accept_invitation(services.people, std::move(acceptance));
    if (!made) {
        co_return made.error();
    }
    co_return session_reply(services, 201, *made);
}

Error no_session() {
    return Error(Errc::transition_not_allowed, "this is for people who signed in; a key has no session");
}

/// DELETE /v1/session: the session ends, and the browser forgets it.
asio::awaitable<Result<Reply>> delete_session(const Services& services, const Request& request) {
    if (!request.session) {
        co_return no_session();
    }
    const auto ended = co_await casework::sign_out(services.people, *request.session);
    if (!ended) {
        co_return ended.error();
    }
    const Cookies cookies = cookies_of(services);
    Reply reply = Reply::empty(204);
    reply.headers.add("Set-Cookie", cookies.set(cookies.session, "", {}));
    co_return reply;
}

struct Passwords {
    Secret<std::string> present;
    Secret<std::string> next;
};

void read_passwords(Members& members, Passwords& passwords) {
    for (const std::string_view name : {"password", "new_password"}) {
        members.missing(name, "has to be given");
    }
    passwords.present = Secret<std::string>(members.text("password", kPasswordLetters));
    passwords.next = Secret<std::string>(members.text("new_password", kPasswordLetters));
}

/// POST /v1/session/password: a new password; all sessions of the person end, and a new one begins.
asio::awaitable<Result<Reply>> post_password(const Services& services, const Request& request) {
    if (!request.session) {
        co_return no_session();
    }
    auto passwords = decode<Passwords>(request.body, read_passwords);
    if (!passwords) {
        co_return passwords.error();
    }
    casework::PasswordChange change{*request.session,
                                    std::move(passwords->present),
                                    std::move(passwords->next),
                                    request.remote,
                                    device_of(services, request)};
    const auto answer = co_await casework::change_password(services.people, std::move(change));
    if (!answer) {
        co_return answer.error();
    }
    if (!answer->session) {
        co_return too_early(services, request, answer->wait);
    }
    co_return session_reply(services, 200, *answer->session);
}

/// GET /v1/me: who asks, and until when they are known.
asio::awaitable<Result<Reply>> get_me(const Services& services, const Request& request) {
    std::optional<casework::SessionFound> session;
    if (request.session) {
        const auto found = co_await casework::find_session(services.people, *request.session);
        if (!found) {
            co_return found.error();
        }
        session = *found;
    }
    JsonWriter json;
    json.begin_object();
    write_caller(json, services, caller_of(request));
    if (session) {
        json.key("session").begin_object();
        json.member("started_at", session->started_at).member("expires_at", session->ends_at);
        json.member("idle_until", session->idle_ends_at);
        json.member("csrf_token", casework::csrf_token(services.context.vault, *request.session));
        json.end_object();
    }
    json.end_object();
    co_return Reply::json(200, json.take());
}

}  // namespace

void add_sign_in_calls(std::vector<Route>& routes, const Services& services) {
    const auto add = [&](std::string_view pattern, Call call) {
        routes.push_back({.method = Method::post,
                          .pattern = pattern,
                          .access = Access::anyone,
                          .quota = Quota::sign_in,
                          .endpoint = endpoint(services, call)});
    };
    add("/v1/session", post_session);
    add("/v1/session/first", post_first);
    routes.push_back({.method = Method::delete_,
                      .pattern = "/v1/session",
                      .endpoint = endpoint(services, delete_session)});
    routes.push_back({.method = Method::post,
                      .pattern = "/v1/session/password",
                      .endpoint = endpoint(services, post_password)});
    routes.push_back({.method = Method::get, .pattern = "/v1/me", .endpoint = endpoint(services, get_me)});
}

}  // namespace lachan::http
