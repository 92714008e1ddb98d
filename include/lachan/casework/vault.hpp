#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lachan/base/bytes.hpp"
#include "lachan/base/error.hpp"
#include "lachan/base/secret.hpp"
#include "lachan/domain/case.hpp"
#include "lachan/domain/ids.hpp"
#include "lachan/domain/report.hpp"

namespace lachan::casework {

/// Which key of the key store seals a case. The key store is a file of its own, so that destroying one key
/// makes the identities unreadable in every copy and backup of the database.
enum class KeySlot : std::int64_t {};

/// What a searcher or a similarity check may compare without reading it: a keyed hash of folded text.
using TraceHash = std::int64_t;
enum class TraceKind : std::uint8_t { child_name, phone, reference, other_name, informant_name };

struct Receipt {
    std::string text;  ///< Shown once.
    Bytes hash;        ///< What is stored.
};

/// What the sealed parts of a report say, opened.
struct OpenedIdentity {
    std::vector<domain::ChildStatement> children;
    std::vector<domain::SuspectStatement> suspects;
};
struct OpenedNarrative {
    std::string narrative;
    std::string place_detail;
    std::string unknown_fields;
};

/// Keys, seals and keyed hashes as a seam: libsodium and a key file in production, the same in memory in the
/// simulation. Callable from any thread.
class Vault {
public:
    Vault() = default;
    Vault(const Vault&) = delete;
    Vault& operator=(const Vault&) = delete;
    virtual ~Vault() = default;

    /// The public code of a case: a keyed permutation of its number, so that codes are not sequential and
    /// need no index.
    [[nodiscard]] virtual std::string case_code(domain::CaseNo number) const = 0;
    /// Errors: `case_code_invalid` where the check letter does not fit.
    [[nodiscard]] virtual Result<domain::CaseNo> case_no(std::string_view code) const = 0;

    /// A fresh key for a new case. Errors: `storage`.
    [[nodiscard]] virtual Result<KeySlot> new_key() = 0;
    /// Whether the key is no more because it was destroyed. Errors: `storage`, `not_found` (never made).
    [[nodiscard]] virtual Result<bool> destroyed(KeySlot slot) const = 0;
    /// Destroys the key of a case: what it sealed can be read no more, here and in every copy of the
    /// database. Durable when it returns; again is no error. Errors: `storage`, `not_found` (no such slot).
    [[nodiscard]] virtual Result<void> destroy(KeySlot slot) = 0;
    /// Errors: `storage`; `not_found` where the key was destroyed.
    [[nodiscard]] virtual Result<domain::SealedReport> seal(KeySlot slot, const domain::Report& report) = 0;
    /// Errors: `not_found` where the key was destroyed; `internal` where the ciphertext does not belong to
    /// it.
    [[nodiscard]] virtual Result<OpenedIdentity> open_identity(KeySlot slot,
                                                               const domain::ReportId& report,
                                                               BytesView sealed) const = 0;
    [[nodiscard]] virtual Result<std::optional<domain::InformantStatement>> open_informant(
        KeySlot slot, const domain::ReportId& report, BytesView sealed) const = 0;
    [[nodiscard]] virtual Result<OpenedNarrative> open_narrative(KeySlot slot,
                                                                 const domain::ReportId& report,
                                                                 BytesView sealed) const = 0;
    /// Text under a case's key (notes of steps).
    [[nodiscard]] virtual Result<Bytes> seal_text(KeySlot slot,
                                                  std::string_view context,
                                                  std::string_view text) = 0;
    [[nodiscard]] virtual Result<std::string> open_text(KeySlot slot,
                                                        std::string_view context,
                                                        BytesView sealed) const = 0;

    /// Text under the service's own key (kept replies, endpoint secrets).
    [[nodiscard]] virtual Bytes seal_own(std::string_view context, std::string_view text) = 0;
    [[nodiscard]] virtual Result<std::string> open_own(std::string_view context, BytesView sealed) const = 0;

    [[nodiscard]] virtual Receipt issue_receipt() = 0;
    /// Errors: `receipt_invalid` where the check digit does not fit.
    [[nodiscard]] virtual Result<Bytes> receipt_hash(std::string_view text) const = 0;
    /// A new API token ("lck_" and 43 letters), and what is stored of it.
    [[nodiscard]] virtual Secret<std::string> new_token() = 0;
    [[nodiscard]] virtual Bytes token_hash(std::string_view token) const = 0;
    /// A new webhook secret ("whsec_" and base 64 of 32 bytes).
    [[nodiscard]] virtual Secret<std::string> new_webhook_secret() = 0;
    /// Keyed hash of the folded text (tone marks, đ, case, blanks; digits only for phones); none for an empty
    /// one.
    [[nodiscard]] virtual std::optional<TraceHash> trace(TraceKind kind, std::string_view text) const = 0;
    /// Keyed digest of a request's body: tells a repetition from another request under the same key.
    [[nodiscard]] virtual Bytes fingerprint(std::string_view text) const = 0;
};

}  // namespace lachan::casework
