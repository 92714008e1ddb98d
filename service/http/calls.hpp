#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_reader.hpp"
#include "json_writer.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/http/api.hpp"
#include "lachan/http/message.hpp"
#include "lachan/http/router.hpp"

/// What the calls of the API have in common.
namespace lachan::http {

/// The contract's page sizes.
inline constexpr int kPageDefault = 50;
inline constexpr int kPageMax = 200;

using Call = boost::asio::awaitable<Result<Reply>> (*)(const Services&, const Request&);

/// The endpoint that makes this call; `services` outlives it.
[[nodiscard]] Endpoint endpoint(const Services& services, Call call);

/// The caller of a route that wants a token.
[[nodiscard]] const domain::Principal& caller_of(const Request& request);

/// How a repetition of this request would be known: by its key, the route and what was sent.
/// Errors: `malformed_request` (a key that is none).
[[nodiscard]] Result<casework::Repeat> repeat_of(const Services& services,
                                                 const Request& request,
                                                 std::string_view route);

/// The reply to a change, the first time and each time it is repeated.
[[nodiscard]] Reply reply_of(casework::Answer answer);

/// Reads query parameters and collects what is wrong with them.
class QueryReader {
public:
    explicit QueryReader(const Parameters& query) : query_(query) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view name);
    [[nodiscard]] std::optional<bool> flag(std::string_view name);
    [[nodiscard]] std::optional<Instant> instant(std::string_view name);
    [[nodiscard]] int limit();
    template <class Code>
    [[nodiscard]] std::optional<Code> word(std::string_view name) {
        const auto given = query_.find(name);
        const auto code = given ? domain::parse_code<Code>(*given) : std::nullopt;
        if (given && !code) {
            const auto& words = domain::kWords<Code>;
            fault(name, "unknown_word", expected_words(words.data(), words.size()));
        }
        return code;
    }
    template <class Id>
    [[nodiscard]] std::optional<Id> id(std::string_view name) {
        auto given = text(name);
        return given ? std::optional(Id(std::move(*given))) : std::nullopt;
    }

    /// Errors: `malformed_request` with every fault.
    [[nodiscard]] Result<void> done() const;

private:
    void fault(std::string_view name, std::string code, std::string detail);

    const Parameters& query_;
    std::vector<Fault> faults_;
};

/// One page of a list: knows where it begins and how to go on to the next.
class Pager {
public:
    /// A cursor belongs to the caller, the path and the filter it was given with.
    Pager(const Services& services, const Request& request);

    /// Errors: `malformed_request` where the cursor is not of this list.
    [[nodiscard]] Result<std::optional<casework::PageStart>> start() const;
    /// Ends the object of the page with `next_cursor`, and makes the reply with its `Link`.
    [[nodiscard]] Reply finish(JsonWriter json, const std::optional<casework::PageStart>& next) const;

private:
    const Services& services_;
    const Request& request_;
    std::string list_;
};

/// A list that is at hand as a whole, page by page: `write` writes the item at a place, in its order. The
/// cursor is the place, so what is added at the end while somebody turns pages shifts nothing. Errors:
/// `malformed_request`, with what `query` found before.
[[nodiscard]] Result<Reply> paged(const Services& services,
                                  const Request& request,
                                  QueryReader& query,
                                  std::size_t count,
                                  const std::function<void(JsonWriter&, std::size_t)>& write);

/// Reads the object that a command's body has to be, as far as it can be read; what is wrong is in `faults`.
/// An empty body is an empty object where nothing in it is required. Errors: `malformed_json`;
/// `validation_failed` where it is no object.
template <class Command>
[[nodiscard]] Result<Command> decode_leniently(std::string_view body,
                                               const std::function<void(Members&, Command&)>& read,
                                               Faults& faults) {
    const auto json = parse_object(body.empty() ? std::string_view("{}") : body);
    if (!json) {
        return json.error();
    }
    Members members(*json, "", faults);
    Command command;
    read(members, command);
    members.refuse_unread();
    return command;
}

/// The same, where every fault is a refusal.
template <class Command>
[[nodiscard]] Result<Command> decode(std::string_view body,
                                     const std::function<void(Members&, Command&)>& read) {
    Faults faults;
    auto command = decode_leniently<Command>(body, read, faults);
    if (command && !faults.none()) {
        return faults.refusal();
    }
    return command;
}

/// For a command that takes none: an empty body or an empty object. Errors: as of `decode`.
[[nodiscard]] Result<void> expect_no_members(std::string_view body);

// The resources, each in its own file.
void add_report_calls(std::vector<Route>& routes, const Services& services);
void add_case_calls(std::vector<Route>& routes, const Services& services);
void add_act_calls(std::vector<Route>& routes, const Services& services);
void add_opening_calls(std::vector<Route>& routes, const Services& services);
void add_duty_calls(std::vector<Route>& routes, const Services& services);
void add_explanation_calls(std::vector<Route>& routes, const Services& services);
void add_notification_calls(std::vector<Route>& routes, const Services& services);
void add_receipt_calls(std::vector<Route>& routes, const Services& services);
void add_agency_calls(std::vector<Route>& routes, const Services& services);
void add_endpoint_calls(std::vector<Route>& routes, const Services& services);
void add_rule_calls(std::vector<Route>& routes, const Services& services);
void add_statistics_calls(std::vector<Route>& routes, const Services& services);
void add_stream_calls(std::vector<Route>& routes, const Services& services);
void add_sign_in_calls(std::vector<Route>& routes, const Services& services);
void add_account_calls(std::vector<Route>& routes, const Services& services);
void add_page_calls(std::vector<Route>& routes, const Services& services);

}  // namespace lachan::http
