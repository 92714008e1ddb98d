#pragma once

#include <nlohmann/json.hpp>

#include "lachan/base/bytes.hpp"
#include "lachan/store/chain.hpp"

namespace lachan::app {

[[nodiscard]] inline nlohmann::ordered_json chain_json(const store::ChainReport& report) {
    nlohmann::ordered_json document = {
        {"entries", report.entries},
        {"head", {{"sequence", report.head.sequence}, {"hash", to_hex(report.head.hash)}}},
        {"proved", report.proved},
        {"fault", nullptr}};
    if (report.fault) {
        document["fault"] = store::text_of(*report.fault);
        document["bad_sequence"] = report.bad_sequence;
    }
    return document;
}

}  // namespace lachan::app
