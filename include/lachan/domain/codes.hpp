#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// The vocabulary of the contract: closed lists of words, the same in JSON, rules and screens; SQL keeps
/// a word's place in its list.
/// `text_of(code)` gives the word, `parse_code<Code>(word)` reads it.
namespace lachan::domain {

/// The words of one list, in the order of its enumerators.
template <class Code>
inline constexpr std::array<std::string_view, 0> kWords{};

template <class Code>
[[nodiscard]] constexpr std::string_view text_of(Code code) noexcept {
    return kWords<Code>[static_cast<std::size_t>(code)];
}

template <class Code>
[[nodiscard]] constexpr std::optional<Code> parse_code(std::string_view word) noexcept {
    const auto found = std::find(kWords<Code>.begin(), kWords<Code>.end(), word);
    if (found == kWords<Code>.end()) {
        return std::nullopt;
    }
    return static_cast<Code>(found - kWords<Code>.begin());
}

/// A fact with three values. `unknown` is what was not said; it never means `no`.
enum class Answer : std::uint8_t { no, unknown, yes };
template <>
inline constexpr auto kWords<Answer> = std::to_array<std::string_view>({"no", "unknown", "yes"});

enum class ReportStatus : std::uint8_t { actual, exercise, test };
template <>
inline constexpr auto kWords<ReportStatus> = std::to_array<std::string_view>({"actual", "exercise", "test"});

enum class Channel : std::uint8_t {
    hotline_111,
    school,
    commune,
    police,
    health,
    border_guard,
    agency,
    public_
};
template <>
inline constexpr auto kWords<Channel> = std::to_array<std::string_view>(
    {"hotline_111", "school", "commune", "police", "health", "border_guard", "agency", "public"});

enum class Category : std::uint8_t {
    sexual_abuse,
    family_violence,
    violence,
    school_violence,
    neglect,
    abandonment,
    trafficking,
    exploitation,
    online_abuse,
    child_marriage,
    self_harm,
    drowning,
    injury,
    special_circumstances,
    unknown
};
template <>
inline constexpr auto kWords<Category> = std::to_array<std::string_view>({"sexual_abuse",
                                                                          "family_violence",
                                                                          "violence",
                                                                          "school_violence",
                                                                          "neglect",
                                                                          "abandonment",
                                                                          "trafficking",
                                                                          "exploitation",
                                                                          "online_abuse",
                                                                          "child_marriage",
                                                                          "self_harm",
                                                                          "drowning",
                                                                          "injury",
                                                                          "special_circumstances",
                                                                          "unknown"});

enum class Mechanism : std::uint8_t {
    fall,
    burn,
    road_traffic,
    poisoning,
    cut,
    choking,
    animal,
    drowning,
    explosive,
    electric,
    violence,
    self_harm,
    other,
    unknown
};
template <>
inline constexpr auto kWords<Mechanism> = std::to_array<std::string_view>({"fall",
                                                                           "burn",
                                                                           "road_traffic",
                                                                           "poisoning",
                                                                           "cut",
                                                                           "choking",
                                                                           "animal",
                                                                           "drowning",
                                                                           "explosive",
                                                                           "electric",
                                                                           "violence",
                                                                           "self_harm",
                                                                           "other",
                                                                           "unknown"});

enum class Outcome : std::uint8_t { death, severe, moderate, minor, unknown };
template <>
inline constexpr auto kWords<Outcome> =
    std::to_array<std::string_view>({"death", "severe", "moderate", "minor", "unknown"});

enum class Certainty : std::uint8_t { observed, likely, possible, unknown };
template <>
inline constexpr auto kWords<Certainty> =
    std::to_array<std::string_view>({"observed", "likely", "possible", "unknown"});

enum class Sex : std::uint8_t { male, female, unknown };
template <>
inline constexpr auto kWords<Sex> = std::to_array<std::string_view>({"male", "female", "unknown"});

enum class PlaceKind : std::uint8_t {
    home,
    school,
    community,
    road,
    water,
    facility,
    workplace,
    online,
    border,
    other,
    unknown
};
template <>
inline constexpr auto kWords<PlaceKind> = std::to_array<std::string_view>({"home",
                                                                           "school",
                                                                           "community",
                                                                           "road",
                                                                           "water",
                                                                           "facility",
                                                                           "workplace",
                                                                           "online",
                                                                           "border",
                                                                           "other",
                                                                           "unknown"});

/// What a suspect is to the child.
enum class Relation : std::uint8_t {
    parent,
    step_parent,
    carer,
    relative,
    school_staff,
    official,
    employer,
    partner,
    peer,
    acquaintance,
    stranger,
    other,
    unknown
};
template <>
inline constexpr auto kWords<Relation> = std::to_array<std::string_view>({"parent",
                                                                          "step_parent",
                                                                          "carer",
                                                                          "relative",
                                                                          "school_staff",
                                                                          "official",
                                                                          "employer",
                                                                          "partner",
                                                                          "peer",
                                                                          "acquaintance",
                                                                          "stranger",
                                                                          "other",
                                                                          "unknown"});

/// How soon somebody has to act; ordered from the least to the most pressing.
enum class Urgency : std::uint8_t { normal, urgent, emergency };
template <>
inline constexpr auto kWords<Urgency> = std::to_array<std::string_view>({"normal", "urgent", "emergency"});

/// How grave the harm is; ordered from the least to the most grave, `unknown` lowest only in sorting.
enum class Severity : std::uint8_t { unknown, low, medium, high, critical };
template <>
inline constexpr auto kWords<Severity> =
    std::to_array<std::string_view>({"unknown", "low", "medium", "high", "critical"});

/// Whether a time limit is the law's or the house's own. Never mixed up, and shown with every duty.
enum class Force : std::uint8_t { law, target };
template <>
inline constexpr auto kWords<Force> = std::to_array<std::string_view>({"law", "target"});

/// How we know what a clause says.
enum class Reading : std::uint8_t { text, secondary, inferred, assumption };
template <>
inline constexpr auto kWords<Reading> =
    std::to_array<std::string_view>({"text", "secondary", "inferred", "assumption"});

enum class CaseStatus : std::uint8_t { open, closed };
template <>
inline constexpr auto kWords<CaseStatus> = std::to_array<std::string_view>({"open", "closed"});

enum class DutyState : std::uint8_t { open, accepted, done, declined, forwarded, cancelled, waived };
template <>
inline constexpr auto kWords<DutyState> = std::to_array<std::string_view>(
    {"open", "accepted", "done", "declined", "forwarded", "cancelled", "waived"});

enum class ResponseKind : std::uint8_t { accepted, declined, forwarded };
template <>
inline constexpr auto kWords<ResponseKind> =
    std::to_array<std::string_view>({"accepted", "declined", "forwarded"});

/// `scheduled`: will be tried at `next_attempt`. `delivered`: an endpoint took it (which is not acceptance).
/// `superseded`: no longer needed. `human_task`: machines gave up, a person must tell the agency.
enum class NotificationState : std::uint8_t { scheduled, delivered, superseded, human_task };
template <>
inline constexpr auto kWords<NotificationState> =
    std::to_array<std::string_view>({"scheduled", "delivered", "superseded", "human_task"});

enum class Role : std::uint8_t { operator_, reporter, officer, supervisor, analyst, admin };
template <>
inline constexpr auto kWords<Role> =
    std::to_array<std::string_view>({"operator", "reporter", "officer", "supervisor", "analyst", "admin"});

enum class ChannelKind : std::uint8_t { webhook, email, gateway };
template <>
inline constexpr auto kWords<ChannelKind> = std::to_array<std::string_view>({"webhook", "email", "gateway"});

}  // namespace lachan::domain
