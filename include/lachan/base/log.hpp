#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace lachan::log {

/// One key and its value. Values are ids, numbers and codes; never a name, phone, address, narrative or
/// token.
class Field {
public:
    Field(std::string_view key, std::string_view value) : key_(key), text_(value) {}
    Field(std::string_view key, const char* value) : Field(key, std::string_view(value)) {}
    Field(std::string_view key, const std::string& value) : Field(key, std::string_view(value)) {}
    template <class Number>
        requires std::is_integral_v<Number>
    Field(std::string_view key, Number value) : key_(key), text_(std::to_string(value)), quoted_(false) {}

    [[nodiscard]] std::string_view key() const noexcept { return key_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool quoted() const noexcept { return quoted_; }

private:
    std::string_view key_;
    std::string text_;
    bool quoted_ = true;
};

/// `none` is for simulated worlds, whose faults are no news.
enum class Level : std::uint8_t { debug, info, warn, error, none };

/// Lines below this level are not written. Default: info.
void set_level(Level level);

/// Writes one line of JSON to standard error: time, level, event ("noun.what_happened"), then the fields.
/// `error` means that a person should look.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::error, event, fields);
}

}  // namespace lachan::log
