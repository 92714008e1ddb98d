#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lachan/policy/language.hpp"
#include "lachan/policy/pack.hpp"

namespace lachan::policy {

/// A fact and what is known of it, in the words of the pack.
struct KnownFact {
    std::string fact;
    std::string value;  ///< "yes", "no|yes", …
};

/// An input for which a pack does not keep its promise.
struct CounterExample {
    enum class Promise : std::uint8_t {
        has_duty,    ///< Every report gives somebody something to do …
        has_level,   ///< … and gets an urgency and a severity.
        less_known,  ///< Taking a known fact away never protects less.
        worse,       ///< Making a fact worse never protects less.
    };

    Promise promise = Promise::has_duty;
    std::string trigger;  ///< "report", "closure", or the step and its result ("review=at_risk").
    std::string lost;     ///< What is lost: "urgency emergency", "duty plan/commune_child_worker@residence
                          ///< within 5 working days".
    std::vector<std::string> rules;  ///< Those that gave it before the change.
    std::vector<KnownFact> facts;    ///< What else has to be known; the rest does not matter.
    std::string changed;             ///< The fact that changes …
    std::string from;                ///< … from this …
    std::string to;                  ///< … to this.

    /// The same for a lawyer, in the words of the pack.
    [[nodiscard]] std::string text(const Pack& pack, Language language = Language::vietnamese) const;
};

struct Proof {
    std::string vectors;  ///< How many inputs the declared domain has, known in every part or not.
    std::uint64_t outputs =
        0;  ///< Urgencies, severities, duties with their limits: each proved over its whole cone.
    std::uint64_t changes = 0;  ///< Changes of one fact that were proved not to take anything away.
    std::vector<CounterExample> counter_examples;

    [[nodiscard]] bool holds() const noexcept { return counter_examples.empty(); }
};

/// Proves, for every input of the declared domain at once, that each report has a duty, an urgency and a
/// severity, and that knowing less or hearing worse never lowers an urgency or severity, never removes a
/// duty, and never lengthens a limit. Exact, not sampled: conditions become decision diagrams over all that
/// can be known.
[[nodiscard]] Proof prove(const Pack& pack);

}  // namespace lachan::policy
