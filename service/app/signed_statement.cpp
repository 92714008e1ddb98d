#include "signed_statement.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "console.hpp"
#include "files.hpp"
#include "lachan/base/bytes.hpp"

namespace lachan::app {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kAlgorithm = "Ed25519";

Error finding(std::string detail) {
    return {Errc::precondition_failed, std::move(detail)};
}

std::string trimmed(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
    return text;
}

std::string member(const ordered_json& document, const char* name) {
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<std::string> read_whole(const std::string& file) {
    if (file != "-") {
        return read_file(file);
    }
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

}  // namespace

ordered_json sign_statement(const vault::SodiumVault& vault,
                            std::string_view kind,
                            const ordered_json& content) {
    ordered_json statement = {{"type", kind}};
    statement.update(content);
    const std::string text = statement.dump();
    const vault::PublicKey key = vault.public_key();
    return {{"statement", text},
            {"algorithm", kAlgorithm},
            {"signature", to_base64(vault.sign(text))},
            {"public_key", to_base64(key)}};
}

Result<vault::PublicKey> read_public_key(const std::string& given) {
    std::string text = given;
    if (std::error_code unknown; std::filesystem::is_regular_file(given, unknown)) {
        auto content = read_file(given);
        if (!content) {
            return content.error();
        }
        text = std::move(*content);
    }
    const auto bytes = from_base64(trimmed(std::move(text)));
    vault::PublicKey key{};
    if (!bytes || bytes->size() != key.size()) {
        return Error(Errc::validation_failed,
                     "the public key is none",
                     {{"--key", "not_a_key", "32 bytes in base 64, or a file with them"}});
    }
    std::copy(bytes->begin(), bytes->end(), key.begin());
    return key;
}

Result<ordered_json> open_statement(const ordered_json& document,
                                    const vault::PublicKey& key,
                                    std::string_view kind) {
    const std::string text = document.is_object() ? member(document, "statement") : std::string();
    if (text.empty()) {
        return finding("this is no signed statement");
    }
    const auto signature = from_base64(member(document, "signature"));
    if (!signature || !vault::SodiumVault::verify(key, text, *signature)) {
        const bool other_key = member(document, "public_key") != to_base64(key);
        return finding(other_key ? "signed by another key"
                                 : "the signature does not fit: something was changed");
    }
    auto content = ordered_json::parse(text, nullptr, false);
    if (!content.is_object() || member(content, "type") != kind) {
        return finding("this is a statement of another kind");
    }
    return content;
}

Result<ordered_json> open_statement_file(const std::string& file,
                                         const vault::PublicKey& key,
                                         std::string_view kind) {
    const auto text = read_whole(file);
    if (!text) {
        return text.error();
    }
    const auto document = ordered_json::parse(*text, nullptr, false);
    if (document.is_discarded()) {
        return finding("this is not JSON any more, or never was");
    }
    return open_statement(document, key, kind);
}

int answer_verification(const std::string& file, const std::string& key, std::string_view kind, bool json) {
    const auto public_key = read_public_key(key);
    if (!public_key) {
        return complain(public_key.error());
    }
    const auto content = open_statement_file(file, *public_key, kind);
    const bool found = !content && content.error().code() == Errc::precondition_failed;
    if (!content && !found) {
        return complain(content.error());
    }
    if (json) {
        ordered_json document = {{"genuine", content.has_value()}};
        document["why"] = content ? ordered_json() : ordered_json(content.error().detail());
        document["statement"] = content ? *content : ordered_json();
        print_line(document.dump());
    } else if (content) {
        print_line("Đúng / genuine");
        for (const auto& [name, value] : content->items()) {
            print_line("  " + name + ": " + (value.is_string() ? value.get<std::string>() : value.dump()));
        }
    } else {
        print_line("Không đúng / not genuine: " + content.error().detail());
    }
    return content ? kGood : kFinding;
}

std::string service_name(const config::Config& config) {
    return config::public_url_of(config, config.api.listen.port);
}

}  // namespace lachan::app
