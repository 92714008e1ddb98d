#include "desk.hpp"

#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>

#include "lachan/casework/keys.hpp"
#include "lachan/http/headers.hpp"
#include "lachan/http/target.hpp"
#include "support/shipped.hpp"

namespace lachan::http {
namespace {

using nlohmann::json;

/// The schema that the description gives for an answer of this status; null where it gives none.
json schema_of(const json& description, const Route& route, int status, const std::string& media_type) {
    std::string method(text_of(route.method));
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
    const json& responses = description.at("paths").at(std::string(route.pattern)).at(method).at("responses");
    const std::string code = std::to_string(status);
    json response = responses.contains(code) ? responses.at(code) : responses.at("default");
    if (response.contains("$ref")) {
        response = description.at(json::json_pointer(response.at("$ref").get<std::string>().substr(1)));
    }
    if (!response.contains("content")) {
        return nullptr;
    }
    const json& content = response.at("content");
    if (!content.contains(media_type)) {
        ADD_FAILURE() << route.pattern << " answers " << status << " as " << media_type;
        return nullptr;
    }
    return content.at(media_type).at("schema");
}

/// The validator compiles a regular expression for each instant it meets, which takes longer than all the
/// rest.
void without_formats(json& schema) {
    if (schema.is_object()) {
        schema.erase("format");
    }
    for (json& part : schema) {
        if (part.is_structured()) {
            without_formats(part);
        }
    }
}

/// The schema ready for use. There are a few dozen, and each test asks many times.
const valijson::Schema& compiled(const json& description, const json& schema) {
    static std::map<std::string, std::unique_ptr<valijson::Schema>> known;
    auto& entry = known[schema.dump()];
    if (entry == nullptr) {
        entry = std::make_unique<valijson::Schema>();
        json whole{{"allOf", {schema}}, {"components", description.at("components")}};
        without_formats(whole);
        valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(whole), *entry);
    }
    return *entry;
}

}  // namespace

std::vector<std::string> Answered::faults() const {
    std::vector<std::string> list;
    for (const json& fault : body.value("errors", json::array())) {
        list.push_back(fault.at("pointer").get<std::string>() + " " + fault.at("code").get<std::string>());
    }
    return list;
}

std::string Answered::problem() const {
    const std::string type = body.value("type", "");
    return type.substr(type.rfind('/') + 1);
}

Desk::Desk(LimitSettings limits)
    : limits_(limits),
      services_(services()),
      api_(services_),
      routes_(api_routes(services_)),
      router_(routes_) {
    description_ = get("", "/v1/openapi.json").body;
}

Services Desk::services() {
    return {.context = office_.context(),
            .transport = mailbox,
            .problems = problems_,
            .limits = limits_,
            .people = people_,
            .public_url = "https://lachan.test",
            .version = "1.2.3",
            .check_channel = [this](casework::NewEndpoint& wanted) -> Result<void> {
                const auto refused = refused_urls.find(wanted.address);
                if (refused != refused_urls.end()) {
                    return Error(
                        Errc::validation_failed, refused->second, {{"/url", "denied", refused->second}});
                }
                return {};
            },
            .check_agency = [this](const domain::AgencyId&, std::string_view entry) -> Result<void> {
                const auto checked = office_.worlds().current()->directory->with_agency(entry);
                return checked ? Result<void>()
                               : Error(Errc::validation_failed, "unsound", checked.error().faults());
            },
            .reload = [this]() -> Result<void> {
                const auto now = office_.worlds().current();
                auto next = std::make_shared<casework::World>(*now);
                std::vector<std::string> changes = {support::shipped("config/demo/directory/agencies.json")};
                office_.look([&](const casework::View& view) -> Result<void> {
                    for (const auto& [name, entry] : view.documents.all("agency")) {
                        changes.push_back(entry);
                    }
                    return {};
                });
                auto made = directory::Directory::parse(support::shipped("config/directory/areas.json"),
                                                        support::shipped("config/directory/roles.json"),
                                                        support::shipped("config/directory/agencies.json"),
                                                        changes);
                if (!made) {
                    return made.error();
                }
                next->directory = std::make_shared<const directory::Directory>(std::move(*made));
                office_.worlds().replace(next);
                return {};
            },
            .sign = [this](std::string_view text) { return office_.vault().sign(text); },
            .public_key =
                [this] {
                    const auto key = office_.vault().public_key();
                    return Bytes(key.begin(), key.end());
                }()};
}

const std::string& Desk::token(domain::Role role, const std::string& agency, int person) {
    const std::string id = agency + "." + std::string(domain::text_of(role)) + "." + std::to_string(person);
    const auto known = tokens_.find(id);
    if (known != tokens_.end()) {
        return known->second;
    }
    std::string token;
    const casework::NewKey wanted{role, domain::AgencyId(agency), std::nullopt};
    casework::WriteOp make = [&](casework::Tx& tx) -> Result<void> {
        token = casework::make_key(tx, office_.vault(), wanted, domain::KeyId(id), "test").token.reveal();
        return {};
    };
    office_.run(office_.context().store.commit(std::move(make))).value();
    return tokens_.emplace(id, token).first->second;
}

Request Desk::request_of(const std::string& token, const Asked& asked) {
    Request request;
    request.id = domain::RequestId("r-1");
    request.method = parse_method(asked.method);
    request.remote = "203.0.113.7";
    if (!token.empty()) {
        request.headers.add("Authorization", "Bearer " + token);
    }
    for (const auto& [name, value] : asked.headers) {
        request.headers.set(name, value);
    }
    if (!asked.body.empty() && !request.headers.find("Content-Type")) {
        request.headers.add("Content-Type", "application/json");
    }
    auto target = parse_target(asked.target).value();
    request.path = std::move(target.path);
    request.segments = std::move(target.segments);
    request.query = std::move(target.query);
    request.body = asked.body;
    request.language = preferred_language(request.headers);
    return request;
}

Answered Desk::ask(const std::string& token, Asked asked) {
    Request request = request_of(token, asked);
    Answered answered{office_.run(api_.answer(request)), nullptr};
    if (answered.reply.content_type.ends_with("json")) {
        answered.body = json::parse(answered.reply.body);
    }
    if (!description_.is_null()) {
        hold_to_description(router_.find(request.method, request.segments).route, asked, answered);
    }
    return answered;
}

namespace {

boost::asio::awaitable<void> answer_into(int& status, const Api& api, Request& request) {
    const Reply reply = co_await api.answer(request);
    status = reply.status;
}

/// Starts them all before the first is answered.
boost::asio::awaitable<bool> answer_all(const Api& api,
                                        std::vector<Request>& requests,
                                        std::vector<int>& statuses) {
    const auto executor = co_await boost::asio::this_coro::executor;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        boost::asio::co_spawn(
            executor, answer_into(statuses[i], api, requests[i]), [](const std::exception_ptr& failure) {
                if (failure) {
                    std::rethrow_exception(failure);
                }
            });
    }
    co_return true;
}

}  // namespace

std::vector<int> Desk::ask_together(const std::string& token, const std::vector<Asked>& all) {
    std::vector<Request> requests;
    for (const Asked& asked : all) {
        requests.push_back(request_of(token, asked));
    }
    std::vector<int> statuses(all.size());
    office_.run(answer_all(api_, requests, statuses));
    return statuses;
}

void Desk::hold_to_description(const Route* route, const Asked& asked, const Answered& answered) const {
    if (route == nullptr || answered.body.is_null()) {
        return;
    }
    const json schema = schema_of(description_, *route, answered.status(), answered.reply.content_type);
    if (schema.is_null()) {
        return;
    }
    valijson::ValidationResults results;
    valijson::Validator().validate(
        compiled(description_, schema), valijson::adapters::NlohmannJsonAdapter(answered.body), &results);
    valijson::ValidationResults::Error first;  // the innermost
    if (results.popError(first)) {
        ADD_FAILURE() << asked.method << ' ' << asked.target << " → " << answered.status() << ": "
                      << first.context.back() << ' ' << first.description;
    }
}

json emergency_report() {
    return {{"report_id", "0193a6c8-0000-7000-8000-000000000001"},
            {"channel", "hotline_111"},
            {"reference", "111-2026-0045678"},
            {"received_at", "2026-11-20T08:15:00+07:00"},
            {"category", {"family_violence"}},
            {"area", "03388"},
            {"place", {{"kind", "home"}, {"detail", "cạnh nhà văn hoá"}}},
            {"narrative", "Tối nào cũng nghe tiếng đánh và tiếng trẻ khóc."},
            {"certainty", "likely"},
            {"danger",
             {{"ongoing", "yes"},
              {"offender_has_access", "yes"},
              {"needs_medical_care", "yes"},
              {"death", "no"}}},
            {"injury", {{"mechanism", "violence"}, {"outcome", "moderate"}}},
            {"children",
             {{{"name", "Lò Thị Đào"},
               {"birth_date", "2021-03"},
               {"residence_area", "03388"},
               {"school", "MN số 2"}}}},
            {"suspects", {{{"relation", "step_parent"}, {"name", "Giàng A Páo"}}}},
            {"informant", {{"name", "Vàng Thị Mỷ"}, {"phone", "0912 345 678"}, {"anonymous", true}}}};
}

json minor_report() {
    return {{"channel", "health"},
            {"category", {"injury"}},
            {"area", "03388"},
            {"narrative", "Ngã xe đạp, trầy xước."},
            {"certainty", "observed"},
            {"danger",
             {{"life", "no"},
              {"ongoing", "no"},
              {"offender_has_access", "no"},
              {"needs_medical_care", "no"},
              {"death", "no"}}},
            {"injury", {{"mechanism", "fall"}, {"outcome", "minor"}}},
            {"children", {{{"name", "Tẩn A Sùng"}, {"age_estimate", 10}}}}};
}

}  // namespace lachan::http
