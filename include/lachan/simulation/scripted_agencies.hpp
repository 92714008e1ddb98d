#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lachan/casework/transport.hpp"
#include "lachan/simulation/findings.hpp"
#include "lachan/simulation/seeded_entropy.hpp"
#include "lachan/simulation/sim_clock.hpp"
#include "lachan/simulation/trace.hpp"
#include "lachan/simulation/troubles.hpp"

namespace lachan::simulation {

/// How a receiver behaves.
struct Behaviour {
    enum class Kind : std::uint8_t {
        answers,      ///< With `status`.
        unreachable,  ///< The connection is refused; nothing arrives.
        mute,         ///< Takes the message and answers too late: the sender gives up waiting.
        forgetful,    ///< Takes the message, and the answer is lost on the way.
        duplicates,   ///< Answers with `status`, and what arrives arrives twice.
        flaky,        ///< One of `answers`, `unreachable`, `mute` and `forgetful`, by chance each time.
        liar,  ///< Planted: the network claims success and delivers nothing. Whoever checks must notice.
    };
    Kind kind = Kind::answers;
    int status = 204;
    Duration latency = std::chrono::milliseconds(80);  ///< There and back.
    std::optional<Duration> retry_after;

    [[nodiscard]] static Behaviour answering(int status, Duration latency = std::chrono::milliseconds(80));
    [[nodiscard]] static Behaviour of(Kind kind);
};

/// A message as it arrived.
struct Arrival {
    Instant at{};  ///< True time.
    domain::EndpointId endpoint;
    domain::AgencyId agency;
    casework::Message message;
    bool answered_well = false;  ///< The sender was told 2xx.
};

/// The agencies' side of the network, outside of the process that dies: what it saw, it saw. It records every
/// message and checks that repetitions are repetitions and that a message holds nothing but its thin fields.
class ScriptedAgencies final : public casework::Transport {
public:
    ScriptedAgencies(SimClock& clock, std::uint64_t seed, Findings& findings, Trace& trace)
        : clock_(clock), dice_(seed), findings_(findings), trace_(trace) {}

    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

    /// A message that is on the wire arrives, whatever becomes of its sender.
    void put_on_the_wire(const casework::Target& target, const casework::Message& message) {
        arrive(target, message, false);
    }

    /// From now on, for one endpoint. Whatever has no script answers 204.
    void behave(const domain::EndpointId& endpoint, Behaviour behaviour);
    /// Until an instant of true time; then as before there was a script. `as`: what is counted when a try
    /// meets it.
    void behave_until(const domain::EndpointId& endpoint,
                      Behaviour behaviour,
                      Instant end,
                      std::optional<Trouble> as = {});
    /// How many tries met each trouble.
    [[nodiscard]] const Struck& struck() const noexcept { return struck_; }
    /// All endpoints answer again.
    void recover() { scripts_.clear(); }

    [[nodiscard]] const std::vector<Arrival>& arrivals() const noexcept { return arrivals_; }
    /// A long life counts what arrived and forgets it: `arrivals` and `tries` stay empty.
    void forget_arrivals() noexcept { remembers_ = false; }
    [[nodiscard]] std::size_t arrived() const noexcept { return arrived_; }
    /// Whoever works there: called with each message that arrives, and not to call the service at once.
    void on_arrival(std::function<void(const Arrival&)> react) { react_ = std::move(react); }
    /// What arrived for the first time since this was asked last.
    [[nodiscard]] std::vector<casework::Message> take_unchecked() { return std::exchange(unchecked_, {}); }
    /// How often a message arrived.
    [[nodiscard]] std::size_t times(const std::string& message_id) const;
    /// When somebody tried to reach the endpoint, arrived or not: true time.
    [[nodiscard]] std::vector<Instant> tries(const domain::EndpointId& endpoint) const;

    /// Whether a try is on its way there now.
    [[nodiscard]] bool is_under_way(const domain::EndpointId& endpoint) const;
    [[nodiscard]] std::size_t under_way() const noexcept { return under_way_.size(); }

    /// The record says that the message was delivered: it must have arrived, and must not come again.
    void recorded_as_delivered(const std::string& message_id);
    /// A person asked for it to be sent again.
    void may_come_again(const std::string& message_id);
    /// The case has come to rest: nobody asks any more what came about it.
    void forget(const std::string& case_code) { seen_.erase(case_code); }
    /// How many messages are remembered.
    [[nodiscard]] std::size_t remembered() const;

private:
    struct Script {
        Behaviour behaviour;
        std::optional<Instant> end;
        std::optional<Trouble> as;
    };

    class UnderWay;

    [[nodiscard]] Behaviour behaviour_of(const domain::EndpointId& endpoint);
    void arrive(const casework::Target& target, const casework::Message& message, bool answered_well);
    void check_thin(const casework::Message& message);

    SimClock& clock_;
    Dice dice_;
    Findings& findings_;
    Trace& trace_;
    std::map<domain::EndpointId, Script> scripts_;
    std::map<domain::EndpointId, std::vector<Instant>> tries_;
    std::multiset<domain::EndpointId> under_way_;
    /// What is remembered of a message, however often it comes.
    struct Seen {
        std::uint64_t content = 0;  ///< Digest of all that must be the same each time.
        std::uint32_t times = 0;
        bool delivered = false;  ///< The record says so.
    };

    std::vector<Arrival> arrivals_;
    std::vector<casework::Message> unchecked_;
    [[nodiscard]] Seen& seen(const std::string& message_id);
    [[nodiscard]] const Seen* find_seen(const std::string& message_id) const;

    /// By case code, and within a case by number.
    std::unordered_map<std::string, std::unordered_map<std::string, Seen>> seen_;
    std::function<void(const Arrival&)> react_;
    Struck struck_;
    std::size_t arrived_ = 0;
    bool remembers_ = true;
};

}  // namespace lachan::simulation
