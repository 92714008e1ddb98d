#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <utility>

#include "lachan/base/time.hpp"
#include "lachan/casework/queries.hpp"

namespace lachan::http {

/// Documents of cases as they were drawn last. Everybody asks how a case stands, and most often nothing has
/// happened since: then rights and version are read, and nothing else. Of one thread.
class DrawnCases {
public:
    /// The document of this version, while it says what is true at `now`; null: not at hand. Valid until
    /// something is kept.
    [[nodiscard]] const std::string* find(const casework::CaseVersion& version, Instant now);
    /// Keeps what was drawn of this view at `now`, unless it depends on more than its version.
    void keep(const casework::CaseView& view, Instant now, std::string text);

private:
    struct Drawn {
        casework::CaseVersion version;
        Instant until;  ///< From then on a duty in it is overdue.
        std::string text;
    };
    using Drawns = std::list<Drawn>;
    using Key = std::pair<domain::CaseNo, bool>;

    [[nodiscard]] static Key key_of(const casework::CaseVersion& version) noexcept {
        return {version.no, version.with_steps};
    }
    void drop(std::map<Key, Drawns::iterator>::iterator place);

    Drawns drawn_;  ///< The one asked for last stands first.
    std::map<Key, Drawns::iterator> places_;
    std::size_t bytes_ = 0;
};

}  // namespace lachan::http
