#pragma once

#include <string>

#include "lachan/config/config.hpp"

/// `lachan receipt`: what the holder of a receipt can have proved.
namespace lachan::app {

/// Prints the public key that proofs, certificates and heads of the record are verified with.
[[nodiscard]] int run_receipt_key(const config::Config& config, bool json);

/// Verifies what `POST /v1/status/proof` answered, without an installation.
[[nodiscard]] int run_receipt_verify(const std::string& file, const std::string& key, bool json);

}  // namespace lachan::app
