#include "lachan/config/config.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

namespace lachan::config {
namespace {

using nlohmann::json;

/// A configuration file in a folder of its own.
class ConfigTest : public testing::Test {
protected:
    ConfigTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lachan-config-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        folder_ = pattern;
        sources_.file = folder_ / "lachan.json";
    }
    ~ConfigTest() override {
        std::error_code unknown;
        std::filesystem::remove_all(folder_, unknown);
    }

    Result<Loaded> load_text(const std::string& text) {
        std::ofstream(sources_.file) << text;
        return load(sources_);
    }
    Config good(const std::string& text) { return load_text(text).value().config; }
    std::vector<Fault> faults(const std::string& text) {
        const auto loaded = load_text(text);
        return loaded ? std::vector<Fault>() : loaded.error().faults();
    }
    /// Codes by pointer.
    std::map<std::string, std::string> codes(const std::string& text) {
        std::map<std::string, std::string> found;
        for (const Fault& fault : faults(text)) {
            found[fault.pointer] = fault.code;
        }
        return found;
    }

    std::filesystem::path folder_;
    Sources sources_;
};

TEST_F(ConfigTest, IsWholeWithNothingButAnEmptyObject) {
    const Config config = good("{}");
    EXPECT_EQ(config.api.listen.text(), "127.0.0.1:8080");
    EXPECT_EQ(config.operations.listen.text(), "127.0.0.1:9464");
    EXPECT_EQ(config.delivery.connect_timeout, std::chrono::seconds(5));
    EXPECT_EQ(config.delivery.total_timeout, std::chrono::seconds(15));
    EXPECT_TRUE(config.egress.allow_cidrs.empty());
    EXPECT_FALSE(config.tls());
}

TEST_F(ConfigTest, TakesAnchorsThatAreFilesBesideItselfOrUrls) {
    const Config config =
        good(R"({"audit": {"anchors": ["out/heads.jsonl", "https://court.example.vn/a/"]}})");
    EXPECT_EQ(
        config.audit.anchors,
        (std::vector<std::string>{(folder_ / "out/heads.jsonl").string(), "https://court.example.vn/a/"}));
    for (const std::string anchor : {R"("ftp://x")", R"("")", "7", R"("https://user:p@x")"}) {
        EXPECT_EQ(codes(R"({"audit": {"anchors": [)" + anchor + "]}}").at("/audit/anchors"), "not_an_anchor")
            << anchor;
    }
}

TEST_F(ConfigTest, ReadsEveryKeyItDescribes) {
    const std::string text = R"({
        "$schema": "config.schema.json",
        "api": {"listen": "0.0.0.0:9000", "public_url": "https://tinbao.example.vn/", "tls_certificate_file": "c.pem",
                "tls_key_file": "k.pem", "max_connections": 10, "max_connections_per_address": 3,
                "header_timeout_seconds": 1, "body_timeout_seconds": 2, "idle_timeout_seconds": 3},
        "operations": {"listen": "[::1]:0"},
        "store": {"path": "/var/lib/lachan/l.db"},
        "vault": {"master_key_file": "/etc/lachan/m", "key_store_file": "/var/lib/lachan/k"},
        "rules": {"path": "/r"}, "directory": {"path": "/d"}, "calendar": {"path": "/c.json"},
        "egress": {"allow_cidrs": ["10.0.0.0/8", "::1"], "ca_file": "/ca.pem"},
        "delivery": {"max_parallel": 4, "max_slow": 5, "connect_timeout_seconds": 6, "total_timeout_seconds": 7},
        "mail": {"server": "smtp://mail.example.vn:587", "tls": "optional", "from": "lachan@example.vn", "user": "u",
                 "password_file": "p"},
        "gateways": {"sms-1": {"url": "https://sms.example/send", "content_type": "application/x-www-form-urlencoded",
                               "body_template": "to={{to}}", "headers_file": "h", "success_marker": "OK"}},
        "limits": {"requests_per_second": 8, "burst": 9, "status_per_minute": 10},
        "retention": {"path": "/keep.json"},
        "audit": {"anchors": ["/mnt/provost/heads.jsonl", "https://court.example.vn/heads"], "anchor_interval_seconds": 60},
        "log": {"level": "warn"}})";
    const Config config = good(text);
    EXPECT_EQ(config.api.listen, (Listen{"0.0.0.0", 9000}));
    EXPECT_EQ(config.api.public_url, "https://tinbao.example.vn");
    EXPECT_EQ(config.api.header_timeout, std::chrono::seconds(1));
    EXPECT_EQ(config.operations.listen, (Listen{"::1", 0}));
    EXPECT_EQ(config.egress.allow_cidrs, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
    EXPECT_EQ(config.limits.status_per_minute, 10);
    EXPECT_EQ(config.log.level, log::Level::warn);

    // What is read can be shown, and what is shown differs from every default.
    const json shown = json::parse(render(config));
    const json defaults = json::parse(render(Config()));
    for (const KeyDescription& key : describe()) {
        if (key.key.starts_with("heartbeat.")) {
            continue;  // one of two: below
        }
        std::string place = key.pointer;
        const auto name = place.find("{name}");
        if (name != std::string::npos) {
            place.replace(name, 6, "sms-1");
        }
        const json::json_pointer pointer(place);
        ASSERT_TRUE(shown.contains(pointer)) << key.pointer;
        EXPECT_NE(shown.at(pointer),
                  name == std::string::npos ? defaults.at(pointer) : json(key.default_text))
            << key.pointer;
    }
}

TEST_F(ConfigTest, KnowsTheHeartbeatsUrlFromOnePlace) {
    EXPECT_EQ(good(R"({"heartbeat": {"url": "https://hc.example/abc"}})").heartbeat.url,
              "https://hc.example/abc");
    EXPECT_EQ(good(R"({"heartbeat": {"url_file": "/h"}})").heartbeat.url_file, "/h");
    EXPECT_EQ(codes(R"({"heartbeat": {"url": "https://hc.example", "url_file": "h"}})"),
              (std::map<std::string, std::string>{{"/heartbeat/url_file", "conflict"}}));
    EXPECT_EQ(codes(R"({"heartbeat": {"url": "hc.example"}})"),
              (std::map<std::string, std::string>{{"/heartbeat/url", "not_a_url"}}));
}

TEST_F(ConfigTest, TellsWhatIsMissingForMail) {
    EXPECT_EQ(codes(R"({"mail": {"server": "smtp://m"}})"),
              (std::map<std::string, std::string>{{"/mail/from", "missing"}}));
    EXPECT_EQ(codes(R"({"mail": {"from": "a@b.vn"}})"),
              (std::map<std::string, std::string>{{"/mail/server", "missing"}}));
    EXPECT_EQ(codes(R"({"mail": {"server": "smtp://m", "from": "a@b.vn", "user": "u"}})"),
              (std::map<std::string, std::string>{{"/mail/password_file", "missing"}}));
    EXPECT_EQ(codes(R"({"mail": {"server": "http://m", "from": "a b@c", "tls": "maybe"}})"),
              (std::map<std::string, std::string>{{"/mail/server", "not_a_mail_server"},
                                                  {"/mail/from", "not_a_mailbox"},
                                                  {"/mail/tls", "not_a_tls_mode"}}));
    for (const char* const bad :
         {"smtp://", "smtp://u@m", "smtp://m/x", "smtp://:25", "smtps://m:", "m:25"}) {
        EXPECT_EQ(codes(std::string(R"({"mail": {"from": "a@b.vn", "server": ")") + bad + "\"}}")
                      .count("/mail/server"),
                  1u)
            << bad;
    }
}

TEST_F(ConfigTest, ReadsGatewaysByTheirNames) {
    const std::string text = R"({"gateways": {"sms": {"url": "https://s.example", "body_template": "x"},
                                              "zalo": {"url": "https://z.example", "body_template": "{}"}}})";
    sources_.environment = {{"LACHAN_GATEWAYS_SMS_URL", "https://other.example/in"}};
    const Config config = good(text);
    EXPECT_EQ(config.gateways.at("sms").url, "https://other.example/in");
    EXPECT_EQ(config.gateways.at("zalo").content_type, "application/json");
    EXPECT_EQ(render(good(render(config))), render(config));
}

TEST_F(ConfigTest, TellsWhatIsWrongWithAGateway) {
    EXPECT_EQ(codes(R"({"gateways": {"SMS": {}, "a": {}, "b": 1,
                        "c": {"url": "ftp://x", "body_templat": "", "content_type": "text/plain", "body_template": "x"}}})"),
              (std::map<std::string, std::string>{{"/gateways/SMS", "not_a_name"},
                                                  {"/gateways/a/url", "missing"},
                                                  {"/gateways/a/body_template", "missing"},
                                                  {"/gateways/b", "wrong_type"},
                                                  {"/gateways/b/url", "missing"},
                                                  {"/gateways/b/body_template", "missing"},
                                                  {"/gateways/c/url", "missing"},
                                                  {"/gateways/c/body_templat", "unknown_key"},
                                                  {"/gateways/c/content_type", "not_a_content_type"}}));
    EXPECT_EQ(codes(R"({"gateways": []})"),
              (std::map<std::string, std::string>{{"/gateways", "wrong_type"}}));
}

TEST_F(ConfigTest, ReadsBackWhatItShows) {
    const Config config = good(R"({"egress": {"allow_cidrs": ["127.0.0.0/8"]}, "log": {"level": "debug"}})");
    EXPECT_EQ(render(good(render(config))), render(config));
}

TEST_F(ConfigTest, NamesEveryFaultAtOnceWithItsPointer) {
    const auto found = codes(R"({
        "api": {"listne": "127.0.0.1:80", "max_connections": "many", "idle_timeout_seconds": 0},
        "egress": {"allow_cidrs": ["10.0.0.0/8", "10.1.2.3/8"]},
        "log": {"level": "loud"}, "store": {"path": ""}, "webhooks": {}, "rules": "rules", "a/b": 1})");
    const std::map<std::string, std::string> expected = {{"/api/listne", "unknown_key"},
                                                         {"/api/max_connections", "wrong_type"},
                                                         {"/api/idle_timeout_seconds", "out_of_range"},
                                                         {"/egress/allow_cidrs", "not_a_block"},
                                                         {"/log/level", "not_a_level"},
                                                         {"/store/path", "empty"},
                                                         {"/webhooks", "unknown_key"},
                                                         {"/rules", "wrong_type"},
                                                         {"/a~1b", "unknown_key"}};
    EXPECT_EQ(found, expected);
}

TEST_F(ConfigTest, SaysWhichKeyWasProbablyMeant) {
    const auto found = faults(R"({"api": {"listne": "x"}})");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].detail.find("\"listen\""), std::string::npos);
}

TEST_F(ConfigTest, RefusesAKeyThatStandsTwice) {
    EXPECT_EQ(codes(R"({"api": {"listen": "127.0.0.1:1", "listen": "127.0.0.1:2"}})"),
              (std::map<std::string, std::string>{{"/api/listen", "duplicate_key"}}));
    EXPECT_EQ(codes(R"({"log": {}, "log": {}})"),
              (std::map<std::string, std::string>{{"/log", "duplicate_key"}}));
    EXPECT_TRUE(codes(R"({"store": {"path": "a"}, "rules": {"path": "b"}})").empty());
}

TEST_F(ConfigTest, RefusesWhatIsNoObject) {
    EXPECT_EQ(load_text("{\"api\": ").error().code(), Errc::malformed_json);
    EXPECT_EQ(load_text("").error().code(), Errc::malformed_json);
    EXPECT_EQ(load_text("[]").error().code(), Errc::validation_failed);
    sources_.file = folder_ / "missing.json";
    EXPECT_EQ(load(sources_).error().code(), Errc::validation_failed);
}

TEST_F(ConfigTest, ReadsAddressesStrictly) {
    for (const char* const bad : {"8080",
                                  ":8080",
                                  "127.0.0.1",
                                  "127.0.0.1:",
                                  "127.0.0.1:65536",
                                  "127.0.0.1:-1",
                                  "::1:80",
                                  "[127.0.0.1]:80",
                                  "example.vn:80",
                                  "[::1]",
                                  "127.0.0.1:80 "}) {
        EXPECT_EQ(codes(json{{"api", {{"listen", bad}}}}.dump()).count("/api/listen"), 1u) << bad;
    }
    EXPECT_EQ(good(R"({"api": {"listen": "localhost:0"}})").api.listen, (Listen{"127.0.0.1", 0}));
}

TEST_F(ConfigTest, ReadsAddressBlocksStrictly) {
    for (const char* const bad : {"",
                                  "10.0.0.0/33",
                                  "10.0.0.0/",
                                  "10.0.0.0/-1",
                                  "10.0.0.1/24",
                                  "::/129",
                                  "fd00::1/8",
                                  "all",
                                  "10.0.0.0/8/8"}) {
        EXPECT_FALSE(faults(json{{"egress", {{"allow_cidrs", {bad}}}}}.dump()).empty()) << bad;
    }
    for (const char* const fine : {"0.0.0.0/0", "10.20.30.40", "10.20.30.40/32", "fd00::/8", "127.0.0.0/8"}) {
        EXPECT_TRUE(faults(json{{"egress", {{"allow_cidrs", {fine}}}}}.dump()).empty()) << fine;
    }
}

TEST_F(ConfigTest, RefusesAPublicUrlThatLinksCannotBeBuiltUpon) {
    for (const char* const bad : {"tinbao.example.vn",
                                  "ftp://x",
                                  "https://",
                                  "https://user:pw@x",
                                  "https://x?y",
                                  "https://x#y",
                                  "https:///path",
                                  "https://a b"}) {
        EXPECT_EQ(codes(json{{"api", {{"public_url", bad}}}}.dump()).count("/api/public_url"), 1u) << bad;
    }
    EXPECT_EQ(good(R"({"api": {"public_url": "https://x/lachan/"}})").api.public_url, "https://x/lachan");
}

TEST_F(ConfigTest, ResolvesRelativePathsAgainstTheFile) {
    sources_.environment = {{"LACHAN_STORE_PATH", "db/l.db"}};
    sources_.flags = {{"/rules/path", "../packs"}};
    const Config config =
        good(R"({"vault": {"master_key_file": "keys/./m"}, "calendar": {"path": "/etc/c.json"}})");
    EXPECT_EQ(config.store.path, folder_ / "db/l.db");
    EXPECT_EQ(config.rules.path, folder_.parent_path() / "packs");
    EXPECT_EQ(config.vault.master_key_file, folder_ / "keys/m");
    EXPECT_EQ(config.calendar.path, "/etc/c.json");
    EXPECT_EQ(config.directory.path, folder_ / "directory") << "defaults too";
    EXPECT_TRUE(config.egress.ca_file.empty()) << "what is not set stays unset";
}

TEST_F(ConfigTest, LetsEnvironmentGoBeforeTheFileAndFlagsBeforeBoth) {
    const std::string text =
        R"({"api": {"listen": "127.0.0.1:1", "max_connections": 1}, "log": {"level": "error"}})";
    sources_.environment = {{"LACHAN_API_LISTEN", "127.0.0.1:2"}, {"LACHAN_API_MAX_CONNECTIONS", "2"}};
    sources_.flags = {{"/api/listen", "127.0.0.1:3"}};
    const Config config = good(text);
    EXPECT_EQ(config.api.listen.port, 3);
    EXPECT_EQ(config.api.max_connections, 2);
    EXPECT_EQ(config.log.level, log::Level::error);
}

TEST_F(ConfigTest, ReadsListsFromTheEnvironment) {
    sources_.environment = {{"LACHAN_EGRESS_ALLOW_CIDRS", "127.0.0.0/8, 10.0.0.0/8"}};
    EXPECT_EQ(good("{}").egress.allow_cidrs, (std::vector<std::string>{"127.0.0.0/8", "10.0.0.0/8"}));
    sources_.environment = {{"LACHAN_EGRESS_ALLOW_CIDRS", ""}};
    EXPECT_TRUE(good(R"({"egress": {"allow_cidrs": ["10.0.0.0/8"]}})").egress.allow_cidrs.empty());
}

TEST_F(ConfigTest, SaysWhereAWrongValueCameFrom) {
    sources_.environment = {{"LACHAN_DELIVERY_MAX_PARALLEL", "many"}};
    sources_.flags = {{"/log/level", "loud"}, {"/log/levle", "info"}};
    const auto found = faults("{}");
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].pointer, "/delivery/max_parallel");
    EXPECT_NE(found[0].detail.find("LACHAN_DELIVERY_MAX_PARALLEL"), std::string::npos);
    EXPECT_EQ(found[1].pointer, "/log/level");
    EXPECT_EQ(found[2].code, "unknown_key");
}

TEST_F(ConfigTest, WarnsOfVariablesThatAreNoKeys) {
    sources_.environment = {{"LACHAN_API_LISTNE", "x"}, {"PATH", "/bin"}};
    const auto loaded = load_text("{}");
    ASSERT_TRUE(loaded.has_value());
    ASSERT_EQ(loaded->warnings.size(), 1u);
    EXPECT_NE(loaded->warnings[0].find("LACHAN_API_LISTNE"), std::string::npos);
    EXPECT_NE(loaded->warnings[0].find("LACHAN_API_LISTEN"), std::string::npos);
}

TEST_F(ConfigTest, WarnsOfPlainHttpThatOthersCanReach) {
    EXPECT_TRUE(load_text(R"({"api": {"listen": "127.0.0.1:80"}})")->warnings.empty());
    EXPECT_EQ(load_text(R"({"api": {"listen": "0.0.0.0:80"}})")->warnings.size(), 1u);
    EXPECT_TRUE(
        load_text(R"({"api": {"listen": "0.0.0.0:443", "tls_certificate_file": "c", "tls_key_file": "k"}})")
            ->warnings.empty());
    EXPECT_EQ(load_text(R"({"operations": {"listen": "0.0.0.0:80"}})")->warnings.size(), 1u);
}

TEST_F(ConfigTest, RefusesValuesThatDoNotGoTogether) {
    EXPECT_EQ(codes(R"({"api": {"tls_certificate_file": "c"}})").count("/api/tls_key_file"), 1u);
    EXPECT_EQ(codes(R"({"api": {"tls_key_file": "k"}})").count("/api/tls_certificate_file"), 1u);
    EXPECT_EQ(codes(R"({"operations": {"listen": "127.0.0.1:8080"}})").count("/operations/listen"), 1u);
    EXPECT_EQ(
        codes(R"({"delivery": {"connect_timeout_seconds": 16}})").count("/delivery/connect_timeout_seconds"),
        1u);
    EXPECT_EQ(codes(R"({"vault": {"key_store_file": "./master.key"}})").count("/vault"), 1u);
    EXPECT_TRUE(
        codes(R"({"api": {"listen": "127.0.0.1:0"}, "operations": {"listen": "127.0.0.1:0"}})").empty())
        << "two free ports differ";
}

TEST_F(ConfigTest, RefusesNumbersThatAreNone) {
    for (const char* const bad :
         {"1.5", "\"1\"", "null", "true", "-1", "99999999999999999999", "18446744073709551615"}) {
        EXPECT_FALSE(faults(std::string(R"({"delivery": {"max_parallel": )") + bad + "}}").empty()) << bad;
    }
}

TEST_F(ConfigTest, MakesThePublicUrlFromTheBoundPort) {
    EXPECT_EQ(public_url_of(good(R"({"api": {"listen": "127.0.0.1:0"}})"), 4711), "http://127.0.0.1:4711");
    EXPECT_EQ(
        public_url_of(
            good(R"({"api": {"listen": "[::1]:0", "tls_certificate_file": "c", "tls_key_file": "k"}})"), 1),
        "https://[::1]:1");
    EXPECT_EQ(public_url_of(good(R"({"api": {"public_url": "https://x"}})"), 4711), "https://x");
}

TEST_F(ConfigTest, DescribesEachKeyOnceWithUnitDefaultAndSentence) {
    std::set<std::string> variables;
    for (const KeyDescription& key : describe()) {
        EXPECT_TRUE(variables.insert(key.environment).second) << key.key;
        EXPECT_FALSE(key.unit.empty()) << key.key;
        EXPECT_TRUE(key.sentence.ends_with('.')) << key.key;
    }
    const auto table = describe();
    EXPECT_EQ(table.front().key, "api.listen");
    EXPECT_EQ(table.front().pointer, "/api/listen");
    EXPECT_EQ(table.front().environment, "LACHAN_API_LISTEN");
    EXPECT_EQ(table.front().default_text, "127.0.0.1:8080");
}

TEST_F(ConfigTest, TheReadmeSaysOfEachKeyWhatTheProgramSays) {
    std::string told;
    for (const KeyDescription& key : describe()) {
        const std::string preset = key.default_text.empty() ? " " : " " + key.default_text + " ";
        told += "| `" + key.key + "` |" + preset + "| " + key.unit + " | " + key.sentence + " |\n";
    }
    std::ifstream file(std::string(LACHAN_SOURCE_DIR) + "/README.md");
    const std::string readme{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(readme.find("|---|---|---|---|\n" + told), std::string::npos) << "It should have:\n" << told;
}

TEST_F(ConfigTest, TakesOnlyItsOwnVariablesFromTheProcess) {
    ::setenv("LACHAN_LOG_LEVEL", "debug=x", 1);
    const auto variables = process_environment();
    ::unsetenv("LACHAN_LOG_LEVEL");
    EXPECT_EQ(variables.at("LACHAN_LOG_LEVEL"), "debug=x");
    EXPECT_TRUE(std::all_of(variables.begin(), variables.end(), [](const auto& entry) {
        return entry.first.starts_with("LACHAN_");
    }));
}

}  // namespace
}  // namespace lachan::config
