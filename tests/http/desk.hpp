#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/http/api.hpp"
#include "lachan/http/dispatcher.hpp"
#include "lachan/vault/argon2_credentials.hpp"
#include "support/office.hpp"

/// The API over the whole of casework, without a socket: a request in, a reply out, and every answer held
/// against the description that is served.
namespace lachan::http {

struct Asked {
    std::string method;
    std::string target;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

struct Answered {
    Reply reply;
    nlohmann::json body;  ///< Null where there is none.

    [[nodiscard]] int status() const { return reply.status; }
    [[nodiscard]] std::string header(std::string_view name) const {
        return std::string(reply.headers.find(name).value_or(""));
    }
    /// "pointer code" of each fault.
    [[nodiscard]] std::vector<std::string> faults() const;
    /// The suffix of the problem's type.
    [[nodiscard]] std::string problem() const;
};

/// A key of an agency and its token.
struct Key {
    domain::Principal principal;
    std::string token;
};

class Desk {
public:
    explicit Desk(LimitSettings limits = {});

    [[nodiscard]] support::Office& office() noexcept { return office_; }
    [[nodiscard]] const vault::Argon2Credentials& credentials() const noexcept { return credentials_; }
    [[nodiscard]] const nlohmann::json& description() const noexcept { return description_; }
    [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

    /// The token of a key with this role, made when first asked for. `person` tells apart two of a kind.
    const std::string& token(domain::Role role, const std::string& agency, int person = 1);
    const std::string& operator_token() { return token(domain::Role::operator_, "tong-dai-111"); }
    const std::string& admin_token() { return token(domain::Role::admin, "so-y-te-12"); }

    /// Asks as the bearer of `token` (empty: nobody).
    Answered ask(const std::string& token, Asked asked);
    /// Asks all of them before any is answered; gives the statuses in the same order.
    std::vector<int> ask_together(const std::string& token, const std::vector<Asked>& all);
    Answered get(const std::string& token, const std::string& target) {
        return ask(token, {"GET", target, "", {}});
    }
    Answered post(const std::string& token,
                  const std::string& target,
                  const nlohmann::json& body,
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
        return ask(token, {"POST", target, body.dump(), std::move(headers)});
    }

    // What the tests set or look at.
    std::map<std::string, std::string> refused_urls;  ///< Address to why.
    support::Mailbox mailbox;

private:
    Services services();
    static Request request_of(const std::string& token, const Asked& asked);
    void hold_to_description(const Route* route, const Asked& asked, const Answered& answered) const;

    support::Office office_;
    vault::Argon2Credentials credentials_{{.cost = support::kCheapPasswords, .worker = office_.executor()}};
    casework::People people_{office_.context(), credentials_};
    Problems problems_{"https://lachan.test"};
    Limits limits_;
    Services services_;
    Api api_;
    std::vector<Route> routes_;
    Router router_;
    nlohmann::json description_;
    std::map<std::string, std::string> tokens_;
};

/// A report of a child beaten at home by somebody who is still there: an emergency.
[[nodiscard]] nlohmann::json emergency_report();
/// A report of a child hardly hurt.
[[nodiscard]] nlohmann::json minor_report();

}  // namespace lachan::http
