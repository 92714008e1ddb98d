#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lachan/simulation/seeded_entropy.hpp"
#include "lachan/simulation/sim_disk.hpp"
#include "lachan/vault/key_medium.hpp"

namespace lachan::simulation {

/// The key store on the machine whose power fails. A write is on the medium when it returns; one in the
/// middle of which the power goes out keeps its front, or less.
class SimKeyStore final : public vault::KeyMedium {
public:
    SimKeyStore(SimDisk& disk, std::uint64_t seed)
        : disk_(disk), dice_(seed), kept_(vault::make_key_memory()) {}

    /// The power fails in the middle of the next write.
    void crash_in_write() noexcept { crashes_ = true; }
    /// A new life: what was to come does not come any more.
    void forget() noexcept { crashes_ = false; }

    [[nodiscard]] Result<std::int64_t> size() const override { return kept_->size(); }
    [[nodiscard]] Result<void> read(std::int64_t offset, std::span<std::uint8_t> out) const override {
        return kept_->read(offset, out);
    }
    [[nodiscard]] Result<void> write(std::int64_t offset, BytesView bytes) override {
        if (disk_.powerless()) {
            return Error(Errc::storage, "the power is out");
        }
        if (!crashes_) {
            return kept_->write(offset, bytes);
        }
        const auto front = static_cast<std::size_t>(dice_.below(bytes.size() + 1));
        (void)kept_->write(offset, bytes.first(front));
        disk_.cut();
        return Error(Errc::storage, "the power failed");
    }

private:
    SimDisk& disk_;
    Dice dice_;
    std::unique_ptr<vault::KeyMedium> kept_;
    bool crashes_ = false;
};

}  // namespace lachan::simulation
