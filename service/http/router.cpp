#include "lachan/http/router.hpp"

#include <algorithm>

#include "lachan/base/check.hpp"

namespace lachan::http {
namespace {

bool is_named(std::string_view part) noexcept {
    return part.starts_with('{') && part.ends_with('}');
}

std::vector<std::string_view> parts_of(std::string_view pattern) {
    LACHAN_CHECK(pattern.starts_with('/'));
    std::vector<std::string_view> parts;
    std::size_t begin = 1;
    while (true) {
        const std::size_t end = pattern.find('/', begin);
        parts.push_back(pattern.substr(begin, end == std::string_view::npos ? end : end - begin));
        if (end == std::string_view::npos) {
            return parts;
        }
        begin = end + 1;
    }
}

/// How many leading parts of the pattern are fixed text: the more, the better it fits. None: it does not fit.
std::optional<std::size_t> fit(const std::vector<std::string_view>& pattern,
                               const std::vector<std::string>& segments) {
    if (pattern.size() != segments.size()) {
        return std::nullopt;
    }
    std::size_t fixed = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_named(pattern[i])) {
            if (segments[i].empty()) {
                return std::nullopt;
            }
        } else if (pattern[i] == segments[i]) {
            ++fixed;
        } else {
            return std::nullopt;
        }
    }
    return fixed;
}

Parameters named_parts(const std::vector<std::string_view>& pattern,
                       const std::vector<std::string>& segments) {
    Parameters parameters;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_named(pattern[i])) {
            parameters.add(std::string(pattern[i].substr(1, pattern[i].size() - 2)), segments[i]);
        }
    }
    return parameters;
}

std::string allow_list(std::vector<Method> methods) {
    if (std::ranges::find(methods, Method::get) != methods.end()) {
        methods.push_back(Method::head);
    }
    std::ranges::sort(methods);
    std::string list;
    for (const Method method : methods) {
        list += list.empty() ? "" : ", ";
        list += text_of(method);
    }
    return list;
}

std::string known_parameters(const Route& route) {
    if (route.query.empty()) {
        return "this call takes no query parameter";
    }
    std::string text = "known here:";
    for (const std::string_view name : route.query) {
        text += text.ends_with(':') ? " " : ", ";
        text += name;
    }
    return text;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
    for (const Route& route : routes_) {
        patterns_.push_back(parts_of(route.pattern));
    }
}

Router::Match Router::find(Method method, const std::vector<std::string>& segments) const {
    const Method wanted = method == Method::head ? Method::get : method;
    std::optional<std::size_t> best;  // the fixed parts of the best path so far
    std::vector<Method> allowed;
    std::size_t chosen = routes_.size();
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const auto fixed = fit(patterns_[i], segments);
        if (!fixed || (best && *fixed < *best)) {
            continue;
        }
        if (!best || *fixed > *best) {
            best = fixed;
            allowed.clear();
            chosen = routes_.size();
        }
        allowed.push_back(routes_[i].method);
        if (routes_[i].method == wanted) {
            chosen = i;
        }
    }
    Match match;
    if (chosen < routes_.size()) {
        match.route = &routes_[chosen];
        match.parameters = named_parts(patterns_[chosen], segments);
    } else if (best) {
        match.allow = allow_list(std::move(allowed));
    }
    return match;
}

Result<void> check_query(const Route& route, const Parameters& query) {
    std::vector<Fault> faults;
    for (const auto& [name, value] : query) {
        if (std::ranges::find(route.query, name) == route.query.end()) {
            faults.push_back({name, "unknown_parameter", known_parameters(route)});
        }
    }
    if (!faults.empty()) {
        return Error(Errc::malformed_request,
                     "the query has parameters that this call does not know",
                     std::move(faults));
    }
    return {};
}

}  // namespace lachan::http
