#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.hpp"

namespace lachan::vault {
namespace {

using casework::KeySlot;

class Sealing : public testing::Test {
protected:
    Memory memory_;
    std::unique_ptr<SodiumVault> vault_ = memory_.open();
    KeySlot slot_ = vault_->new_key().value();
    domain::Report report_ = sample_report();
    domain::SealedReport sealed_ = vault_->seal(slot_, report_).value();
};

TEST_F(Sealing, GivesBackEveryFieldOfTheChildren) {
    const auto opened = vault_->open_identity(slot_, report_.id, sealed_.identity).value();
    ASSERT_EQ(opened.children.size(), 2u);
    const domain::ChildStatement& child = opened.children[0];
    const domain::ChildStatement& said = report_.children[0];
    EXPECT_EQ(child.name, said.name);
    EXPECT_EQ(child.sex, said.sex);
    EXPECT_EQ(child.birth_date, said.birth_date);
    EXPECT_EQ(child.age_estimate, said.age_estimate);
    EXPECT_EQ(child.residence_area, said.residence_area);
    EXPECT_EQ(child.address, said.address);
    EXPECT_EQ(child.school, said.school);
    EXPECT_EQ(child.guardian, said.guardian);
    EXPECT_EQ(child.special_needs, said.special_needs);
    EXPECT_EQ(child.interpreter, said.interpreter);
}

TEST_F(Sealing, KeepsAChildOfWhomNothingIsKnown) {
    const auto opened = vault_->open_identity(slot_, report_.id, sealed_.identity).value();
    const domain::ChildStatement& child = opened.children.at(1);
    EXPECT_EQ(child.name, "");
    EXPECT_EQ(child.sex, domain::Sex::unknown);
    EXPECT_FALSE(child.birth_date.has_value());
    EXPECT_FALSE(child.age_estimate.has_value());
    EXPECT_FALSE(child.residence_area.has_value());
}

TEST_F(Sealing, GivesBackSuspectsInformantAndNarrative) {
    const auto opened = vault_->open_identity(slot_, report_.id, sealed_.identity).value();
    ASSERT_EQ(opened.suspects.size(), 1u);
    EXPECT_EQ(opened.suspects[0].relation, domain::Relation::step_parent);
    EXPECT_EQ(opened.suspects[0].name, "Giàng A");
    EXPECT_EQ(opened.suspects[0].agency, domain::AgencyId("ubnd-03388"));

    const auto informant = vault_->open_informant(slot_, report_.id, sealed_.informant).value();
    ASSERT_TRUE(informant.has_value());
    EXPECT_EQ(informant->name, "Vàng Thị B");
    EXPECT_EQ(informant->phone, "0912345678");
    EXPECT_TRUE(informant->anonymous);
    EXPECT_FALSE(informant->consents_to_contact);

    const auto narrative = vault_->open_narrative(slot_, report_.id, sealed_.narrative).value();
    EXPECT_EQ(narrative.narrative, report_.narrative);
    EXPECT_EQ(narrative.place_detail, report_.place_detail);
    EXPECT_EQ(narrative.unknown_fields, report_.unknown_fields);
}

TEST_F(Sealing, TellsNoInformantFromOneWhoSaidNothing) {
    report_.informant.reset();
    const auto none = vault_->seal(slot_, report_).value();
    EXPECT_FALSE(vault_->open_informant(slot_, report_.id, none.informant).value().has_value());

    report_.informant.emplace();
    const auto silent = vault_->seal(slot_, report_).value();
    EXPECT_TRUE(vault_->open_informant(slot_, report_.id, silent.informant).value().has_value());
}

TEST_F(Sealing, DoesNotShowByItsLengthWhetherAnInformantGaveAName) {
    report_.informant.reset();
    const auto none = vault_->seal(slot_, report_).value();
    EXPECT_EQ(none.informant.size(), sealed_.informant.size());
}

TEST_F(Sealing, KeepsBytesThatAreNoText) {
    report_.narrative = std::string("a\0\xff\xc3 b", 6);
    const auto sealed = vault_->seal(slot_, report_).value();
    EXPECT_EQ(vault_->open_narrative(slot_, report_.id, sealed.narrative).value().narrative,
              report_.narrative);
}

TEST_F(Sealing, KeepsPartialDatesAsFarAsTheyAreKnown) {
    for (const domain::PartialDate date : {domain::PartialDate{.year = 2021, .month = {}, .day = {}},
                                           domain::PartialDate{.year = 2021, .month = 12, .day = {}},
                                           domain::PartialDate{.year = 2021, .month = 12, .day = 31}}) {
        report_.children[0].birth_date = date;
        const auto sealed = vault_->seal(slot_, report_).value();
        const auto opened = vault_->open_identity(slot_, report_.id, sealed.identity).value();
        EXPECT_EQ(opened.children[0].birth_date, date);
    }
}

TEST_F(Sealing, LeavesNothingReadable) {
    for (const Bytes* const part : {&sealed_.identity, &sealed_.informant, &sealed_.narrative}) {
        const std::string_view text = as_text(*part);
        for (const std::string_view said : {"Đào", "03388", "Giàng", "0912345678", "khóc", "bản A"}) {
            EXPECT_EQ(text.find(said), std::string_view::npos) << said;
        }
    }
}

TEST_F(Sealing, NeverGivesTheSameCiphertextTwice) {
    EXPECT_NE(vault_->seal(slot_, report_).value().narrative, sealed_.narrative);
}

TEST_F(Sealing, RefusesEveryTamperedByte) {
    for (std::size_t i = 0; i < sealed_.informant.size(); ++i) {
        Bytes tampered = sealed_.informant;
        tampered[i] ^= 1;
        const auto opened = vault_->open_informant(slot_, report_.id, tampered);
        ASSERT_FALSE(opened.has_value()) << "byte " << i;
        EXPECT_EQ(opened.error().code(), Errc::internal);
    }
}

TEST_F(Sealing, RefusesATruncatedCiphertext) {
    for (std::size_t size = 0; size < sealed_.informant.size(); ++size) {
        EXPECT_FALSE(
            vault_->open_informant(slot_, report_.id, BytesView(sealed_.informant).first(size)).has_value());
    }
}

TEST_F(Sealing, RefusesThePlaceOfAnotherReportPartOrCase) {
    EXPECT_FALSE(vault_->open_identity(slot_, domain::ReportId("another"), sealed_.identity).has_value());
    EXPECT_FALSE(vault_->open_identity(slot_, report_.id, sealed_.narrative).has_value());
    const KeySlot other = vault_->new_key().value();
    const auto opened = vault_->open_identity(other, report_.id, sealed_.identity);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code(), Errc::internal);
}

TEST_F(Sealing, OpensTextsOnlyInTheirContext) {
    const Bytes note = vault_->seal_text(slot_, "step 3", "gia đình đã chuyển đi").value();
    EXPECT_EQ(vault_->open_text(slot_, "step 3", note).value(), "gia đình đã chuyển đi");
    EXPECT_FALSE(vault_->open_text(slot_, "step 4", note).has_value());
    EXPECT_FALSE(vault_->open_own("step 3", note).has_value());
}

TEST_F(Sealing, OpensItsOwnTextsAfterARestart) {
    const Bytes secret = vault_->seal_own("endpoint e1", "whsec_abc");
    const auto restarted = memory_.open(2);
    EXPECT_EQ(restarted->open_own("endpoint e1", secret).value(), "whsec_abc");
    EXPECT_FALSE(restarted->open_own("endpoint e2", secret).has_value());
    EXPECT_EQ(restarted->open_own("endpoint e2", secret).error().code(), Errc::internal);
}

TEST_F(Sealing, OpensReportsAfterARestart) {
    const auto restarted = memory_.open(2);
    EXPECT_EQ(restarted->open_narrative(slot_, report_.id, sealed_.narrative).value().narrative,
              report_.narrative);
}

}  // namespace
}  // namespace lachan::vault
