#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The rows that reports become, read from a database that lachan wrote: what the floor program has to write.
namespace lachan::bench {

/// One value of a row. Most are the same in every report; keys and chance are not.
struct Value {
    enum class Kind : std::uint8_t {
        null,
        integer,
        text,
        bytes,      ///< `number` random bytes.
        case_no,    ///< The case's number, shifted by `number` bits.
        sequence,   ///< The next number of this table.
        report_id,  ///< `text` and then the report's own id.
        instant,    ///< Now, and `number` milliseconds.
        chance,     ///< Any integer.
        body,       ///< The first `number` bytes of the report as it came.
    };
    Kind kind = Kind::null;
    std::int64_t number = 0;
    std::string text;
};

struct ShapeRow {
    std::size_t statement = 0;
    std::vector<Value> values;
};

struct Shape {
    std::vector<std::string> schema;
    std::vector<std::string> statements;
    std::vector<std::vector<ShapeRow>> reports;  ///< Each one what one report became; taken in turn.
};

/// Throws where the file is no shape.
[[nodiscard]] Shape read_shape(const std::string& path);

}  // namespace lachan::bench
