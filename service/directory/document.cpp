#include "document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace lachan::directory {
namespace {

std::optional<Instant> read_instant(const std::string& text) {
    if (const auto day = parse_day(text)) {
        return start_of_day(*day);
    }
    return parse_rfc3339(text);
}

}  // namespace

bool Faults::within(const std::string& pointer) const {
    return std::any_of(list_.begin(), list_.end(), [&pointer](const Fault& fault) {
        return fault.pointer.starts_with(pointer) &&
               (fault.pointer.size() == pointer.size() || fault.pointer[pointer.size()] == '/');
    });
}

Node::Node(const nlohmann::json& value, std::string pointer, Faults& faults)
    : value_(&value), pointer_(std::move(pointer)), faults_(&faults) {}

bool Node::is_object() const {
    return value_->is_object();
}

bool Node::has(const char* key) const {
    return find(key) != nullptr;
}

const nlohmann::json* Node::find(const char* key) const {
    const auto found = value_->find(key);
    return found == value_->end() || found->is_null() ? nullptr : &*found;  // as the API shows what is absent
}

void Node::fault(const char* key, std::string code, std::string detail) {
    faults_->add(at(key), std::move(code), std::move(detail));
}

bool Node::require(const char* key) {
    if (has(key)) {
        return true;
    }
    fault(key, "required", "missing");
    return false;
}

void Node::only(std::initializer_list<std::string_view> known) {
    for (const auto& item : value_->items()) {
        if (std::find(known.begin(), known.end(), item.key()) == known.end()) {
            faults_->add(at(item.key()), "unknown_field", "no such field");
        }
    }
}

std::string Node::text(const char* key) {
    return require(key) ? optional_text(key) : std::string();
}

std::string Node::optional_text(const char* key) {
    const nlohmann::json* const value = find(key);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
        fault(key, "invalid_value", "must be a text that is not empty");
        return {};
    }
    return value->get<std::string>();
}

bool Node::optional_flag(const char* key) {
    const nlohmann::json* const value = find(key);
    if (value != nullptr && !value->is_boolean()) {
        fault(key, "invalid_value", "must be true or false");
    }
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

std::vector<std::string> Node::optional_texts(const char* key) {
    const nlohmann::json* const value = find(key);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_array()) {
        fault(key, "invalid_value", "must be a list");
        return {};
    }
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < value->size(); ++i) {
        const nlohmann::json& item = (*value)[i];
        if (!item.is_string() || item.get_ref<const std::string&>().empty()) {
            faults_->add(
                at(key) + '/' + std::to_string(i), "invalid_value", "must be a text that is not empty");
            continue;
        }
        texts.push_back(item.get<std::string>());
    }
    return texts;
}

Instant Node::instant(const char* key) {
    return require(key) ? optional_instant(key).value_or(Instant{}) : Instant{};
}

std::optional<Instant> Node::optional_instant(const char* key) {
    const std::string word = optional_text(key);
    if (word.empty()) {
        return std::nullopt;
    }
    const auto instant = read_instant(word);
    if (!instant) {
        fault(key, "invalid_value", "must be a day (2025-07-01) or an instant with an offset");
    }
    return instant;
}

std::vector<Node> Node::list(const char* key) {
    return require(key) ? optional_list(key) : std::vector<Node>();
}

std::vector<Node> Node::optional_list(const char* key) {
    const nlohmann::json* const value = find(key);
    if (value == nullptr) {
        return {};
    }
    if (!value->is_array()) {
        fault(key, "invalid_value", "must be a list");
        return {};
    }
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < value->size(); ++i) {
        Node node((*value)[i], at(key) + '/' + std::to_string(i), *faults_);
        if (!node.is_object()) {
            faults_->add(node.pointer(), "invalid_value", "must be an object");
            continue;
        }
        nodes.push_back(std::move(node));
    }
    return nodes;
}

}  // namespace lachan::directory
