#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "results.hpp"
#include "support/staff.hpp"

/// Whether the time of an answer tells an account that exists from one that does not: a wrong password for a
/// login that exists, a wrong code with the right password, and a login of nobody, in turn, each measured
/// whole (look-up, password, code, commit).
namespace {

using namespace lachan;

constexpr int kRounds = 60;

enum Kind { wrong_password, wrong_code, nobody };
constexpr const char* kNames[] = {"wrong password", "wrong code", "no such login"};

double milliseconds_of(support::Office& office,
                       vault::Argon2Credentials& credentials,
                       const support::Person& person,
                       Kind kind) {
    casework::People people{office.context(), credentials};  // of its own, so that nothing is slowed
    casework::SignIn attempt{kind == nobody ? "nobody.here" : person.login,
                             Secret<std::string>(kind == wrong_code ? support::kPassword : "wrong password"),
                             kind == wrong_code ? person.wrong_code(office.now()) : person.code(office.now()),
                             "203.0.113.7",
                             ""};
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = office.run(casework::sign_in(people, std::move(attempt)));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    if (answer || answer.error().code() != Errc::unauthenticated) {
        throw std::logic_error("not refused as it should be");
    }
    return took.count();
}

/// How often a time of `one` is longer than a time of `other`: 0.5 where nothing can be told.
double told_apart(const std::vector<double>& one, const std::vector<double>& other) {
    double longer = 0;
    for (const double a : one) {
        for (const double b : other) {
            longer += a > b ? 1 : a == b ? 0.5 : 0;
        }
    }
    return longer / static_cast<double>(one.size() * other.size());
}

}  // namespace

int main(int argc, char** argv) {
    const bench::Options words(argc, argv);
    const bool smoke = words.has("--smoke");
    support::Office office;
    vault::PasswordOptions options;
    options.worker = office.executor();
    if (smoke) {
        options.cost = support::kCheapPasswords;
    }
    vault::Argon2Credentials credentials(options);
    const auto person = support::hire(office, credentials, "lo.van.an", domain::Role::officer, "ubnd-03388");
    std::vector<double> times[3];
    for (int round = 0; round < (smoke ? 1 : kRounds); ++round) {
        for (int turn = 0; turn < 3; ++turn) {
            const Kind kind = static_cast<Kind>((round + turn) % 3);
            times[kind].push_back(milliseconds_of(office, credentials, person, kind));
        }
    }
    if (smoke) {
        std::puts("all three are refused alike");
        return 0;
    }
    nlohmann::ordered_json kinds = nlohmann::ordered_json::array();
    for (const Kind kind : {wrong_password, wrong_code, nobody}) {
        std::printf("%-15s median %.2f ms, longer than \"no such login\" in %.0f %% of pairs (%zu tries)\n",
                    kNames[kind],
                    bench::median(times[kind]),
                    100 * told_apart(times[kind], times[nobody]),
                    times[kind].size());
        kinds.push_back({{"kind", kNames[kind]},
                         {"median_ms", bench::median(times[kind])},
                         {"longer_than_no_such_login", told_apart(times[kind], times[nobody])},
                         {"tries", times[kind].size()}});
    }
    bench::Results results;
    results.put("refused", std::move(kinds));
    results.write(words.after("--json"));
    return 0;
}
