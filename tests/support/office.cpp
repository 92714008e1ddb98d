#include "support/office.hpp"

#include <algorithm>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/names.hpp"
#include "lachan/casework/runners.hpp"
#include "support/shipped.hpp"

namespace lachan::support {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kFewKeys = 64;

std::unique_ptr<vault::SodiumVault> open_vault(simulation::SeededEntropy& entropy,
                                               std::shared_ptr<vault::KeyMedium> keys) {
    const auto master = vault::MasterKey::random(entropy);
    return vault::SodiumVault::open(master, std::move(keys), 1, entropy, kFewKeys).value();
}

std::unique_ptr<store::SqliteStore> open_store(simulation::SimClock& clock,
                                               boost::asio::io_context& io,
                                               const simulation::SimDisk& disk) {
    return store::open_store("record.db", {clock, io.get_executor(), disk.vfs()}).value();
}

/// The first result that the pack knows; but a follow-up comes to its end.
std::string result_of(const policy::StepKind& kind) {
    if (kind.kind == "follow_up") {
        return "ended";
    }
    return kind.results.empty() ? "" : kind.results.front();
}

/// Runs an act whose answer is rendered in the unit of work, and keeps what was rendered.
template <class Change, class Act>
Result<Done<Change>> done(Office& office, int status, Act act) {
    Done<Change> result;
    const auto render = [&](const Change& change) {
        result.change = change;
        return casework::Answer{
            status, "/v1/cases/" + change.code, std::to_string(change.value.sequence), "{}", false};
    };
    auto answer = office.run(act(render));
    if (!answer) {
        return answer.error();
    }
    result.answer = std::move(*answer);
    return result;
}

}  // namespace

std::shared_ptr<const casework::World> shipped_world() {
    static const std::shared_ptr<const casework::World> world = [] {
        auto made = std::make_shared<casework::World>();
        auto pack = policy::Pack::parse(shipped("rules/lai-chau/decision-27-2023/pack.json")).value();
        const std::string key = pack.key();
        made->packs.emplace(key, std::make_shared<const policy::Pack>(std::move(pack)));
        const std::vector<std::string> schools = {shipped("config/demo/directory/agencies.json")};
        made->directory = std::make_shared<const directory::Directory>(
            directory::Directory::parse(shipped("config/directory/areas.json"),
                                        shipped("config/directory/roles.json"),
                                        shipped("config/directory/agencies.json"),
                                        schools)
                .value());
        made->calendar = std::make_shared<const deadlines::Calendar>(
            deadlines::Calendar::parse(shipped("config/calendar/vietnam.json")).value());
        return made;
    }();
    return world;
}

domain::Principal key_of(domain::Role role, const std::string& agency, int person) {
    const std::string id = agency + "." + std::string(domain::text_of(role)) + "." + std::to_string(person);
    return {domain::KeyId(id), role, domain::AgencyId(agency)};
}

domain::Report violence_at_home() {
    domain::Report report;
    report.channel = domain::Channel::hotline_111;
    report.reference = "111-2026-0045678";
    report.received_at = kMorning;
    report.categories = {domain::Category::family_violence};
    report.area = domain::AreaCode("03388");
    report.place = domain::PlaceKind::home;
    report.place_detail = "cạnh nhà văn hoá";
    report.narrative = "Tối nào cũng nghe tiếng đánh và tiếng trẻ khóc.";
    report.certainty = domain::Certainty::likely;
    report.danger = {domain::Answer::unknown,
                     domain::Answer::yes,
                     domain::Answer::yes,
                     domain::Answer::yes,
                     domain::Answer::no};
    report.mechanism = domain::Mechanism::violence;
    report.outcome = domain::Outcome::moderate;
    domain::ChildStatement child;
    child.name = "Lò Thị Đào";
    child.age_estimate = 5;
    child.residence_area = domain::AreaCode("03388");
    report.children = {child};
    report.suspects = {{domain::Relation::step_parent, "Giàng A Páo", std::nullopt}};
    report.informant = domain::InformantStatement{"Vàng Thị Mỷ", "0912 345 678", true, false};
    return report;
}

domain::Report small_accident() {
    domain::Report report = violence_at_home();
    report.categories = {domain::Category::injury};
    report.reference = "111-2026-0045679";
    report.certainty = domain::Certainty::observed;
    report.place = domain::PlaceKind::community;
    report.danger = {
        domain::Answer::no, domain::Answer::no, domain::Answer::no, domain::Answer::no, domain::Answer::no};
    report.mechanism = domain::Mechanism::fall;
    report.outcome = domain::Outcome::minor;
    report.suspects.clear();
    report.informant.reset();
    report.children.front().name = "Tẩn A Sùng";
    report.children.front().age_estimate = 10;
    return report;
}

boost::asio::awaitable<casework::SendOutcome> Mailbox::send(casework::Target target,
                                                            casework::Message message) {
    seen.emplace_back(target.endpoint.text(), std::move(message));
    if (const auto happens = std::exchange(meanwhile, nullptr)) {
        happens();
    }
    const auto told = answers.find(target.endpoint.text());
    casework::SendOutcome outcome;
    outcome.status = 204;
    co_return told == answers.end() ? outcome : told->second;
}

Office::Office(Instant now, std::shared_ptr<vault::KeyMedium> keys)
    : clock_(now),
      vault_(open_vault(entropy_, std::move(keys))),
      store_(open_store(clock_, io_, disk_)),
      worlds_(shipped_world()),
      outbox_work_(io_.get_executor()),
      watch_work_(io_.get_executor()),
      context_{*store_, clock_, entropy_, *vault_, worlds_, outbox_work_, watch_work_} {}

Office::~Office() {
    store_->stop();
}

void Office::poll() {
    io_.restart();
    io_.poll();
}

casework::Repeat Office::or_fresh(casework::Repeat repeat) {
    if (repeat.fingerprint.empty()) {
        repeat.fingerprint = vault_->fingerprint("request " + std::to_string(++requests_));
    }
    return repeat;
}

Result<Filed> Office::file(const domain::Principal& caller, domain::Report report, casework::Repeat repeat) {
    return done<casework::Filing>(*this, 201, [&](const casework::RenderFiling& render) {
        return casework::submit_report(
            context_, caller, std::move(report), or_fresh(std::move(repeat)), render);
    });
}

Result<Filed> Office::add(const domain::Principal& caller,
                          const std::string& code,
                          domain::Report report,
                          casework::Repeat repeat) {
    return done<casework::Filing>(*this, 201, [&](const casework::RenderFiling& render) {
        return casework::add_report(
            context_, caller, code, std::move(report), or_fresh(std::move(repeat)), render);
    });
}

Result<Acted> Office::respond(const domain::Principal& caller,
                              const std::string& duty,
                              casework::Response response,
                              casework::Repeat repeat) {
    return done<casework::CaseChange>(*this, 200, [&](const casework::RenderChange& render) {
        return casework::respond(
            context_, caller, duty, std::move(response), or_fresh(std::move(repeat)), render);
    });
}

Result<Acted> Office::accept(const domain::Principal& caller, const std::string& duty) {
    return respond(caller, duty, {domain::ResponseKind::accepted, "", std::nullopt});
}

Result<Acted> Office::step(const domain::Principal& caller, const std::string& code, casework::NewStep step) {
    return done<casework::CaseChange>(*this, 201, [&](const casework::RenderChange& render) {
        return casework::record_step(context_, caller, code, std::move(step), or_fresh({}), render);
    });
}

Result<Acted> Office::close(const domain::Principal& caller, const std::string& code) {
    return done<casework::CaseChange>(*this, 200, [&](const casework::RenderChange& render) {
        return casework::close_case(
            context_, caller, code, {"ổn định", case_of(code).sequence}, or_fresh({}), render);
    });
}

Result<Acted> Office::reopen(const domain::Principal& caller, const std::string& code) {
    return done<casework::CaseChange>(*this, 200, [&](const casework::RenderChange& render) {
        return casework::reopen_case(
            context_, caller, code, {"có tin mới", case_of(code).sequence}, or_fresh({}), render);
    });
}

std::string Office::opened(domain::Report report) {
    const auto filed = file(hotline(), std::move(report));
    return filed.value().change.value().code;
}

void Office::work_off(const std::string& code) {
    constexpr int kEnough = 100;
    const policy::Pack& pack = *worlds_.current()->pack(case_of(code).pack);
    for (int i = 0; i < kEnough; ++i) {
        const auto all = duties(code);
        const auto next = std::find_if(all.begin(), all.end(), [&](const domain::Duty& duty) {
            const auto* made_by = pack.duty(duty.rule, duty.kind);
            return duty.pending() && made_by != nullptr && made_by->blocks_closing;
        });
        if (next == all.end()) {
            return;
        }
        const auto kind = std::find_if(pack.steps().begin(),
                                       pack.steps().end(),
                                       [&](const policy::StepKind& each) { return each.kind == next->kind; });
        casework::NewStep act;
        act.kind = kind->kind;
        act.result = result_of(*kind);
        act.until = now() + 24h;
        step(officer(next->holder.text()), code, act).value();
    }
    throw std::logic_error("the case never comes to rest");
}

void Office::connect(const std::string& agency) {
    const domain::AgencyId id(agency);
    const casework::NewEndpoint wanted{
        domain::ChannelKind::webhook, "https://" + agency + ".example.org/hook", 0};
    store_
        ->commit_now([&](casework::Tx& tx) -> Result<void> {
            const auto secret = vault_->new_webhook_secret();
            (void)casework::make_endpoint(tx, *vault_, id, wanted, secret);
            return {};
        })
        .value();
}

void Office::pass(Duration time) {
    clock_.advance(clock_.true_now() + time);
    const casework::StopSign stop;
    casework::WatchRunner watch(context_, stop);
    run(watch.catch_up()).value();
}

void Office::send_all(Mailbox& mailbox) {
    casework::StopSign stop;
    casework::OutboxRunner outbox(context_, mailbox, stop);
    bool ended = false;
    boost::asio::co_spawn(io_, outbox.run(), [&](const std::exception_ptr&) { ended = true; });
    poll();
    stop.stopping = true;
    outbox_work_.notify();
    poll();
    if (!ended) {
        throw std::logic_error("the outbox does not stop");
    }
}

void Office::look(const casework::ReadOp& op) {
    store_->read_now(op).value();
}

void Office::write(casework::WriteOp op) {
    store_->commit_now(std::move(op)).value();
}

domain::Case Office::case_of(const std::string& code) {
    std::optional<domain::Case> value;
    look([&](const casework::View& view) -> Result<void> {
        value = view.cases.find(vault_->case_no(code).value());
        return {};
    });
    return value.value();
}

std::vector<domain::Duty> Office::duties(const std::string& code) {
    std::vector<domain::Duty> found;
    look([&](const casework::View& view) -> Result<void> {
        found = view.duties.of_case(vault_->case_no(code).value());
        return {};
    });
    return found;
}

domain::Duty Office::pending(const std::string& code, std::string_view kind) {
    auto found = duties(code);
    std::erase_if(found, [&](const domain::Duty& duty) { return !duty.pending() || duty.kind != kind; });
    if (found.size() != 1) {
        throw std::logic_error(std::to_string(found.size()) + " pending duties of the kind " +
                               std::string(kind));
    }
    return found.front();
}

std::vector<domain::Notification> Office::notifications(const std::string& code) {
    std::vector<domain::Notification> found;
    look([&](const casework::View& view) -> Result<void> {
        found = view.outbox.of_case(vault_->case_no(code).value());
        return {};
    });
    return found;
}

std::vector<domain::Event> Office::events(const std::string& code) {
    constexpr int kEnough = 10'000;
    std::vector<domain::Event> found;
    look([&](const casework::View& view) -> Result<void> {
        found = view.events.of_case(vault_->case_no(code).value(), 0, kEnough);
        return {};
    });
    return found;
}

std::vector<domain::Event> Office::all_events() {
    constexpr int kEnough = 10'000;
    std::vector<domain::Event> found;
    look([&](const casework::View& view) -> Result<void> {
        found = view.events.since(0, kEnough);
        return {};
    });
    return found;
}

std::string duty_name(const std::string& code, const domain::Duty& duty) {
    return casework::duty_name(code, duty.no.ordinal);
}

std::size_t count(const std::vector<domain::Event>& events, std::string_view kind) {
    return static_cast<std::size_t>(std::count_if(
        events.begin(), events.end(), [&](const domain::Event& event) { return event.kind == kind; }));
}

std::size_t count(const std::vector<domain::Notification>& owed,
                  const std::string& agency,
                  std::string_view event) {
    const std::string type = "vn.lachan." + std::string(event) + ".v1";
    return static_cast<std::size_t>(
        std::count_if(owed.begin(), owed.end(), [&](const domain::Notification& each) {
            return each.agency.text() == agency && each.type == type;
        }));
}

}  // namespace lachan::support
