#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/casework/vault.hpp"
#include "lachan/domain/event.hpp"
#include "lachan/domain/report.hpp"

namespace lachan::simulation {

/// FNV-1a over the parts, told apart.
class Digest {
public:
    Digest& take(std::string_view part) noexcept {
        for (const char c : part) {
            mix(static_cast<unsigned char>(c));
        }
        mix(0xff);
        return *this;
    }
    Digest& take(std::int64_t number) noexcept {
        auto bits = static_cast<std::uint64_t>(number);
        for (int byte = 0; byte < 8; ++byte, bits >>= 8) {
            mix(static_cast<unsigned char>(bits));
        }
        return *this;
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    void mix(unsigned char c) noexcept { value_ = (value_ ^ c) * 0x100000001b3; }

    std::uint64_t value_ = 0xcbf29ce484222325;
};

inline std::uint64_t digest_of(std::initializer_list<std::string_view> parts) noexcept {
    Digest digest;
    for (const std::string_view part : parts) {
        digest.take(part);
    }
    return digest.value();
}

/// What an event says under a key; empty where it says nothing.
inline std::string_view value_of(const domain::EventData& data, std::string_view key) {
    const auto found =
        std::find_if(data.begin(), data.end(), [&](const auto& entry) { return entry.first == key; });
    return found == data.end() ? std::string_view() : std::string_view(found->second);
}

/// "LC-7K3M-Q9TX-4.n5" as agencies see it.
inline std::string message_id_of(std::string_view notification) {
    std::string id(notification);
    std::replace(id.begin(), id.end(), '.', '-');
    return id;
}

/// Every word of a report that is kept sealed: as it was handed in, and as the vault opens it again.
[[nodiscard]] std::uint64_t words_of(const domain::Report& report);
[[nodiscard]] std::uint64_t words_of(const casework::OpenedIdentity& identity,
                                     const std::optional<domain::InformantStatement>& informant,
                                     const casework::OpenedNarrative& narrative);

}  // namespace lachan::simulation
