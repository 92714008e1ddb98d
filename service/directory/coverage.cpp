#include "lachan/directory/coverage.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace lachan::directory {
namespace {

using Kind = CoverageFinding::Kind;

constexpr auto kKindWords = std::to_array<std::string_view>(
    {"nobody", "unreachable", "stand_in_only", "no_channel", "single_channel", "expired_contact"});

bool expired(const Contact& contact, Instant at) {
    return contact.valid_to && at >= *contact.valid_to;
}

std::ptrdiff_t channels_of(const Agency& agency, Instant at, const EndpointCounts& endpoints) {
    const auto live = std::count_if(agency.contacts.begin(),
                                    agency.contacts.end(),
                                    [at](const Contact& contact) { return !expired(contact, at); });
    const auto counted = endpoints.find(agency.id);
    return live + (counted == endpoints.end() ? 0 : counted->second);
}

void look_at_agency(const Agency& agency, Instant at, const EndpointCounts& endpoints, Coverage& result) {
    const auto channels = channels_of(agency, at, endpoints);
    if (channels < 2) {
        result.findings.push_back(
            {.kind = channels == 0 ? Kind::no_channel : Kind::single_channel, .agency = agency.id});
    }
    if (std::any_of(agency.contacts.begin(), agency.contacts.end(), [at](const Contact& c) {
            return expired(c, at);
        })) {
        result.findings.push_back({.kind = Kind::expired_contact, .agency = agency.id});
    }
}

}  // namespace

std::string_view word_of(Kind kind) noexcept {
    return kKindWords[static_cast<std::size_t>(kind)];
}

bool Coverage::complete() const noexcept {
    return std::none_of(findings.begin(), findings.end(), [](const CoverageFinding& finding) {
        return finding.kind == Kind::nobody || finding.kind == Kind::unreachable;
    });
}

Coverage coverage(const Directory& directory, Instant at, const EndpointCounts& endpoints) {
    Coverage result;
    const auto reachable = [&](const Holder& holder) {
        return channels_of(*holder.agency, at, endpoints) > 0;
    };
    for (const Area* area : directory.areas_at(at)) {
        if (area->level == Level::nation) {
            continue;
        }
        for (const RoleDefinition& role : directory.roles()) {
            ++result.pairs;
            const std::vector<Holder> holders = directory.holders(role.name, area->code, at);
            const auto note = [&](Kind kind) {
                result.findings.push_back({.kind = kind, .area = area->code, .role = role.name});
            };
            if (holders.empty()) {
                note(Kind::nobody);
                continue;
            }
            if (std::none_of(holders.begin(), holders.end(), reachable)) {
                note(Kind::unreachable);
            }
            if (role.expected && role.level == area->level && holders.front().role != role.name) {
                note(Kind::stand_in_only);
            }
        }
    }
    for (const Agency& agency : directory.agencies()) {
        if (agency.valid_at(at) && !agency.roles.empty()) {
            look_at_agency(agency, at, endpoints, result);
        }
    }
    return result;
}

}  // namespace lachan::directory
