#pragma once

#include <memory>
#include <utility>

#include "lachan/vault/key_medium.hpp"

namespace lachan::support {

/// The bytes of a key store on a disk that fails when it is told to.
class TroubledKeys final : public vault::KeyMedium {
public:
    /// The n-th access from now on (1: the next) fails.
    void refuse(int nth) {
        left_ = nth;
        struck_ = false;
    }
    [[nodiscard]] bool struck() const noexcept { return struck_; }

    [[nodiscard]] Result<std::int64_t> size() const override { return sound_->size(); }
    [[nodiscard]] Result<void> read(std::int64_t offset, std::span<std::uint8_t> out) const override {
        return strikes() ? refusal() : sound_->read(offset, out);
    }
    [[nodiscard]] Result<void> write(std::int64_t offset, BytesView bytes) override {
        return strikes() ? refusal() : sound_->write(offset, bytes);
    }

private:
    [[nodiscard]] bool strikes() const {
        const bool strikes = left_ > 0 && --left_ == 0;
        struck_ = struck_ || strikes;
        return strikes;
    }
    [[nodiscard]] static Result<void> refusal() {
        return Error(Errc::storage, "the key store cannot be read");
    }

    std::unique_ptr<vault::KeyMedium> sound_ = vault::make_key_memory();
    mutable int left_ = 0;
    mutable bool struck_ = false;
};

}  // namespace lachan::support
