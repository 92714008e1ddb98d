#include <gtest/gtest.h>

#include <set>

#include "lachan/directory/coverage.hpp"
#include "shipped_directory.hpp"

namespace lachan::directory {
namespace {

using nlohmann::json;

constexpr int kReports = 12;

json report(int number) {
    const std::string digits = (number < 10 ? "0" : "") + std::to_string(number);
    return json::parse(support::shipped("config/demo/reports/" + digits + ".json"));
}

template <class Code>
bool is_word(const json& value) {
    return value.is_string() && domain::parse_code<Code>(value.get<std::string>()).has_value();
}

void expect_only(const json& object, const std::set<std::string>& known) {
    for (const auto& item : object.items()) {
        EXPECT_TRUE(known.contains(item.key())) << item.key();
    }
}

TEST(DemoReports, UseOnlyTheFieldsAndWordsOfTheContract) {
    for (int number = 1; number <= kReports; ++number) {
        SCOPED_TRACE(number);
        const json document = report(number);
        expect_only(document,
                    {"report_id",
                     "channel",
                     "status",
                     "reference",
                     "category",
                     "area",
                     "place",
                     "narrative",
                     "certainty",
                     "danger",
                     "injury",
                     "children",
                     "suspects",
                     "informant"});
        EXPECT_TRUE(is_word<domain::Channel>(document.at("channel")));
        EXPECT_EQ(document.at("status"), "actual");
        EXPECT_TRUE(is_word<domain::Certainty>(document.at("certainty")));
        EXPECT_TRUE(is_word<domain::PlaceKind>(document.at("place").at("kind")));
        for (const json& category : document.at("category")) {
            EXPECT_TRUE(is_word<domain::Category>(category));
        }
        expect_only(document.at("danger"),
                    {"life", "ongoing", "offender_has_access", "needs_medical_care", "death"});
        for (const json& answer : document.at("danger")) {
            EXPECT_TRUE(is_word<domain::Answer>(answer));
        }
        if (document.contains("injury")) {
            EXPECT_TRUE(is_word<domain::Mechanism>(document["injury"].at("mechanism")));
            EXPECT_TRUE(is_word<domain::Outcome>(document["injury"].at("outcome")));
        }
        EXPECT_FALSE(document.at("children").empty());
        for (const json& child : document.at("children")) {
            expect_only(child,
                        {"name",
                         "sex",
                         "birth_date",
                         "age_estimate",
                         "residence_area",
                         "address",
                         "school",
                         "guardian",
                         "special_needs",
                         "interpreter"});
            EXPECT_TRUE(is_word<domain::Sex>(child.at("sex")));
        }
        for (const json& suspect : document.value("suspects", json::array())) {
            EXPECT_TRUE(is_word<domain::Relation>(suspect.at("relation")));
        }
    }
}

TEST(DemoReports, HappenInPresentCommunes) {
    const Directory directory = shipped_directory();
    for (int number = 1; number <= kReports; ++number) {
        const json document = report(number);
        const Area* area = directory.area(domain::AreaCode(document.at("area").get<std::string>()), k2026);
        ASSERT_NE(area, nullptr) << number;
        EXPECT_EQ(area->level, Level::commune) << number;
        for (const json& child : document.at("children")) {
            const std::string residence = child.value("residence_area", "03388");
            EXPECT_NE(directory.area(domain::AreaCode(residence), k2026), nullptr) << number;
        }
    }
}

TEST(DemoReports, AreToldApartByIdAndReference) {
    std::set<std::string> ids;
    std::set<std::string> references;
    for (int number = 1; number <= kReports; ++number) {
        ids.insert(report(number).at("report_id").get<std::string>());
        references.insert(report(number).at("reference").get<std::string>());
    }
    EXPECT_EQ(ids.size(), 12U);
    EXPECT_EQ(references.size(), 12U);
}

TEST(DemoDirectory, AddsSchoolsToTheShippedOne) {
    const std::string document = support::shipped("config/demo/directory/agencies.json");
    const auto faults =
        support::schema_faults(support::shipped("config/directory/agencies.schema.json"), document);
    EXPECT_TRUE(faults.empty()) << faults.front();
    const std::vector<std::string> changes = {document};
    const Directory directory = shipped_directory(changes);
    EXPECT_EQ(first(directory.holders("school", code("03388"), k2026)), "truong-thcs-doan-ket");
    EXPECT_EQ(first(shipped_directory().holders("school", code("03388"), k2026)), "so-gddt-12");
    EXPECT_TRUE(coverage(directory, k2026).complete());
}

}  // namespace
}  // namespace lachan::directory
