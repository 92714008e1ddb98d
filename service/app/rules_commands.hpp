#pragma once

#include <filesystem>
#include <string>

namespace lachan::app {

struct RulesOptions {
    std::filesystem::path pack;       ///< pack.json, or a folder with one.
    std::filesystem::path other;      ///< For `diff`: the newer one.
    std::filesystem::path database;   ///< For `diff --replay`.
    std::filesystem::path report;     ///< For `explain`.
    std::filesystem::path directory;  ///< For `explain`, `lint`; empty: the shipped one.
    std::filesystem::path calendar;   ///< For `explain`; empty: the shipped one.
    std::string language = "vi";
    bool coverage = false;
    bool json = false;
};

/// `lachan rules …`: work on files alone, without an installation.
[[nodiscard]] int run_rules_lint(const RulesOptions& options);
[[nodiscard]] int run_rules_prove(const RulesOptions& options);
[[nodiscard]] int run_rules_test(const RulesOptions& options);
[[nodiscard]] int run_rules_explain(const RulesOptions& options);
[[nodiscard]] int run_rules_diff(const RulesOptions& options);

}  // namespace lachan::app
