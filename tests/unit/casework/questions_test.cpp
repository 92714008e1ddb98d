#include <gtest/gtest.h>

#include <algorithm>

#include "lachan/casework/feed.hpp"
#include "lachan/casework/keys.hpp"
#include "support/office.hpp"

/// What callers ask: cases, names, searches, and what a receipt tells its owner.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

class Questions : public testing::Test {
protected:
    Result<IdentityView> names(const domain::Principal& caller, const std::string& purpose = "đến gặp trẻ") {
        return office_.run(see_identity(office_.context(), caller, code_, purpose));
    }
    std::vector<std::string> found(const domain::Principal& caller, CaseSearch search) {
        const auto page = office_.run(search_cases(office_.context(), caller, std::move(search)));
        std::vector<std::string> codes;
        for (const CaseItem& item : page->items) {
            codes.push_back(item.code);
        }
        return codes;
    }

    /// Whether a nudge escalated anything.
    Result<bool> nudge(const std::string& receipt) {
        const auto render = [](bool escalated) {
            return Answer{200, "", "", escalated ? "yes" : "no", false};
        };
        const auto answer = office_.run(nudge_by_receipt(office_.context(), receipt, {}, render));
        return answer ? Result<bool>(answer->body == "yes") : answer.error();
    }

    Office office_;
    Filed filed_ = office_.file(hotline(), violence_at_home()).value();
    std::string code_ = filed_.change->code;
    std::string receipt_ = filed_.change->receipt;
};

TEST_F(Questions, NamesAreReadForAPurposeAndEachReadIsOnRecord) {
    const auto read = names(officer("ubnd-03388"));
    ASSERT_TRUE(read);
    ASSERT_EQ(read->reports.size(), 1u);
    EXPECT_EQ(read->reports.front().people.children.front().name, "Lò Thị Đào");
    EXPECT_EQ(read->reports.front().narrative.narrative, violence_at_home().narrative);
    EXPECT_EQ(count(office_.events(code_), "identity.read"), 1u);
    EXPECT_EQ(office_.case_of(code_).sequence, filed_.change->value.sequence);  // reading changes nothing
    ASSERT_TRUE(names(officer("ubnd-03388")));
    EXPECT_EQ(count(office_.events(code_), "identity.read"), 2u);
}

TEST_F(Questions, WithoutAPurposeThereAreNoNames) {
    for (const std::string& purpose : {std::string(), std::string("x"), std::string(201, 'x')}) {
        const auto refused = names(officer("ubnd-03388"), purpose);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), Errc::validation_failed);
    }
    EXPECT_EQ(count(office_.events(code_), "identity.read"), 0u);
}

TEST_F(Questions, AnAskingInVainIsOnRecordToo) {
    EXPECT_EQ(names(officer("ubnd-03408")).error().code(), Errc::not_found);
    EXPECT_EQ(names(key_of(domain::Role::analyst, "so-y-te-12")).error().code(), Errc::forbidden);
    const auto events = office_.events(code_);
    EXPECT_EQ(count(events, "identity.refused"), 2u);
    EXPECT_EQ(events.back().actor, "so-y-te-12.analyst.1");
    EXPECT_EQ(office_.case_of(code_).sequence, filed_.change->value.sequence);
}

TEST_F(Questions, AskingForACaseThatIsNotThereIsOnRecordAsWell) {
    const std::string nowhere = office_.vault().case_code(domain::CaseNo{999});
    const auto refused = office_.run(see_identity(office_.context(), hotline(), nowhere, "xem thử"));
    EXPECT_EQ(refused.error().code(), Errc::not_found);
    EXPECT_EQ(count(office_.all_events(), "identity.refused"), 1u);
    // No key of a case would ever take what was said with it, so nothing of that is kept.
    const domain::Event refusal = office_.all_events().back();
    for (const auto& [name, value] : refusal.data) {
        EXPECT_FALSE(name.starts_with("sealed_purpose")) << name;
    }
}

TEST_F(Questions, TheInformantIsForWhoCallsBack) {
    EXPECT_FALSE(names(officer("ubnd-03388"))->reports.front().informant);
    EXPECT_EQ(names(hotline())->reports.front().informant->phone, "0912 345 678");
    EXPECT_TRUE(names(supervisor("ct-03388"))->reports.front().informant);
}

TEST_F(Questions, WhoReadTheNamesIsForWhoOversees) {
    ASSERT_TRUE(names(officer("ubnd-03388")));
    const auto by_officer = office_.run(events_of(office_.context(), officer("ubnd-03388"), code_, 0, 200));
    const auto by_supervisor =
        office_.run(events_of(office_.context(), supervisor("ct-03388"), code_, 0, 200));
    EXPECT_EQ(count(by_officer->items, "identity.read"), 0u);
    EXPECT_EQ(count(by_supervisor->items, "identity.read"), 1u);
}

TEST_F(Questions, EventsComeInPages) {
    const auto all = office_.events(code_);
    std::vector<std::int64_t> seen;
    std::optional<std::int64_t> after = 0;
    while (after) {
        const auto page = office_.run(events_of(office_.context(), hotline(), code_, *after, 1));
        for (const domain::Event& event : page->items) {
            seen.push_back(event.sequence);
        }
        after = page->next;
    }
    EXPECT_EQ(seen.size(), all.size());
}

TEST_F(Questions, ACaseIsSeenWithItsDutiesByItsParties) {
    const auto seen = office_.run(see_case(office_.context(), officer("ca-03388"), code_));
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->code, code_);
    EXPECT_EQ(seen->reports, 1);
    EXPECT_EQ(seen->duties.size(), office_.duties(code_).size());
    EXPECT_NE(seen->pack, nullptr);
    EXPECT_EQ(office_.run(see_sequence(office_.context(), officer("ca-03388"), code_)).value(),
              seen->value.sequence);
    EXPECT_EQ(office_.run(see_case(office_.context(), officer("ca-03408"), code_)).error().code(),
              Errc::not_found);
    EXPECT_EQ(office_.run(see_case(office_.context(), hotline(), "LC-0000-0000-1")).error().code(),
              Errc::case_code_invalid);
}

TEST_F(Questions, ListsAreCutIntoPagesThatMissNothing) {
    for (int i = 0; i < 4; ++i) {
        office_.opened(small_accident());
    }
    CaseFilter filter;
    filter.limit = 2;
    std::vector<std::string> codes;
    for (int pages = 0; pages < 5; ++pages) {
        const auto page = office_.run(list_cases(office_.context(), hotline(), filter));
        for (const CaseItem& item : page->items) {
            codes.push_back(item.code);
        }
        filter.after = page->next;
        if (!filter.after) {
            break;
        }
    }
    EXPECT_EQ(codes.size(), 5u);
    std::sort(codes.begin(), codes.end());
    EXPECT_EQ(std::adjacent_find(codes.begin(), codes.end()), codes.end());
}

TEST_F(Questions, AnAgencyListsItsOwnDuties) {
    DutyFilter filter;
    filter.holder = domain::AgencyId("ct-03388");
    const auto mine = office_.run(list_duties(office_.context(), officer("ct-03388"), filter));
    ASSERT_TRUE(mine);
    EXPECT_EQ(mine->items.size(), 3u);
    for (const DutyItem& item : mine->items) {
        EXPECT_EQ(item.duty.holder, domain::AgencyId("ct-03388"));
        EXPECT_EQ(item.case_code, code_);
    }
    EXPECT_TRUE(office_.run(list_duties(office_.context(), officer("ct-03408"), filter))->items.empty());
}

TEST_F(Questions, ACaseIsFoundByFoldedNamesPhonesCodesAndReferences) {
    EXPECT_EQ(found(hotline(), {"lo thi dao", "", "", "", 50}), std::vector{code_});
    EXPECT_EQ(found(hotline(), {"GIÀNG A  PÁO", "", "", "", 50}), std::vector{code_});
    EXPECT_EQ(found(hotline(), {"", "+84 912 345 678", "", "", 50}), std::vector{code_});
    EXPECT_EQ(found(hotline(), {"", "", code_, "", 50}), std::vector{code_});
    EXPECT_EQ(found(hotline(), {"", "", "", "111 2026 0045678", 50}), std::vector{code_});
    EXPECT_TRUE(found(hotline(), {"Lò Thị", "", "", "", 50}).empty());
    EXPECT_TRUE(found(officer("ubnd-03408"), {"lo thi dao", "", code_, "", 50}).empty());
    EXPECT_EQ(count(office_.all_events(), "search.made"), 7u);
}

// A match is an answer: whoever may not read a name or a phone must not learn that it is the one they guess.
TEST_F(Questions, OnlyWhatOneMayReadCanBeSearchedBy) {
    const auto by_phone = [&](const domain::Principal& caller) {
        return found(caller, {"", "0912 345 678", "", "", 50});
    };
    const auto by_name = [&](const domain::Principal& caller, const char* name) {
        return found(caller, {name, "", "", "", 50});
    };
    const domain::Principal holder = officer("ubnd-03388");
    const domain::Principal told = officer("ca-12");
    ASSERT_TRUE(office_.run(see_case(office_.context(), told, code_)));
    EXPECT_TRUE(by_phone(told).empty());
    EXPECT_TRUE(by_name(told, "Lò Thị Đào").empty());
    EXPECT_TRUE(by_name(told, "Giàng A Páo").empty());
    EXPECT_EQ(found(told, {"", "", code_, "", 50}), std::vector{code_});
    EXPECT_EQ(found(told, {"Lò Thị Đào", "0912345678", code_, "", 50}), std::vector{code_});
    EXPECT_EQ(by_name(holder, "Lò Thị Đào"), std::vector{code_});
    EXPECT_TRUE(by_phone(holder).empty()) << "who called is for those who call back";
    EXPECT_EQ(by_phone(supervisor("ct-03388")), std::vector{code_});
}

TEST_F(Questions, AnInformantsNameIsNoNameLikeTheOthers) {
    domain::Report report = small_accident();
    report.informant = domain::InformantStatement();
    report.informant->name = "Vàng Thị Súa";
    const std::string code = office_.opened(report);
    const auto holders = office_.duties(code);
    ASSERT_FALSE(holders.empty());
    EXPECT_EQ(found(hotline(), {"vang thi sua", "", "", "", 50}), std::vector{code});
    EXPECT_TRUE(found(officer(holders.front().holder.text()), {"vang thi sua", "", "", "", 50}).empty());
}

TEST_F(Questions, AReporterSearchesByCodeAndReferenceOnly) {
    const domain::Principal school = key_of(domain::Role::reporter, "truong-thcs-doan-ket");
    domain::Report report = violence_at_home();
    report.reference = "TR-2026-77";
    const std::string code = office_.file(school, report)->change->code;
    EXPECT_TRUE(found(school, {"Lò Thị Đào", "", "", "", 50}).empty());
    EXPECT_TRUE(found(school, {"", "0912345678", "", "", 50}).empty());
    EXPECT_EQ(found(school, {"", "", "", "TR 2026 77", 50}), std::vector{code});
}

TEST_F(Questions, ADryRunTellsOfOthersOnlyWhatItsCallerMayRead) {
    const auto preview = [&](const domain::Principal& caller, domain::Report report) {
        return office_.run(preview_report(office_.context(), caller, std::move(report))).value().similar;
    };
    domain::Report elsewhere = violence_at_home();
    elsewhere.area = domain::AreaCode("03408");
    elsewhere.received_at = office_.now() - 48h;
    elsewhere.reference.clear();
    const auto to_hotline = preview(hotline(), elsewhere);
    ASSERT_EQ(to_hotline.size(), 1u);
    EXPECT_EQ(to_hotline.front().reasons,
              (std::vector<std::string>{
                  "same child's name", "same other name", "same phone", "same informant's name"}));
    EXPECT_TRUE(preview(officer("ca-12"), elsewhere).empty()) << "it was told of the case, and no more";
    domain::Report same_place = violence_at_home();
    same_place.reference.clear();
    const auto to_told = preview(officer("ca-12"), same_place);
    ASSERT_EQ(to_told.size(), 1u);
    EXPECT_EQ(to_told.front().reasons, (std::vector<std::string>{"same commune", "same day"}));
}

TEST_F(Questions, ADryRunThatToldOfPeopleIsOnRecordAsASearchIs) {
    const auto preview = [&](domain::Report report) {
        EXPECT_TRUE(office_.run(preview_report(office_.context(), hotline(), std::move(report))));
    };
    domain::Report nobody = small_accident();
    nobody.children.clear();
    nobody.informant.reset();
    nobody.reference.clear();
    preview(nobody);
    EXPECT_EQ(count(office_.all_events(), "search.made"), 0u);
    preview(violence_at_home());
    const auto events = office_.all_events();
    ASSERT_EQ(count(events, "search.made"), 1u);
    const domain::EventData& data = events.back().data;
    EXPECT_NE(std::find(data.begin(), data.end(), std::pair<std::string, std::string>("cases", code_)),
              data.end());
}

TEST_F(Questions, ASearchForNothingIsRefused) {
    EXPECT_EQ(office_.run(search_cases(office_.context(), hotline(), {})).error().code(),
              Errc::validation_failed);
    EXPECT_EQ(office_
                  .run(search_cases(
                      office_.context(), key_of(domain::Role::analyst, "so-y-te-12"), {"x", "", "", "", 50}))
                  .error()
                  .code(),
              Errc::forbidden);
}

TEST_F(Questions, OthersCasesOfTheSameNameDoNotCrowdOutOnesOwn) {
    office_.opened(violence_at_home());
    domain::Report elsewhere = violence_at_home();
    elsewhere.area = domain::AreaCode("03408");
    elsewhere.children.front().residence_area = domain::AreaCode("03408");
    for (int i = 0; i < 5; ++i) {
        office_.opened(elsewhere);
    }
    EXPECT_EQ(found(officer("ubnd-03388"), {"lo thi dao", "", "", "", 2}).size(), 2u);
}

TEST_F(Questions, AReceiptTellsTheStageAndWhatComesNextAndNobodysName) {
    const auto status = office_.run(status_by_receipt(office_.context(), receipt_));
    ASSERT_TRUE(status);
    EXPECT_EQ(status->stage, "received");
    EXPECT_EQ(status->status, domain::CaseStatus::open);
    EXPECT_EQ(status->next_action, "intake_record");
    EXPECT_FALSE(status->next_title.empty());
    EXPECT_FALSE(status->overdue);
    EXPECT_EQ(office_.run(filing_by_receipt(office_.context(), receipt_))->report, filed_.change->report);
}

TEST_F(Questions, AWrongReceiptIsToldFromAMistypedOne) {
    std::string mistyped = receipt_;
    mistyped.back() = mistyped.back() == '0' ? '1' : '0';
    EXPECT_EQ(office_.run(status_by_receipt(office_.context(), mistyped)).error().code(),
              Errc::receipt_invalid);
    const std::string unknown = office_.vault().issue_receipt().text;
    EXPECT_EQ(office_.run(status_by_receipt(office_.context(), unknown)).error().code(),
              Errc::receipt_unknown);
    EXPECT_EQ(nudge(unknown).error().code(), Errc::receipt_unknown);
    EXPECT_EQ(office_.run(filing_by_receipt(office_.context(), unknown)).error().code(),
              Errc::receipt_unknown);
}

TEST_F(Questions, AReceiptIsUnknownWhereThereAreNoReportsAtAll) {
    Office empty;
    Context& context = empty.context();
    const std::string receipt = empty.vault().issue_receipt().text;
    EXPECT_EQ(empty.run(status_by_receipt(context, receipt)).error().code(), Errc::receipt_unknown);
    EXPECT_EQ(empty.run(filing_by_receipt(context, receipt)).error().code(), Errc::receipt_unknown);
    const auto render = [](bool) { return Answer(); };
    EXPECT_EQ(empty.run(nudge_by_receipt(context, receipt, {}, render)).error().code(),
              Errc::receipt_unknown);
    const std::string mistyped = receipt.substr(1);
    EXPECT_EQ(empty.run(filing_by_receipt(context, mistyped)).error().code(), Errc::receipt_invalid);
    EXPECT_EQ(empty.run(nudge_by_receipt(context, mistyped, {}, render)).error().code(),
              Errc::receipt_invalid);
}

TEST_F(Questions, ListsOfDutiesAndMessagesAreCutIntoPagesThatMissNothing) {
    DutyFilter duties;
    duties.limit = 4;
    std::size_t seen = 0;
    do {
        const auto page = office_.run(list_duties(office_.context(), hotline(), duties)).value();
        seen += page.items.size();
        duties.after = page.next;
    } while (duties.after);
    EXPECT_EQ(seen, office_.duties(code_).size());
    NotificationFilter messages;
    messages.limit = 4;
    seen = 0;
    do {
        const auto page = office_.run(list_notifications(office_.context(), admin(), messages)).value();
        seen += page.items.size();
        messages.after = page.next;
    } while (messages.after);
    EXPECT_EQ(seen, office_.notifications(code_).size());
}

TEST_F(Questions, AnAreaIsListedWithWhatLiesInItAndAFormerOneByItsOwnCode) {
    CaseFilter filter;
    const auto listed = [&](const char* area) {
        filter.area = domain::AreaCode(area);
        return office_.run(list_cases(office_.context(), hotline(), filter)).value().items.size();
    };
    EXPECT_EQ(listed("03388"), 1U);
    EXPECT_EQ(listed("12"), 1U);
    EXPECT_EQ(listed("03408"), 0U);
    EXPECT_EQ(office_.run(list_cases(office_.context(), admin(), filter)).error().code(), Errc::forbidden);
}

TEST_F(Questions, ANudgeEscalatesOnceAndOnlyWhatIsLate) {
    EXPECT_FALSE(nudge(receipt_).value());
    const auto sequence = office_.case_of(code_).sequence;
    office_.pass(31min);  // the intake record and the relay are late
    const auto before = count(office_.notifications(code_), "ct-03388", "case.escalated");
    EXPECT_TRUE(nudge(receipt_).value());
    EXPECT_EQ(count(office_.events(code_), "case.nudged"), 2u);
    EXPECT_GT(count(office_.notifications(code_), "ct-03388", "case.escalated"), before);
    EXPECT_FALSE(nudge(receipt_).value());
    EXPECT_EQ(count(office_.events(code_), "case.nudged"), 2u);
    EXPECT_GT(office_.case_of(code_).sequence, sequence);
    office_.pass(3h);  // more is late now
    EXPECT_TRUE(nudge(receipt_).value());
}

TEST_F(Questions, ATokenIsKnownUntilItIsRevokedOrExpires) {
    std::string token;
    std::string brief;
    const auto commit = [&](const WriteOp& op) {
        const auto write = [&]() -> boost::asio::awaitable<Result<void>> {
            return office_.context().store.commit(op);
        };
        return office_.run(write());
    };
    ASSERT_TRUE(commit([&](Tx& tx) -> Result<void> {
        const NewKey lasting{domain::Role::officer, domain::AgencyId("ubnd-03388"), std::nullopt};
        token = make_key(tx, office_.vault(), lasting, domain::KeyId("k1"), "test").token.reveal();
        const NewKey expiring{domain::Role::officer, domain::AgencyId("ubnd-03388"), office_.now() + 1h};
        brief = make_key(tx, office_.vault(), expiring, domain::KeyId("k2"), "test").token.reveal();
        return {};
    }));
    const auto who = [&](const std::string& text) {
        return office_.run(identify(office_.context(), Secret<std::string>(text)));
    };
    EXPECT_EQ(who(token)->agency, domain::AgencyId("ubnd-03388"));
    EXPECT_EQ(who(brief)->key, domain::KeyId("k2"));
    EXPECT_EQ(who("lck_nothing").error().code(), Errc::unauthenticated);
    office_.pass(1h);
    EXPECT_EQ(who(brief).error().code(), Errc::unauthenticated);
    ASSERT_TRUE(commit([&](Tx& tx) { return revoke_key(tx, office_.vault(), domain::KeyId("k1"), "test"); }));
    EXPECT_EQ(who(token).error().code(), Errc::unauthenticated);
    const auto again =
        commit([&](Tx& tx) { return revoke_key(tx, office_.vault(), domain::KeyId("k9"), "test"); });
    EXPECT_EQ(again.error().code(), Errc::not_found);
}

TEST_F(Questions, AMistypedCodeIsToldApartFromOneNotFoundAndAShortListIsCut) {
    CaseSearch by_code;
    by_code.code = "LC-0000-0000-1";
    const auto mistyped = office_.run(search_cases(office_.context(), hotline(), by_code));
    EXPECT_EQ(mistyped.error().code(), Errc::case_code_invalid);
    by_code.code = code_;
    EXPECT_EQ(found(hotline(), by_code), std::vector{code_});
    CaseSearch by_name;
    by_name.name = "lo thi dao";
    const std::string other = office_.opened(violence_at_home());
    EXPECT_EQ(found(hotline(), by_name).size(), 2U);
    by_name.limit = 1;
    EXPECT_EQ(found(hotline(), by_name).size(), 1U);
}

TEST_F(Questions, TheFeedIsNotForThoseWhoOnlyCount) {
    const auto refused =
        office_.run(feed_after(office_.context(), key_of(domain::Role::analyst, "so-y-te-12"), 0));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::forbidden);
    EXPECT_TRUE(office_.run(feed_after(office_.context(), hotline(), 0)));
}

TEST_F(Questions, AReceiptOfACaseInWhichAllIsDoneNamesNothingMore) {
    office_.work_off(code_);
    ASSERT_TRUE(office_.close(supervisor("so-y-te-12"), code_));
    office_.write([&](Tx& tx) -> Result<void> {
        for (domain::Duty& duty : tx.duties.of_case(office_.vault().case_no(code_).value())) {
            duty.state = duty.pending() ? domain::DutyState::done : duty.state;
            duty.next_at.reset();
            tx.duties.update(duty);
        }
        return {};
    });
    const auto status = office_.run(status_by_receipt(office_.context(), receipt_)).value();
    EXPECT_EQ(status.status, domain::CaseStatus::closed);
    EXPECT_EQ(status.next_action, "");
    EXPECT_FALSE(status.next_due);
}

}  // namespace
}  // namespace lachan::casework
