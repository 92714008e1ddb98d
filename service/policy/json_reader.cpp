#include "json_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace lachan::policy {
namespace {

/// RFC 6901: "~" and "/" inside a key are written "~0" and "~1".
std::string escaped(std::string_view key) {
    std::string text;
    for (const char c : key) {
        if (c == '~') {
            text += "~0";
        } else if (c == '/') {
            text += "~1";
        } else {
            text += c;
        }
    }
    return text;
}

}  // namespace

void Reader::fault(std::string code, const std::string& detail) const {
    faults_.push_back({pointer_, std::move(code), context_.empty() ? detail : context_ + ": " + detail});
}

void Reader::fault_at(std::string_view key, std::string code, const std::string& detail) const {
    faults_.push_back({pointer_ + '/' + escaped(key),
                       std::move(code),
                       context_.empty() ? detail : context_ + ": " + detail});
}

bool Reader::is_object(std::initializer_list<std::string_view> keys) const {
    if (!json_.is_object()) {
        fault("wrong_type", "an object is expected here");
        return false;
    }
    for (const auto& [key, value] : json_.items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            fault_at(key, "unknown_key", "there is no such key");
        }
    }
    return true;
}

bool Reader::has(std::string_view key) const {
    return json_.is_object() && json_.contains(key);
}

Reader Reader::at(std::string_view key) const {
    return Reader(*json_.find(key), pointer_ + '/' + escaped(key), faults_, context_);
}

std::optional<std::string> Reader::text(std::string_view key) const {
    if (!has(key)) {
        return std::nullopt;
    }
    const auto& value = *json_.find(key);
    if (!value.is_string()) {
        fault_at(key, "wrong_type", "a text is expected here");
        return std::nullopt;
    }
    return value.get<std::string>();
}

std::string Reader::required(std::string_view key) const {
    if (!has(key)) {
        fault_at(key, "missing", "this key is needed");
        return {};
    }
    auto value = text(key);
    if (value && value->empty()) {
        fault_at(key, "empty", "this text may not be empty");
    }
    return value.value_or("");
}

bool Reader::flag(std::string_view key, bool otherwise) const {
    if (!has(key)) {
        return otherwise;
    }
    const auto& value = *json_.find(key);
    if (!value.is_boolean()) {
        fault_at(key, "wrong_type", "true or false is expected here");
        return otherwise;
    }
    return value.get<bool>();
}

std::optional<int> Reader::number(std::string_view key) const {
    if (!has(key)) {
        return std::nullopt;
    }
    const auto& value = *json_.find(key);
    const bool whole = value.is_number_integer();
    const bool fits = whole && (value.is_number_unsigned() ? std::in_range<int>(value.get<std::uint64_t>())
                                                           : std::in_range<int>(value.get<std::int64_t>()));
    if (!fits) {
        fault_at(key, "wrong_type", "a whole number is expected here");
        return std::nullopt;
    }
    return value.get<int>();
}

std::vector<std::string> Reader::texts(std::string_view key) const {
    std::vector<std::string> found;
    each(key, [&](const Reader& element) {
        if (element.json().is_string()) {
            found.push_back(element.json().get<std::string>());
        } else {
            element.fault("wrong_type", "a text is expected here");
        }
    });
    return found;
}

std::optional<Duration> Reader::duration(std::string_view key) const {
    const auto written = text(key);
    if (!written) {
        return std::nullopt;
    }
    const auto parsed = parse_duration(*written);
    if (!parsed) {
        fault_at(key, "not_a_duration", "a duration such as PT12H is expected here");
    }
    return parsed;
}

std::optional<Instant> Reader::instant(std::string_view key) const {
    const auto written = text(key);
    if (!written) {
        return std::nullopt;
    }
    const auto parsed = parse_rfc3339(*written);
    if (!parsed) {
        fault_at(key, "not_an_instant", "an instant such as 2025-07-01T00:00:00+07:00 is expected here");
    }
    return parsed;
}

void Reader::each(std::string_view key, const std::function<void(const Reader&)>& visit) const {
    if (!has(key)) {
        return;
    }
    const Reader list = at(key);
    if (!list.json_.is_array()) {
        list.fault("wrong_type", "a list is expected here");
        return;
    }
    for (std::size_t i = 0; i < list.json_.size(); ++i) {
        visit(Reader(list.json_[i], list.pointer_ + '/' + std::to_string(i), faults_, context_));
    }
}

std::optional<nlohmann::json> parse_document(std::string_view text, std::vector<Fault>& faults) {
    using Event = nlohmann::json::parse_event_t;
    std::vector<std::set<std::string>> keys;
    const auto watch = [&](int, Event event, nlohmann::json& value) {
        if (event == Event::object_start) {
            keys.emplace_back();
        } else if (event == Event::object_end) {
            keys.pop_back();
        } else if (event == Event::key && !keys.back().insert(value.get<std::string>()).second) {
            faults.push_back({"",
                              "duplicate_key",
                              "the key \"" + value.get<std::string>() + "\" stands twice in one object"});
        }
        return true;
    };
    try {
        return nlohmann::json::parse(text, watch);
    } catch (const nlohmann::json::exception& error) {
        faults.push_back({"", "malformed_json", error.what()});
        return std::nullopt;
    }
}

}  // namespace lachan::policy
