#include "documents.hpp"

namespace lachan::store {

std::optional<std::string> SqliteDocuments::find(std::string_view kind, std::string_view name) const {
    Query query = connection_.query("SELECT content FROM document WHERE kind = :kind AND name = :name");
    query.bind(":kind", kind).bind(":name", name);
    return query.next() ? std::optional(query.row().text()) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> SqliteDocuments::all(std::string_view kind) const {
    Query query = connection_.query("SELECT name, content FROM document WHERE kind = :kind ORDER BY name");
    query.bind(":kind", kind);
    std::vector<std::pair<std::string, std::string>> found;
    while (query.next()) {
        Row row = query.row();
        std::string name = row.text();
        found.emplace_back(std::move(name), row.text());
    }
    return found;
}

void SqliteDocuments::put(std::string_view kind,
                          std::string_view name,
                          std::string_view content,
                          Instant at) {
    Query query = connection_.query(R"sql(
        INSERT INTO document (kind, name, content, put_ms) VALUES (:kind, :name, :content, :at)
        ON CONFLICT (kind, name) DO UPDATE SET content = excluded.content, put_ms = excluded.put_ms
    )sql");
    query.bind(":kind", kind).bind(":name", name).bind(":content", content).bind(":at", at).run();
}

}  // namespace lachan::store
