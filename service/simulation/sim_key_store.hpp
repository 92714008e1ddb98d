#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lachan/simulation/seeded_entropy.hpp"
#include "lachan/simulation/sim_disk.hpp"
#include "lachan/simulation/sim_world.hpp"
#include "lachan/vault/key_medium.hpp"

namespace lachan::simulation {

/// The key store on the machine whose processes die and whose power fails. A write is on the medium when it
/// returns. One in the middle of which the power goes out keeps its front, or less; where only the process
/// died, the next one sees that front, but nobody has synced it: only the next write does.
class SimKeyStore final : public vault::KeyMedium {
public:
    SimKeyStore(SimDisk& disk, std::uint64_t seed) : disk_(disk), dice_(seed) {}

    /// The process dies in the middle of the next write.
    void crash_in_write(Crash kind) noexcept { dies_by_ = kind; }
    /// How it died in a write, if it did.
    [[nodiscard]] std::optional<Crash> died() const noexcept { return died_by_; }
    /// A new life: what was to come does not come any more.
    void forget() noexcept {
        dies_by_.reset();
        died_by_.reset();
    }
    /// Of what nobody synced a front is left, or less.
    void lose_power() {
        for (const Write& write : unsynced_) {
            place(synced_, write.offset, front_of(write.bytes));
        }
        unsynced_.clear();
        seen_ = synced_;
    }

    [[nodiscard]] Result<std::int64_t> size() const override {
        return static_cast<std::int64_t>(seen_.size());
    }
    [[nodiscard]] Result<void> read(std::int64_t offset, std::span<std::uint8_t> out) const override {
        const auto from = static_cast<std::size_t>(offset);
        if (from > seen_.size() || out.size() > seen_.size() - from) {
            return Error(Errc::storage, "read beyond the end of the key store");
        }
        std::copy_n(seen_.begin() + offset, out.size(), out.begin());
        return {};
    }
    [[nodiscard]] Result<void> write(std::int64_t offset, BytesView bytes) override {
        if (disk_.powerless()) {
            return Error(Errc::storage, "the power is out");
        }
        died_by_ = std::exchange(dies_by_, std::nullopt);
        const BytesView written = died_by_ ? front_of(bytes) : bytes;
        place(seen_, offset, written);
        unsynced_.push_back({offset, Bytes(written.begin(), written.end())});
        if (died_by_) {
            disk_.cut();
            return Error(Errc::storage, "the process died");
        }
        for (const Write& each : unsynced_) {
            place(synced_, each.offset, each.bytes);
        }
        unsynced_.clear();
        return {};
    }

private:
    struct Write {
        std::int64_t offset;
        Bytes bytes;
    };

    [[nodiscard]] BytesView front_of(BytesView bytes) {
        return bytes.first(static_cast<std::size_t>(dice_.below(bytes.size() + 1)));
    }
    static void place(Bytes& content, std::int64_t offset, BytesView bytes) {
        content.resize(std::max(content.size(), static_cast<std::size_t>(offset) + bytes.size()));
        std::copy(bytes.begin(), bytes.end(), content.begin() + offset);
    }

    SimDisk& disk_;
    Dice dice_;
    Bytes seen_;
    Bytes synced_;
    std::vector<Write> unsynced_;
    std::optional<Crash> dies_by_;
    std::optional<Crash> died_by_;
};

}  // namespace lachan::simulation
