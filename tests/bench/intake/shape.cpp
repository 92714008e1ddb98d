#include "shape.hpp"

#include <simdjson.h>

#include <stdexcept>

namespace lachan::bench {
namespace {

namespace dom = simdjson::dom;

struct Word {
    std::string_view name;
    Value::Kind kind;
};
constexpr Word kWords[] = {{"bytes", Value::Kind::bytes},
                           {"case_no", Value::Kind::case_no},
                           {"sequence", Value::Kind::sequence},
                           {"instant", Value::Kind::instant},
                           {"chance", Value::Kind::chance},
                           {"body", Value::Kind::body}};

Value read_marked(const dom::object& marked) {
    const dom::key_value_pair pair = *marked.begin();
    if (pair.key == "report_id") {
        return {Value::Kind::report_id, 0, std::string(std::string_view(pair.value))};
    }
    for (const Word& word : kWords) {
        if (word.name == pair.key) {
            return {word.kind, std::int64_t(pair.value), ""};
        }
    }
    throw std::runtime_error("unknown mark in the shape: " + std::string(pair.key));
}

Value read_value(const dom::element& json) {
    if (json.is_object()) {
        return read_marked(dom::object(json));
    }
    if (json.is_string()) {
        return {Value::Kind::text, 0, std::string(std::string_view(json))};
    }
    if (json.is_null()) {
        return {};
    }
    return {Value::Kind::integer, std::int64_t(json), ""};
}

}  // namespace

Shape read_shape(const std::string& path) {
    dom::parser parser;
    const dom::element json = parser.load(path);
    Shape shape;
    for (const dom::element text : dom::array(json["schema"])) {
        shape.schema.emplace_back(std::string_view(text));
    }
    for (const dom::element text : dom::array(json["statements"])) {
        shape.statements.emplace_back(std::string_view(text));
    }
    for (const dom::element rows : dom::array(json["reports"])) {
        auto& report = shape.reports.emplace_back();
        for (const dom::element row : dom::array(rows)) {
            ShapeRow& made = report.emplace_back();
            made.statement = static_cast<std::size_t>(std::uint64_t(row["statement"]));
            for (const dom::element value : dom::array(row["values"])) {
                made.values.push_back(read_value(value));
            }
        }
    }
    return shape;
}

}  // namespace lachan::bench
