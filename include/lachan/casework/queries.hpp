#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lachan/casework/changes.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/once.hpp"
#include "lachan/domain/event.hpp"
#include "lachan/domain/principal.hpp"

/// What callers ask. Everything passes `access`; what is out of scope is `not_found` and is not counted.
namespace lachan::casework {

/// What the view of a case is made from, beside the instant and the cases linked to it: of one version there
/// is one view.
struct CaseVersion {
    std::shared_ptr<const World> world;
    domain::CaseNo no{};
    std::int64_t sequence = 0;
    bool with_steps = false;  ///< What was done and found is for those who handle the case.

    bool operator==(const CaseVersion&) const = default;
};

/// One case as its callers see it.
struct CaseView {
    std::shared_ptr<const World> world;
    const policy::Pack* pack = nullptr;  ///< Null where the pack is lost.
    domain::Case value;
    bool with_steps = false;
    bool has_links = false;  ///< Also to cases that the caller may not see.
    bool at_hand = false;    ///< The caller has it already: what follows was not read.
    std::string code;
    std::vector<domain::Duty> duties;
    std::vector<domain::Step> steps;
    std::vector<std::string> linked;  ///< Codes, only of cases the caller may see.
    std::int32_t reports = 0;
};
[[nodiscard]] CaseVersion version_of(const CaseView& view);
/// Asked within the reading, after the right to see was judged.
using AtHand = std::function<bool(const CaseVersion& version)>;
[[nodiscard]] boost::asio::awaitable<Result<CaseView>> see_case(Context& context,
                                                                domain::Principal caller,
                                                                std::string case_code,
                                                                AtHand at_hand = {});

/// For a conditional GET: the sequence alone.
[[nodiscard]] boost::asio::awaitable<Result<std::int64_t>> see_sequence(Context& context,
                                                                        domain::Principal caller,
                                                                        std::string case_code);

struct CaseFilter {
    std::optional<domain::CaseStatus> status;
    std::optional<domain::AreaCode> area;  ///< Its whole subtree.
    std::optional<domain::Category> category;
    std::optional<domain::Urgency> urgency;
    std::optional<bool> overdue;
    std::optional<domain::AgencyId> holder;
    std::optional<PageStart> after;
    int limit = 50;
};
template <class Item>
struct Page {
    std::shared_ptr<const World> world;
    std::vector<Item> items;
    std::optional<PageStart> next;  ///< None: the last page.
};
struct CaseItem {
    domain::Case value;
    std::string code;
};
[[nodiscard]] boost::asio::awaitable<Result<Page<CaseItem>>> list_cases(Context& context,
                                                                        domain::Principal caller,
                                                                        CaseFilter filter);

struct CaseSearch {
    std::string name;
    std::string phone;
    std::string code;
    std::string reference;
    int limit = 50;
    std::string purpose = {};  ///< As for names; not demanded, and on record where it is given.
};
/// Search by folded names and keyed hashes. Each search is an event that names the cases it found. Errors:
/// `validation_failed`, `forbidden`, `case_code_invalid` (mistyped).
[[nodiscard]] boost::asio::awaitable<Result<Page<CaseItem>>> search_cases(Context& context,
                                                                          domain::Principal caller,
                                                                          CaseSearch search);

struct DutyItem {
    domain::Duty duty;
    std::string case_code;
    std::string pack;  ///< Key of the pack that says what the duty means.
};
struct DutyFilter {
    std::optional<domain::AgencyId> holder;
    std::optional<Instant> due_before;
    std::optional<domain::DutyState> state;
    std::optional<PageStart> after;
    int limit = 50;
};
[[nodiscard]] boost::asio::awaitable<Result<Page<DutyItem>>> list_duties(Context& context,
                                                                         domain::Principal caller,
                                                                         DutyFilter filter);

struct NotificationItem {
    domain::Notification value;
    std::string case_code;
    std::vector<domain::Attempt> attempts;
};
struct NotificationFilter {
    std::optional<domain::NotificationState> state;
    std::optional<domain::AgencyId> agency;
    std::optional<PageStart> after;
    int limit = 50;
};
[[nodiscard]] boost::asio::awaitable<Result<Page<NotificationItem>>> list_notifications(
    Context& context, domain::Principal caller, NotificationFilter filter);
[[nodiscard]] boost::asio::awaitable<Result<std::vector<NotificationItem>>> notifications_of(
    Context& context, domain::Principal caller, std::string case_code);

struct EventPage {
    std::vector<domain::Event> items;
    std::string code;
    std::optional<std::int64_t> next;  ///< `after` of the next page.
};
[[nodiscard]] boost::asio::awaitable<Result<EventPage>> events_of(
    Context& context, domain::Principal caller, std::string case_code, std::int64_t after, int limit);

/// Names and addresses, as each report gave them. The read is an event that carries its purpose.
struct ReportIdentity {
    domain::ReportId report;
    std::string reference;  ///< The sender's own, with which they can be asked.
    OpenedIdentity people;
    OpenedNarrative narrative;
    std::optional<domain::InformantStatement> informant;  ///< Only for those who may know it.
    bool erased = false;                                  ///< The key was destroyed: the rest is empty.
};
/// A person's own words with an act: a step's note, why a duty was declined, why the case was closed.
struct SaidWithStep {
    domain::Step step;
    std::string text;
};
struct IdentityView {
    std::string code;
    std::int64_t sequence = 0;
    std::optional<Erasure> erasure;  ///< The newest one; what was reported since can be read.
    std::vector<ReportIdentity> reports;
    std::vector<SaidWithStep> notes;  ///< In the order of the steps; none of what was erased.
};
/// Errors: `validation_failed` where the purpose is missing; `not_found`; `forbidden`.
[[nodiscard]] boost::asio::awaitable<Result<IdentityView>> see_identity(Context& context,
                                                                        domain::Principal caller,
                                                                        std::string case_code,
                                                                        std::string purpose);

/// What anybody with a receipt may know: no identity, no agency's name beyond "who acts next".
struct SafeStatus {
    std::string stage;  ///< The pack's word.
    domain::CaseStatus status{};
    Instant received_at{};
    std::optional<Instant> next_due;
    std::string next_action;  ///< Kind of the next duty; empty: none.
    std::string next_title;   ///< Vietnamese.
    bool overdue = false;
};
/// Errors: `receipt_invalid`, `receipt_unknown`.
[[nodiscard]] boost::asio::awaitable<Result<SafeStatus>> status_by_receipt(Context& context,
                                                                           std::string receipt);

/// "Nothing has happened": escalates once for each duty whose clock has passed; answers whether it did.
/// A repetition is one of the same receipt: whoever has it is nobody else.
using RenderNudge = std::function<Answer(bool escalated)>;
[[nodiscard]] boost::asio::awaitable<Result<Answer>> nudge_by_receipt(Context& context,
                                                                      std::string receipt,
                                                                      Repeat repeat,
                                                                      RenderNudge render);

/// When the report was received, for a signed proof. Errors: as `status_by_receipt`.
struct FilingFact {
    domain::ReportId report;
    Instant received_at{};
    Instant recorded_at{};
    Bytes fingerprint;
};
[[nodiscard]] boost::asio::awaitable<Result<FilingFact>> filing_by_receipt(Context& context,
                                                                           std::string receipt);

/// Who a token belongs to. Errors: `unauthenticated`.
[[nodiscard]] boost::asio::awaitable<Result<domain::Principal>> identify(Context& context,
                                                                         Secret<std::string> token);

}  // namespace lachan::casework
