#include "json_reader.hpp"

#include <algorithm>

#include "lachan/http/target.hpp"
#include "utf8.hpp"

namespace lachan::http {

Error Faults::refusal() {
    const std::size_t count = list_.size();
    return Error(Errc::validation_failed,
                 std::to_string(count) + (count == 1 ? " place is" : " places are") + " wrong; see errors",
                 std::move(list_));
}

const Json* Members::find(std::string_view name) {
    read_.push_back(name);
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void Members::fault(std::string_view name, std::string code, std::string detail) {
    faults_.add(pointer_of(name), std::move(code), std::move(detail));
}

void Members::missing(std::string_view name, std::string detail) {
    if (find(name) == nullptr) {
        fault(name, "missing", std::move(detail));
    }
}

const std::string* Members::string(std::string_view name) {
    const Json* const value = find(name);
    if (value == nullptr) {
        return nullptr;
    }
    const auto* const text = value->get_ptr<const std::string*>();
    if (text == nullptr) {
        fault(name, "type", "expected a string");
    }
    return text;
}

std::string Members::text(std::string_view name, std::size_t max_characters) {
    const std::string* const given = string(name);
    if (given == nullptr) {
        return {};
    }
    const bool may_be_long = given->size() > max_characters;  // a character is a byte at least
    if (may_be_long && utf8_length(*given).value_or(0) > max_characters) {
        fault(name, "too_long", "at most " + std::to_string(max_characters) + " characters");
        return {};
    }
    if (!is_clean_text(*given)) {
        fault(name, "bad_text", "control characters have no place in a text");
        return {};
    }
    return *given;
}

bool Members::boolean(std::string_view name) {
    const Json* const value = find(name);
    if (value == nullptr) {
        return false;
    }
    if (!value->is_boolean()) {
        fault(name, "type", "expected true or false");
        return false;
    }
    return value->get<bool>();
}

std::optional<std::int64_t> Members::integer(std::string_view name, std::int64_t min, std::int64_t max) {
    const Json* const value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_number_integer()) {
        fault(name, "type", "expected a whole number");
        return std::nullopt;
    }
    const bool huge = value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{INT64_MAX};
    const std::int64_t number = huge ? INT64_MAX : value->get<std::int64_t>();
    if (huge || number < min || number > max) {
        fault(name, "out_of_range", "expected " + std::to_string(min) + " to " + std::to_string(max));
        return std::nullopt;
    }
    return number;
}

std::optional<Instant> Members::instant(std::string_view name) {
    const std::string* const given = string(name);
    if (given == nullptr) {
        return std::nullopt;
    }
    const auto read = parse_rfc3339(*given);
    if (!read) {
        fault(name, "bad_instant", "expected an RFC 3339 instant with its offset: 2026-11-20T08:15:00+07:00");
    }
    return read;
}

std::optional<Instant> Members::past_instant(std::string_view name, Instant latest) {
    const auto read = instant(name);
    if (read && *read > latest) {
        fault(name, "in_future", "this instant has not come yet");
        return std::nullopt;
    }
    return read;
}

std::optional<Members> Members::object(std::string_view name) {
    const Json* const value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        fault(name, "type", "expected an object");
        return std::nullopt;
    }
    return Members(*value, pointer_of(name), faults_);
}

void Members::each_object(std::string_view name, std::size_t max, const std::function<void(Members&)>& read) {
    const Json* const value = find(name);
    if (value == nullptr) {
        return;
    }
    if (!value->is_array()) {
        fault(name, "type", "expected an array");
        return;
    }
    if (value->size() > max) {
        fault(name, "too_many", "at most " + std::to_string(max));
        return;
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
        const std::string pointer = pointer_of(name) + '/' + std::to_string(i);
        if (!(*value)[i].is_object()) {
            faults_.add(pointer, "type", "expected an object");
            continue;
        }
        Members element((*value)[i], pointer, faults_);
        read(element);
    }
}

std::vector<std::string> Members::unread() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : object_.items()) {
        if (std::find(read_.begin(), read_.end(), name) == read_.end()) {
            names.push_back(name);
        }
    }
    return names;
}

void Members::refuse_unread() {
    for (const std::string& name : unread()) {
        fault(name, "unknown_field", "this call does not know such a member");
    }
}

std::string expected_words(const std::string_view* words, std::size_t count) {
    std::string text = "expected one of: ";
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "" : ", ";
        text += words[i];
    }
    return text;
}

Result<Json> parse_object(std::string_view body) {
    auto json = parse_json(body);
    if (json && !json->is_object()) {
        return Error(
            Errc::validation_failed, "1 place is wrong; see errors", {{"", "type", "expected an object"}});
    }
    return json;
}

}  // namespace lachan::http
