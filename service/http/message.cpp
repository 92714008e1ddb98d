#include "lachan/http/message.hpp"

#include <algorithm>

#include "lachan/base/check.hpp"

namespace lachan::http {
namespace {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view text_of(Method method) noexcept {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::delete_:
            return "DELETE";
        case Method::other:
            return "OTHER";
    }
    return "OTHER";
}

Method parse_method(std::string_view word) noexcept {
    for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::delete_}) {
        if (text_of(method) == word) {
            return method;
        }
    }
    return Method::other;
}

void Headers::set(std::string_view name, std::string value) {
    std::erase_if(fields_, [name](const Field& field) { return same_name(field.first, name); });
    fields_.emplace_back(name, std::move(value));
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
    for (const Field& field : fields_) {
        if (same_name(field.first, name)) {
            return field.second;
        }
    }
    return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(fields_, [name](const Field& field) { return same_name(field.first, name); }));
}

std::string Headers::joined(std::string_view name) const {
    std::string list;
    for (const Field& field : fields_) {
        if (!same_name(field.first, name)) {
            continue;
        }
        if (!list.empty()) {
            list += ", ";
        }
        list += field.second;
    }
    return list;
}

bool Parameters::add(std::string name, std::string value) {
    if (find(name)) {
        return false;
    }
    values_.emplace_back(std::move(name), std::move(value));
    return true;
}

std::optional<std::string_view> Parameters::find(std::string_view name) const noexcept {
    for (const auto& [known, value] : values_) {
        if (known == name) {
            return value;
        }
    }
    return std::nullopt;
}

const std::string& Parameters::at(std::string_view name) const {
    const auto found =
        std::ranges::find_if(values_, [name](const auto& entry) { return entry.first == name; });
    LACHAN_CHECK(found != values_.end());
    return found->second;
}

Reply Reply::json(int status, std::string body) {
    Reply reply;
    reply.status = status;
    reply.content_type = "application/json";
    reply.body = std::move(body);
    return reply;
}

Reply Reply::empty(int status) {
    Reply reply;
    reply.status = status;
    return reply;
}

}  // namespace lachan::http
