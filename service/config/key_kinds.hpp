#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "keys.hpp"

/// The kinds of keys there are: how a value of each kind is read, checked and shown.
namespace lachan::config {

/// Where in the configuration a value lives.
template <class T>
using Place = std::function<T&(Config&)>;

struct Range {
    std::int64_t least;
    std::int64_t most;
};

enum class Presence : std::uint8_t { needed, optional };

/// Says what is wrong with a text.
using Check = std::optional<Complaint> (*)(const std::string& text);

[[nodiscard]] Key listen_key(const char* section, const char* sentence, Place<Listen> place);
/// Stored without a slash at its end.
[[nodiscard]] Key url_key(const char* section,
                          const char* name,
                          const char* sentence,
                          Place<std::string> place);
[[nodiscard]] Key path_key(const std::string& section,
                           const char* name,
                           const char* unit,
                           const char* sentence,
                           Place<std::filesystem::path> place,
                           Presence presence = Presence::needed);
[[nodiscard]] Key cidrs_key(const char* section,
                            const char* name,
                            const char* sentence,
                            Place<std::vector<std::string>> place);
[[nodiscard]] Key text_key(const std::string& section,
                           const char* name,
                           const char* unit,
                           const char* sentence,
                           Check check,
                           Place<std::string> place);
[[nodiscard]] Key mail_tls_key(const char* section,
                               const char* name,
                               const char* sentence,
                               Place<MailTls> place);
/// Files and URLs that heads of the record are handed to.
[[nodiscard]] Key anchors_key(const char* section,
                              const char* name,
                              const char* sentence,
                              Place<std::vector<std::string>> place);
[[nodiscard]] Key level_key(const char* section,
                            const char* name,
                            const char* sentence,
                            Place<log::Level> place);

// Checks of texts.
[[nodiscard]] std::optional<Complaint> any_text(const std::string& text);
[[nodiscard]] std::optional<Complaint> mail_server(const std::string& text);
[[nodiscard]] std::optional<Complaint> mailbox(const std::string& text);
[[nodiscard]] std::optional<Complaint> call_url(const std::string& text);
[[nodiscard]] std::optional<Complaint> gateway_content(const std::string& text);

// What `number_key` stands on.
[[nodiscard]] Complaint wrong_type(std::string_view wanted);
[[nodiscard]] nlohmann::json as_number(std::string_view text);
void nothing_to_resolve(Config&, const std::filesystem::path&);

/// Whole numbers, and durations in whole seconds (`T` is constructible from a number).
template <class T>
[[nodiscard]] Key number_key(const char* section,
                             const char* name,
                             const char* unit,
                             Range range,
                             const char* sentence,
                             Place<T> place) {
    return {.section = section,
            .name = name,
            .unit = unit,
            .sentence = sentence,
            .read = [place, range](const nlohmann::json& value, Config& config) -> std::optional<Complaint> {
                if (!value.is_number_integer()) {
                    return wrong_type("a whole number");
                }
                const bool too_big = value.is_number_unsigned() &&
                                     value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
                const auto number =
                    too_big ? std::numeric_limits<std::int64_t>::max() : value.get<std::int64_t>();
                if (number < range.least || number > range.most) {
                    return Complaint{
                        "out_of_range",
                        "must be from " + std::to_string(range.least) + " to " + std::to_string(range.most)};
                }
                place(config) = T(number);
                return std::nullopt;
            },
            .write = [place](Config& config) -> nlohmann::json {
                if constexpr (std::is_same_v<T, std::chrono::seconds>) {
                    return place(config).count();
                } else {
                    return place(config);
                }
            },
            .from_text = as_number,
            .resolve = nothing_to_resolve};
}

}  // namespace lachan::config
