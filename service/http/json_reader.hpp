#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_text.hpp"
#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"

namespace lachan::http {

/// Every fault of a body, in the order of reading.
class Faults {
public:
    void add(std::string pointer, std::string code, std::string detail) {
        list_.push_back({std::move(pointer), std::move(code), std::move(detail)});
    }
    [[nodiscard]] bool none() const noexcept { return list_.empty(); }
    /// Adds what was found wrong in other places.
    void join(std::vector<Fault> more) { join_faults(list_, std::move(more)); }
    [[nodiscard]] std::vector<Fault> take() noexcept { return std::move(list_); }
    /// The refusal that names them all.
    [[nodiscard]] Error refusal();

private:
    std::vector<Fault> list_;
};

/// Reads the members of one object. Each reading function takes one member: where it is wrong, it notes the
/// fault and goes on as if the member were missing. A null is a missing value. Names are literals: they are
/// remembered, not copied.
class Members {
public:
    Members(const Json& object, std::string pointer, Faults& faults)
        : object_(object), pointer_(std::move(pointer)), faults_(faults) {}

    /// The member, whatever it is; null where it is missing.
    [[nodiscard]] const Json* find(std::string_view name);

    [[nodiscard]] std::string text(std::string_view name, std::size_t max_characters);
    [[nodiscard]] bool boolean(std::string_view name);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name,
                                                      std::int64_t min,
                                                      std::int64_t max);
    [[nodiscard]] std::optional<Instant> instant(std::string_view name);
    /// An instant that has to lie at or before `latest`.
    [[nodiscard]] std::optional<Instant> past_instant(std::string_view name, Instant latest);
    template <class Code>
    [[nodiscard]] std::optional<Code> word(std::string_view name);
    /// The member if it is an object.
    [[nodiscard]] std::optional<Members> object(std::string_view name);
    /// Calls `read` for each element of an array of at most `max` objects.
    void each_object(std::string_view name, std::size_t max, const std::function<void(Members&)>& read);

    /// Notes that a member has to be there, unless a fault of it was noted already.
    void missing(std::string_view name, std::string detail);
    void fault(std::string_view name, std::string code, std::string detail);

    /// Members that were never asked for.
    [[nodiscard]] std::vector<std::string> unread() const;
    /// Notes each member that was never asked for as a fault: for commands, where one could be a mistyped
    /// wish.
    void refuse_unread();

    [[nodiscard]] std::string pointer_of(std::string_view name) const {
        return pointer_ + pointer_part(name);
    }
    [[nodiscard]] const Json& json() const noexcept { return object_; }

private:
    [[nodiscard]] const std::string* string(std::string_view name);

    const Json& object_;
    std::string pointer_;
    Faults& faults_;
    std::vector<std::string_view> read_;
};

/// "expected one of: a, b, c".
[[nodiscard]] std::string expected_words(const std::string_view* words, std::size_t count);

/// Reads a code from a JSON value at `pointer`.
template <class Code>
[[nodiscard]] std::optional<Code> read_word(const Json& value, const std::string& pointer, Faults& faults) {
    const auto& words = domain::kWords<Code>;
    const auto* const text = value.get_ptr<const std::string*>();
    if (text == nullptr) {
        faults.add(pointer, "type", "expected a string");
        return std::nullopt;
    }
    const auto code = domain::parse_code<Code>(*text);
    if (!code) {
        faults.add(pointer, "unknown_word", expected_words(words.data(), words.size()));
    }
    return code;
}

template <class Code>
std::optional<Code> Members::word(std::string_view name) {
    const Json* const value = find(name);
    return value == nullptr ? std::nullopt : read_word<Code>(*value, pointer_of(name), faults_);
}

/// The object that a body has to be. Errors: `malformed_json`; `validation_failed` where it is no object.
[[nodiscard]] Result<Json> parse_object(std::string_view body);

}  // namespace lachan::http
