#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace lachan {

/// A text identifier that cannot be mistaken for another kind of text.
template <class Tag>
class Id {
public:
    Id() = default;
    explicit Id(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    auto operator<=>(const Id&) const = default;

private:
    std::string text_;
};

}  // namespace lachan

template <class Tag>
struct std::hash<lachan::Id<Tag>> {
    std::size_t operator()(const lachan::Id<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.text());
    }
};
