#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/config/config.hpp"
#include "lachan/vault/sodium_vault.hpp"

/// What the service states under its signature, so that anybody can verify it without asking the service: a
/// JSON text whose very bytes are signed, the signature, and the key that it claims.
namespace lachan::app {

/// The document with `content` signed. Its first member is the kind.
[[nodiscard]] nlohmann::ordered_json sign_statement(const vault::SodiumVault& vault,
                                                    std::string_view kind,
                                                    const nlohmann::ordered_json& content);

/// A key as it was given: base 64, or a file that holds it. Errors: `validation_failed`.
[[nodiscard]] Result<vault::PublicKey> read_public_key(const std::string& given);

/// The content of a document, where `key` signed it as this kind. Errors: `precondition_failed` where it was
/// changed, is of another kind, or another key signed it.
[[nodiscard]] Result<nlohmann::ordered_json> open_statement(const nlohmann::ordered_json& document,
                                                            const vault::PublicKey& key,
                                                            std::string_view kind);

/// Reads a file ("-": standard input) and opens what is in it. Errors: as `open_statement`; `storage`.
[[nodiscard]] Result<nlohmann::ordered_json> open_statement_file(const std::string& file,
                                                                 const vault::PublicKey& key,
                                                                 std::string_view kind);

/// Verifies one such file, says what it states, and returns the exit code.
[[nodiscard]] int answer_verification(const std::string& file,
                                      const std::string& key,
                                      std::string_view kind,
                                      bool json);

/// How the installation calls itself in what it signs.
[[nodiscard]] std::string service_name(const config::Config& config);

}  // namespace lachan::app
