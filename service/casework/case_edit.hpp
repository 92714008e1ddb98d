#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/casework/changes.hpp"
#include "lachan/casework/store.hpp"
#include "lachan/casework/vault.hpp"
#include "lachan/casework/world.hpp"
#include "placing.hpp"

namespace lachan::casework {

/// "duty.overdue" as CloudEvents name it.
[[nodiscard]] std::string cloud_type(std::string_view event);

/// Marks the rule of a message that was sent because another one did not get through: it is not passed on
/// again.
inline constexpr std::string_view kUndelivered = "/undelivered";

/// Reads through a unit of work's own eyes.
[[nodiscard]] View view_of(Tx& tx);

/// One case under change within one unit of work: it counts the sequence once, gives ordinals, owes
/// notifications, keeps `next_due`, and at the end states the invariants. Every use case and the watch go
/// through it, so that no way of changing a case can leave it silent.
class CaseEdit {
public:
    /// For a case that exists. `actor` is a key id or the name of a runner.
    CaseEdit(Tx& tx,
             std::shared_ptr<const World> world,
             const Vault& vault,
             domain::Case value,
             std::string actor);

    CaseEdit(const CaseEdit&) = delete;
    CaseEdit& operator=(const CaseEdit&) = delete;

    [[nodiscard]] domain::Case& value() noexcept { return value_; }
    [[nodiscard]] const std::string& code() const noexcept { return code_; }
    /// The case's own pack; null where it is lost.
    [[nodiscard]] const policy::Pack* pack() const noexcept { return pack_; }
    [[nodiscard]] std::vector<domain::Duty>& duties() noexcept { return duties_; }
    [[nodiscard]] domain::Duty* find(std::int32_t ordinal);
    [[nodiscard]] const policy::Ladder& ladder_of(const domain::Duty& duty) const;
    [[nodiscard]] std::shared_ptr<const World> world() const noexcept { return world_; }

    /// Makes the duties and notices of a decision that the case does not have yet.
    void apply(const policy::Decision& decision, const Start& start);

    /// A duty that takes over from one that was declined or forwarded; the clock goes on.
    void succeed(const domain::Duty& former, const domain::AgencyId& holder, std::string_view role);

    /// A duty that no rule of the pack made, with the plain ladder.
    void add_plain(std::string_view kind, const domain::AgencyId& holder, Instant start, Instant due);

    /// Keeps agencies out of the case from now on: each pending duty goes to the next holder (nobody else to
    /// be found is a gap), and nothing that is still to be sent to them is sent.
    void exclude(std::span<const domain::AgencyId> agencies);
    /// Whoever comes after the holders that this duty has had already; none: those of last resort, and a gap.
    void succeed_next(const domain::Duty& former);

    /// Owes an agency a message. Without a working endpoint it becomes a task for people at once, and the
    /// keeper of the directory hears of it.
    void tell(const domain::AgencyId& agency,
              std::string_view event,
              const domain::Duty* duty,
              std::string_view rule);
    enum class Whom : std::uint8_t { anybody, who_can_be_reached };
    /// Owes a message to the first holder of each role who does not hold the duty anyway (to escalate to the
    /// one who does not answer is to tell nobody), `beside` left out; false where nobody is to be found.
    bool tell_roles(std::span<const std::string> roles,
                    std::string_view event,
                    const domain::Duty& duty,
                    std::string_view rule,
                    const domain::AgencyId& beside = {},
                    Whom whom = Whom::anybody);
    /// Owes a message to the first step of the duty's ladder that finds somebody else than its holder and
    /// `unreached`; false where there is nobody.
    bool pass_on(const domain::Duty& duty, const domain::AgencyId& unreached, Whom whom = Whom::anybody);
    /// Owes the message of a notice to the next holder of its role, since `undelivered` does not get through.
    void tell_next_of_notice(const domain::Notification& undelivered);
    /// Owes a message to each holder of a pending duty that has not been told anything in this unit yet.
    void tell_holders(std::string_view event, std::string_view rule);
    /// Owes a message to everybody who ever held a duty of the case, and to its reporter.
    void tell_parties(std::string_view event, std::string_view rule);
    /// Says that nobody could be found, to whom it may concern.
    void gap(std::string_view role, const domain::AreaCode& area, const domain::Duty* duty);

    /// Ends a duty and cancels what was still to be sent about it.
    void end(domain::Duty& duty, domain::DutyState state);
    /// Cancels the scheduled sends about a duty: all, or those of its acceptance clock.
    enum class Sends : std::uint8_t { all, of_acceptance };
    void supersede(const domain::Duty& duty, Sends which);
    /// Writes the duty back with its next instant; whoever changes a duty calls this.
    void keep(domain::Duty& duty);

    /// The agency has to do with the case from now on, and as what.
    void add_party(const domain::AgencyId& agency, PartyRelation relation);

    void record(std::string_view kind, domain::EventData data = {});
    /// Something happened that does not change the case (a read, a delivery): no new sequence.
    void note(std::string_view kind, domain::EventData data = {});

    /// Writes the case and its new parties, and states the invariants.
    void finish();
    /// The same where anything was changed, if only by opening the case: a body that has become one with a
    /// suspect's is taken out of it then. For acts that may turn out to do nothing.
    void finish_if_changed();

    /// What was done, for the answer.
    [[nodiscard]] CaseChange change() const;

private:
    /// An agency that was looked up in this unit.
    struct Reached {
        domain::AgencyId agency;
        std::optional<domain::EndpointId> channel;  ///< None: it has none that works.
        bool called = false;                        ///< Its channel was told that something waits.
    };
    /// What an agency has become to the case in this unit. Written once, at its end.
    struct Party {
        domain::AgencyId agency;
        std::vector<PartyRelation> relations;
    };

    /// The role that the rule asks for; `Duty::role` may be that of a stand-in.
    [[nodiscard]] std::string_view asked_role(const domain::Duty& duty) const;
    [[nodiscard]] domain::Duty* pending_same(const policy::OrderedDuty& ordered);
    void place(const policy::OrderedDuty& ordered, const Start& start);
    void place(const policy::OrderedNotice& ordered, const Start& start);
    void place(const policy::OrderedNotice& ordered, const domain::AreaCode& area, Instant at);
    void add(domain::Duty duty);
    void take_from(const domain::AgencyId& agency);
    /// A body that takes over from one that is kept out is kept out too, however much later it comes.
    void exclude_successors();
    /// Cancels whatever is still to be sent to an agency.
    void silence(const domain::AgencyId& agency);
    /// What was owed at leisure is owed at once: the case has become more urgent.
    void hurry();
    void drop(domain::Notification& value);
    [[nodiscard]] bool owed_just_now(const domain::Notification& value) const;
    [[nodiscard]] Reached& reach(const domain::AgencyId& agency);
    void report_unreachable(const domain::AgencyId& agency);
    /// Where a holder cannot be reached at all, waiting helps nobody: the next in line hears of it at once.
    void pass_on_unreached();
    void tell_directory_owner(const domain::AreaCode& area, const domain::Duty* duty);
    [[nodiscard]] bool told(const domain::AgencyId& agency, std::string_view event) const;
    [[nodiscard]] std::vector<directory::Holder> holders(std::string_view role,
                                                         const domain::AreaCode& area,
                                                         Instant at) const;
    void touch();

    Tx& tx_;
    std::shared_ptr<const World> world_;
    domain::Case value_;
    std::string actor_;
    std::string code_;
    std::int64_t begun_at_;  ///< The sequence of the case when it was opened for change.
    std::size_t kept_out_before_;
    const policy::Pack* pack_;
    std::vector<domain::Duty> duties_;
    std::vector<std::int32_t> touched_;
    std::vector<domain::Notification> notified_;
    std::vector<Reached> reached_;
    std::vector<Party> parties_;
    bool counted_ = false;
};

}  // namespace lachan::casework
