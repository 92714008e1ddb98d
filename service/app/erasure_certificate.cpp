#include "erasure_certificate.hpp"

#include <nlohmann/json.hpp>

#include "lachan/casework/statements.hpp"
#include "signed_statement.hpp"

namespace lachan::app {

using nlohmann::ordered_json;

ordered_json extent_json(const casework::ErasureExtent& extent) {
    ordered_json reports = ordered_json::array();
    for (const domain::ReportId& id : extent.reports) {
        reports.push_back(id.text());
    }
    return {{"reports", reports}, {"notes", extent.notes}, {"traces", extent.traces}};
}

ordered_json certificate_of(const casework::Erased& erased, const config::Config& config, const Data& data) {
    ordered_json content = {{"service", service_name(config)}, {"case", erased.code}};
    content["erased_at"] = to_rfc3339(erased.erasure.at);
    content["ground"] = erased.erasure.ground;
    content["key"] = static_cast<std::int64_t>(erased.erasure.slot);
    content["entry"] = erased.entry;
    content.update(erased.again ? ordered_json::object() : extent_json(erased.extent));
    content["signed_at"] = to_rfc3339(data.clock.now());
    return sign_statement(*data.vault, casework::kErasureStatement, content);
}

}  // namespace lachan::app
