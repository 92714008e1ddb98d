#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace lachan::simulation {

/// The bytes of a file, in blocks, so that a file of gigabytes grows without being moved.
class Content {
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] Content copy() const {
        Content same;
        same.size_ = size_;
        for (const auto& block : blocks_) {
            same.blocks_.push_back(std::make_unique<Block>(*block));
        }
        return same;
    }

    /// Adds to `bytes` what stands there, as far as anything does; says how much did.
    std::size_t append_part(std::size_t offset, std::size_t amount, std::vector<std::uint8_t>& bytes) const {
        const std::size_t there = present(offset, amount);
        each_block(offset, there, [&](std::size_t block, std::size_t from, std::size_t length) {
            const auto* const first = blocks_[block]->data() + from;
            bytes.insert(bytes.end(), first, first + length);
        });
        return there;
    }

    [[nodiscard]] std::vector<std::uint8_t> part(std::size_t offset, std::size_t amount) const {
        std::vector<std::uint8_t> bytes;
        append_part(offset, amount, bytes);
        return bytes;
    }

    /// What lies beyond the end reads as nothing: says how much was there.
    std::size_t read(std::size_t offset, std::uint8_t* out, std::size_t amount) const {
        const std::size_t there = present(offset, amount);
        each_block(offset, there, [&](std::size_t block, std::size_t from, std::size_t length) {
            std::copy_n(blocks_[block]->begin() + static_cast<std::ptrdiff_t>(from), length, out);
            out += length;
        });
        return there;
    }

    /// A gap before `offset` becomes zeros.
    void write(std::size_t offset, const std::uint8_t* bytes, std::size_t amount) {
        if (amount == 0) {
            return;
        }
        resize(std::max(size_, offset + amount));
        each_block(offset, amount, [&](std::size_t block, std::size_t from, std::size_t length) {
            std::copy_n(bytes, length, blocks_[block]->begin() + static_cast<std::ptrdiff_t>(from));
            bytes += length;
        });
    }

    void resize(std::size_t size) {
        while (blocks_.size() * kBlock < size) {
            blocks_.push_back(std::make_unique<Block>());
        }
        const std::size_t kept = (size + kBlock - 1) / kBlock;
        blocks_.resize(kept);
        if (size < size_ && size % kBlock != 0) {  // what was cut off must not show when the file grows again
            std::fill(blocks_.back()->begin() + static_cast<std::ptrdiff_t>(size % kBlock),
                      blocks_.back()->end(),
                      0);
        }
        size_ = size;
    }

private:
    static constexpr std::size_t kBlock = std::size_t{256} * 1024;
    using Block = std::array<std::uint8_t, kBlock>;

    [[nodiscard]] std::size_t present(std::size_t offset, std::size_t amount) const noexcept {
        return offset < size_ ? std::min(amount, size_ - offset) : 0;
    }

    template <class Do>
    static void each_block(std::size_t offset, std::size_t amount, Do work) {
        while (amount > 0) {
            const std::size_t from = offset % kBlock;
            const std::size_t length = std::min(amount, kBlock - from);
            work(offset / kBlock, from, length);
            offset += length;
            amount -= length;
        }
    }

    std::vector<std::unique_ptr<Block>> blocks_;
    std::size_t size_ = 0;
};

}  // namespace lachan::simulation
