#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "lachan/store/chain.hpp"

struct evp_md_ctx_st;
struct evp_md_st;

namespace lachan::store {

/// One entry as it is hashed: exactly what its row holds.
struct ChainEntry {
    std::int64_t sequence = 0;
    std::optional<std::int64_t> case_no;
    std::int64_t case_sequence = 0;
    std::int64_t at_ms = 0;
    std::string_view kind;
    std::string_view actor;
    std::string_view data;
};

/// Computes hashes of entries. Keeps the algorithm, since fetching it costs more than using it.
class ChainHasher {
public:
    ChainHasher();
    ~ChainHasher();
    ChainHasher(const ChainHasher&) = delete;
    ChainHasher& operator=(const ChainHasher&) = delete;

    /// SHA-256 over every field, each with its length in front, so that no two entries read alike.
    [[nodiscard]] ChainHash operator()(const ChainHash& previous, const ChainEntry& entry);

private:
    evp_md_st* algorithm_;
    evp_md_ctx_st* context_;
    Bytes buffer_;
};

[[nodiscard]] ChainHead read_head(Connection& connection);

/// Walks the whole record, against heads that were kept elsewhere.
[[nodiscard]] ChainReport verify_chain(Connection& connection, std::vector<ChainHead> kept);

}  // namespace lachan::store
