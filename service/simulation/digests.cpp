#include "digests.hpp"

#include <span>

namespace lachan::simulation {
namespace {

void take(Digest& digest, std::span<const domain::ChildStatement> children) {
    for (const domain::ChildStatement& child : children) {
        digest.take(child.name).take(child.address).take(child.school).take(child.guardian);
        digest.take(child.special_needs).take(child.interpreter);
    }
}

void take(Digest& digest, std::span<const domain::SuspectStatement> suspects) {
    for (const domain::SuspectStatement& suspect : suspects) {
        digest.take(suspect.name).take(suspect.agency ? suspect.agency->text() : "");
    }
}

void take(Digest& digest, const std::optional<domain::InformantStatement>& informant) {
    if (informant) {
        digest.take(informant->name).take(informant->phone);
    }
}

}  // namespace

std::uint64_t words_of(const domain::Report& report) {
    Digest digest;
    take(digest, report.children);
    take(digest, report.suspects);
    take(digest, report.informant);
    digest.take(report.narrative).take(report.place_detail).take(report.unknown_fields);
    return digest.value();
}

std::uint64_t words_of(const casework::OpenedIdentity& identity,
                       const std::optional<domain::InformantStatement>& informant,
                       const casework::OpenedNarrative& narrative) {
    Digest digest;
    take(digest, identity.children);
    take(digest, identity.suspects);
    take(digest, informant);
    digest.take(narrative.narrative).take(narrative.place_detail).take(narrative.unknown_fields);
    return digest.value();
}

}  // namespace lachan::simulation
