#include "cases.hpp"

/// Which key seals a case, and what is left when it was destroyed.
namespace lachan::store {
namespace {

/// `case_file.key_slot` of a case whose key was destroyed. Slots are counted from 1.
constexpr std::int64_t kNoSlot = 0;

}  // namespace

std::optional<casework::KeySlot> SqliteCases::key(domain::CaseNo number) const {
    Query query = connection_.query("SELECT key_slot FROM case_file WHERE case_no = :case_no");
    query.bind(":case_no", number);
    const std::int64_t slot = query.next() ? query.row().integer() : kNoSlot;
    return slot == kNoSlot ? std::nullopt : std::optional(casework::KeySlot{slot});
}

std::vector<std::pair<domain::CaseNo, casework::KeySlot>> SqliteCases::keys() const {
    Query query = connection_.query("SELECT case_no, key_slot FROM case_file WHERE key_slot != 0");
    std::vector<std::pair<domain::CaseNo, casework::KeySlot>> found;
    while (query.next()) {
        Row row = query.row();
        const domain::CaseNo number{row.integer()};
        found.emplace_back(number, casework::KeySlot{row.integer()});
    }
    return found;
}

std::optional<casework::KeySlot> SqliteCases::highest_key() const {
    // Slots are taken in order before the unit is queued, so the highest one lies among the newest cases: no
    // further back than the writer's queue is long. Only a case that was erased may have got another key
    // later, and a key that was destroyed counts as used.
    Query query = connection_.query(R"sql(
        SELECT max(slot) FROM (
            SELECT max(key_slot) AS slot FROM
                (SELECT key_slot FROM case_file ORDER BY case_no DESC LIMIT 100000)
            UNION ALL SELECT max(key_slot) FROM erasure
            UNION ALL SELECT max(c.key_slot) FROM erasure e JOIN case_file c ON c.case_no = e.case_no)
    )sql");
    query.next();
    const auto slot = query.row().maybe_integer();
    return slot ? std::optional(casework::KeySlot{*slot}) : std::nullopt;
}

std::vector<casework::Erasure> SqliteCases::erasures(domain::CaseNo number) const {
    Query query = connection_.query(
        "SELECT key_slot, erased_ms, ground FROM erasure WHERE case_no = :case_no ORDER BY key_slot");
    query.bind(":case_no", number);
    std::vector<casework::Erasure> found;
    while (query.next()) {
        Row row = query.row();
        casework::Erasure& erasure = found.emplace_back();
        erasure.slot = casework::KeySlot{row.integer()};
        erasure.at = row.instant();
        erasure.ground = row.text();
    }
    return found;
}

bool SqliteCases::remove_trace(domain::CaseNo number, casework::TraceHash hash) {
    Query query = connection_.query("DELETE FROM trace WHERE hash = :hash AND case_no = :case_no");
    query.bind(":hash", hash).bind(":case_no", number).run();
    return connection_.changes() > 0;
}

std::int64_t SqliteCases::remove_traces(domain::CaseNo number) {
    Query query = connection_.query("DELETE FROM trace WHERE case_no = :case_no");
    query.bind(":case_no", number).run();
    return connection_.changes();
}

void SqliteCases::note_erasure(domain::CaseNo number, const casework::Erasure& erasure) {
    Query query = connection_.query(R"sql(
        INSERT INTO erasure (key_slot, case_no, erased_ms, ground) VALUES (:key_slot, :case_no, :at, :ground)
    )sql");
    query.bind(":key_slot", erasure.slot)
        .bind(":case_no", number)
        .bind(":at", erasure.at)
        .bind(":ground", erasure.ground)
        .run();
    set_key(number, casework::KeySlot{kNoSlot});
}

void SqliteCases::set_key(domain::CaseNo number, casework::KeySlot key) {
    Query query = connection_.query("UPDATE case_file SET key_slot = :key_slot WHERE case_no = :case_no");
    query.bind(":key_slot", key).bind(":case_no", number).run();
}

}  // namespace lachan::store
