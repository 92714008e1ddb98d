#pragma once

#include <utility>

namespace lachan {

/// Something that must not be printed: it has no formatter and no stream operator, so logging one does not
/// compile. `reveal()` marks each place where the plain value is needed.
template <class T>
class Secret {
public:
    Secret() = default;
    explicit Secret(T value) : value_(std::move(value)) {}

    [[nodiscard]] const T& reveal() const noexcept { return value_; }

private:
    T value_{};
};

}  // namespace lachan
