#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "lachan/base/time.hpp"

namespace lachan::simulation {

/// What happened in a world, line by line. All of it goes into a digest, by which two runs of one seed are
/// compared; the last lines are kept to be read.
class Trace {
public:
    void add(Instant at, std::string_view line);

    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
    [[nodiscard]] std::string last_lines() const;

private:
    std::uint64_t digest_ = 0xcbf29ce484222325;  ///< FNV-1a: told apart, not protected.
    std::deque<std::pair<Instant, std::string>> kept_;
};

}  // namespace lachan::simulation
