#include "lachan/casework/erasure.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/casework/access_log.hpp"
#include "support/office.hpp"
#include "support/troubled_keys.hpp"

/// Forgetting who a case was about: the names go for good, what was done stays.
namespace lachan::casework {
namespace {

using namespace support;

class ErasureOfASubject : public testing::Test {
protected:
    Erased erase(const std::string& code, const std::string& ground = "theo quyết định của tòa án") {
        Erased erased;
        office_.write([&](Tx& tx) -> Result<void> {
            auto done = erase_case(tx, office_.vault(), number(code), ground, "test");
            if (!done) {
                return done.error();
            }
            erased = std::move(*done);
            return {};
        });
        return erased;
    }
    domain::CaseNo number(const std::string& code) { return office_.vault().case_no(code).value(); }
    IdentityView names(const std::string& code) {
        return office_.run(see_identity(office_.context(), hotline(), code, "gọi lại")).value();
    }
    std::size_t found(CaseSearch search) {
        return office_.run(search_cases(office_.context(), hotline(), std::move(search)))->items.size();
    }
    static CaseSearch by_name(const std::string& name) {
        CaseSearch search;
        search.name = name;
        return search;
    }

    Office office_;
    Filed filed_ = office_.file(hotline(), violence_at_home()).value();
    std::string code_ = filed_.change->code;
};

TEST_F(ErasureOfASubject, TakesTheNamesAndSaysSoInsteadOfFailing) {
    const ReportRow before = [&] {
        ReportRow row;
        office_.look([&](const View& view) -> Result<void> {
            row = view.reports.of_case(number(code_)).front();
            return {};
        });
        return row;
    }();
    const Erased erased = erase(code_);

    const IdentityView view = names(code_);
    ASSERT_TRUE(view.erasure);
    EXPECT_EQ(view.erasure->ground, "theo quyết định của tòa án");
    ASSERT_EQ(view.reports.size(), 1U);
    EXPECT_TRUE(view.reports.front().erased);
    EXPECT_TRUE(view.reports.front().people.children.empty());
    EXPECT_TRUE(view.reports.front().narrative.narrative.empty());
    EXPECT_FALSE(view.reports.front().informant);
    // A copy of the row made before, as a backup holds it, opens no more.
    const auto copy = office_.vault().open_identity(erased.erasure.slot, before.id, before.sealed.identity);
    ASSERT_FALSE(copy);
    EXPECT_EQ(copy.error().code(), Errc::not_found);
}

TEST_F(ErasureOfASubject, TakesTheTracesThatASearchWouldFind) {
    ASSERT_EQ(found(by_name("lo thi dao")), 1U);
    CaseSearch phone;
    phone.phone = "0912345678";
    ASSERT_EQ(found(phone), 1U);

    const std::string other = office_.opened(violence_at_home());
    const Erased erased = erase(code_);

    EXPECT_GT(erased.extent.traces, 0);
    EXPECT_EQ(found(by_name("lo thi dao")), 1U);  // the other case has traces of its own
    erase(other);
    EXPECT_EQ(found(by_name("lo thi dao")), 0U);
    EXPECT_EQ(found(phone), 0U);
}

// Why somebody searched may name whom they searched for.
TEST_F(ErasureOfASubject, TakesThePurposesOfTheSearchesThatFoundIt) {
    constexpr const char* kPurpose = "đối chiếu tin báo về cháu Đào";
    const auto search = [&](const char* name) {
        CaseSearch wanted = by_name(name);
        wanted.purpose = kPurpose;
        return found(std::move(wanted));
    };
    const auto purposes = [&] {
        std::vector<AccessEntry> entries;
        office_.look([&](const View& view) -> Result<void> {
            entries = accesses(view, office_.vault(), {});
            return {};
        });
        std::vector<std::pair<std::string, bool>> said;
        for (const AccessEntry& entry : entries) {
            if (entry.event.kind == "search.made") {
                said.emplace_back(entry.purpose, entry.purpose_erased);
            }
        }
        return said;
    };
    using Said = std::vector<std::pair<std::string, bool>>;
    ASSERT_EQ(search("lo thi dao"), 1U);
    const std::string other = office_.opened(violence_at_home());
    ASSERT_EQ(search("lo thi dao"), 2U);
    ASSERT_EQ(search("khong co ai"), 0U);
    EXPECT_EQ(purposes(), (Said{{kPurpose, false}, {kPurpose, false}, {"", false}}));

    erase(other);
    EXPECT_EQ(purposes(), (Said{{kPurpose, false}, {"", true}, {"", false}}));
    erase(code_);
    EXPECT_EQ(purposes(), (Said{{"", true}, {"", true}, {"", false}}));
}

TEST_F(ErasureOfASubject, LeavesTheFrameTheDutiesAndTheReportersReceipt) {
    const domain::Case before = office_.case_of(code_);
    const std::size_t duties = office_.duties(code_).size();
    erase(code_);

    const domain::Case after = office_.case_of(code_);
    EXPECT_EQ(after.sequence, before.sequence);
    EXPECT_EQ(after.categories, before.categories);
    EXPECT_EQ(after.children, before.children);
    EXPECT_EQ(office_.duties(code_).size(), duties);
    EXPECT_TRUE(office_.run(status_by_receipt(office_.context(), filed_.change->receipt)));
}

TEST_F(ErasureOfASubject, IsAnEntryOfTheRecord) {
    const Erased erased = erase(code_);
    const auto events = office_.events(code_);
    ASSERT_EQ(count(events, kErasedEvent), 1U);
    const auto entry = std::find_if(
        events.begin(), events.end(), [](const domain::Event& event) { return event.kind == kErasedEvent; });
    EXPECT_EQ(entry->sequence, erased.entry);
    EXPECT_EQ(entry->data.front().second, "theo quyết định của tòa án");
}

TEST_F(ErasureOfASubject, TwiceIsOnce) {
    const Erased first = erase(code_);
    const Erased second = erase(code_, "lần nữa");

    EXPECT_TRUE(second.again);
    EXPECT_EQ(second.erasure.slot, first.erasure.slot);
    EXPECT_EQ(second.erasure.ground, first.erasure.ground);
    EXPECT_EQ(second.entry, first.entry);
    EXPECT_EQ(count(office_.events(code_), kErasedEvent), 1U);
}

TEST_F(ErasureOfASubject, WithoutAGroundIsRefusedAndTakesNothing) {
    Result<Erased> refused = Error();
    office_.write([&](Tx& tx) -> Result<void> {
        refused = erase_case(tx, office_.vault(), number(code_), "", "test");
        return {};
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::validation_failed);
    EXPECT_EQ(names(code_).reports.front().people.children.front().name, "Lò Thị Đào");
}

TEST_F(ErasureOfASubject, WhatIsSaidAfterwardsIsSealedByAKeyOfItsOwn) {
    const Erased erased = erase(code_);
    domain::Report more = violence_at_home();
    more.id = domain::ReportId("later");
    more.children.front().name = "Giàng Thị Mai";
    ASSERT_TRUE(office_.add(hotline(), code_, more));
    NewStep step;
    step.kind = "verification";
    step.note = "đã gặp bà ngoại";
    ASSERT_TRUE(office_.step(supervisor("so-y-te-12"), code_, step));

    const IdentityView view = names(code_);
    ASSERT_EQ(view.reports.size(), 2U);
    EXPECT_TRUE(view.reports.front().erased);
    EXPECT_EQ(view.reports.back().people.children.front().name, "Giàng Thị Mai");

    const Erased again = erase(code_, "lần hai");
    EXPECT_FALSE(again.again);
    EXPECT_NE(again.erasure.slot, erased.erasure.slot);
    EXPECT_EQ(again.extent.notes, 1);
    EXPECT_EQ(again.extent.reports, std::vector<domain::ReportId>{domain::ReportId("later")});
    EXPECT_TRUE(names(code_).reports.back().erased);
    EXPECT_EQ(found(by_name("giang thi mai")), 0U);
}

TEST_F(ErasureOfASubject, APlanTellsWhatWouldGoAndTakesNothing) {
    ErasurePlan plan;
    office_.look([&](const View& view) -> Result<void> {
        plan = plan_erasure(view, office_.vault(), number(code_)).value();
        return {};
    });
    EXPECT_EQ(plan.code, code_);
    EXPECT_EQ(plan.extent.reports.size(), 1U);
    EXPECT_FALSE(plan.nothing_left);
    EXPECT_EQ(plan.extent.traces, erase(code_).extent.traces);
}

/// The key store knows of the erasure, the database that was brought back does not.
TEST_F(ErasureOfASubject, IsCompletedInADatabaseFromBeforeIt) {
    const std::string other = office_.opened(small_accident());
    office_.look([&](const View& view) -> Result<void> {
        return office_.vault().destroy(*view.cases.key(number(code_)));
    });
    EXPECT_TRUE(names(code_).reports.front().erased);  // already, though nothing was completed

    std::int64_t completed = 0;
    office_.write([&](Tx& tx) -> Result<void> {
        completed = complete_erasures(tx, office_.vault(), "restore").value();
        return {};
    });

    EXPECT_EQ(completed, 1);
    EXPECT_EQ(found(by_name("lo thi dao")), 0U);
    EXPECT_EQ(count(office_.events(code_), kErasedEvent), 1U);
    EXPECT_FALSE(names(other).reports.front().erased);
}

// What a command that died destroyed can be seen, and need not be on the disk yet.
TEST(ErasureThatWasInterrupted, IsNotInTheRecordUnlessItsKeyIsDestroyedOnceMore) {
    const auto keys = std::make_shared<TroubledKeys>();
    Office office(kMorning, keys);
    const std::string code = office.opened(violence_at_home());
    office.look([&](const View& view) -> Result<void> {
        return office.vault().destroy(*view.cases.key(office.vault().case_no(code).value()));
    });
    keys->refuse(2);  // after the look whether it is destroyed
    office.write([&](Tx& tx) -> Result<void> {
        EXPECT_FALSE(complete_erasures(tx, office.vault(), "restore"));
        return {};
    });
    EXPECT_TRUE(keys->struck());
    EXPECT_EQ(count(office.events(code), kErasedEvent), 0U);
}

TEST_F(ErasureOfASubject, AGroundOfMoreThanASentenceIsRefusedAsIsACaseThatIsNotThere) {
    office_.write([&](Tx& tx) -> Result<void> {
        const auto refused =
            erase_case(tx, office_.vault(), number(code_), std::string(kLongestGround + 1, 'a'), "test");
        EXPECT_EQ(refused.error().code(), Errc::validation_failed);
        const domain::CaseNo nobody{999};
        EXPECT_EQ(erase_case(tx, office_.vault(), nobody, "theo yêu cầu", "test").error().code(),
                  Errc::not_found);
        EXPECT_EQ(sealing_key(tx, office_.vault(), nobody).error().code(), Errc::not_found);
        return {};
    });
    office_.look([&](const View& view) -> Result<void> {
        EXPECT_EQ(plan_erasure(view, office_.vault(), domain::CaseNo{999}).error().code(), Errc::not_found);
        return {};
    });
    EXPECT_FALSE(names(code_).reports.front().erased);
    erase(code_, std::string(kLongestGround, 'a'));
    EXPECT_TRUE(names(code_).reports.front().erased);
}

TEST_F(ErasureOfASubject, APlanTellsOfTheEarlierOneAndOfTheNotesThatWouldGo) {
    const auto plan = [&] {
        ErasurePlan made;
        office_.look([&](const View& view) -> Result<void> {
            made = plan_erasure(view, office_.vault(), number(code_)).value();
            return {};
        });
        return made;
    };
    NewStep step;
    step.kind = "verification";
    ASSERT_TRUE(office_.step(supervisor("so-y-te-12"), code_, step));
    EXPECT_EQ(plan().extent.notes, 0) << "nothing was written beside the step";
    step.note = "đã gặp bà ngoại";
    ASSERT_TRUE(office_.step(supervisor("so-y-te-12"), code_, step));
    EXPECT_EQ(plan().extent.notes, 1);
    EXPECT_FALSE(plan().earlier);

    erase(code_);
    const ErasurePlan after = plan();
    EXPECT_TRUE(after.nothing_left);
    ASSERT_TRUE(after.earlier);
    EXPECT_EQ(after.earlier->ground, "theo quyết định của tòa án");
    EXPECT_EQ(after.extent.notes, 0);
}

/// The key store is ahead of a database that was brought back: what is said now must not be sealed by a key
/// that is no more.
TEST_F(ErasureOfASubject, WhatIsSaidOfACaseWhoseKeyIsGoneIsSealedByAFreshOne) {
    NewStep step;
    step.kind = "verification";
    step.note = "trước khi xóa";
    ASSERT_TRUE(office_.step(supervisor("so-y-te-12"), code_, step));
    const auto key = [&] {
        std::optional<KeySlot> found;
        office_.look([&](const View& view) -> Result<void> {
            found = view.cases.key(number(code_));
            return {};
        });
        return found.value();
    };
    const KeySlot former = key();
    ASSERT_TRUE(office_.vault().destroy(former));
    EXPECT_TRUE(names(code_).notes.empty()) << "nobody can read what it sealed";
    step.note = "sau khi xóa";
    ASSERT_TRUE(office_.step(supervisor("so-y-te-12"), code_, step));
    EXPECT_NE(key(), former);
    ASSERT_EQ(names(code_).notes.size(), 1U);
    EXPECT_EQ(names(code_).notes.front().text, "sau khi xóa");
    EXPECT_EQ(count(office_.events(code_), kErasedEvent), 1U) << "the erasure is made up for";
}

TEST_F(ErasureOfASubject, AKeyTakenAfterwardsIsNeverHandedOutTwice) {
    erase(code_);
    domain::Report more = violence_at_home();
    more.id = domain::ReportId("later");
    ASSERT_TRUE(office_.add(hotline(), code_, more));
    office_.look([&](const View& view) -> Result<void> {
        EXPECT_EQ(view.cases.highest_key(), view.cases.key(number(code_)));
        return {};
    });
}

}  // namespace
}  // namespace lachan::casework
