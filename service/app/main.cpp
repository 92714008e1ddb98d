#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <string>

#include "access_commands.hpp"
#include "audit_commands.hpp"
#include "check_commands.hpp"
#include "console.hpp"
#include "explain_commands.hpp"
#include "init.hpp"
#include "key_commands.hpp"
#include "lachan/config/config.hpp"
#include "law_commands.hpp"
#include "receipt_commands.hpp"
#include "receive.hpp"
#include "retention_commands.hpp"
#include "rules_commands.hpp"
#include "serve.hpp"
#include "simulate_command.hpp"
#include "statistics_command.hpp"
#include "subject_commands.hpp"
#include "user_commands.hpp"

namespace {

using namespace lachan;

constexpr char kRoles[] = "operator, reporter, officer, supervisor, analyst or admin";
constexpr char kAgency[] = "Id of an agency of the directory";
constexpr char kExpiry[] = "RFC 3339 instant, e.g. 2027-01-01T00:00:00+07:00; never where none is given";

/// The commands of the program: each `add_…` says its options and what runs when it is chosen.
class Program {
public:
    Program() {
        app_.require_subcommand(1);
        app_.set_version_flag("--version", "lachan " LACHAN_VERSION);
        add_init();
        add_serve();
        add_receive();
        add_check_config();
        add_rules();
        add_calendar();
        add_directory();
        add_keys();
        add_users();
        add_deadline();
        add_audit();
        add_backup();
        add_check();
        add_statistics();
        add_simulate();
        add_subject();
        add_receipt();
        add_access();
        add_retention();
    }

    int run(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? app::kGood : app::kUsage;
        }
        return chosen_();
    }

private:
    using Command = std::function<int()>;

    CLI::App* command(CLI::App& parent, const std::string& name, const std::string& about, Command command) {
        CLI::App* made = parent.add_subcommand(name, about);
        made->callback([this, command = std::move(command)] { chosen_ = command; });
        made->add_flag("--json", json_, "Answer in JSON");
        return made;
    }

    /// A command that works on an installation: it gets the configuration, or the user every fault of it.
    CLI::App* configured(CLI::App& parent,
                         const std::string& name,
                         const std::string& about,
                         std::function<int(const config::Config&)> run) {
        CLI::App* made = command(parent, name, about, [this, run = std::move(run)] {
            const auto loaded = app::load_config(config_file_, flags_);
            return loaded ? run(*loaded) : app::complain(loaded.error());
        });
        made->add_option("--config", config_file_, "Configuration file")->envname("LACHAN_CONFIG");
        return made;
    }

    CLI::App* group(const std::string& name, const std::string& about) {
        CLI::App* made = app_.add_subcommand(name, about);
        made->require_subcommand(1);
        return made;
    }

    void add_init() {
        auto* made = command(app_, "init", "Make a new installation in an empty folder", [this] {
            init_.json = json_;
            return app::run_init(init_);
        });
        made->add_option("DIR", init_.folder, "Folder")->required();
        made->add_option(
            "--demo", init_.demo_url, "Sample directory, with every agency's endpoint at URL/<agency id>");
    }

    void add_serve() {
        auto* made = configured(app_, "serve", "Run the service", [](const config::Config& config) {
            return app::run_serve(config);
        });
        made->add_option_function<std::string>(
            "--api-listen", [this](const std::string& text) { flags_["/api/listen"] = text; });
        made->add_option_function<std::string>(
            "--operations-listen", [this](const std::string& text) { flags_["/operations/listen"] = text; });
    }

    void add_receive() {
        auto* made =
            command(app_, "receive", "An agency stand-in: verifies, prints, accepts, records steps", [this] {
                receive_.json = json_;
                return app::run_receive(receive_);
            });
        made->add_option("--listen", receive_.listen, "ADDRESS:PORT");
        made->add_option("--endpoints", receive_.endpoints, "What `lachan init --json` printed")->required();
        made->add_option("--api", receive_.api, "Base URL of the service");
        made->add_flag("--accept", receive_.accept, "Accept each duty")->needs(made->get_option("--api"));
        made->add_flag("--steps", receive_.steps, "Then record the step that fulfils it")
            ->needs(made->get_option("--accept"));
    }

    void add_check_config() {
        configured(app_,
                   "check-config",
                   "Check the configuration and all that it names",
                   [this](const config::Config& config) { return app::run_check_config(config, json_); });
    }

    void add_rules() {
        CLI::App* rules = group("rules", "The law as data");
        const auto path = [this](CLI::App* made) {
            made->add_option("PACK", rules_.pack, "pack.json, or a folder with one")->required();
        };
        path(command(
            *rules, "lint", "Check a pack for mistakes", [this] { return app::run_rules_lint(options()); }));
        path(command(*rules, "prove", "Prove that every case has a holder and that unknown protects", [this] {
            return app::run_rules_prove(options());
        }));
        auto* test = command(*rules, "test", "Run the scenarios beside a pack", [this] {
            return app::run_rules_test(options());
        });
        path(test);
        test->add_flag("--coverage", rules_.coverage, "Fail unless every rule and every clause is hit");
        auto* explain = command(*rules, "explain", "Say what follows from a report, and why", [this] {
            return app::run_rules_explain(options());
        });
        explain->add_option("REPORT", rules_.report, "Report in JSON")->required();
        explain->add_option(
            "--pack", rules_.pack, "pack.json, or a folder with one; else the one that comes with lachan");
        explain->add_option(
            "--directory", rules_.directory, "Folder with areas.json, roles.json, agencies.json");
        explain->add_option("--calendar", rules_.calendar, "Calendar file");
        explain->add_option("--language", rules_.language, "vi or en")->check(CLI::IsMember({"vi", "en"}));
        auto* diff =
            command(*rules, "diff", "Compare two packs", [this] { return app::run_rules_diff(options()); });
        diff->add_option("OLD", rules_.pack)->required();
        diff->add_option("NEW", rules_.other)->required();
        diff->add_option("--replay", rules_.database, "Database: every past case whose outcome would change");
    }

    void add_calendar() {
        CLI::App* calendar = group("calendar", "Working days");
        auto* show = configured(
            *calendar, "show", "Day by day, with the ground", [this](const config::Config& config) {
                return app::run_calendar_show(config, from_, to_, json_);
            });
        show->add_option("--from", from_)->required();
        show->add_option("--to", to_);
        auto* explain = configured(
            *calendar, "explain", "When a limit ends, and why", [this](const config::Config& config) {
                return app::run_calendar_explain(config, from_, limit_, json_);
            });
        explain->add_option("--start", from_, "RFC 3339 instant")->required();
        explain->add_option("--limit", limit_, "PT12H, \"5 working days\", …")->required();
        auto* import = configured(*calendar,
                                  "import",
                                  "Take up a notice or a new calendar; show what moves",
                                  [this](const config::Config& config) {
                                      import_.json = json_;
                                      return app::run_calendar_import(config, import_);
                                  });
        import->add_option("FILE", import_.file, "Notice or calendar")->required();
        import->add_flag("--dry-run", import_.dry_run, "Only say which open deadlines would move");
    }

    void add_directory() {
        CLI::App* directory = group("directory", "Areas and agencies");
        configured(
            *directory,
            "check",
            "Every unit and role has a reachable holder",
            [this](const config::Config& config) { return app::run_directory_check(config, at_, json_); })
            ->add_option("--at", at_, "RFC 3339 instant");
        auto* transition = configured(*directory,
                                      "transition",
                                      "Duties of bodies that are no more go to their successors",
                                      [this](const config::Config& config) {
                                          transition_.json = json_;
                                          return app::run_directory_transition(config, transition_);
                                      });
        transition->add_option("--at", transition_.at, "RFC 3339 instant");
        transition->add_flag("--dry-run", transition_.dry_run, "Only list them");
    }

    void add_keys() {
        CLI::App* keys = group("key", "API keys");
        auto* create = configured(
            *keys, "create", "Make a key; its token is printed once", [this](const config::Config& config) {
                key_.json = json_;
                return app::run_key_create(config, key_);
            });
        create->add_option("--role", key_.role, kRoles)->required();
        create->add_option("--agency", key_.agency, kAgency)->required();
        create->add_option("--id", key_.id, "Its name in the record; AGENCY.ROLE where none is given");
        create->add_option("--expires-at", key_.expires_at, kExpiry);
        create->add_option("--purpose", key_.purpose, "Why; stands sealed in the record");
        configured(*keys, "list", "All keys, without their tokens", [this](const config::Config& config) {
            return app::run_key_list(config, json_);
        });
        auto* rotate = configured(
            *keys, "rotate", "Give a key a new token; printed once", [this](const config::Config& config) {
                rotate_.json = json_;
                return app::run_key_rotate(config, rotate_);
            });
        rotate->add_option("ID", rotate_.id)->required();
        rotate->add_option("--overlap", rotate_.overlap, "How long the old token works as well: PT24H");
        rotate->add_option("--expires-at", rotate_.expires_at, kExpiry);
        rotate->add_option("--purpose", rotate_.purpose, "Why; stands sealed in the record");
        auto* revoke = configured(*keys, "revoke", "Revoke a key", [this](const config::Config& config) {
            return app::run_key_revoke(config, id_, key_.purpose, json_);
        });
        revoke->add_option("ID", id_)->required();
        revoke->add_option("--purpose", key_.purpose, "Why; stands sealed in the record");
        CLI::App* master = keys->add_subcommand("master", "The key that seals all others");
        master->require_subcommand(1);
        configured(*master,
                   "rotate",
                   "Seal the key store by a new master key; nothing else changes",
                   [this](const config::Config& config) { return app::run_master_rotate(config, json_); });
    }

    void add_users() {
        CLI::App* users = group("user", "Accounts of people");
        auto* create = configured(*users,
                                  "create",
                                  "Invite a person; with --login make the account at once",
                                  [this](const config::Config& config) {
                                      user_.json = json_;
                                      return app::run_user_create(config, user_);
                                  });
        create->add_option("--role", user_.role, kRoles)->required();
        create->add_option("--agency", user_.agency, kAgency)->required();
        create->add_option("--login", user_.login);
        create->add_option("--password-file", user_.password_file, "Otherwise it is asked for")
            ->needs(create->get_option("--login"));
        configured(*users, "list", "All accounts", [this](const config::Config& config) {
            return app::run_user_list(config, json_);
        });
        const auto of_one = [&](const char* name, const char* about, auto run) {
            configured(*users, name, about, std::move(run))
                ->add_option("USER", id_, "Login or account")
                ->required();
        };
        of_one("reset",
               "For a lost password or authenticator: a one-time token",
               [this](const config::Config& config) { return app::run_user_reset(config, id_, json_); });
        of_one("disable", "Shut an account; its sessions end", [this](const config::Config& config) {
            return app::run_user_disable(config, id_, true, json_);
        });
        of_one("enable", "Open it again", [this](const config::Config& config) {
            return app::run_user_disable(config, id_, false, json_);
        });
        auto* change = configured(
            *users, "change", "Another role or agency; sessions end", [this](const config::Config& config) {
                user_change_.json = json_;
                return app::run_user_change(config, user_change_);
            });
        change->add_option("USER", user_change_.who, "Login or account")->required();
        change->add_option("--role", user_change_.role, kRoles);
        change->add_option("--agency", user_change_.agency, kAgency);
    }

    void add_deadline() {
        CLI::App* deadline = group("deadline", "Due instants");
        auto* explain =
            configured(*deadline, "explain", "Why is it due then?", [this](const config::Config& config) {
                question_.json = json_;
                return app::run_deadline_explain(config, question_);
            });
        explain->add_option("CASE", question_.case_code)->required();
        explain->add_option("DUTY", question_.duty, "Id or kind of a duty");
        explain->add_option("--language", question_.language, "vi or en")->check(CLI::IsMember({"vi", "en"}));
    }

    void add_audit() {
        CLI::App* audit = group("audit", "The record");
        auto* verify =
            configured(*audit, "verify", "Verify the hash chain", [this](const config::Config& config) {
                audit_.json = json_;
                return app::run_audit_verify(config, audit_);
            });
        verify->add_option("--anchors", audit_.anchors, "Files with heads that others kept");
        verify->add_option("--key", audit_.key, "What they are signed with, if not by this installation");
        configured(*audit, "head", "Print the newest entry, signed", [this](const config::Config& config) {
            return app::run_audit_head(config, json_);
        });
        configured(
            *audit, "anchor", "Hand the newest entry to the anchors", [this](const config::Config& config) {
                return app::run_audit_anchor(config, json_);
            });
    }

    void add_backup() {
        auto* backup = configured(
            app_, "backup", "Copy the database while the service runs", [this](const config::Config& config) {
                return app::run_backup(config, file_, verify_, json_);
            });
        backup->add_option("OUT", file_)->required();
        backup->add_flag("--verify", verify_, "Open the copy, check integrity, chain and invariants");
        configured(app_,
                   "restore",
                   "Put a copy in place and verify it",
                   [this](const config::Config& config) { return app::run_restore(config, file_, json_); })
            ->add_option("FROM", file_)
            ->required();
    }

    void add_check() {
        CLI::App* check = group("check", "Checks of the stored cases");
        configured(
            *check, "invariants", "open_without_next_action must be 0", [this](const config::Config& config) {
                return app::run_check_invariants(config, json_);
            });
    }

    void add_statistics() {
        auto* made = configured(
            app_, "stats", "Periodic tables, small numbers left out", [this](const config::Config& config) {
                statistics_.json = json_;
                return app::run_statistics(config, statistics_);
            });
        made->add_option("--of", statistics_.counted, "cases, children or duties");
        made->add_option(
            "--by", statistics_.by, "One or two of area, category, urgency, severity, status, …");
        made->add_option("--period", statistics_.period, "2026-Q4 or 2026; default: this quarter");
    }

    void add_simulate() {
        auto* made =
            command(app_, "simulate", "Live through days of reports and faults in virtual time", [this] {
                simulate_.json = json_;
                return app::run_simulate(simulate_);
            });
        made->add_option("--seeds", simulate_.seeds, "A..B: one world for each");
        made->add_option("--days", simulate_.days, "How long each world lives");
        made->add_option(
            "--faults", simulate_.faults, "all, none, or a list of faults and groups with commas");
        made->add_option("--cases-per-day", simulate_.cases_per_day, "Reports a day, on average");
        made->add_option("--config", simulate_.config_file, "Whose law; default: what the program came with");
    }

    void add_subject() {
        CLI::App* subject = group("subject", "Forgetting who a case was about");
        auto* erase = configured(*subject,
                                 "erase",
                                 "Destroy the key of a case; print a signed certificate",
                                 [this](const config::Config& config) {
                                     erase_.json = json_;
                                     return app::run_subject_erase(config, erase_);
                                 });
        erase->add_option("CASE", erase_.case_code, "Case code");
        erase->add_option("--report", erase_.report, "Instead of the code: the id of one of its reports");
        erase->add_option("--ground", erase_.ground, "Why; stays in the record for good, so no names")
            ->required();
        erase->add_flag("--dry-run", erase_.dry_run, "Only say what would go");
        verification(*subject, "verify", "Verify a certificate of erasure", app::run_subject_verify);
    }

    void add_retention() {
        CLI::App* retention = group("retention", "Forgetting in time");
        auto* run = configured(*retention,
                               "run",
                               "Erase what has been kept for long enough, by the rules of retention",
                               [this](const config::Config& config) {
                                   retention_.json = json_;
                                   return app::run_retention(config, retention_);
                               });
        auto* choice = run->add_option_group("choice");
        choice->require_option(1);
        choice->add_flag("--dry-run", retention_.dry_run, "Only say what would be erased, and why");
        choice->add_flag("--apply", retention_.apply, "Erase it");
    }

    void add_access() {
        CLI::App* access = group("access", "Who saw what");
        auto* report = configured(*access,
                                  "report",
                                  "Reads, refusals, searches and changes of access, from the record",
                                  [this](const config::Config& config) {
                                      access_.json = json_;
                                      return app::run_access_report(config, access_);
                                  });
        report->add_option("--subject", access_.subject, "Case code");
        report->add_option("--agency", access_.agency, kAgency);
        report->add_option("--since", access_.since, "RFC 3339 instant");
    }

    void add_receipt() {
        CLI::App* receipt = group("receipt", "What the holder of a receipt can have proved");
        configured(*receipt,
                   "key",
                   "Print the public key that proofs are verified with",
                   [this](const config::Config& config) { return app::run_receipt_key(config, json_); });
        verification(
            *receipt, "verify", "Verify a proof that a report was received", app::run_receipt_verify);
    }

    /// A command that verifies a signed document without an installation.
    void verification(CLI::App& parent,
                      const std::string& name,
                      const std::string& about,
                      int (*run)(const std::string&, const std::string&, bool)) {
        auto* made = command(parent, name, about, [this, run] { return run(file_, public_key_, json_); });
        made->add_option("FILE", file_, "The signed document; - for standard input")->required();
        made->add_option("--key", public_key_, "Public key in base 64, or a file with it")->required();
    }

    app::RulesOptions options() {
        rules_.json = json_;
        return rules_;
    }

    CLI::App app_{"Lá Chắn: takes in reports about children, and sees to it that nobody forgets them."};
    Command chosen_;
    bool json_ = false;
    std::string config_file_;
    app::Flags flags_;
    app::InitOptions init_;
    app::ReceiveOptions receive_;
    app::KeyCreateOptions key_;
    app::KeyRotateOptions rotate_;
    app::UserCreateOptions user_;
    app::UserChangeOptions user_change_;
    app::RulesOptions rules_;
    app::CalendarImport import_;
    app::DirectoryTransition transition_;
    app::DeadlineQuestion question_;
    app::StatisticsOptions statistics_;
    app::SimulateOptions simulate_;
    app::AccessReport access_;
    app::RetentionRun retention_;
    app::AuditVerify audit_;
    app::SubjectErase erase_;
    std::string from_, to_, limit_, at_, id_, file_, public_key_;
    bool verify_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        return Program().run(argc, argv);
    } catch (const std::exception& failure) {
        return lachan::app::complain(lachan::Error(lachan::Errc::storage, failure.what()));
    }
}
