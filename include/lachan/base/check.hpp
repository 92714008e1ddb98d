#pragma once

#include <stdexcept>
#include <string>

namespace lachan {

/// An invariant of ours is broken. The unit of work it happens in is undone; other cases go on.
class BrokenInvariant : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

}  // namespace lachan

/// States an invariant; stays on in release. The text is the expression, so write it to be read.
#define LACHAN_CHECK(expression)                                                                       \
    do {                                                                                               \
        if (!(expression)) [[unlikely]] {                                                              \
            throw ::lachan::BrokenInvariant(std::string(__FILE__ ": broken invariant: " #expression)); \
        }                                                                                              \
    } while (false)
