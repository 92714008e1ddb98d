#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/base/time.hpp"
#include "lachan/domain/report.hpp"

/// JSON to a report, once: no JSON goes further in than this.
namespace lachan::http {

/// How much of a report one may write, in characters (not bytes: Vietnamese letters take two or three).
/// Generous beside any real form; their sum stays within the limit of a body.
inline constexpr std::size_t kNarrativeMax = 20'000;  ///< Some eight printed pages.
inline constexpr std::size_t kNoteMax = 4'000;        ///< Free text beside a choice: a page.
inline constexpr std::size_t kAddressMax = 500;
inline constexpr std::size_t kNameMax = 200;
inline constexpr std::size_t kPhoneMax = 40;
inline constexpr std::size_t kReferenceMax = 100;
inline constexpr std::size_t kIdMax = 64;
inline constexpr std::size_t kChildrenMax = 50;  ///< A full school bus.
inline constexpr std::size_t kSuspectsMax = 50;
inline constexpr std::size_t kUnknownFieldsMax =
    100;                            ///< More is another format, not a newer version of ours.
inline constexpr int kAgeMax = 25;  ///< Above, a typing mistake is likelier than a child.
/// Clocks of callers differ; beyond this an instant in the future is a mistake.
inline constexpr std::chrono::minutes kFutureTolerance{5};

/// What is wrong with a report that only the world can tell, such as an area that nobody knows.
using FurtherFaults = std::function<std::vector<Fault>(const domain::Report&)>;

/// Reads a report. Missing facts stay unknown; `received_at` defaults to `now`; fields that the contract does
/// not know are kept and named in `warnings`. Errors: `malformed_json` with the position;
/// `validation_failed` with every fault at once, each with its JSON pointer: its own, and then those that
/// `further` finds in what could be read.
[[nodiscard]] Result<domain::Report> decode_report(std::string_view body,
                                                   Instant now,
                                                   const FurtherFaults& further = {});

}  // namespace lachan::http
