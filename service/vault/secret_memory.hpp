#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

namespace lachan::vault {

/// Short-lived key material on the stack: wiped when it goes.
template <std::size_t Size>
class Wiped {
public:
    Wiped() = default;
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    Wiped(Wiped&& other) noexcept : bytes_(other.bytes_) { sodium_memzero(other.bytes_.data(), Size); }
    Wiped& operator=(Wiped&&) = delete;
    ~Wiped() { sodium_memzero(bytes_.data(), Size); }

    [[nodiscard]] std::uint8_t* data() noexcept { return bytes_.data(); }
    [[nodiscard]] const std::uint8_t* data() const noexcept { return bytes_.data(); }

private:
    std::array<std::uint8_t, Size> bytes_{};
};

using Key = Wiped<32>;

/// Long-lived key material on pages of its own: not swapped, not in core dumps, wiped when it goes.
template <class T>
std::shared_ptr<T> make_locked() {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) == 1,
                  "sodium_malloc aligns to the page's end");
    void* const memory = sodium_malloc(sizeof(T));
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return std::shared_ptr<T>(new (memory) T(), [](T* locked) { sodium_free(locked); });
}

}  // namespace lachan::vault
