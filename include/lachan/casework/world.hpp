#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lachan/base/packing.hpp"
#include "lachan/deadlines/calendar.hpp"
#include "lachan/directory/directory.hpp"
#include "lachan/policy/pack.hpp"

namespace lachan::casework {

/// The law, the bodies and the calendar in force: one immutable value. Each operation takes it once, so that
/// a reload in the middle cannot give it two minds.
struct World {
    std::map<std::string, std::shared_ptr<const policy::Pack>, std::less<>>
        packs;  ///< By "id@version": also those of old cases.
    std::shared_ptr<const directory::Directory> directory;
    std::shared_ptr<const deadlines::Calendar> calendar;
    std::shared_ptr<const Dictionary>
        answers;  ///< What answers repeat, to keep them short; null: kept longer.

    /// The pack for a report received at `at`: of those valid then the latest version. Null where there is
    /// none.
    [[nodiscard]] const policy::Pack* pack_at(Instant at) const;
    /// The pack a case was opened under; null where it is lost (which `check invariants` reports).
    [[nodiscard]] const policy::Pack* pack(std::string_view key) const;
};

/// The world in force, swapped whole by a reload. Used on the network thread only.
class Worlds {
public:
    explicit Worlds(std::shared_ptr<const World> first) : current_(std::move(first)) {}

    [[nodiscard]] std::shared_ptr<const World> current() const noexcept { return current_; }
    void replace(std::shared_ptr<const World> next) noexcept { current_ = std::move(next); }

private:
    std::shared_ptr<const World> current_;
};

}  // namespace lachan::casework
