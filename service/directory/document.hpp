#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"

namespace lachan::directory {

/// What is wrong with the documents, collected so that all of it can be said at once.
class Faults {
public:
    void add(std::string pointer, std::string code, std::string detail) {
        list_.push_back({std::move(pointer), std::move(code), std::move(detail)});
    }
    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
    /// True if a fault lies within the entry at `pointer`.
    [[nodiscard]] bool within(const std::string& pointer) const;
    [[nodiscard]] std::vector<Fault> take() { return std::move(list_); }

private:
    std::vector<Fault> list_;
};

/// One object of a document: reads its fields, and notes a fault for each that is missing or wrong. A field
/// read in vain gives an empty value, so that reading goes on and finds the other faults too.
class Node {
public:
    Node(const nlohmann::json& value, std::string pointer, Faults& faults);

    [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }
    [[nodiscard]] bool is_object() const;
    [[nodiscard]] bool has(const char* key) const;

    /// Notes a fault for each field that is not in `known`.
    void only(std::initializer_list<std::string_view> known);

    [[nodiscard]] std::string text(const char* key);
    [[nodiscard]] std::string optional_text(const char* key);
    [[nodiscard]] bool optional_flag(const char* key);
    [[nodiscard]] std::vector<std::string> optional_texts(const char* key);

    /// A day, which means its 00:00 in Vietnam, or an RFC 3339 instant.
    [[nodiscard]] Instant instant(const char* key);
    [[nodiscard]] std::optional<Instant> optional_instant(const char* key);

    /// The objects of a list; what is no object is a fault.
    [[nodiscard]] std::vector<Node> list(const char* key);
    [[nodiscard]] std::vector<Node> optional_list(const char* key);

    /// The word at `key` as one of `Code`'s; `otherwise` where it is missing or no such word.
    template <class Code, class Parse>
    [[nodiscard]] Code optional_code(const char* key, Code otherwise, Parse parse) {
        const std::string word = optional_text(key);
        if (word.empty()) {
            return otherwise;
        }
        const std::optional<Code> code = parse(word);
        if (!code) {
            fault(key, "invalid_value", "not one of the words this field may have");
        }
        return code.value_or(otherwise);
    }

    void fault(const char* key, std::string code, std::string detail);

private:
    [[nodiscard]] std::string at(std::string_view key) const { return pointer_ + '/' + std::string(key); }
    [[nodiscard]] const nlohmann::json* find(const char* key) const;
    bool require(const char* key);

    const nlohmann::json* value_;
    std::string pointer_;
    Faults* faults_;
};

}  // namespace lachan::directory
