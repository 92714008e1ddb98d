#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/base/time.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/duty.hpp"
#include "lachan/domain/event.hpp"
#include "lachan/domain/ids.hpp"
#include "lachan/domain/notification.hpp"
#include "lachan/domain/principal.hpp"
#include "lachan/domain/report.hpp"
#include "lachan/domain/step.hpp"

/// The families of tables, an interface each. Constant member functions read; the others write and exist only
/// inside a unit of work.
namespace lachan::casework {

/// Which cases a caller may see. A conflicted agency sees nothing of a case, whatever else holds.
struct Scope {
    bool everything = false;              ///< All areas (but never conflicted cases).
    std::vector<domain::AreaCode> areas;  ///< Cases whose event lies in one of these.
    std::optional<domain::AgencyId>
        party;              ///< Cases to which this agency is a party (holder, told, reporter).
    domain::AgencyId self;  ///< The caller's agency: cases conflicted for it are left out.
};

/// Where a page begins: just after this place in the order of the list.
struct PageStart {
    std::int64_t key_ms = 0;
    std::int64_t case_no = 0;
    std::int32_t ordinal = 0;
};

struct CaseQuery {
    Scope scope;
    std::optional<domain::CaseStatus> status;
    std::vector<domain::AreaCode> areas;  ///< Of the filter; empty: any.
    std::optional<domain::Category> category;
    std::optional<domain::Urgency> urgency;
    std::optional<bool> overdue;
    std::optional<domain::AgencyId> holder;  ///< Has a pending duty of this agency.
    std::optional<PageStart> after;
    int limit = 50;
};

struct DutyQuery {
    Scope scope;
    std::optional<domain::AgencyId> holder;
    std::optional<Instant> due_before;
    std::optional<domain::DutyState> state;  ///< None: pending ones.
    std::optional<PageStart> after;
    int limit = 50;
};

struct NotificationQuery {
    Scope scope;
    std::optional<domain::NotificationState> state;
    std::optional<domain::AgencyId> agency;
    std::optional<PageStart> after;
    int limit = 50;
};

/// Which cases are counted: those recorded in [from, to), of real reports alone.
struct TallyQuery {
    Scope scope;
    Instant from{};
    Instant to{};
};

/// How many cases are alike in all that statistics tell apart.
struct CaseTally {
    domain::AreaCode area;
    std::vector<domain::Category> categories;
    domain::Urgency urgency{};
    domain::Severity severity{};
    domain::CaseStatus status{};
    std::string facts;  ///< As kept with the case.
    std::int64_t cases = 0;
    std::int64_t children = 0;
};

/// How many duties of those cases came to the same end.
struct DutyTally {
    std::string kind;
    std::string rule;
    domain::DutyState state{};
    bool overdue = false;
    std::int64_t duties = 0;
};

enum class PartyRelation : std::uint8_t { holder, told, reporter };

/// The end of a key: what it sealed can be read no more.
struct Erasure {
    KeySlot slot{};
    Instant at{};
    std::string ground;
};

class Cases {
public:
    virtual ~Cases() = default;
    [[nodiscard]] virtual std::optional<domain::Case> find(domain::CaseNo number) const = 0;
    /// None where the key was destroyed and nothing was sealed since.
    [[nodiscard]] virtual std::optional<KeySlot> key(domain::CaseNo number) const = 0;
    /// Every case that has a key, with it: for looks at everything.
    [[nodiscard]] virtual std::vector<std::pair<domain::CaseNo, KeySlot>> keys() const = 0;
    [[nodiscard]] virtual std::vector<Erasure> erasures(domain::CaseNo number) const = 0;  ///< Oldest first.
    /// The highest slot any case has; none where there is no case. The key store must never hand out one
    /// below again.
    [[nodiscard]] virtual std::optional<KeySlot> highest_key() const = 0;
    /// Most pressing first: open before closed, then by `next_due`, then by number.
    [[nodiscard]] virtual std::vector<domain::Case> list(const CaseQuery& query) const = 0;
    /// Where in the list order a case stands, for the next page's start.
    [[nodiscard]] virtual PageStart place(const domain::Case& value) const = 0;
    /// The closest relation of the agency to the case; none: it is no party.
    [[nodiscard]] virtual std::optional<PartyRelation> party(domain::CaseNo number,
                                                             const domain::AgencyId& agency) const = 0;
    /// Cases of a commune received in [from, to), newest first, at most `limit`: for similarity.
    [[nodiscard]] virtual std::vector<domain::CaseNo> received_in(const domain::AreaCode& area,
                                                                  Instant from,
                                                                  Instant to,
                                                                  int limit) const = 0;
    [[nodiscard]] virtual std::vector<std::pair<TraceHash, domain::CaseNo>> traced(
        const std::vector<TraceHash>& hashes, int limit) const = 0;
    [[nodiscard]] virtual std::vector<domain::CaseNo> linked(domain::CaseNo number) const = 0;
    [[nodiscard]] virtual std::vector<CaseTally> tally(const TallyQuery& query) const = 0;
    [[nodiscard]] virtual std::vector<DutyTally> tally_duties(const TallyQuery& query) const = 0;

    /// Gives the case its number.
    virtual domain::CaseNo insert(const domain::Case& value, KeySlot key) = 0;
    virtual void update(const domain::Case& value) = 0;
    /// What the agency was to the case already, it stays.
    virtual void add_party(domain::CaseNo number,
                           const domain::AgencyId& agency,
                           std::span<const PartyRelation> relations) = 0;
    virtual void add_trace(domain::CaseNo number, TraceKind kind, TraceHash hash) = 0;
    /// Says whether it was there.
    virtual bool remove_trace(domain::CaseNo number, TraceHash hash) = 0;
    /// All of a case, by looking through all traces there are; says how many there were.
    virtual std::int64_t remove_traces(domain::CaseNo number) = 0;
    /// Keeps that the case's key was destroyed; from then on it has none.
    virtual void note_erasure(domain::CaseNo number, const Erasure& erasure) = 0;
    virtual void set_key(domain::CaseNo number, KeySlot key) = 0;
    virtual void link(domain::CaseNo one, domain::CaseNo other, Instant at) = 0;
    virtual bool unlink(domain::CaseNo one, domain::CaseNo other) = 0;
};

/// A report as kept: what is no identity in the open, the rest sealed.
struct ReportRow {
    domain::ReportId id;
    domain::CaseNo case_no{};
    domain::Channel channel{};
    domain::ReportStatus status{};
    std::string reference;
    Instant received_at{};
    Instant recorded_at{};
    std::optional<Instant> occurred_at;
    domain::AgencyId reporter;  ///< Agency of the key that sent it.
    domain::KeyId key;
    Bytes fingerprint;  ///< Of the body as sent: the permanent guard of a repeated `report_id`.
    Bytes receipt_hash;
    domain::SealedReport sealed;
};

class Reports {
public:
    virtual ~Reports() = default;
    [[nodiscard]] virtual std::optional<ReportRow> find(const domain::ReportId& id) const = 0;
    [[nodiscard]] virtual std::vector<ReportRow> of_case(domain::CaseNo number) const = 0;
    /// The report with this receipt, or with the one next in order (after the last comes the first): whoever
    /// guesses a receipt is answered after the same look as its owner. None: there are no reports.
    [[nodiscard]] virtual std::optional<ReportRow> nearest_receipt(BytesView receipt_hash) const = 0;

    virtual void insert(const ReportRow& row) = 0;
    /// Empties what was sealed of a case, and the sender's file number, which leads back to the names.
    virtual void blank(domain::CaseNo number) = 0;
};

class Duties {
public:
    virtual ~Duties() = default;
    [[nodiscard]] virtual std::optional<domain::Duty> find(domain::DutyNo number) const = 0;
    [[nodiscard]] virtual std::vector<domain::Duty> of_case(
        domain::CaseNo number) const = 0;  ///< By ordinal.
    /// The pending one that is due first.
    [[nodiscard]] virtual std::optional<domain::Duty> next_pending(domain::CaseNo number) const = 0;
    [[nodiscard]] virtual std::vector<domain::Duty> list(
        const DutyQuery& query) const = 0;  ///< By due instant.
    /// Pending duties whose `next_at` has come, earliest first: found by index, at a cost that grows with
    /// what is due.
    [[nodiscard]] virtual std::vector<domain::DutyNo> due(Instant now, int limit) const = 0;
    [[nodiscard]] virtual std::optional<Instant> next_instant() const = 0;

    virtual void insert(const domain::Duty& duty) = 0;
    virtual void update(const domain::Duty& duty) = 0;
};

class Steps {
public:
    virtual ~Steps() = default;
    [[nodiscard]] virtual std::vector<domain::Step> of_case(domain::CaseNo number) const = 0;
    [[nodiscard]] virtual std::optional<Bytes> note(domain::CaseNo number, std::int32_t ordinal) const = 0;

    /// Gives the step its ordinal.
    virtual std::int32_t insert(domain::CaseNo number, const domain::Step& step, BytesView sealed_note) = 0;
    /// Empties the notes of a case; says how many there were.
    virtual std::int64_t blank_notes(domain::CaseNo number) = 0;
};

/// One channel of an agency, and how it fares.
struct Endpoint {
    domain::EndpointId id;
    domain::AgencyId agency;
    int rank = 0;  ///< Order among the agency's channels, from 0.
    domain::ChannelKind kind = domain::ChannelKind::webhook;
    std::string address;
    std::string provider;  ///< Of a gateway: which one.
    Bytes sealed_secrets;  ///< Newline-separated secrets, sealed with context "endpoint:" + id.
    std::optional<Instant> old_secret_until;
    bool suspended = false;  ///< It answered 410, or a person stopped it.
    std::string suspended_why;
    std::int32_t failures = 0;          ///< In a row.
    std::optional<Instant> open_until;  ///< Circuit open: no try before this instant, then one probe.
    std::optional<Instant> last_success;
    std::optional<Instant> last_attempt;
    std::optional<Instant> leased_until;  ///< A try is under way; after this instant it is taken for lost.
    std::optional<Instant> next_at;       ///< When its queue next wants a look; none: empty.
    bool exercise = false;
};

class Outbox {
public:
    virtual ~Outbox() = default;
    [[nodiscard]] virtual std::optional<domain::Notification> find(domain::NotificationNo number) const = 0;
    [[nodiscard]] virtual std::vector<domain::Notification> of_case(domain::CaseNo number) const = 0;
    /// Those of the case that are neither delivered nor superseded: scheduled, or with a person.
    [[nodiscard]] virtual std::vector<domain::Notification> waiting_of(domain::CaseNo number) const = 0;
    [[nodiscard]] virtual std::vector<domain::Notification> list(const NotificationQuery& query) const = 0;
    [[nodiscard]] virtual std::vector<domain::Attempt> attempts(domain::NotificationNo number) const = 0;
    /// The notification that this endpoint should try now: among the scheduled ones whose `next_attempt` has
    /// come the most urgent, then the oldest; never one that overtakes an earlier one of the same case that
    /// is still scheduled there.
    [[nodiscard]] virtual std::optional<domain::Notification> head(const domain::EndpointId& endpoint,
                                                                   Instant now) const = 0;
    /// The earliest `next_attempt` of what is scheduled at this endpoint.
    [[nodiscard]] virtual std::optional<Instant> next_attempt(const domain::EndpointId& endpoint) const = 0;
    [[nodiscard]] virtual std::int64_t scheduled(const domain::EndpointId& endpoint) const = 0;
    /// When the oldest of what is scheduled at this endpoint was made.
    [[nodiscard]] virtual std::optional<Instant> oldest(const domain::EndpointId& endpoint) const = 0;
    /// The last tries at this endpoint, newest first.
    [[nodiscard]] virtual std::vector<domain::Attempt> lately(const domain::EndpointId& endpoint,
                                                              int limit) const = 0;
    /// What was tried at this endpoint in [from, to) and is in this state now, by the instant of its first
    /// try in that span.
    [[nodiscard]] virtual std::vector<std::pair<domain::NotificationNo, Instant>> tried(
        const domain::EndpointId& endpoint,
        Instant from,
        Instant to,
        domain::NotificationState state,
        int limit) const = 0;
    /// What an agency is owed and only a person can bring it, behind `after`, in the order of cases.
    [[nodiscard]] virtual std::vector<domain::NotificationNo> tasks_of(const domain::AgencyId& agency,
                                                                       domain::NotificationNo after,
                                                                       int limit) const = 0;
    /// Scheduled notifications whose `reroute_at` has come, earliest first.
    [[nodiscard]] virtual std::vector<domain::NotificationNo> to_reroute(Instant now, int limit) const = 0;
    [[nodiscard]] virtual std::optional<Instant> next_reroute() const = 0;

    virtual void insert(const domain::Notification& value) = 0;
    virtual void update(const domain::Notification& value) = 0;
    virtual void insert_attempt(const domain::Attempt& value) = 0;
    /// Whatever is scheduled at this endpoint for later is to be tried at `at`.
    virtual void hurry(const domain::EndpointId& endpoint, Instant at) = 0;
};

/// Whether an endpoint took what it was last sent. One that did not may hang, and must not take the place of
/// those that do.
enum class Standing : std::uint8_t { sound, doubtful };

class Endpoints {
public:
    virtual ~Endpoints() = default;
    [[nodiscard]] virtual std::optional<Endpoint> find(const domain::EndpointId& id) const = 0;
    [[nodiscard]] virtual std::vector<Endpoint> of_agency(
        const domain::AgencyId& agency) const = 0;  ///< By rank.
    /// The first of an agency's channels that is not suspended.
    [[nodiscard]] virtual std::optional<domain::EndpointId> channel(const domain::AgencyId& agency) const = 0;
    [[nodiscard]] virtual std::vector<Endpoint> all() const = 0;
    /// Endpoints of this standing whose `next_at` has come and which hold no live lease, earliest first.
    [[nodiscard]] virtual std::vector<domain::EndpointId> due(Standing standing,
                                                              Instant now,
                                                              int limit) const = 0;
    /// Of either standing, the sound ones first.
    [[nodiscard]] std::vector<domain::EndpointId> due(Instant now, int limit) const {
        auto found = due(Standing::sound, now, limit);
        const auto doubtful = due(Standing::doubtful, now, limit - static_cast<int>(found.size()));
        found.insert(found.end(), doubtful.begin(), doubtful.end());
        return found;
    }
    /// The earliest instant at which `due` will find something (a live lease counts from its end).
    [[nodiscard]] virtual std::optional<Instant> next_instant(Standing standing) const = 0;
    [[nodiscard]] std::optional<Instant> next_instant() const {
        const auto sound = next_instant(Standing::sound);
        const auto doubtful = next_instant(Standing::doubtful);
        return sound && doubtful ? std::min(*sound, *doubtful) : sound ? sound : doubtful;
    }

    virtual void put(const Endpoint& value) = 0;
    /// Makes sure that the endpoint is looked at by `at` at the latest.
    virtual void call_at(const domain::EndpointId& id, Instant at) = 0;
};

class Events {
public:
    virtual ~Events() = default;
    [[nodiscard]] virtual std::vector<domain::Event> of_case(domain::CaseNo number,
                                                             std::int64_t after,
                                                             int limit) const = 0;
    [[nodiscard]] virtual std::vector<domain::Event> since(std::int64_t after, int limit) const = 0;
    [[nodiscard]] virtual std::int64_t last_sequence() const = 0;

    /// Appends to the chain; the store gives sequence and hashes.
    virtual void append(const domain::Event& event) = 0;
};

/// The answer to a request that must not be done twice.
struct KeptReply {
    Bytes fingerprint;
    int status = 0;
    std::string location;
    std::string etag;
    Bytes sealed_body;
    Instant kept_at{};
};

class Replies {
public:
    virtual ~Replies() = default;
    [[nodiscard]] virtual std::optional<KeptReply> find(const domain::KeyId& client,
                                                        std::string_view route,
                                                        std::string_view key) const = 0;

    virtual void keep(const domain::KeyId& client,
                      std::string_view route,
                      std::string_view key,
                      const KeptReply& reply) = 0;
    /// Forgets what was kept before `before`, at most `limit` rows; says how many.
    virtual int forget(Instant before, int limit) = 0;
    /// Forgets the answers that led to this place; says how many.
    virtual int forget_about(std::string_view location) = 0;
};

struct ApiKey {
    domain::KeyId id;
    domain::Role role{};
    domain::AgencyId agency;
    Bytes token_hash;
    Instant created_at{};
    std::optional<Instant> expires_at;
    std::optional<Instant> revoked_at;
    std::optional<Instant> last_used_at;
    Bytes old_token_hash;              ///< Of the token before the last rotation; empty: there is none.
    std::optional<Instant> old_until;  ///< Until when that one is taken as well.
};

/// A case that somebody opened in an emergency although it was not theirs.
struct Opening {
    domain::CaseNo case_no{};
    domain::KeyId key;
    domain::AgencyId agency;
    domain::AgencyId told;  ///< Who was told at once; empty: nobody could be found.
    Instant from{};
    Instant until{};
    Bytes sealed_reason;
};

class Openings {
public:
    virtual ~Openings() = default;
    [[nodiscard]] virtual bool is_open(domain::CaseNo number,
                                       const domain::KeyId& key,
                                       Instant now) const = 0;
    /// Those that began at `since` or later, newest first.
    [[nodiscard]] virtual std::vector<Opening> list(Instant since, int limit) const = 0;

    virtual void insert(const Opening& opening) = 0;
};

class ApiKeys {
public:
    virtual ~ApiKeys() = default;
    /// Also by the token before the last rotation; whether that is still taken is for the caller to see.
    [[nodiscard]] virtual std::optional<ApiKey> by_token(BytesView token_hash) const = 0;
    [[nodiscard]] virtual std::optional<ApiKey> find(const domain::KeyId& id) const = 0;
    [[nodiscard]] virtual std::vector<ApiKey> all() const = 0;

    virtual void insert(const ApiKey& key) = 0;
    /// Replaces its tokens and its expiry.
    virtual void renew(const ApiKey& key) = 0;
    virtual void note_use(const domain::KeyId& id, Instant at) = 0;
    virtual bool revoke(const domain::KeyId& id, Instant at) = 0;
};

/// A document that belongs to the world and is kept for good: rule packs by "id@version", agency documents by
/// agency id.
class Documents {
public:
    virtual ~Documents() = default;
    [[nodiscard]] virtual std::optional<std::string> find(std::string_view kind,
                                                          std::string_view name) const = 0;
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> all(
        std::string_view kind) const = 0;

    virtual void put(std::string_view kind, std::string_view name, std::string_view content, Instant at) = 0;
};

}  // namespace lachan::casework
