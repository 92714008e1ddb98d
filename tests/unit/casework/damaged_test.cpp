#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "lachan/casework/agencies.hpp"
#include "lachan/casework/erasure.hpp"
#include "lachan/casework/openings.hpp"
#include "support/staff.hpp"

/// A damaged database: what cannot be opened or read is told as that, is not taken for something that was
/// forgotten on purpose, and keeps nobody from working on the case.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

const Bytes kGarbage = {1, 2, 3, 4, 5, 6, 7, 8};

class Damaged : public testing::Test {
protected:
    [[nodiscard]] domain::CaseNo number() { return office_.vault().case_no(code_).value(); }
    [[nodiscard]] Result<IdentityView> names() {
        return office_.run(see_identity(office_.context(), hotline(), code_, "gọi lại"));
    }
    [[nodiscard]] KeySlot key() {
        std::optional<KeySlot> found;
        office_.look([&](const View& view) -> Result<void> {
            found = view.cases.key(number());
            return {};
        });
        return found.value();
    }
    /// One more report of the case, of which a part cannot be opened.
    void add_report(Bytes domain::SealedReport::* part) {
        domain::Report report = violence_at_home();
        report.id = domain::ReportId("damaged");
        domain::SealedReport sealed = office_.vault().seal(key(), report).value();
        sealed.*part = kGarbage;
        office_.write([&](Tx& tx) -> Result<void> {
            ReportRow row = tx.reports.of_case(number()).front();
            row.id = report.id;
            row.receipt_hash = office_.vault().token_hash("damaged");
            row.sealed = sealed;
            tx.reports.insert(row);
            return {};
        });
    }
    /// What is kept of the facts cannot be read: the pack has no such fact.
    void lose_facts(const std::string& code) {
        office_.write([&](Tx& tx) -> Result<void> {
            domain::Case value = tx.cases.find(office_.vault().case_no(code).value()).value();
            value.facts = "weather=bad";
            tx.cases.update(value);
            return {};
        });
    }
    void damage_endpoint(const domain::EndpointId& id) {
        office_.write([&](Tx& tx) -> Result<void> {
            Endpoint endpoint = tx.endpoints.find(id).value();
            endpoint.sealed_secrets = kGarbage;
            tx.endpoints.put(endpoint);
            return {};
        });
    }

    Office office_;
    const std::string code_ = office_.opened(violence_at_home());
};

constexpr auto kParts = std::to_array<std::string_view>({"Identity", "Informant", "Narrative"});

class DamagedPart : public Damaged, public testing::WithParamInterface<Bytes domain::SealedReport::*> {};

TEST_P(DamagedPart, OfAReportIsToldAsDamageAndNotAsErasure) {
    ASSERT_TRUE(names());
    add_report(GetParam());
    const auto read = names();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), Errc::internal);
    // Once the case is forgotten, it is the same as every other one.
    ASSERT_TRUE(office_.vault().destroy(key()));
    const auto erased = names();
    ASSERT_TRUE(erased);
    EXPECT_EQ(erased->reports.size(), 2U);
    for (const ReportIdentity& report : erased->reports) {
        EXPECT_TRUE(report.erased);
        EXPECT_TRUE(report.people.children.empty());
        EXPECT_FALSE(report.informant);
    }
}

INSTANTIATE_TEST_SUITE_P(Each,
                         DamagedPart,
                         testing::Values(&domain::SealedReport::identity,
                                         &domain::SealedReport::informant,
                                         &domain::SealedReport::narrative),
                         [](const auto& test) { return std::string(kParts.at(test.index)); });

TEST_F(Damaged, ANoteThatCannotBeOpenedIsToldAsDamage) {
    office_.write([&](Tx& tx) -> Result<void> {
        domain::Step step;
        step.kind = "verification";
        step.done_at = tx.now;
        step.recorded_at = tx.now;
        step.agency = domain::AgencyId("ubnd-03388");
        step.recorded_by = officer("ubnd-03388").key;
        tx.steps.insert(number(), step, kGarbage);
        return {};
    });
    const auto read = names();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), Errc::internal);
}

// What follows from an act cannot be judged; the act is on record all the same, and the case does not rest
// with nobody.
TEST_F(Damaged, ACaseWhoseFactsCannotBeReadIsStillWorkedOnAndEnded) {
    const std::string done = office_.opened(violence_at_home());
    lose_facts(done);
    const domain::Duty assessment = office_.pending(done, "initial_assessment");
    NewStep step;
    step.kind = "initial_assessment";
    step.result = "not_emergency";
    const auto steps = count(office_.events(done), "step.recorded");
    const auto worker = officer(assessment.holder.text());
    ASSERT_TRUE(office_.step(worker, done, step));
    EXPECT_EQ(count(office_.events(done), "step.recorded"), steps + 1);
    EXPECT_EQ(office_.duties(done)[static_cast<std::size_t>(assessment.no.ordinal) - 1].state,
              domain::DutyState::done);
    office_.work_off(done);
    const auto pending = office_.duties(done);
    EXPECT_TRUE(
        std::any_of(pending.begin(), pending.end(), [](const domain::Duty& duty) { return duty.pending(); }));

    NewStep last;
    last.kind = "verification";
    ASSERT_TRUE(office_.step(officer("ubnd-03388"), done, last));
    EXPECT_EQ(office_.close(officer("ubnd-03388"), done)->answer.status, 202);
    EXPECT_EQ(office_.close(officer("ubnd-03388", 2), done)->answer.status, 200);
    EXPECT_EQ(office_.case_of(done).status, domain::CaseStatus::closed);
    ASSERT_TRUE(office_.reopen(supervisor("ct-03388"), done));
    EXPECT_EQ(office_.case_of(done).status, domain::CaseStatus::open);
    const auto reopened = office_.duties(done);
    EXPECT_TRUE(std::any_of(
        reopened.begin(), reopened.end(), [](const domain::Duty& duty) { return duty.pending(); }));
}

TEST_F(Damaged, AFurtherReportOfACaseWhoseFactsCannotBeReadIsJudgedAsAFirstOne) {
    const std::string calm = office_.opened(small_accident());
    lose_facts(calm);
    ASSERT_TRUE(office_.add(hotline(), calm, violence_at_home()));
    EXPECT_EQ(office_.case_of(calm).urgency, domain::Urgency::emergency);
    EXPECT_NE(office_.case_of(calm).facts, "weather=bad") << "from now on it is known again";
    EXPECT_EQ(office_.pending(calm, "plan").holder, office_.pending(code_, "plan").holder);
}

TEST_F(Damaged, AnOpeningWhoseReasonCannotBeOpenedIsListedWithoutIt) {
    office_.write([&](Tx& tx) -> Result<void> {
        const domain::Principal caller = officer("tyt-03408");
        tx.openings.insert(
            {number(), caller.key, caller.agency, domain::AgencyId(), tx.now, tx.now + 1h, kGarbage});
        return {};
    });
    const auto listed = [&](int limit) {
        return office_.run(list_openings(office_.context(), supervisor("so-y-te-12"), kMorning, limit))
            .value();
    };
    ASSERT_EQ(listed(10).items.size(), 1U);
    EXPECT_EQ(listed(10).items.front().case_code, code_);
    EXPECT_EQ(listed(10).items.front().reason, "");
    office_.write([&](Tx& tx) -> Result<void> {
        return erase_case(tx, office_.vault(), number(), "theo yêu cầu", "test") ? Result<void>() : Error();
    });
    ASSERT_EQ(listed(10).items.size(), 1U) << "who opened it stays on record";
    EXPECT_EQ(listed(10).items.front().reason, "");
    EXPECT_TRUE(listed(0).items.empty());
}

TEST_F(Damaged, AnEndpointWhoseSecretCannotBeOpenedIsNeitherCalledNorGivenASecondOne) {
    office_.connect("tyt-03388");
    const domain::EndpointId id("tyt-03388-1");
    damage_endpoint(id);
    Mailbox mailbox;
    const auto pinged = office_.run(ping_endpoint(
        office_.context(), admin(), id, mailbox, {}, [](const SendOutcome&) { return Answer(); }));
    ASSERT_FALSE(pinged);
    EXPECT_EQ(pinged.error().code(), Errc::internal);
    EXPECT_TRUE(mailbox.seen.empty()) << "nothing is sent unsigned";
    const auto rotated = office_.run(
        rotate_secret(office_.context(), admin(), id, 24h, {}, [](const EndpointMade&) { return Answer(); }));
    ASSERT_FALSE(rotated);
    EXPECT_EQ(rotated.error().code(), Errc::internal);
    office_.look([&](const View& view) -> Result<void> {
        EXPECT_EQ(view.endpoints.find(id)->sealed_secrets, kGarbage);
        return {};
    });
}

TEST_F(Damaged, AListOfAccountsIsWholeOrIsRefused) {
    vault::Argon2Credentials credentials{{.cost = kCheapPasswords, .worker = office_.executor()}};
    const Person person = hire(office_, credentials, "lo.van.an", domain::Role::officer, "ubnd-03388");
    ASSERT_TRUE(office_.run(list_accounts(office_.context(), admin())));
    office_.write([&](Tx& tx) -> Result<void> {
        Account account = tx.accounts.find(person.id).value();
        account.sealed_login = kGarbage;
        tx.accounts.update(account);
        return {};
    });
    const auto listed = office_.run(list_accounts(office_.context(), admin()));
    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code(), Errc::internal);
}

}  // namespace
}  // namespace lachan::casework
