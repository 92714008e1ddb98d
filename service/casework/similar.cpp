#include "similar.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "lachan/casework/access.hpp"

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
    }
    return {"", 0.0};
}

void add(Similar& entry, const Reason& reason) {
    if (std::find(entry.reasons.begin(), entry.reasons.end(), reason.text) == entry.reasons.end()) {
        entry.reasons.emplace_back(reason.text);
        entry.score = std::min(1.0, entry.score + reason.weight);
    }
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
        add_trace(TraceKind::other_name, report.informant->name);
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
    std::map<domain::CaseNo, Similar> found;
    const Instant day = start_of_day(vietnam_day(report.received_at));
    for (const domain::CaseNo number :
         view.cases.received_in(report.area, day, day + std::chrono::days(1), kMostNeighbours)) {
        add(found[number], kSameCommune);
        add(found[number], kSameDay);
    }
    std::vector<TraceHash> hashes;
    for (const Trace& trace : traces) {
        hashes.push_back(trace.hash);
    }
    if (!hashes.empty()) {
        for (const auto& [hash, number] : view.cases.traced(hashes, kMostTraced)) {
            for (const Trace& trace : traces) {
                if (trace.hash == hash) {
                    add(found[number], reason_of(trace.kind));
                }
            }
        }
    }
    const Scope scope = scope_of(caller, world, now);
    std::vector<Similar> result;
    for (auto& [number, entry] : found) {
        const auto value = view.cases.find(number);
        if (entry.score >= kWorthShowing && value && sees(scope, *value, view)) {
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

}  // namespace lachan::casework
