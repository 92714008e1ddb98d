#include "law_commands.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "console.hpp"
#include "data.hpp"
#include "files.hpp"
#include "lachan/casework/deadline_moves.hpp"
#include "lachan/casework/transition.hpp"
#include "lachan/deadlines/notice.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

/// What an installation has and what the command needs of it.
struct Opened {
    std::unique_ptr<Data> data;
    LoadedWorld loaded;
};

Result<Opened> open(const config::Config& config) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return data.error();
    }
    auto loaded = load_world(config, **data);
    if (!loaded) {
        return loaded.error();
    }
    return Opened{std::move(*data), std::move(*loaded)};
}

/// The world as it will be with the new calendar.
Result<casework::CalendarChange> change_to(const std::string& text, const casework::World& present) {
    auto calendar = deadlines::Calendar::parse(text);
    if (!calendar) {
        return calendar.error();
    }
    auto next = std::make_shared<casework::World>(present);
    next->calendar = std::make_shared<const deadlines::Calendar>(std::move(*calendar));
    return casework::CalendarChange{present.calendar, std::move(next)};
}

/// "vietnam.2026-11-23.json" beside "vietnam.json".
std::filesystem::path kept_as(const std::filesystem::path& file, const std::string& version) {
    std::string safe = version;
    std::replace(safe.begin(), safe.end(), '/', '_');
    return file.parent_path() / (file.stem().string() + "." + safe + file.extension().string());
}

/// The former calendar stays beside the new one under its version; the same one may be there from an earlier
/// try.
Result<void> put_calendar(const std::filesystem::path& file,
                          const std::filesystem::path& beside,
                          const std::string& former,
                          const std::string& text) {
    std::error_code failure;
    if (std::filesystem::exists(beside, failure)) {
        const auto there = read_file(beside);
        if (!there || *there != former) {
            return Error(Errc::validation_failed,
                         beside.string() + " is there with another content: move it away first");
        }
    } else if (auto kept = write_new_file(beside, former, Privacy::open); !kept) {
        return kept;
    }
    return replace_file(file, text);
}

/// Hands `all` to `apply` in parts, each in a unit of work; says how many took effect.
template <class Item, class Apply>
Result<std::size_t> in_units(store::SqliteStore& store,
                             const std::vector<Item>& all,
                             std::size_t most,
                             Apply apply) {
    const std::span<const Item> items(all);
    std::size_t done = 0;
    for (std::size_t from = 0; from < items.size(); from += most) {
        const auto part = items.subspan(from, std::min(most, items.size() - from));
        std::size_t changed = 0;
        const auto committed = store.commit_now([&](casework::Tx& tx) -> Result<void> {
            changed = apply(tx, part);
            return {};
        });
        if (!committed) {
            return committed.error();
        }
        done += changed;
    }
    return done;
}

ordered_json to_json(const std::vector<casework::DeadlineMove>& moves) {
    ordered_json items = ordered_json::array();
    for (const casework::DeadlineMove& move : moves) {
        items.push_back({{"case", move.case_code},
                         {"duty", move.name},
                         {"kind", move.kind},
                         {"from", to_rfc3339(move.from)},
                         {"to", to_rfc3339(move.to)}});
    }
    return items;
}

void print_plain(const std::vector<casework::DeadlineMove>& moves) {
    std::vector<std::vector<std::string>> rows;
    for (const casework::DeadlineMove& move : moves) {
        rows.push_back({move.name, move.kind, to_rfc3339(move.from), to_rfc3339(move.to)});
    }
    if (!rows.empty()) {
        print_table({"việc / duty", "loại / kind", "hạn cũ / from", "hạn mới / to"}, rows);
    }
}

ordered_json to_json(const std::vector<casework::Transfer>& transfers) {
    ordered_json items = ordered_json::array();
    for (const casework::Transfer& each : transfers) {
        items.push_back({{"case", each.case_code},
                         {"duty", each.name},
                         {"kind", each.kind},
                         {"from", each.from.text()},
                         {"ended", each.ended ? ordered_json(to_rfc3339(*each.ended)) : ordered_json()},
                         {"to", each.to.empty() ? ordered_json() : ordered_json(each.to.text())},
                         {"role", each.role},
                         {"unit", each.unit.text()},
                         {"ground", each.ground}});
    }
    return items;
}

void print_plain(const std::vector<casework::Transfer>& transfers) {
    std::vector<std::vector<std::string>> rows;
    for (const casework::Transfer& each : transfers) {
        rows.push_back(
            {each.name, each.kind, each.from.text(), each.to.empty() ? "-" : each.to.text(), each.ground});
    }
    if (!rows.empty()) {
        print_table({"việc / duty", "loại / kind", "từ / from", "đến / to", "lý do / ground"}, rows);
    }
}

void print_outcome(std::size_t planned, std::size_t done, bool dry_run, std::string_view what) {
    print_line(dry_run
                   ? std::to_string(planned) + " " + std::string(what) + " would change; nothing was changed"
                   : std::to_string(done) + " of " + std::to_string(planned) + " " + std::string(what) +
                         " changed");
}

}  // namespace

int run_calendar_import(const config::Config& config, const CalendarImport& wanted) {
    const auto opened = open(config);
    if (!opened) {
        return complain(opened.error());
    }
    const auto given = read_file(wanted.file);
    if (!given) {
        return complain(given.error());
    }
    const auto text = deadlines::next_calendar(opened->loaded.calendar, *given);
    if (!text) {
        return complain(text.error());
    }
    const auto change = change_to(*text, *opened->loaded.world);
    if (!change) {
        return complain(change.error());
    }
    Data& data = *opened->data;
    std::vector<casework::DeadlineMove> moves;
    const auto looked = data.store->read_now([&](const casework::View& view) -> Result<void> {
        moves = casework::plan_moves(view, *data.vault, *change, data.clock.now());
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    const std::string former = change->before->version();
    const auto beside = kept_as(config.calendar.path, former);
    std::size_t moved = 0;
    if (!wanted.dry_run) {
        if (const auto put = put_calendar(config.calendar.path, beside, opened->loaded.calendar, *text);
            !put) {
            return complain(put.error());
        }
        const auto applied =
            in_units(*data.store, moves, casework::kMovesInUnit, [&](casework::Tx& tx, auto part) {
                return casework::apply_moves(tx, *data.vault, *change, part);
            });
        if (!applied) {
            return complain(applied.error());
        }
        moved = *applied;
    }
    if (wanted.json) {
        ordered_json document = {{"dry_run", wanted.dry_run},
                                 {"version_from", former},
                                 {"version_to", change->world->calendar->version()},
                                 {"moves", to_json(moves)},
                                 {"moved", moved}};
        document["kept_as"] = wanted.dry_run ? ordered_json() : ordered_json(beside.string());
        print_line(document.dump());
        return kGood;
    }
    print_line("lịch / calendar  " + former + " → " + change->world->calendar->version());
    print_plain(moves);
    print_outcome(moves.size(), moved, wanted.dry_run, "deadlines");
    if (!wanted.dry_run) {
        print_line("kept the former calendar as " + beside.string());
        print_line(
            "dịch vụ đang chạy: gửi SIGHUP để nạp lịch mới / a running service takes it up with SIGHUP");
    }
    return kGood;
}

int run_directory_transition(const config::Config& config, const DirectoryTransition& wanted) {
    const auto opened = open(config);
    if (!opened) {
        return complain(opened.error());
    }
    Data& data = *opened->data;
    const Instant now = data.clock.now();
    const auto at = wanted.at.empty() ? std::optional(now) : parse_rfc3339(wanted.at);
    if (!at || (*at > now && !wanted.dry_run)) {
        return complain(Error(Errc::validation_failed,
                              "--at is an RFC 3339 instant; one that is still to come only with --dry-run"));
    }
    const auto& world = opened->loaded.world;
    std::vector<casework::Transfer> transfers;
    const auto looked = data.store->read_now([&](const casework::View& view) -> Result<void> {
        transfers = casework::plan_transfers(view, *data.vault, *world, *at);
        return {};
    });
    if (!looked) {
        return complain(looked.error());
    }
    std::size_t done = 0;
    if (!wanted.dry_run) {
        const auto applied =
            in_units(*data.store, transfers, casework::kTransfersInUnit, [&](casework::Tx& tx, auto part) {
                return casework::apply_transfers(tx, *data.vault, world, part, *at);
            });
        if (!applied) {
            return complain(applied.error());
        }
        done = *applied;
    }
    if (wanted.json) {
        print_line(ordered_json{
            {"dry_run", wanted.dry_run},
            {"at", to_rfc3339(*at)},
            {"transfers", to_json(transfers)},
            {"transferred",
             done}}.dump());
        return kGood;
    }
    print_plain(transfers);
    print_outcome(transfers.size(), done, wanted.dry_run, "duties");
    return kGood;
}

}  // namespace lachan::app
