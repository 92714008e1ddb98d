#include "receipt_commands.hpp"

#include <nlohmann/json.hpp>

#include "console.hpp"
#include "data.hpp"
#include "lachan/casework/statements.hpp"
#include "signed_statement.hpp"

namespace lachan::app {

int run_receipt_key(const config::Config& config, bool json) {
    const auto data = open_data(config, vault::KeyFileAccess::read);
    if (!data) {
        return complain(data.error());
    }
    const std::string key = to_base64((*data)->vault->public_key());
    print_line(json ? nlohmann::ordered_json{{"algorithm", "Ed25519"}, {"public_key", key}}.dump() : key);
    return kGood;
}

int run_receipt_verify(const std::string& file, const std::string& key, bool json) {
    return answer_verification(file, key, casework::kReceiptStatement, json);
}

}  // namespace lachan::app
