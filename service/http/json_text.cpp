#include "json_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

namespace lachan::http {
namespace {

/// Walks over the text and tells how far the parser has read, which it only says of syntax errors itself.
class Reading {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Reading(const char* at, const char** read) : at_(at), read_(read) {}

    reference operator*() const { return *at_; }
    Reading& operator++() {
        *read_ = ++at_;
        return *this;
    }
    Reading operator++(int) {
        const Reading before = *this;
        ++*this;
        return before;
    }
    bool operator==(const Reading& other) const { return at_ == other.at_; }
    bool operator!=(const Reading& other) const { return at_ != other.at_; }

private:
    const char* at_;
    const char** read_;
};

/// Builds the value, and stops at what the library would let pass.
class Builder : public nlohmann::json_sax<Json> {
public:
    struct Failure {
        const char* code;
        const char* detail;
    };

    [[nodiscard]] const std::optional<Failure>& failure() const noexcept { return failure_; }
    [[nodiscard]] Json& value() noexcept { return root_; }

    bool null() override { return put(Json()); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t value, const string_t&) override { return put(value); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return fail("syntax", "binary values are no JSON"); }

    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        const auto [place, is_new] = open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(name));
        if (!is_new) {
            return fail("duplicate_key", "a name stands twice in one object");
        }
        member_ = &place->second;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
        return fail("syntax", "this is not valid JSON in UTF-8");
    }

private:
    bool fail(const char* code, const char* detail) {
        if (!failure_) {
            failure_ = Failure{code, detail};
        }
        return false;
    }

    Json* place(Json value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (open_.back()->is_array()) {
            open_.back()->push_back(std::move(value));
            return &open_.back()->back();
        }
        *member_ = std::move(value);
        return member_;
    }

    bool put(Json value) {
        place(std::move(value));
        return true;
    }

    bool open(Json value) {
        if (open_.size() >= kJsonDepthMax) {
            return fail("too_deep", "values are nested too deep");
        }
        open_.push_back(place(std::move(value)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    Json root_;
    std::vector<Json*> open_;  ///< An element of an array keeps its place while it is open: its array waits.
    Json* member_ = nullptr;
    std::optional<Failure> failure_;
};

constexpr std::size_t kParserBytesMin = 64;

std::optional<Json> value_of(const simdjson::dom::element& given, std::size_t depth);

std::optional<Json> object_of(const simdjson::dom::object& given, std::size_t depth) {
    Json::object_t object;
    for (const auto& [name, member] : given) {
        auto value = value_of(member, depth);
        if (!value || !object.try_emplace(std::string(name), std::move(*value)).second) {
            return std::nullopt;
        }
    }
    return Json(std::move(object));
}

std::optional<Json> array_of(const simdjson::dom::array& given, std::size_t depth) {
    Json::array_t array;
    array.reserve(given.size());
    for (const simdjson::dom::element element : given) {
        auto value = value_of(element, depth);
        if (!value) {
            return std::nullopt;
        }
        array.push_back(std::move(*value));
    }
    return Json(std::move(array));
}

std::optional<Json> value_of(const simdjson::dom::element& given, std::size_t depth) {
    using simdjson::dom::element_type;
    switch (given.type()) {
        case element_type::OBJECT:
            return depth < kJsonDepthMax ? object_of(simdjson::dom::object(given), depth + 1) : std::nullopt;
        case element_type::ARRAY:
            return depth < kJsonDepthMax ? array_of(simdjson::dom::array(given), depth + 1) : std::nullopt;
        case element_type::STRING:
            return Json(std::string(std::string_view(given)));
        case element_type::INT64:  // as the other parser has it: below zero only
            return std::int64_t(given) < 0 ? Json(std::int64_t(given))
                                           : Json(std::uint64_t(std::int64_t(given)));
        case element_type::UINT64:
            return Json(std::uint64_t(given));
        case element_type::DOUBLE:
            return Json(double(given));
        case element_type::BOOL:
            return Json(bool(given));
        case element_type::NULL_VALUE:
            return Json();
    }
    return std::nullopt;
}

Error malformed(std::string_view text, const char* read, const Builder::Failure& failure) {
    const auto length =
        std::clamp<std::ptrdiff_t>(read - text.data(), 0, static_cast<std::ptrdiff_t>(text.size()));
    const std::string_view before = text.substr(0, static_cast<std::size_t>(length));
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t last_break = before.rfind('\n');
    const std::size_t column =
        last_break == std::string_view::npos ? before.size() : before.size() - last_break - 1;
    const std::string detail = "line " + std::to_string(line) + ", column " +
                               std::to_string(std::max<std::size_t>(column, 1)) + ": " + failure.detail;
    return Error(Errc::malformed_json, detail, {{"", failure.code, detail}});
}

/// The same by a parser ten times as fast, for texts in which nothing is wrong: it tells neither where a
/// fault is nor when a name stands twice. None: read it again, slowly.
std::optional<Json> parse_sound(std::string_view text) {
    if (text.find("\\ud") != text.npos || text.find("\\uD") != text.npos) {
        return std::nullopt;  // half a surrogate pair would pass here
    }
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    if (parser.allocate(std::max(text.size(), kParserBytesMin), kJsonDepthMax + 1) != simdjson::SUCCESS ||
        parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return value_of(root, 0);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
    if (auto sound = parse_sound(text)) {
        return std::move(*sound);
    }
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
        // Where the parser would stop as at the end, whatever follows.
        return malformed(text, text.data() + zero + 1, {"syntax", "a zero byte has no place in JSON"});
    }
    const char* const end = text.data() + text.size();
    const char* read = text.data();
    Builder builder;
    const bool sound = Json::sax_parse(Reading(read, &read), Reading(end, &read), &builder);
    if (!sound || builder.failure()) {
        return malformed(
            text, read, builder.failure().value_or(Builder::Failure{"syntax", "this is not valid JSON"}));
    }
    return std::move(builder.value());
}

std::string pointer_part(std::string_view name) {
    std::string part = "/";
    for (const char c : name) {
        if (c == '~') {
            part += "~0";
        } else if (c == '/') {
            part += "~1";
        } else {
            part += c;
        }
    }
    return part;
}

}  // namespace lachan::http
