#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "fixtures.hpp"
#include "lachan/base/check.hpp"

namespace lachan::vault {
namespace {

using casework::TraceKind;
using domain::CaseNo;
using std::int64_t;

class Codes : public testing::Test {
protected:
    Memory memory_;
    std::unique_ptr<SodiumVault> vault_ = memory_.open();
};

TEST_F(Codes, OfCasesLeadBackToTheirNumber) {
    constexpr int64_t kLast = (int64_t{1} << 40) - 1;
    for (int64_t number = 0; number < 5000; ++number) {
        EXPECT_EQ(vault_->case_no(vault_->case_code(CaseNo(number))).value(), CaseNo(number));
    }
    for (const int64_t number : {kLast, kLast - 1, kLast / 2, int64_t{1} << 20}) {
        EXPECT_EQ(vault_->case_no(vault_->case_code(CaseNo(number))).value(), CaseNo(number));
    }
}

TEST_F(Codes, OfCasesNeverRepeat) {
    std::set<std::string> codes;
    for (int64_t number = 0; number < 20'000; ++number) {
        codes.insert(vault_->case_code(CaseNo(number)));
    }
    EXPECT_EQ(codes.size(), 20'000u);
}

// Neighbours in number are no neighbours in code: each changed bit of the number changes about half of
// the 40.
TEST_F(Codes, OfCasesAreNotSequential) {
    int same_letters = 0;
    constexpr int kSample = 2000;
    for (int64_t number = 0; number < kSample; ++number) {
        const std::string code = vault_->case_code(CaseNo(number));
        const std::string next = vault_->case_code(CaseNo(number + 1));
        for (std::size_t i = 3; i < code.size() - 2; ++i) {
            same_letters += code[i] != '-' && code[i] == next[i] ? 1 : 0;
        }
    }
    const double expected = kSample * 8 / 32.0;
    EXPECT_LT(std::abs(same_letters - expected), expected * 0.25);
}

TEST_F(Codes, OfCasesDependOnTheKeyStore) {
    SeededEntropy entropy(99);
    const MasterKey master = MasterKey::random(entropy);
    const auto other = SodiumVault::open(master, make_key_memory(), 1, entropy).value();
    EXPECT_NE(other->case_code(CaseNo(1)), vault_->case_code(CaseNo(1)));
}

TEST_F(Codes, OfCasesStayTheSameAfterARestart) {
    EXPECT_EQ(memory_.open()->case_code(CaseNo(1)), vault_->case_code(CaseNo(1)));
}

TEST_F(Codes, OfCasesThatAreMistypedAreTold) {
    const std::string code = vault_->case_code(CaseNo(17));
    for (std::size_t i = 3; i < code.size(); ++i) {
        if (code[i] == '-') {
            continue;
        }
        std::string mistyped = code;
        mistyped[i] = code[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(vault_->case_no(mistyped).error().code(), Errc::case_code_invalid) << i;
    }
    EXPECT_EQ(vault_->case_no("").error().code(), Errc::case_code_invalid);
    EXPECT_EQ(vault_->case_no("LC-7K3M").error().code(), Errc::case_code_invalid);
}

TEST_F(Codes, RefuseNumbersThatFitNone) {
    EXPECT_THROW((void)vault_->case_code(CaseNo(int64_t{1} << 40)), BrokenInvariant);
    EXPECT_THROW((void)vault_->case_code(CaseNo(-1)), BrokenInvariant);
}

TEST_F(Codes, ReceiptsAreFoundAgainHoweverTheyAreGrouped) {
    const casework::Receipt receipt = vault_->issue_receipt();
    ASSERT_EQ(receipt.text.size(), 19u);
    std::string plain = receipt.text;
    std::erase(plain, ' ');
    EXPECT_EQ(vault_->receipt_hash(receipt.text).value(), receipt.hash);
    EXPECT_EQ(vault_->receipt_hash(plain).value(), receipt.hash);
    EXPECT_EQ(memory_.open()->receipt_hash(plain).value(), receipt.hash);
}

TEST_F(Codes, ReceiptsDifferAndAreNotInTheirHash) {
    std::set<std::string> receipts;
    for (int i = 0; i < 500; ++i) {
        receipts.insert(vault_->issue_receipt().text);
    }
    EXPECT_EQ(receipts.size(), 500u);

    SeededEntropy entropy(98);
    const MasterKey master = MasterKey::random(entropy);
    const auto other = SodiumVault::open(master, make_key_memory(), 1, entropy).value();
    const std::string receipt = *receipts.begin();
    EXPECT_NE(other->receipt_hash(receipt).value(), vault_->receipt_hash(receipt).value());
}

TEST_F(Codes, MistypedReceiptsAreTold) {
    std::string receipt = vault_->issue_receipt().text;
    receipt[0] = receipt[0] == '9' ? '0' : static_cast<char>(receipt[0] + 1);
    EXPECT_EQ(vault_->receipt_hash(receipt).error().code(), Errc::receipt_invalid);
    EXPECT_EQ(vault_->receipt_hash("").error().code(), Errc::receipt_invalid);
}

TEST_F(Codes, TokensHaveTheirShapeAndAHashOfTheirOwn) {
    const std::string token = vault_->new_token().reveal();
    EXPECT_EQ(token.size(), 47u);
    EXPECT_TRUE(token.starts_with("lck_"));
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    EXPECT_NE(token, vault_->new_token().reveal());
    EXPECT_EQ(vault_->token_hash(token), memory_.open()->token_hash(token));
    EXPECT_NE(vault_->token_hash(token), vault_->token_hash(token + "x"));
}

TEST_F(Codes, WebhookSecretsAreThirtyTwoBytes) {
    const std::string secret = vault_->new_webhook_secret().reveal();
    ASSERT_TRUE(secret.starts_with("whsec_"));
    const auto bytes = from_base64(std::string_view(secret).substr(6));
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(bytes->size(), 32u);
    EXPECT_NE(secret, vault_->new_webhook_secret().reveal());
}

TEST_F(Codes, TracesMatchWhateverTheWritingOfAName) {
    const auto trace = vault_->trace(TraceKind::child_name, "Lò Thị Đào");
    ASSERT_TRUE(trace.has_value());
    EXPECT_EQ(vault_->trace(TraceKind::child_name, " DAO lo  thi "), trace);
    EXPECT_NE(vault_->trace(TraceKind::child_name, "Lò Thị Đạt"), trace);
    EXPECT_NE(vault_->trace(TraceKind::other_name, "Lò Thị Đào"), trace);
    EXPECT_EQ(memory_.open()->trace(TraceKind::child_name, "Lò Thị Đào"), trace);
}

TEST_F(Codes, TracesMatchWhateverTheWritingOfAPhoneOrReference) {
    EXPECT_EQ(vault_->trace(TraceKind::phone, "+84 912 345 678"),
              vault_->trace(TraceKind::phone, "0912345678"));
    EXPECT_EQ(vault_->trace(TraceKind::reference, "111-2026-0045678"),
              vault_->trace(TraceKind::reference, "111 2026 0045678"));
    EXPECT_NE(vault_->trace(TraceKind::reference, "0912345678"),
              vault_->trace(TraceKind::phone, "0912345678"));
}

TEST_F(Codes, NothingLeavesNoTrace) {
    EXPECT_FALSE(vault_->trace(TraceKind::child_name, " ").has_value());
    EXPECT_FALSE(vault_->trace(TraceKind::phone, "không rõ").has_value());
}

TEST_F(Codes, FingerprintsTellBodiesApart) {
    EXPECT_EQ(vault_->fingerprint("{\"a\":1}"), memory_.open()->fingerprint("{\"a\":1}"));
    EXPECT_NE(vault_->fingerprint("{\"a\":1}"), vault_->fingerprint("{\"a\":2}"));
}

TEST_F(Codes, SignaturesAreVerifiedByThePublicKeyAlone) {
    const PublicKey key = vault_->public_key();
    const Bytes signature = vault_->sign("received 2026-11-20");
    EXPECT_TRUE(SodiumVault::verify(key, "received 2026-11-20", signature));
    EXPECT_FALSE(SodiumVault::verify(key, "received 2026-11-21", signature));
    EXPECT_FALSE(SodiumVault::verify(key, "received 2026-11-20", BytesView(signature).first(63)));
    PublicKey other = key;
    other[0] ^= 1;
    EXPECT_FALSE(SodiumVault::verify(other, "received 2026-11-20", signature));
    EXPECT_EQ(memory_.open()->public_key(), key);
}

TEST_F(Codes, TheSameSeedGivesTheSameVault) {
    Memory again;
    const auto twin = again.open();
    EXPECT_EQ(twin->case_code(CaseNo(1)), vault_->case_code(CaseNo(1)));
    EXPECT_EQ(twin->issue_receipt().text, vault_->issue_receipt().text);
}

}  // namespace
}  // namespace lachan::vault
