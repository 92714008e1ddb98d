// The schema that an editor's text editor checks against, and the program, must agree on the shipped pack.
#include <gtest/gtest.h>

#include <filesystem>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "packs.hpp"

namespace lachan::policy {
namespace {

std::string faults_by_schema(const nlohmann::json& document, const std::string& name = "pack") {
    const auto text = nlohmann::json::parse(testing::text_of_file("rules/schema/" + name + ".schema.json"));
    valijson::Schema schema;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
    valijson::Validator validator;
    valijson::ValidationResults results;
    std::string faults;
    if (!validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results)) {
        for (valijson::ValidationResults::Error error; results.popError(error);) {
            faults += error.context.back() + ' ' + error.description + '\n';
        }
    }
    return faults;
}

TEST(PackSchema, AcceptsTheShippedPack) {
    EXPECT_EQ(faults_by_schema(nlohmann::json::parse(testing::shipped_text())), "");
    EXPECT_EQ(faults_by_schema(testing::small_pack()), "");
}

TEST(PackSchema, RefusesAKeyThatDoesNotExistAtEveryLevel) {
    const auto refused = [](const nlohmann::json::json_pointer& place) {
        auto document = testing::small_pack();
        document[place]["surprise"] = 1;
        return !faults_by_schema(document).empty();
    };
    for (const char* place : {"",
                              "/facts/0",
                              "/terms/0",
                              "/stages/0",
                              "/roles/0",
                              "/ladders/0",
                              "/ladders/0/steps/0",
                              "/steps/0",
                              "/rules/0",
                              "/rules/0/basis/0",
                              "/rules/0/duties/0",
                              "/rules/1/notices/0",
                              "/rules/2/on",
                              "/rules/1/when",
                              "/documents/0"}) {
        EXPECT_TRUE(refused(nlohmann::json::json_pointer(place))) << place;
    }
}

TEST(ScenarioSchema, AcceptsTheShippedScenarios) {
    const std::string folder = "rules/lai-chau/decision-27-2023/scenarios/";
    for (const auto& file : std::filesystem::directory_iterator(LACHAN_SOURCE_DIR "/" + folder)) {
        const auto document =
            nlohmann::json::parse(testing::text_of_file(folder + file.path().filename().string()));
        EXPECT_EQ(faults_by_schema(document, "scenarios"), "") << file.path();
    }
}

TEST(RetentionSchema, AcceptsTheShippedRulesAndNoKeyThatDoesNotExist) {
    auto document = nlohmann::json::parse(testing::text_of_file("rules/retention/lai-chau.json"));
    EXPECT_EQ(faults_by_schema(document, "retention"), "");
    for (const char* place : {"", "/rules/0", "/rules/0/when", "/rules/0/basis/0"}) {
        auto bent = document;
        bent[nlohmann::json::json_pointer(place)]["surprise"] = 1;
        EXPECT_NE(faults_by_schema(bent, "retention"), "") << place;
    }
    document["rules"][0]["keep"] = "for ever";
    EXPECT_NE(faults_by_schema(document, "retention"), "");
}

TEST(PackSchema, KnowsTheShapeOfLimits) {
    auto document = testing::small_pack();
    document["rules"][0]["duties"][0]["limit"] = "soon";
    EXPECT_NE(faults_by_schema(document), "");
}

}  // namespace
}  // namespace lachan::policy
