#pragma once

#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"

namespace lachan::policy {

/// A place in a pack document: reads what it needs and notes every fault with its pointer, so that an
/// official who edits the file sees all of them at once. A value with a fault reads as absent.
class Reader {
public:
    Reader(const nlohmann::json& json,
           std::string pointer,
           std::vector<Fault>& faults,
           std::string context = {})
        : json_(json), pointer_(std::move(pointer)), faults_(faults), context_(std::move(context)) {}

    [[nodiscard]] const nlohmann::json& json() const noexcept { return json_; }
    [[nodiscard]] const std::string& pointer() const noexcept { return pointer_; }
    [[nodiscard]] std::vector<Fault>& faults() const noexcept { return faults_; }

    /// The same place, with words that say what it is about in every fault below it ("rule T03.relay").
    [[nodiscard]] Reader within(std::string context) const {
        return Reader(json_, pointer_, faults_, std::move(context));
    }

    void fault(std::string code, const std::string& detail) const;
    void fault_at(std::string_view key, std::string code, const std::string& detail) const;

    /// Faults unless this is an object with no other keys than these.
    bool is_object(std::initializer_list<std::string_view> keys) const;
    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] Reader at(std::string_view key) const;

    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;  ///< Absent is no fault.
    [[nodiscard]] std::string required(std::string_view key) const;             ///< Absent or empty is one.
    [[nodiscard]] bool flag(std::string_view key, bool otherwise) const;
    [[nodiscard]] std::optional<int> number(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    [[nodiscard]] std::optional<Duration> duration(
        std::string_view key) const;  ///< ISO 8601; a leading "-" is negative.
    [[nodiscard]] std::optional<Instant> instant(std::string_view key) const;

    /// Visits each element of an array; an absent one is empty.
    void each(std::string_view key, const std::function<void(const Reader&)>& visit) const;

    /// One word of a closed list.
    template <class Code>
    [[nodiscard]] std::optional<Code> code(std::string_view key) const {
        const auto word = text(key);
        if (!word) {
            return std::nullopt;
        }
        const auto parsed = domain::parse_code<Code>(*word);
        if (!parsed) {
            fault_at(key, "unknown_word", "\"" + *word + "\" is none of the words allowed here");
        }
        return parsed;
    }

private:
    const nlohmann::json& json_;
    std::string pointer_;
    std::vector<Fault>& faults_;
    std::string context_;
};

/// Parses JSON and refuses what an editor would not notice: a key that stands twice in one object.
[[nodiscard]] std::optional<nlohmann::json> parse_document(std::string_view text, std::vector<Fault>& faults);

}  // namespace lachan::policy
