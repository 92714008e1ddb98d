#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/base/secret.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/ids.hpp"
#include "lachan/domain/principal.hpp"

/// Requests and replies as plain values: what a handler sees knows no socket and no library of one.
namespace lachan::http {

enum class Method : std::uint8_t { get, head, post, put, delete_, other };

[[nodiscard]] std::string_view text_of(Method method) noexcept;
[[nodiscard]] Method parse_method(std::string_view word) noexcept;

/// Header fields in the order they came. Names are compared without regard to case.
class Headers {
public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    /// Replaces every field of this name.
    void set(std::string_view name, std::string value);

    /// The first value of this name; none where there is no such field.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
    /// All values of this name joined with ", ", as a list header may be split over lines.
    [[nodiscard]] std::string joined(std::string_view name) const;

    [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
    [[nodiscard]] auto end() const noexcept { return fields_.end(); }

private:
    std::vector<Field> fields_;
};

/// Names and values, each name once: query parameters or the parts of a path that its pattern names.
class Parameters {
public:
    /// False, and nothing is added, where the name is there already.
    bool add(std::string name, std::string value);

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    /// For a parameter that the route's pattern guarantees. An unknown name is a bug of ours.
    [[nodiscard]] const std::string& at(std::string_view name) const;
    [[nodiscard]] bool empty() const noexcept { return values_.empty(); }

    [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
    [[nodiscard]] auto end() const noexcept { return values_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> values_;
};

enum class Language : std::uint8_t { vietnamese, english };

/// One message, understood as far as HTTP goes. `segments` and `query` are percent-decoded.
struct Request {
    domain::RequestId id;
    Method method = Method::get;
    std::string path;  ///< As sent, without the query.
    std::vector<std::string> segments;
    Parameters query;
    Headers headers;
    std::string body;
    std::string remote;  ///< Address of the peer, without its port.
    Language language = Language::vietnamese;

    // What the dispatcher adds.
    Parameters path_parameters;
    std::optional<domain::Principal> principal;
    std::optional<Secret<std::string>> session;  ///< Where a cookie says who asks: the session's token.
    bool reserve_only = false;  ///< The caller's quota is used up: only an emergency may still pass.
};

/// The next piece of an open-ended answer; none ends it. It is cancelled when the service stops.
using Stream = std::function<boost::asio::awaitable<std::optional<std::string>>()>;

struct Reply {
    int status = 200;
    Headers headers;  ///< Beyond those that every reply carries; a field set here replaces the common one.
    std::string content_type;
    std::string body;
    Stream stream;           ///< Where set, the body is what it yields.
    std::string_view route;  ///< Pattern of the route that answered, for metrics; empty: none matched.
    bool closes = false;     ///< The connection ends with this reply.
    /// Above zero: sent when a whole number of beats has passed since the message was in, so that its time
    /// says nothing about the work.
    Duration beat{};

    [[nodiscard]] static Reply json(int status, std::string body);
    [[nodiscard]] static Reply empty(int status);
};

/// Answers one request. The request outlives the call. An exception becomes a 500.
using Handler = std::function<boost::asio::awaitable<Reply>(Request&)>;

}  // namespace lachan::http
