#include "lachan/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace lachan::log {
namespace {

/// Escapes what JSON must escape; a line break in a value can so never start a line of its own.
std::string escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            result += c;
        }
    }
    return result;
}

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
        case Level::none:
            return spdlog::level::off;
    }
    return spdlog::level::err;
}

/// Standard output belongs to the program's answers (the line that says where it listens), so logs go to
/// standard error.
spdlog::logger& logger() {
    static const auto instance = [] {
        auto made =
            std::make_shared<spdlog::logger>("lachan", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern(R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                          spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *instance;
}

}  // namespace

void set_level(Level level) {
    logger().set_level(to_spdlog(level));
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!logger().should_log(to_spdlog(level))) {
        return;
    }
    std::string line = fmt::format(R"("event":"{}")", escaped(event));
    for (const Field& field : fields) {
        const std::string value =
            field.quoted() ? fmt::format("\"{}\"", escaped(field.text())) : field.text();
        line += fmt::format(R"(,"{}":{})", escaped(field.key()), value);
    }
    logger().log(to_spdlog(level), spdlog::string_view_t(line));
}

}  // namespace lachan::log
