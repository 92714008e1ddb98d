#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/casework/acts.hpp"
#include "lachan/casework/context.hpp"
#include "lachan/casework/intake.hpp"
#include "lachan/casework/queries.hpp"
#include "lachan/casework/transport.hpp"
#include "lachan/simulation/seeded_entropy.hpp"
#include "lachan/simulation/sim_clock.hpp"
#include "lachan/simulation/sim_disk.hpp"
#include "lachan/store/sqlite_store.hpp"
#include "lachan/vault/argon2_credentials.hpp"
#include "lachan/vault/sodium_vault.hpp"

/// The use cases at work, told as stories: who does what, and what the record says then.
namespace lachan::support {

/// The least that Argon2id can be asked for: tests look at many passwords.
inline constexpr vault::PasswordCost kCheapPasswords{.passes = 1, .memory = 8192};

inline constexpr Instant kMorning = from_ms(1'795'137'300'000);  ///< Friday, 2026-11-20T08:15:00+07:00.

/// The rules, calendar and directory that the repository ships, with the schools of the demonstration.
[[nodiscard]] std::shared_ptr<const casework::World> shipped_world();

/// A key of an agency: "officer of ubnd-03388", `person` tells apart two of the same kind.
[[nodiscard]] domain::Principal key_of(domain::Role role, const std::string& agency, int person = 1);
[[nodiscard]] inline domain::Principal officer(const std::string& agency, int person = 1) {
    return key_of(domain::Role::officer, agency, person);
}
[[nodiscard]] inline domain::Principal supervisor(const std::string& agency, int person = 1) {
    return key_of(domain::Role::supervisor, agency, person);
}
[[nodiscard]] inline domain::Principal hotline() {
    return key_of(domain::Role::operator_, "tong-dai-111");
}
[[nodiscard]] inline domain::Principal admin() {
    return key_of(domain::Role::admin, "so-y-te-12");
}

/// A child of five beaten at home by the stepfather, who is still there: an emergency. In Đoàn Kết (03388).
[[nodiscard]] domain::Report violence_at_home();
/// A child of ten that fell and is hardly hurt: nothing is urgent.
[[nodiscard]] domain::Report small_accident();

/// The agencies' side of the network: each endpoint answers as told (204 where nothing was told).
class Mailbox final : public casework::Transport {
public:
    boost::asio::awaitable<casework::SendOutcome> send(casework::Target target,
                                                       casework::Message message) override;

    std::function<void()> meanwhile;                       ///< Happens while the next message is under way.
    std::map<std::string, casework::SendOutcome> answers;  ///< By endpoint.
    std::vector<std::pair<std::string, casework::Message>> seen;  ///< Endpoint and message, in order.
};

/// What an act answered, and what it did. `change` is none where an earlier answer was replayed.
template <class Change>
struct Done {
    casework::Answer answer;
    std::optional<Change> change;
};
using Filed = Done<casework::Filing>;
using Acted = Done<casework::CaseChange>;

/// Store, vault, clock and worlds on one thread and one loop: what is awaited is done when the call returns.
class Office {
public:
    explicit Office(Instant now = kMorning,
                    std::shared_ptr<vault::KeyMedium> keys = vault::make_key_memory());
    ~Office();

    [[nodiscard]] casework::Context& context() noexcept { return context_; }
    [[nodiscard]] Instant now() const noexcept { return clock_.now(); }
    [[nodiscard]] vault::SodiumVault& vault() noexcept { return *vault_; }
    [[nodiscard]] boost::asio::any_io_executor executor() noexcept { return io_.get_executor(); }
    [[nodiscard]] casework::Worlds& worlds() noexcept { return worlds_; }

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> result;
        boost::asio::co_spawn(io_, std::move(work), [&](const std::exception_ptr& failure, T value) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            result = std::move(value);
        });
        poll();
        if (!result) {
            throw std::logic_error("the work waits for something that does not come");
        }
        return std::move(*result);
    }

    // acts; each a request of its own unless a key is given
    Result<Filed> file(const domain::Principal& caller, domain::Report report, casework::Repeat repeat = {});
    Result<Filed> add(const domain::Principal& caller,
                      const std::string& code,
                      domain::Report report,
                      casework::Repeat repeat = {});
    Result<Acted> respond(const domain::Principal& caller,
                          const std::string& duty,
                          casework::Response response,
                          casework::Repeat repeat = {});
    Result<Acted> accept(const domain::Principal& caller, const std::string& duty);
    Result<Acted> step(const domain::Principal& caller, const std::string& code, casework::NewStep step);
    Result<Acted> close(const domain::Principal& caller, const std::string& code);
    Result<Acted> reopen(const domain::Principal& caller, const std::string& code);

    /// Files the report for the hotline and gives the case's code; anything but success is a failure of the
    /// test.
    std::string opened(domain::Report report);
    /// Does what each pending duty that keeps the case open asks for, as its holder's officer, until none is
    /// left.
    void work_off(const std::string& code);

    /// Gives an agency a webhook; the first is "<agency>-1".
    void connect(const std::string& agency);
    /// Time goes by, and what falls due meanwhile happens.
    void pass(Duration time);
    /// Sends what is owed until nothing is due any more.
    void send_all(Mailbox& mailbox);

    // what the record says
    [[nodiscard]] domain::Case case_of(const std::string& code);
    [[nodiscard]] std::vector<domain::Duty> duties(const std::string& code);
    /// The pending duty of this kind; a failure of the test where there is not exactly one.
    [[nodiscard]] domain::Duty pending(const std::string& code, std::string_view kind);
    [[nodiscard]] std::vector<domain::Notification> notifications(const std::string& code);
    [[nodiscard]] std::vector<domain::Event> events(const std::string& code);
    [[nodiscard]] std::vector<domain::Event> all_events();
    void look(const casework::ReadOp& op);
    /// Changes the record past the use cases.
    void write(casework::WriteOp op);

private:
    void poll();
    casework::Repeat or_fresh(casework::Repeat repeat);

    boost::asio::io_context io_;
    simulation::SimClock clock_;
    simulation::SeededEntropy entropy_{7};
    simulation::SimDisk disk_{7};
    std::unique_ptr<vault::SodiumVault> vault_;
    std::unique_ptr<store::SqliteStore> store_;
    casework::Worlds worlds_;
    casework::Wakeup outbox_work_;
    casework::Wakeup watch_work_;
    casework::Context context_;
    int requests_ = 0;
};

[[nodiscard]] std::string duty_name(const std::string& code, const domain::Duty& duty);
/// How many events are of this kind.
[[nodiscard]] std::size_t count(const std::vector<domain::Event>& events, std::string_view kind);
/// How many messages of this event an agency is (or was) owed.
[[nodiscard]] std::size_t count(const std::vector<domain::Notification>& owed,
                                const std::string& agency,
                                std::string_view event);

}  // namespace lachan::support
