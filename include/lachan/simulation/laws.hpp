#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lachan/base/error.hpp"
#include "lachan/casework/world.hpp"
#include "lachan/simulation/seeded_entropy.hpp"

namespace lachan::simulation {

/// The law as its files have it.
struct LawTexts {
    std::vector<std::string> packs;
    std::string areas;
    std::string roles;
    std::string agencies;
    std::string calendar;
};

/// The law that simulated worlds begin with.
struct Laws {
    LawTexts texts;
    std::shared_ptr<const casework::World> world;
};

/// Errors: what the file's own reader says.
[[nodiscard]] Result<std::shared_ptr<const Laws>> read_laws(LawTexts texts);

/// Law that changes while a world lives, as legislators and governments change it.
class ChangingLaws {
public:
    explicit ChangingLaws(std::shared_ptr<const Laws> laws);

    /// A new version of a pack is in force: another limit for one duty. Cases keep the version they were
    /// opened under.
    [[nodiscard]] std::shared_ptr<const casework::World> new_version(Dice& dice);
    /// A notice makes some days of the next weeks holidays, or working days.
    [[nodiscard]] std::shared_ptr<const casework::World> new_notice(Dice& dice, Instant now);
    /// A role of one body is another one's of the same area from now on. Who has a duty already keeps it.
    [[nodiscard]] std::shared_ptr<const casework::World> new_holder(Dice& dice, Instant now);
    [[nodiscard]] const std::shared_ptr<const casework::World>& present() const noexcept { return present_; }

private:
    std::shared_ptr<const Laws> laws_;
    std::shared_ptr<const casework::World> present_;
    std::string calendar_;
    std::string agencies_;
    int versions_ = 0;
};

}  // namespace lachan::simulation
