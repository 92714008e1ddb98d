#include "chain.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <string>

namespace lachan::store {
namespace {

/// Names the encoding, so that a later one can never be mistaken for it.
constexpr std::string_view kEncoding = "lachan-event-1";

void put_number(Bytes& buffer, std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    for (int shift = 56; shift >= 0; shift -= 8) {
        buffer.push_back(static_cast<std::uint8_t>(bits >> shift));
    }
}

void put_text(Bytes& buffer, std::string_view text) {
    put_number(buffer, static_cast<std::int64_t>(text.size()));
    const BytesView bytes = as_bytes(text);
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
}

ChainHash to_hash(const Bytes& bytes) {
    ChainHash hash{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
    return hash;
}

struct StoredEntry {
    std::int64_t sequence = 0;
    std::optional<std::int64_t> case_no;
    std::int64_t case_sequence = 0;
    std::int64_t at_ms = 0;
    std::string kind;
    std::string actor;
    std::string data;
    ChainHash hash{};

    [[nodiscard]] ChainEntry at(std::int64_t place) const {
        return {place, case_no, case_sequence, at_ms, kind, actor, data};
    }
};

StoredEntry read_entry(Row row) {
    StoredEntry entry;
    entry.sequence = row.integer();
    entry.case_no = row.maybe_integer();
    entry.case_sequence = row.integer();
    entry.at_ms = row.integer();
    entry.kind = row.text();
    entry.actor = row.text();
    entry.data = row.text();
    entry.hash = to_hash(row.bytes());
    return entry;
}

constexpr char kEntries[] =
    "SELECT sequence, case_no, case_sequence, at_ms, kind, actor, data, hash FROM event";

/// Is there an entry that was written for this place, but stands elsewhere?
bool stands_elsewhere(Connection& connection, ChainHasher& hasher, const ChainHead& before) {
    static constexpr auto kSql = joined(kEntries, " WHERE sequence > :sequence");
    Query query = connection.query(kSql);
    query.bind(":sequence", before.sequence);
    while (query.next()) {
        const StoredEntry entry = read_entry(query.row());
        if (hasher(before.hash, entry.at(before.sequence + 1)) == entry.hash) {
            return true;
        }
    }
    return false;
}

ChainReport with_fault(ChainReport report, ChainFault fault, std::int64_t sequence) {
    report.fault = fault;
    report.bad_sequence = sequence;
    return report;
}

}  // namespace

std::string_view text_of(ChainFault fault) noexcept {
    switch (fault) {
        case ChainFault::altered:
            return "altered";
        case ChainFault::missing:
            return "missing";
        case ChainFault::reordered:
            return "reordered";
        case ChainFault::truncated:
            return "truncated";
        case ChainFault::rewritten:
            return "rewritten";
    }
    return "altered";
}

ChainHasher::ChainHasher()
    : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (algorithm_ == nullptr || context_ == nullptr) {
        throw std::runtime_error("OpenSSL offers no SHA-256");
    }
}

ChainHasher::~ChainHasher() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
}

ChainHash ChainHasher::operator()(const ChainHash& previous, const ChainEntry& entry) {
    buffer_.clear();
    put_text(buffer_, kEncoding);
    buffer_.insert(buffer_.end(), previous.begin(), previous.end());
    put_number(buffer_, entry.sequence);
    put_number(buffer_, entry.case_no.has_value() ? 1 : 0);
    put_number(buffer_, entry.case_no.value_or(0));
    put_number(buffer_, entry.case_sequence);
    put_number(buffer_, entry.at_ms);
    put_text(buffer_, entry.kind);
    put_text(buffer_, entry.actor);
    put_text(buffer_, entry.data);

    ChainHash hash{};
    const bool hashed = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                        EVP_DigestUpdate(context_, buffer_.data(), buffer_.size()) == 1 &&
                        EVP_DigestFinal_ex(context_, hash.data(), nullptr) == 1;
    if (!hashed) {
        throw std::runtime_error("OpenSSL could not hash an entry of the record");
    }
    return hash;
}

ChainHead read_head(Connection& connection) {
    Query query = connection.query("SELECT sequence, hash FROM event ORDER BY sequence DESC LIMIT 1");
    if (!query.next()) {
        return {};
    }
    Row row = query.row();
    ChainHead head;
    head.sequence = row.integer();
    head.hash = to_hash(row.bytes());
    return head;
}

ChainReport verify_chain(Connection& connection, std::vector<ChainHead> kept) {
    static constexpr auto kSql = joined(kEntries, " ORDER BY sequence");
    std::sort(kept.begin(), kept.end(), [](const ChainHead& one, const ChainHead& other) {
        return one.sequence < other.sequence;
    });
    auto next_kept = std::find_if(kept.begin(), kept.end(), [](const ChainHead& head) {
        return head.sequence > 0;  // the head of an empty record proves nothing
    });
    ChainHasher hasher;
    ChainReport report;
    Query query = connection.query(kSql);
    while (query.next()) {
        const StoredEntry entry = read_entry(query.row());
        const std::int64_t place = report.head.sequence + 1;
        if (entry.sequence != place) {
            const bool moved = stands_elsewhere(connection, hasher, report.head);
            return with_fault(report, moved ? ChainFault::reordered : ChainFault::missing, place);
        }
        if (hasher(report.head.hash, entry.at(place)) != entry.hash) {
            const bool moved = stands_elsewhere(connection, hasher, report.head);
            return with_fault(report, moved ? ChainFault::reordered : ChainFault::altered, place);
        }
        report.head = {place, entry.hash};
        ++report.entries;
        for (; next_kept != kept.end() && next_kept->sequence == place; ++next_kept) {
            if (next_kept->hash != entry.hash) {
                return with_fault(report, ChainFault::rewritten, place);
            }
            report.proved = place;
        }
    }
    if (next_kept != kept.end()) {
        return with_fault(report, ChainFault::truncated, report.head.sequence + 1);
    }
    return report;
}

}  // namespace lachan::store
