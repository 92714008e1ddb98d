#pragma once

#include <filesystem>
#include <string>

#include "lachan/config/config.hpp"

/// Commands that change law data under open cases: first what would follow, then, if wanted, the change
/// itself.
namespace lachan::app {

struct CalendarImport {
    std::filesystem::path file;  ///< A calendar, or a notice that changes some days.
    bool dry_run = false;
    bool json = false;
};
/// `lachan calendar import FILE [--dry-run]`: which open deadlines move; then the new calendar in its place,
/// the old one beside it, and the deadlines moved. A running service does the same at its next reload, which
/// changes nothing more.
[[nodiscard]] int run_calendar_import(const config::Config& config, const CalendarImport& wanted);

struct DirectoryTransition {
    std::string at;  ///< RFC 3339; empty: now.
    bool dry_run = false;
    bool json = false;
};
/// `lachan directory transition [--at INSTANT] [--dry-run]`: duties of bodies that are no more go to those
/// that took over.
[[nodiscard]] int run_directory_transition(const config::Config& config, const DirectoryTransition& wanted);

}  // namespace lachan::app
