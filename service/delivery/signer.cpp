#include "lachan/delivery/signer.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lachan/base/bytes.hpp"
#include "lachan/base/check.hpp"
#include "lachan/base/number.hpp"

namespace lachan::delivery {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::string_view kVersion = "v1,";
constexpr std::size_t kShortestKey = 24;       // the standard's bounds of a symmetric secret
constexpr std::size_t kLongestKey = 64;        //
constexpr std::size_t kLongestId = 256;        // our ids have 36 characters; a header must stay small
constexpr std::size_t kLongestTimestamp = 12;  // seconds until the year 33658
constexpr std::size_t kMostSignatures = 16;    // a receiver should not compute for a list without end

/// A decoded secret, wiped when it goes.
class Key {
public:
    explicit Key(Bytes bytes) : bytes_(std::move(bytes)) {}
    Key(Key&&) noexcept = default;
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    Key& operator=(Key&&) = delete;
    ~Key() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

    [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

private:
    Bytes bytes_;
};

std::optional<Key> read_key(const Secret<std::string>& secret) {
    std::string_view text = secret.reveal();
    if (!text.starts_with(kSecretPrefix)) {
        return std::nullopt;
    }
    text.remove_prefix(kSecretPrefix.size());
    auto bytes = from_base64(text);
    if (!bytes || bytes->size() < kShortestKey || bytes->size() > kLongestKey) {
        return std::nullopt;
    }
    return Key(std::move(*bytes));
}

/// Visible ASCII only: nothing that could end a header or start another.
bool fits_a_header(std::string_view text) {
    const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
    return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, visible);
}

std::string signed_content(std::string_view id, std::string_view timestamp, std::string_view body) {
    std::string content;
    content.reserve(id.size() + timestamp.size() + body.size() + 2);
    content.append(id).append(1, '.').append(timestamp).append(1, '.').append(body);
    return content;
}

std::string mac(const Key& key, std::string_view content) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    const auto* const made = HMAC(EVP_sha256(),
                                  key.bytes().data(),
                                  static_cast<int>(key.bytes().size()),
                                  as_bytes(content).data(),
                                  content.size(),
                                  digest.data(),
                                  &length);
    LACHAN_CHECK(made != nullptr);
    return to_base64(BytesView(digest.data(), length));
}

bool same(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

/// True if one of the blank-separated "v1,…" items is `wanted`; looks at every item whatever it finds.
bool holds_signature(std::string_view list, std::string_view wanted) {
    bool found = false;
    for (std::size_t count = 0; count < kMostSignatures && !list.empty(); ++count) {
        const std::size_t end = std::min(list.find(' '), list.size());
        std::string_view item = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (item.starts_with(kVersion)) {
            item.remove_prefix(kVersion.size());
            found = same(item, wanted) || found;
        }
    }
    return found;
}

/// The signed instant; none where the text is not a plain count of seconds.
std::optional<std::chrono::sys_seconds> read_timestamp(std::string_view text) {
    if (text.empty() || text.size() > kLongestTimestamp) {
        return std::nullopt;
    }
    const auto seconds = parse_whole<std::int64_t>(text);
    if (!seconds || *seconds < 0) {
        return std::nullopt;
    }
    return std::chrono::sys_seconds(std::chrono::seconds(*seconds));
}

}  // namespace

std::string_view text_of(SignatureFault fault) noexcept {
    switch (fault) {
        case SignatureFault::header_missing:
            return "header_missing";
        case SignatureFault::header_malformed:
            return "header_malformed";
        case SignatureFault::too_old:
            return "too_old";
        case SignatureFault::too_new:
            return "too_new";
        case SignatureFault::secret_malformed:
            return "secret_malformed";
        case SignatureFault::no_match:
            return "no_match";
    }
    return "no_match";
}

Result<SignatureHeaders> sign(SecretView secrets, std::string_view id, Instant at, std::string_view body) {
    if (secrets.empty()) {
        return Error(Errc::validation_failed, "no secret to sign with");
    }
    if (!fits_a_header(id)) {
        return Error(Errc::validation_failed, "message id does not fit a header");
    }
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    SignatureHeaders headers{std::string(id), std::to_string(seconds), {}};
    const std::string content = signed_content(id, headers.timestamp, body);
    for (const Secret<std::string>& secret : secrets) {
        const auto key = read_key(secret);
        if (!key) {
            return Error(Errc::validation_failed, "a secret is not whsec_ and base 64 of 24 to 64 bytes");
        }
        headers.signature.append(headers.signature.empty() ? "" : " ").append(kVersion);
        headers.signature += mac(*key, content);
    }
    return headers;
}

std::optional<SignatureFault> verify(SecretView secrets,
                                     const SignatureHeaders& headers,
                                     std::string_view body,
                                     Instant now) {
    if (headers.id.empty() || headers.timestamp.empty() || headers.signature.empty()) {
        return SignatureFault::header_missing;
    }
    const auto at = read_timestamp(headers.timestamp);
    if (!at || !fits_a_header(headers.id)) {
        return SignatureFault::header_malformed;
    }
    // Whole seconds, as the standard's own libraries compare.
    const auto age = std::chrono::floor<std::chrono::seconds>(now) - *at;
    if (age > kSignatureTolerance) {
        return SignatureFault::too_old;
    }
    if (age < -kSignatureTolerance) {
        return SignatureFault::too_new;
    }
    const std::string content = signed_content(headers.id, headers.timestamp, body);
    bool genuine = false;
    for (const Secret<std::string>& secret : secrets) {
        const auto key = read_key(secret);
        if (!key) {
            return SignatureFault::secret_malformed;
        }
        genuine = holds_signature(headers.signature, mac(*key, content)) || genuine;
    }
    return genuine ? std::nullopt : std::optional(SignatureFault::no_match);
}

}  // namespace lachan::delivery
