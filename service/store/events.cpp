#include "events.hpp"

#include <algorithm>
#include <string>

#include "event_data.hpp"

namespace lachan::store {
namespace {

constexpr char kColumns[] = "sequence, case_no, case_sequence, at_ms, kind, actor, data";

domain::Event read_event(Row row) {
    domain::Event event;
    event.sequence = row.integer();
    if (const auto number = row.maybe_integer()) {
        event.case_no = domain::CaseNo{*number};
    }
    event.case_sequence = row.integer();
    event.at = row.instant();
    event.kind = row.text();
    event.actor = row.text();
    event.data = parse_event_data(row.text());
    return event;
}

std::vector<domain::Event> read_all(Query& query) {
    std::vector<domain::Event> found;
    while (query.next()) {
        found.push_back(read_event(query.row()));
    }
    return found;
}

}  // namespace

std::vector<domain::Event> SqliteEvents::of_case(domain::CaseNo number, std::int64_t after, int limit) const {
    static constexpr auto kSql = joined("SELECT ", kColumns, R"sql( FROM event
        WHERE case_no = :case_no AND sequence > :after ORDER BY sequence LIMIT :limit
    )sql");
    Query query = connection_.query(kSql);
    query.bind(":case_no", number).bind(":after", after).bind(":limit", limit);
    return read_all(query);
}

std::vector<domain::Event> SqliteEvents::since(std::int64_t after, int limit) const {
    static constexpr auto kSql =
        joined("SELECT ", kColumns, " FROM event WHERE sequence > :after ORDER BY sequence LIMIT :limit");
    Query query = connection_.query(kSql);
    query.bind(":after", after).bind(":limit", limit);
    return read_all(query);
}

std::int64_t SqliteEvents::last_sequence() const {
    return read_head(connection_).sequence;
}

void SqliteEvents::load_end() {
    end_ = {read_head(connection_), Instant::min()};
    Query query = connection_.query("SELECT at_ms FROM event WHERE sequence = :sequence");
    query.bind(":sequence", end_.head.sequence);
    if (query.next()) {
        end_.at = query.row().instant();
    }
}

/// A caller that does not say which state of the case the entry made leaves it to the case as it stands.
std::int64_t SqliteEvents::case_sequence_of(const domain::Event& event) const {
    if (!event.case_no || event.case_sequence != 0) {
        return event.case_sequence;
    }
    Query query = connection_.query("SELECT sequence FROM case_file WHERE case_no = :case_no");
    query.bind(":case_no", *event.case_no);
    return query.next() ? query.row().integer() : 0;
}

void SqliteEvents::append(const domain::Event& event) {
    const std::string data = to_json(event.data);
    ChainEntry entry;
    entry.sequence = end_.head.sequence + 1;
    if (event.case_no) {
        entry.case_no = static_cast<std::int64_t>(*event.case_no);
    }
    entry.case_sequence = case_sequence_of(event);
    entry.at_ms = to_ms(std::max(event.at, end_.at));
    entry.kind = event.kind;
    entry.actor = event.actor;
    entry.data = data;
    const ChainHash hash = hasher_(end_.head.hash, entry);

    Query query = connection_.query(R"sql(
        INSERT INTO event (sequence, case_no, case_sequence, at_ms, kind, actor, data, hash)
        VALUES (:sequence, :case_no, :case_sequence, :at_ms, :kind, :actor, :data, :hash)
    )sql");
    query.bind(":sequence", entry.sequence)
        .bind(":case_no", entry.case_no)
        .bind(":case_sequence", entry.case_sequence)
        .bind(":at_ms", entry.at_ms)
        .bind(":kind", entry.kind)
        .bind(":actor", entry.actor)
        .bind(":data", entry.data)
        .bind(":hash", BytesView(hash))
        .run();
    end_ = {{entry.sequence, hash}, from_ms(entry.at_ms)};
}

}  // namespace lachan::store
