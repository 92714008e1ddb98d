#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lachan/base/id.hpp"
#include "lachan/base/time.hpp"

namespace lachan::http {

/// Writes JSON straight into text: answers are written inside the unit of work they are kept in, where each
/// microsecond counts, so no tree of values is built first, and room is asked for once a value rather than
/// once a letter. Members stay in the order they are written.
class JsonWriter {
public:
    /// `expected`: about how many bytes it will be; more only costs a copy.
    explicit JsonWriter(std::size_t expected = 1024) { text_.resize(expected); }

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    /// A name of ours: letters that stand as they are.
    JsonWriter& key(std::string_view name);
    /// A name from elsewhere.
    JsonWriter& foreign_key(std::string_view name);

    /// Invalid UTF-8 is written as the replacement character: an answer is always JSON.
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    template <class Tag>
    JsonWriter& value(const Id<Tag>& id) {
        return value(std::string_view(id.text()));
    }
    JsonWriter& value(Instant instant) { return plain(rfc3339_text(instant).view()); }
    template <class Number>
        requires std::is_integral_v<Number>
    JsonWriter& value(Number number) {
        if constexpr (std::is_same_v<Number, bool>) {
            return raw(number ? "true" : "false");
        } else {
            return raw(std::to_string(number));
        }
    }
    /// With two digits after the point.
    JsonWriter& value(double number);
    template <class Value>
    JsonWriter& value(const std::optional<Value>& given) {
        return given ? value(*given) : null();
    }
    template <class Value>
    JsonWriter& value(const std::vector<Value>& list) {
        begin_array();
        for (const Value& element : list) {
            value(element);
        }
        return end_array();
    }
    JsonWriter& null() { return raw("null"); }
    /// What is JSON already.
    JsonWriter& raw(std::string_view json);

    template <class Value>
    JsonWriter& member(std::string_view name, const Value& given) {
        key(name);
        return value(given);
    }

    [[nodiscard]] std::string take() {
        text_.resize(size_);
        return std::move(text_);
    }

private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    /// A text of letters that stand as they are.
    JsonWriter& plain(std::string_view text);
    /// Where the next `most` bytes may be written, a comma before them where one is due. What was written is
    /// told with `advance`.
    [[nodiscard]] char* next(std::size_t most);
    void advance(const char* end) { size_ = static_cast<std::size_t>(end - text_.data()); }

    std::string text_;  ///< Longer than what is written.
    std::size_t size_ = 0;
    bool separates_ = false;  ///< Something stands before in the same list or object.
};

}  // namespace lachan::http
