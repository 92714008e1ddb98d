#pragma once

#include <algorithm>
#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace lachan {

/// Why something was refused. One code for each thing a caller can do about it: `http/problem` gives each
/// code one problem type and one status, and the compiler finds a code without a row.
enum class Errc : std::uint8_t {
    internal,                 ///< A bug of ours; details go to the log, never to the caller.
    malformed_json,           ///< The bytes are not JSON, or not UTF-8.
    malformed_request,        ///< The HTTP message, its query or a header cannot be understood.
    validation_failed,        ///< Understood, but the content is wrong; `faults` names every place.
    unauthenticated,          ///< No token, or one that is unknown, expired or revoked.
    cross_site,               ///< A browser's change that did not come from our own pages.
    forbidden,                ///< Known caller, existence is no secret, but the role may not do this.
    not_found,                ///< Not there, or not for this caller.
    route_not_found,          ///< No such path.
    case_code_invalid,        ///< The check character of a case code does not match: mistyped.
    receipt_invalid,          ///< The check digit of a receipt does not match: mistyped.
    receipt_unknown,          ///< A well-formed receipt that belongs to no report.
    method_not_allowed,       ///< The path exists, the method does not.
    not_acceptable,           ///< No representation the caller would take.
    request_timeout,          ///< The message did not arrive in time.
    transition_not_allowed,   ///< The state of the thing does not allow this now.
    closing_blocked,          ///< The case still has open duties; `faults` names them.
    idempotency_in_progress,  ///< The same key is being worked on.
    idempotency_key_reused,   ///< The same key came with another body.
    precondition_required,    ///< `If-Match` is missing.
    precondition_failed,      ///< `If-Match` names another version than the present one.
    payload_too_large,        ///< Over the limit of a body.
    headers_too_large,        ///< Over the limit of a head.
    unsupported_media_type,   ///< Not JSON.
    rate_limited,             ///< Too many requests from this caller.
    overloaded,               ///< A bounded queue is full; try again soon.
    shutting_down,            ///< The service is stopping.
    rule_pack_invalid,        ///< A rule pack, directory or calendar that must not come into force.
    storage,                  ///< The disk or the database failed.
};

/// One fault in what a caller sent: where (JSON pointer, or the name of a parameter), which kind, and what to
/// do.
struct Fault {
    std::string pointer;
    std::string code;
    std::string detail;

    bool operator==(const Fault&) const = default;
};

/// Adds what `more` says of places that no fault names yet: one place, one fault.
inline void join_faults(std::vector<Fault>& faults, std::vector<Fault> more) {
    for (Fault& fault : more) {
        const auto same = [&](const Fault& known) { return known.pointer == fault.pointer; };
        if (std::none_of(faults.begin(), faults.end(), same)) {
            faults.push_back(std::move(fault));
        }
    }
}

/// A refusal, as a value. `detail` is for people and never holds a name, phone, address, narrative or token.
class Error {
public:
    Error() = default;
    Error(Errc code, std::string detail, std::vector<Fault> faults = {})
        : code_(code), detail_(std::move(detail)), faults_(std::move(faults)) {}

    [[nodiscard]] Errc code() const noexcept { return code_; }
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
    [[nodiscard]] const std::vector<Fault>& faults() const noexcept { return faults_; }

private:
    Errc code_ = Errc::internal;
    std::string detail_;
    std::vector<Fault> faults_;
};

/// Reading `.value()` of a refusal is a bug of ours, hence an exception.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("value() of a refusal: " + error.detail());
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace lachan
