#pragma once

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

/// Reading and checking of the data that the repository ships (`config/`, `rules/`).
namespace lachan::support {

/// The content of a file of the repository; `path` is relative to its top.
inline std::string shipped(std::string_view path) {
    const std::string whole = std::string(LACHAN_SOURCE_DIR "/") + std::string(path);
    std::ifstream file(whole, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + whole);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What a JSON Schema (draft 7) finds wrong with a document, one line each; empty: nothing.
inline std::vector<std::string> schema_faults(std::string_view schema_text, std::string_view document_text) {
    const auto schema_json = nlohmann::json::parse(schema_text);
    const auto document = nlohmann::json::parse(document_text);
    valijson::Schema schema;
    valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);
    valijson::ValidationResults results;
    valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results);
    std::vector<std::string> lines;
    for (valijson::ValidationResults::Error error; results.popError(error);) {
        std::string line;
        for (const std::string& part : error.context) {
            line += part;
        }
        lines.push_back(line + ": " + error.description);
    }
    return lines;
}

}  // namespace lachan::support
