#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/base/id.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/domain/codes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace lachan::store {

/// Literals put together at compile time, so that several statements can share a list of columns.
template <std::size_t N>
struct JoinedText {
    char text[N] = {};
};
template <std::size_t... N>
consteval auto joined(const char (&... parts)[N]) {
    JoinedText<(N + ...) - sizeof...(N) + 1> result;
    char* end = result.text;
    ((end = std::copy(parts, parts + N - 1, end)), ...);
    return result;
}

/// SQL written as a literal. Being a constant of the program, it is its own key in the statement cache, and
/// can carry nothing that came from outside.
class SqlText {
public:
    template <std::size_t N>
    consteval SqlText(const char (&literal)[N]) : text_(literal) {}
    template <std::size_t N>
    consteval SqlText(const JoinedText<N>& literal) : text_(literal.text) {}

    [[nodiscard]] const char* c_str() const noexcept { return text_; }

private:
    const char* text_;
};

/// Name of a parameter. Literals are told apart by where they stand, which costs no comparison of letters.
class Parameter {
public:
    template <std::size_t N>
    consteval Parameter(const char (&literal)[N]) : text_(literal, N - 1), is_literal_(true) {}
    /// For names put together at run time.
    [[nodiscard]] static Parameter composed(std::string_view name) { return Parameter(name); }

    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] bool is_literal() const noexcept { return is_literal_; }

private:
    explicit Parameter(std::string_view name) : text_(name) {}

    std::string_view text_;
    bool is_literal_ = false;
};

class Connection;

/// One prepared statement, kept by its connection.
class Statement {
public:
    Statement(sqlite3* database, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    [[nodiscard]] sqlite3_stmt* handle() const noexcept { return handle_; }
    /// Place of a parameter, from 1; 0: there is none. `after` is the place of the one bound before:
    /// parameters are nearly always bound in the order in which they stand, so the next one is tried first
    /// (SQLite itself would search from the start each time).
    [[nodiscard]] int place_of(Parameter name, int after) const;

private:
    struct Name {
        std::string text;                    ///< A copy: SQLite frees its own when it prepares again.
        mutable const char* seen = nullptr;  ///< The literal it was last bound by.
    };

    sqlite3_stmt* handle_ = nullptr;
    std::vector<Name> names_;  ///< Of the parameters.
};

/// Reads the columns of the present row from left to right, in the order of the SELECT.
class Row {
public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

    [[nodiscard]] std::int64_t integer();
    [[nodiscard]] std::int32_t small();
    [[nodiscard]] bool flag() { return integer() != 0; }
    [[nodiscard]] std::string text();
    [[nodiscard]] Bytes bytes();
    [[nodiscard]] Instant instant() { return from_ms(integer()); }
    [[nodiscard]] std::optional<std::int64_t> maybe_integer();
    [[nodiscard]] std::optional<std::int32_t> maybe_small();
    [[nodiscard]] std::optional<Instant> maybe_instant();

    template <class Identifier>
    [[nodiscard]] Identifier id() {
        return Identifier(text());
    }
    /// A word of a closed list, kept as its place in it.
    template <class Code>
    [[nodiscard]] Code code() {
        return static_cast<Code>(place_below(domain::kWords<Code>.size()));
    }

private:
    [[nodiscard]] std::int64_t place_below(std::size_t bound);

    sqlite3_stmt* statement_;
    int column_ = 0;
};

/// One use of a prepared statement: bind, then `run` or `next` until it says no. Resets the statement at its
/// end.
///
/// Texts and bytes are bound without a copy: they must outlive the use, so temporaries are refused.
class Query {
public:
    Query(Connection& connection, const Statement& prepared)
        : connection_(connection), prepared_(prepared), statement_(prepared.handle()) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    template <std::integral Number>
    Query& bind(Parameter name, Number value) {
        bind_integer(name, static_cast<std::int64_t>(value));
        return *this;
    }
    template <class Enumerator>
        requires std::is_enum_v<Enumerator>
    Query& bind(Parameter name, Enumerator value) {
        bind_integer(name, static_cast<std::int64_t>(value));
        return *this;
    }
    Query& bind(Parameter name, Instant value) {
        bind_integer(name, to_ms(value));
        return *this;
    }
    Query& bind(Parameter name, std::string_view value);
    Query& bind(Parameter name, BytesView value);
    Query& bind(Parameter name, const std::string& value) { return bind(name, std::string_view(value)); }
    Query& bind(Parameter name, const char* value) { return bind(name, std::string_view(value)); }
    Query& bind(Parameter name, const Bytes& value) { return bind(name, BytesView(value)); }
    Query& bind(Parameter name, std::string&& value) = delete;
    Query& bind(Parameter name, Bytes&& value) = delete;
    template <class Tag>
    Query& bind(Parameter name, const Id<Tag>& value) {
        return bind(name, std::string_view(value.text()));
    }
    template <class Tag>
    Query& bind(Parameter name, Id<Tag>&& value) = delete;
    template <class Value>
    Query& bind(Parameter name, const std::optional<Value>& value) {
        return value ? bind(name, *value) : bind_null(name);
    }

    /// True while there is a row. Throws `StorageFailure`; `BrokenInvariant` where a constraint is violated.
    bool next();
    /// Runs to the end.
    void run() {
        while (next()) {
        }
    }
    [[nodiscard]] Row row() const noexcept { return Row(statement_); }

private:
    void bind_integer(Parameter name, std::int64_t value);
    Query& bind_null(Parameter name);
    [[nodiscard]] int place_of(Parameter name);
    void check(int code);

    Connection& connection_;
    const Statement& prepared_;
    sqlite3_stmt* statement_;
    int last_place_ = 0;
};

struct ConnectionOptions {
    enum class Mode : std::uint8_t { read_write, read_only };
    Mode mode = Mode::read_write;
    std::string vfs;  ///< Name of the SQLite file layer; empty: the system's.
};

/// An open database with its prepared statements. Used by one thread at a time.
class Connection {
public:
    /// Throws `StorageFailure` where the file cannot be opened.
    Connection(const std::string& path, const ConnectionOptions& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Prepared once, then kept.
    [[nodiscard]] Query query(SqlText sql);
    /// For SQL composed of literals at run time (lists with filters); kept as well, up to a bound.
    [[nodiscard]] Query composed(const std::string& sql);
    /// Runs statements without parameters.
    void script(const std::string& sql);
    void run(SqlText sql) { query(sql).run(); }

    /// From now on a statement fails with `StorageFailure` soon after `ended` says so, on whatever thread.
    /// The flag outlives the connection.
    void end_when(std::atomic<bool>& ended);

    /// Undoes the open transaction, if there is one. Never throws: what cannot be undone marks the connection
    /// broken.
    void roll_back() noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;
    [[nodiscard]] std::int64_t changes() const noexcept;
    /// Rows changed since it was opened; what a failed statement undid itself does not count.
    [[nodiscard]] std::int64_t total_changes() const noexcept;

    /// An input or output error was seen. What the disk holds is then unknown (a failed fsync may have
    /// dropped the very pages it failed to write), so nothing more is to be committed here.
    [[nodiscard]] bool broken() const noexcept { return broken_; }

    [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }
    /// Throws what an SQLite result code other than success means.
    [[noreturn]] void fail(int code);

private:
    void configure(const ConnectionOptions& options);

    sqlite3* handle_ = nullptr;
    std::unordered_map<const char*, std::unique_ptr<Statement>> literal_;
    std::unordered_map<std::string, std::unique_ptr<Statement>> composed_;
    bool broken_ = false;
};

}  // namespace lachan::store
