#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>

#include "access_expectations.hpp"
#include "desk.hpp"
#include "support/staff.hpp"

/// Every call, asked by every kind of caller, in every relation to the case: held against a table that was
/// written down beside the law and the contract, not derived from the code.
namespace lachan::http {
namespace {

using nlohmann::json;

constexpr const char* kReason = "cháu bé đang cấp cứu, cần biết ngay";

/// The cases of the matrix, and the callers as the columns of the table name them.
class Matrix : public testing::Test {
protected:
    Matrix() {
        json report = emergency_report();
        report.erase("report_id");
        report["suspects"] = json::array({{{"relation", "official"}, {"name", "A"}, {"agency", "ct-03408"}}});
        const auto filed = desk.post(school(), "/v1/reports", report);
        code = filed.body.at("case");
        receipt = filed.body.at("receipt");
        report["suspects"] = json::array();
        other = desk.post(desk.operator_token(), "/v1/reports", report).body.at("case");
        desk.office().connect("tyt-03390");
        pack = desk.get(desk.operator_token(), "/v1/rules/packs").body.at("items")[0].at("pack");
        pack.replace(pack.find('/'), 1, "%2F");
        account =
            support::hire(desk.office(), desk.credentials(), "lo.van.an", domain::Role::officer, "ubnd-03388")
                .id.text();
        duty = duty_of("initial_assessment");
        notification = desk.get(desk.operator_token(), "/v1/cases/" + code + "/notifications")
                           .body.at("items")[0]
                           .at("notification");
    }

    const std::string& school() { return desk.token(domain::Role::reporter, "truong-thcs-doan-ket"); }

    std::string duty_of(std::string_view kind) {
        const auto duties = desk.get(desk.operator_token(), "/v1/cases/" + code + "/duties");
        for (const json& each : duties.body.at("items")) {
            if (each.at("kind") == kind) {
                return each.at("id");
            }
        }
        ADD_FAILURE() << "no duty " << kind;
        return "";
    }

    std::string token_of(std::string_view caller) {
        using domain::Role;
        static const std::map<std::string_view, std::pair<Role, const char*>> kCallers = {
            {"operator", {Role::operator_, "tong-dai-111"}},
            {"own", {Role::reporter, "truong-thcs-doan-ket"}},         // it reported the case
            {"elsewhere", {Role::reporter, "truong-thcs-tan-phong"}},  // another reporter
            {"holder", {Role::officer, "ubnd-03388"}},                 // it holds the assessment
            {"told", {Role::officer, "ca-12"}},                        // it was told
            {"same_area", {Role::officer, "tram-khac-03388"}},         // nothing to do with the case
            {"other_area", {Role::officer, "ubnd-03390"}},
            {"conflicted", {Role::officer, "ct-03408"}},
            {"conf_boss", {Role::supervisor, "ubnd-03408"}},  // the body of the conflicted chair
            {"sup_area", {Role::supervisor, "ct-03388"}},
            {"sup_other", {Role::supervisor, "ubnd-03390"}},
            {"sup_prov", {Role::supervisor, "so-y-te-12"}},
            {"analyst", {Role::analyst, "so-y-te-12"}},
            {"admin", {Role::admin, "so-y-te-12"}},
        };
        if (caller == "anonymous") {
            return "";
        }
        const auto& [role, agency] = kCallers.at(caller);
        return desk.token(role, agency);
    }

    /// The request of a route with everything right about it, so that only access decides between refusal and
    /// anything else.
    Asked asked(const Route& route) {
        std::string target(route.pattern);
        const auto put = [&](const std::string& name, const std::string& value) {
            if (const auto at = target.find(name); at != std::string::npos) {
                target.replace(at, name.size(), value);
            }
        };
        put("{case}", code);
        put("{other}", other);
        put("{duty}", duty);
        put("{notification}", notification);
        put("{agency}", "tyt-03390");
        put("{endpoint}", "tyt-03390-1");
        put("{pack}", pack);
        put("{account}", account);
        put("{type}", "not-found");
        const std::string method(text_of(route.method));
        static const std::map<std::string_view, json> kBodies = {
            {"/v1/cases/search", {{"code", "%case"}}},
            {"/v1/cases/{case}/steps", {{"kind", "initial_assessment"}, {"result", "at_risk"}}},
            {"/v1/cases/{case}/closure", {{"reason", "xong"}}},
            {"/v1/cases/{case}/reopening", {{"reason", "lại xảy ra"}}},
            {"/v1/cases/{case}/links", {{"case", "%other"}}},
            {"/v1/cases/{case}/emergency-access", {{"reason", kReason}, {"minutes", 5}}},
            {"/v1/duties/{duty}/responses", {{"response", "accepted"}}},
            {"/v1/duties/{duty}/waiver", {{"ground", "trẻ đã chuyển đi"}}},
            {"/v1/status", {{"receipt", "%receipt"}}},
            {"/v1/status/nudge", {{"receipt", "%receipt"}}},
            {"/v1/status/proof", {{"receipt", "%receipt"}}},
            {"/v1/agencies/{agency}/endpoints/order", {{"endpoints", {"tyt-03390-1"}}}},
            {"/v1/agencies/{agency}/endpoints/{endpoint}/redelivery",
             {{"from", "2026-11-20T00:00:00+07:00"}}},
            {"/v1/accounts", {{"role", "officer"}, {"agency", "ubnd-03388"}}},
            {"/v1/accounts/{account}", {{"role", "officer"}, {"agency", "ubnd-03388"}, {"disabled", false}}},
            {"/v1/agencies/{agency}/endpoints", {{"kind", "webhook"}, {"url", "https://example.org/x"}}},
        };
        json body;
        if (route.pattern == "/v1/reports" || route.pattern == "/v1/cases/{case}/reports") {
            body = minor_report();
            body.erase("report_id");
        } else if (const auto known = kBodies.find(route.pattern); known != kBodies.end()) {
            body = known->second;
        }
        for (json& value : body) {
            value = value == "%case" ? json(code) : value == "%other" ? json(other) : value;
            value = value == "%receipt" ? json(receipt) : value;
        }
        if (route.method == Method::delete_) {  // what one caller takes away is put back for the next
            const std::string path = "/v1/cases/" + code;
            const std::string tag = desk.get(desk.operator_token(), path).header("ETag");
            desk.post(desk.operator_token(), path + "/links", {{"case", other}}, {{"If-Match", tag}});
        }
        const bool get = route.method == Method::get;
        return {method,
                target,
                get || body.is_null() ? "" : body.dump(),
                {{"If-Match", desk.get(desk.operator_token(), "/v1/cases/" + code).header("ETag")},
                 {"Lachan-Purpose", "kiểm tra quyền"}}};
    }

    /// "yes" where access is given, whatever else was wrong with the request.
    static std::string word(int status) {
        switch (status) {
            case 401:
            case 403:
            case 404:
                return std::to_string(status);
            default:
                return status < 500 ? "yes" : "FAILURE " + std::to_string(status);
        }
    }

    Desk desk;
    std::string code;
    std::string other;
    std::string duty;
    std::string notification;
    std::string receipt;
    std::string pack;
    std::string account;
};

struct Table {
    std::vector<std::string> callers;
    std::map<std::string, std::vector<std::string>> rows;
};

Table read_table(std::string_view text) {
    Table table;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string method;
        std::string path;
        if (!(words >> method >> path)) {
            continue;
        }
        std::vector<std::string> cells;
        for (std::string cell; words >> cell;) {
            cells.push_back(cell);
        }
        (method == "callers" ? table.callers : table.rows[method + " " + path]) = std::move(cells);
    }
    return table;
}

/// The calls, the one that widens what its caller may see last.
std::vector<Route> in_order(const std::vector<Route>& routes) {
    const auto widens = [](const Route& route) {
        return route.pattern == "/v1/cases/{case}/emergency-access";
    };
    std::vector<Route> ordered;
    std::copy_if(routes.begin(), routes.end(), std::back_inserter(ordered), std::not_fn(widens));
    std::copy_if(routes.begin(), routes.end(), std::back_inserter(ordered), widens);
    return ordered;
}

TEST_F(Matrix, EveryCallAnswersEveryCallerAsTheTableSays) {
    Table table = read_table(kCallTable);
    ASSERT_EQ(table.callers.size(), 15U);
    std::ostringstream actual;
    for (const Route& route : in_order(desk.routes())) {
        const std::string name = std::string(text_of(route.method)) + " " + std::string(route.pattern);
        std::vector<std::string> row = table.rows[name];
        table.rows.erase(name);
        row.resize(table.callers.size(), "untested");
        actual << name;
        for (std::size_t i = 0; i < table.callers.size(); ++i) {
            const std::string got = word(desk.ask(token_of(table.callers[i]), asked(route)).status());
            actual << ' ' << got;
            EXPECT_EQ(got, row[i]) << name << " by " << table.callers[i];
        }
        actual << '\n';
    }
    for (const auto& [name, cells] : table.rows) {
        ADD_FAILURE() << name << " is no call";
    }
    if (HasFailure()) {
        std::cout << actual.str();
    }
}

TEST_F(Matrix, EveryGroupOfFieldsIsShownToThoseWhoNeedIt) {
    const auto step = desk.post(token_of("sup_prov"),
                                "/v1/cases/" + code + "/steps",
                                {{"kind", "verification"}, {"result", "confirmed"}});
    ASSERT_LT(step.status(), 300);
    const auto shows = [&](const std::string& caller, const std::string& group) {
        const std::string path = "/v1/cases/" + code;
        const std::string token = token_of(caller);
        const auto list = [&](const std::string& target) { return desk.get(token, target).reply.body; };
        const auto identity = [&] {
            return desk.ask(token, {"GET", path + "/identity", "", {{"Lachan-Purpose", "kiểm tra"}}})
                .reply.body;
        };
        const auto has = [](const std::string& body, const std::string& word) {
            return body.find(word) != std::string::npos;
        };
        if (group == "frame") {
            return has(list(path), code);
        }
        if (group == "steps") {
            return !desk.get(token, path).body.value("steps", json::array()).empty();
        }
        if (group == "names") {
            return has(identity(), "Lò Thị Đào");
        }
        if (group == "informant") {
            return has(identity(), "0912 345 678");
        }
        if (group == "in_cases") {
            return has(list("/v1/cases?limit=200"), code);
        }
        if (group == "in_duties") {
            return has(list("/v1/duties?limit=200"), code);
        }
        if (group == "in_deliveries") {
            return has(list("/v1/notifications?limit=200"), code);
        }
        if (group == "in_search") {
            return has(desk.post(token, "/v1/cases/search", {{"name", "Lò Thị Đào"}}).reply.body, code);
        }
        if (group == "in_search_phone") {
            return has(desk.post(token, "/v1/cases/search", {{"phone", "0912345678"}}).reply.body, code);
        }
        return has(desk.post(token, "/v1/cases/search", {{"code", code}}).reply.body,
                   code);  // in_search_by_code
    };
    const Table table = read_table(kFieldTable);
    std::ostringstream actual;
    for (const auto& [group, row] : table.rows) {
        ASSERT_EQ(row.size(), table.callers.size()) << group;
        actual << group;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string got = shows(table.callers[i], group.substr(group.find(' ') + 1)) ? "yes" : "no";
            actual << ' ' << got;
            EXPECT_EQ(got, row[i]) << group << " by " << table.callers[i];
        }
        actual << '\n';
    }
    if (HasFailure()) {
        std::cout << actual.str();
    }
}

}  // namespace
}  // namespace lachan::http
