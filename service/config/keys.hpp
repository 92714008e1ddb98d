#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/config/config.hpp"

namespace lachan::config {

/// What is wrong with a value: a code and a sentence.
struct Complaint {
    std::string code;
    std::string detail;
};

/// One row of the table of keys: what people read about it, and how its value gets in and out.
struct Key {
    std::string section;
    std::string name;
    std::string unit;
    std::string sentence;
    /// Reads the value into its field, or leaves it as it was and complains.
    std::function<std::optional<Complaint>(const nlohmann::json&, Config&)> read;
    std::function<nlohmann::json(Config&)> write;
    /// The text of an environment variable or flag as the JSON it stands for.
    std::function<nlohmann::json(std::string_view)> from_text;
    /// Makes a relative path absolute; nothing for other values.
    std::function<void(Config&, const std::filesystem::path& folder)> resolve;

    [[nodiscard]] std::string pointer() const { return "/" + section + "/" + name; }
    [[nodiscard]] std::string dotted() const;
    [[nodiscard]] std::string environment() const;
};

/// Every key whose place is known beforehand, in the order of the struct.
[[nodiscard]] const std::vector<Key>& keys();

/// The object of gateways, each under a name of its own: "gateways/sms" is a section then.
inline constexpr char kGateways[] = "gateways";
/// The keys of the gateway with this name.
[[nodiscard]] std::vector<Key> gateway_keys(const std::string& name);

}  // namespace lachan::config
