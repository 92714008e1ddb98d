#include <algorithm>

#include "fact_sources.hpp"
#include "parsing.hpp"

namespace lachan::policy {
namespace {

/// The version of the document's own shape. A shape that this program does not know is refused.
constexpr int kFormat = 1;

void read_stages(const Reader& pack, Pack::Content& content) {
    pack.each("stages", [&](const Reader& stage) {
        if (stage.is_object({"name", "title"})) {
            content.stages.push_back({stage.required("name"), stage.required("title")});
        }
    });
    if (content.stages.empty()) {
        pack.fault_at("stages", "missing", "at least one stage is needed");
    }
}

void read_roles(const Reader& pack, Pack::Content& content) {
    pack.each("roles", [&](const Reader& role) {
        if (!role.is_object({"name", "title", "title_en"})) {
            return;
        }
        const std::string name = role.required("name");
        if (content.role(name) != nullptr) {
            role.fault("duplicate", "the role " + name + " is declared twice");
        }
        content.roles.push_back({name, role.required("title"), role.text("title_en").value_or(name)});
    });
}

void read_documents(const Reader& pack, Pack::Content& content) {
    pack.each("documents", [&](const Reader& document) {
        if (document.is_object({"source", "title"})) {
            content.documents.push_back({document.required("source"), document.required("title")});
        }
    });
}

void read_head(const Reader& pack, Pack::Content& content) {
    if (pack.number("format") != kFormat) {
        pack.fault_at("format", "unknown_format", "format 1 is expected");
    }
    content.id = pack.required("id");
    content.version = pack.required("version");
    content.title = pack.required("title");
    content.note = pack.text("note").value_or("");
    if (!pack.has("valid_from")) {
        pack.fault_at("valid_from", "missing", "this key is needed");
    }
    content.valid_from = pack.instant("valid_from").value_or(Instant{});
    content.valid_to = pack.instant("valid_to");
    if (content.valid_to && *content.valid_to <= content.valid_from) {
        pack.fault_at("valid_to", "empty_validity", "the pack would end before it begins");
    }
}

void read_closing(const Reader& pack, Pack::Content& content) {
    content.closing_steps = pack.texts("closing_steps");
    for (const std::string& kind : content.closing_steps) {
        const auto known = [&](const StepKind& step) { return step.kind == kind; };
        if (std::none_of(content.steps.begin(), content.steps.end(), known)) {
            pack.fault_at("closing_steps", "unknown_step", "there is no step " + kind);
        }
    }
}

}  // namespace

std::vector<Basis> read_basis(const Reader& owner, const Pack::Content& content) {
    std::vector<Basis> basis;
    owner.each("basis", [&](const Reader& entry) {
        if (!entry.is_object({"source", "clause", "reading", "note"})) {
            return;
        }
        Basis ground;
        ground.source = entry.required("source");
        ground.clause = entry.required("clause");
        ground.note = entry.text("note").value_or("");
        if (!entry.has("reading")) {
            entry.fault_at("reading", "missing", "say how we know what the clause says");
        }
        ground.reading = entry.code<domain::Reading>("reading").value_or(domain::Reading::assumption);
        const auto known = [&](const Document& document) { return document.source == ground.source; };
        if (!ground.source.empty() &&
            std::none_of(content.documents.begin(), content.documents.end(), known)) {
            entry.fault_at(
                "source", "unknown_document", "\"" + ground.source + "\" is not among the documents");
        }
        basis.push_back(std::move(ground));
    });
    return basis;
}

void expect_role(const Reader& owner,
                 std::string_view key,
                 std::string_view role,
                 const Pack::Content& content) {
    if (!role.empty() && content.role(role) == nullptr) {
        owner.fault_at(key, "unknown_role", "the role \"" + std::string(role) + "\" is not declared");
    }
}

void expect_ground(const Reader& owner, domain::Force force, const std::vector<Basis>& basis) {
    if (basis.empty()) {
        owner.fault_at("basis", "missing", "every rule says where it stands");
        return;
    }
    const auto is_read = [](const Basis& ground) {
        return ground.reading == domain::Reading::text || ground.reading == domain::Reading::secondary;
    };
    if (force == domain::Force::law && std::none_of(basis.begin(), basis.end(), is_read)) {
        owner.fault_at(
            "force", "law_without_reading", "\"law\" needs a clause that was read (text or secondary)");
    }
}

Result<Pack> Pack::parse(std::string_view json) {
    std::vector<Fault> faults;
    const auto document = parse_document(json, faults);
    const auto refusal = [&] {
        return Error(Errc::rule_pack_invalid,
                     "the rule pack has " + std::to_string(faults.size()) + " fault(s)",
                     faults);
    };
    if (!document) {
        return refusal();
    }
    const Reader pack(*document, "", faults);
    if (!pack.is_object({"$schema",
                         "format",
                         "id",
                         "version",
                         "title",
                         "note",
                         "valid_from",
                         "valid_to",
                         "documents",
                         "facts",
                         "terms",
                         "stages",
                         "roles",
                         "ladders",
                         "steps",
                         "closing_steps",
                         "rules"})) {
        return refusal();
    }
    auto content = std::make_unique<Content>();
    read_head(pack, *content);
    read_documents(pack, *content);
    read_stages(pack, *content);
    read_roles(pack, *content);
    read_facts(pack, *content);
    read_terms(pack, *content);
    read_ladders(pack, *content);
    read_steps(pack, *content);
    read_closing(pack, *content);
    read_rules(pack, *content);
    if (!faults.empty()) {
        return refusal();
    }
    index_rules(*content);
    Pack parsed;
    parsed.content_ = std::move(content);
    return parsed;
}

}  // namespace lachan::policy
