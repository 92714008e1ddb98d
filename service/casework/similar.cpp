#include "similar.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "lachan/casework/access.hpp"
#include "search.hpp"

namespace lachan::casework {
namespace {

constexpr int kMostNeighbours = 5;  ///< Same commune, same day: more would be a list, not a hint.
constexpr int kMostTraced = 20;     ///< Per report: a name shared by more cases says little.
constexpr int kMostShown = 5;
constexpr double kWorthShowing = 0.3;

struct Reason {
    std::string_view text;
    double weight;
};
constexpr Reason kSameCommune{"same commune", 0.2};
constexpr Reason kSameDay{"same day", 0.2};

Reason reason_of(TraceKind kind) {
    switch (kind) {
        case TraceKind::child_name:
            return {"same child's name", 0.4};
        case TraceKind::phone:
            return {"same phone", 0.4};
        case TraceKind::reference:
            return {"same reference", 0.6};
        case TraceKind::other_name:
            return {"same other name", 0.2};
        case TraceKind::informant_name:
            return {"same informant's name", 0.2};
    }
    return {"", 0.0};
}

void add(Similar& entry, const Reason& reason) {
    if (std::find(entry.reasons.begin(), entry.reasons.end(), reason.text) == entry.reasons.end()) {
        entry.reasons.emplace_back(reason.text);
        entry.score = std::min(1.0, entry.score + reason.weight);
    }
}

/// What two reports have in common, whoever asks.
struct Likeness {
    bool same_place_and_day = false;
    std::vector<TraceKind> traces;
};

std::map<domain::CaseNo, Likeness> alike(const View& view,
                                         const domain::Report& report,
                                         const std::vector<Trace>& traces) {
    std::map<domain::CaseNo, Likeness> found;
    const Instant day = start_of_day(vietnam_day(report.received_at));
    for (const domain::CaseNo number :
         view.cases.received_in(report.area, day, day + std::chrono::days(1), kMostNeighbours)) {
        found[number].same_place_and_day = true;
    }
    std::vector<TraceHash> hashes;
    for (const Trace& trace : traces) {
        hashes.push_back(trace.hash);
    }
    for (const auto& [hash, number] : view.cases.traced(hashes, kMostTraced)) {
        for (const Trace& trace : traces) {
            if (trace.hash == hash) {
                found[number].traces.push_back(trace.kind);
            }
        }
    }
    return found;
}

/// As much of it as this caller may know: what they may not match on adds nothing, not even to the score.
Similar told(const Likeness& likeness, domain::Role role, Relation relation) {
    Similar entry;
    if (likeness.same_place_and_day) {
        add(entry, kSameCommune);
        add(entry, kSameDay);
    }
    for (const TraceKind kind : likeness.traces) {
        if (may_match(role, kind, relation)) {
            add(entry, reason_of(kind));
        }
    }
    return entry;
}

}  // namespace

std::vector<Trace> traces_of(const Vault& vault, const domain::Report& report) {
    std::vector<Trace> traces;
    const auto add_trace = [&](TraceKind kind, const std::string& text) {
        if (const auto hash = vault.trace(kind, text)) {
            traces.push_back({kind, *hash});
        }
    };
    for (const domain::ChildStatement& child : report.children) {
        add_trace(TraceKind::child_name, child.name);
        add_trace(TraceKind::other_name, child.guardian);
    }
    for (const domain::SuspectStatement& suspect : report.suspects) {
        add_trace(TraceKind::other_name, suspect.name);
    }
    if (report.informant) {
        add_trace(TraceKind::phone, report.informant->phone);
        add_trace(TraceKind::informant_name, report.informant->name);
    }
    add_trace(TraceKind::reference, report.reference);
    return traces;
}

std::vector<Similar> similar_cases(const Context& context,
                                   const World& world,
                                   const View& view,
                                   const domain::Principal& caller,
                                   const domain::Report& report,
                                   const std::vector<Trace>& traces,
                                   Instant now) {
    const Scope scope = scope_of(caller, world, now);
    std::vector<Similar> result;
    for (const auto& [number, likeness] : alike(view, report, traces)) {
        const auto value = view.cases.find(number);
        if (!value || !sees(scope, *value, view)) {
            continue;
        }
        const Relation relation = relation_of(caller, *value, view, world, now);
        Similar entry = told(likeness, caller.role, relation);
        if (entry.score >= kWorthShowing) {
            entry.case_code = context.vault.case_code(number);
            result.push_back(std::move(entry));
        }
    }
    std::sort(result.begin(), result.end(), [](const Similar& a, const Similar& b) {
        return std::pair(-a.score, std::string_view(a.case_code)) <
               std::pair(-b.score, std::string_view(b.case_code));
    });
    if (result.size() > static_cast<std::size_t>(kMostShown)) {
        result.resize(static_cast<std::size_t>(kMostShown));
    }
    return result;
}

bool tells_of_people(const Similar& similar) {
    return std::ranges::any_of(similar.reasons, [](const std::string& reason) {
        return reason != kSameCommune.text && reason != kSameDay.text;
    });
}

}  // namespace lachan::casework
