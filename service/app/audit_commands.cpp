#include "audit_commands.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "anchors.hpp"
#include "chain_json.hpp"
#include "console.hpp"
#include "data.hpp"
#include "files.hpp"
#include "lachan/casework/statements.hpp"
#include "signed_statement.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

/// Heads as they were read from files, and what of them was no genuine head.
struct KeptHeads {
    std::vector<store::ChainHead> genuine;
    std::vector<std::string> faults;  ///< "file:line: why".
};

std::optional<store::ChainHead> head_of(const ordered_json& content) {
    const auto sequence = content.find("sequence");
    const auto hash = content.find("hash");
    if (sequence == content.end() || !sequence->is_number_integer() || hash == content.end() ||
        !hash->is_string()) {
        return std::nullopt;
    }
    store::ChainHead head;
    const auto bytes = from_hex(hash->get<std::string>());
    if (!bytes || bytes->size() != head.hash.size()) {
        return std::nullopt;
    }
    head.sequence = sequence->get<std::int64_t>();
    std::copy(bytes->begin(), bytes->end(), head.hash.begin());
    return head;
}

void take(const std::string& text, const std::string& where, const vault::PublicKey& key, KeptHeads& heads) {
    const auto document = ordered_json::parse(text, nullptr, false);
    const auto content = document.is_discarded()
                             ? Result<ordered_json>(Error(Errc::precondition_failed, "no JSON"))
                             : open_statement(document, key, casework::kHeadStatement);
    const auto head = content ? head_of(*content) : std::nullopt;
    if (head) {
        heads.genuine.push_back(*head);
        return;
    }
    heads.faults.push_back(where + ": " + (content ? "no head" : content.error().detail()));
}

/// One head a line, as anchors keep them, or the file is one document.
Result<void> take_file(const std::string& file, const vault::PublicKey& key, KeptHeads& heads) {
    const auto text = read_file(file);
    if (!text) {
        return text.error();
    }
    if (ordered_json::accept(*text)) {
        take(*text, file, key, heads);
        return {};
    }
    std::istringstream lines(*text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (!line.empty()) {
            take(line, file + ":" + std::to_string(number), key, heads);
        }
    }
    return {};
}

Result<KeptHeads> read_heads(const AuditVerify& wanted, const vault::SodiumVault& vault) {
    vault::PublicKey key = vault.public_key();
    if (!wanted.key.empty()) {
        const auto given = read_public_key(wanted.key);
        if (!given) {
            return given.error();
        }
        key = *given;
    }
    KeptHeads heads;
    for (const std::string& file : wanted.anchors) {
        if (const auto taken = take_file(file, key, heads); !taken) {
            return taken.error();
        }
    }
    return heads;
}

std::string plain(const store::ChainReport& report) {
    if (!report.fault) {
        return std::to_string(report.entries) + " entries, the chain is whole";
    }
    const std::string entry = std::to_string(report.bad_sequence);
    if (*report.fault == store::ChainFault::truncated) {
        return "the record is truncated: entry " + entry + " and all behind it are gone";
    }
    if (*report.fault == store::ChainFault::rewritten) {
        return "the record was rewritten between entry " + std::to_string(report.proved + 1) + " and entry " +
               entry;
    }
    return "entry " + entry + " is " + std::string(store::text_of(*report.fault));
}

void print_plain(const store::ChainReport& report, const KeptHeads& heads) {
    print_line(plain(report));
    if (!heads.genuine.empty() && report.proved > 0) {
        print_line(std::to_string(heads.genuine.size()) + " anchors; proved up to entry " +
                   std::to_string(report.proved));
    }
    for (const std::string& fault : heads.faults) {
        print_line("no genuine anchor: " + fault);
    }
}

}  // namespace

int run_audit_verify(const config::Config& config, const AuditVerify& wanted) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto heads = read_heads(wanted, *(*data)->vault);
    if (!heads) {
        return complain(heads.error());
    }
    const auto report = (*data)->store->verify_chain(heads->genuine);
    if (!report) {
        return complain(report.error());
    }
    if (wanted.json) {
        ordered_json document = chain_json(*report);
        document["anchors"] = {{"genuine", heads->genuine.size()}, {"faults", heads->faults}};
        print_line(document.dump());
    } else {
        print_plain(*report, *heads);
    }
    return report->fault || !heads->faults.empty() ? kFinding : kGood;
}

int run_audit_head(const config::Config& config, bool json) {
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const auto head = (*data)->store->chain_head();
    if (!head) {
        return complain(head.error());
    }
    if (!json) {
        print_line("Mục mới nhất / newest entry: " + std::to_string(head->sequence));
        print_line("SHA-256: " + to_hex(head->hash));
        print_line("Bản có chữ ký / signed:");
    }
    print_line(signed_head(config, **data, *head).dump());
    return kGood;
}

int run_audit_anchor(const config::Config& config, bool json) {
    if (config.audit.anchors.empty()) {
        return complain(Error(Errc::validation_failed, "there are no anchors: set audit.anchors"));
    }
    auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    boost::asio::io_context io;
    auto anchors = Anchors::create(io.get_executor(), config, **data);
    if (!anchors) {
        return complain(anchors.error());
    }
    std::optional<Result<std::vector<AnchorOutcome>>> outcomes;
    boost::asio::co_spawn(io,
                          (*anchors)->hand_out(),
                          [&](const std::exception_ptr& failure, Result<std::vector<AnchorOutcome>> done) {
                              if (!failure) {
                                  outcomes = std::move(done);
                              }
                              (*anchors)->close_idle();
                          });
    io.run();
    if (!outcomes || !*outcomes) {
        return complain(outcomes ? outcomes->error() : Error(Errc::storage, "the head was not handed out"));
    }
    ordered_json items = ordered_json::array();
    bool everywhere = true;
    for (const AnchorOutcome& outcome : **outcomes) {
        everywhere = everywhere && outcome.failure.empty();
        items.push_back({{"anchor", outcome.anchor},
                         {"kept", outcome.failure.empty()},
                         {"why", outcome.failure.empty() ? ordered_json() : ordered_json(outcome.failure)}});
        if (!json) {
            print_line(outcome.anchor + ": " + (outcome.failure.empty() ? "kept" : outcome.failure));
        }
    }
    if (json) {
        print_line(ordered_json{{"items", items}}.dump());
    }
    return everywhere ? kGood : kFinding;
}

}  // namespace lachan::app
