#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "lachan/base/log.hpp"
#include "lachan/config/config.hpp"

/// Readings of single values. What is wrong is said in a sentence that goes behind the key's name.
namespace lachan::config {

[[nodiscard]] std::optional<Listen> parse_listen(std::string_view text);

/// Whether the text is an address or a block of addresses without bits set behind its prefix.
[[nodiscard]] bool is_cidr(std::string_view text);

/// The URL without slashes at its end; none where it is no plain http or https URL.
[[nodiscard]] std::optional<std::string> parse_public_url(std::string_view text);

/// "smtp://host" or "smtps://host", a port behind it or none.
[[nodiscard]] bool is_mail_server(std::string_view text);
/// One mail address without a name beside it. What exactly may stand in it is for `delivery` to say.
[[nodiscard]] bool is_mailbox(std::string_view text);

[[nodiscard]] std::optional<log::Level> parse_level(std::string_view text);
[[nodiscard]] std::string_view text_of(log::Level level);

/// The one of `known` that a mistyped `text` most likely means; empty where none is near.
[[nodiscard]] std::string nearest(std::string_view text, const std::vector<std::string>& known);

}  // namespace lachan::config
