#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/codes.hpp"
#include "lachan/domain/report.hpp"

namespace lachan::policy {

class Pack;

/// The values a fact may still have, one bit for each value of its declared domain. One bit: known. All bits:
/// unknown.
using ValueSet = std::uint32_t;

/// What is known of one child in one incident: a set of possible values for each fact that the pack declares,
/// in its order.
class Facts {
public:
    Facts() = default;
    explicit Facts(std::vector<ValueSet> values) : values_(std::move(values)) {}

    [[nodiscard]] ValueSet operator[](std::size_t fact) const noexcept { return values_[fact]; }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    void set(std::size_t fact, ValueSet values) noexcept { values_[fact] = values; }

    bool operator==(const Facts&) const = default;

private:
    std::vector<ValueSet> values_;
};

/// What the place and time of the event add to what was said.
struct Circumstances {
    domain::Answer remote = domain::Answer::unknown;
    domain::Answer border = domain::Answer::unknown;
    bool districts = false;  ///< Three-tier regime.
};

/// The facts of a report, one entry for each child; a report that names no child has one child of whom
/// nothing is known. What was not said stays unknown.
[[nodiscard]] std::vector<Facts> facts_of(const Pack& pack,
                                          const domain::Report& report,
                                          const Circumstances& where);

/// Facts as a line of text to be kept with the case, and back. They hold no identity.
[[nodiscard]] std::string to_text(const Pack& pack, const std::vector<Facts>& facts);
/// What a kept line says of one fact of the first child, without its pack; none where it is unknown or may be
/// one of several. For counting.
[[nodiscard]] std::optional<std::string> known_word(std::string_view kept, std::string_view fact);
[[nodiscard]] Result<std::vector<Facts>> parse_facts(const Pack& pack, std::string_view text);

/// What a further report adds: for each child the more protective view of both (the union of possible values
/// that still trigger), so that a second report never takes a duty away.
[[nodiscard]] std::vector<Facts> joined(const Pack& pack,
                                        const std::vector<Facts>& known,
                                        const std::vector<Facts>& added);

}  // namespace lachan::policy
