#include "lachan/delivery/signer.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "unit/delivery/sender.hpp"

namespace lachan::delivery {
namespace {

using test::kOtherSecret;
using test::kSecret;

std::vector<Secret<std::string>> secrets(std::initializer_list<std::string> texts) {
    std::vector<Secret<std::string>> result;
    for (const std::string& text : texts) {
        result.emplace_back(text);
    }
    return result;
}

// The example of the Standard Webhooks specification and its libraries.
constexpr char kSpecId[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr char kSpecBody[] = R"({"test": 2432232314})";
constexpr char kSpecSignature[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const Instant kSpecInstant = from_ms(1'614'265'330'000);

SignatureHeaders spec_headers() {
    return {kSpecId, "1614265330", kSpecSignature};
}

TEST(Signer, MakesTheSignatureOfTheSpecification) {
    const auto headers = sign(secrets({kSecret}), kSpecId, kSpecInstant, kSpecBody);

    ASSERT_TRUE(headers);
    EXPECT_EQ(headers->id, kSpecId);
    EXPECT_EQ(headers->timestamp, "1614265330");
    EXPECT_EQ(headers->signature, kSpecSignature);
}

TEST(Signer, SignsWithEverySecretOfARotation) {
    const auto both = sign(secrets({kSecret, kOtherSecret}), kSpecId, kSpecInstant, kSpecBody);

    ASSERT_TRUE(both);
    EXPECT_TRUE(both->signature.starts_with(std::string(kSpecSignature) + " v1,"));
    EXPECT_EQ(verify(secrets({kSecret}), *both, kSpecBody, kSpecInstant), std::nullopt);
    EXPECT_EQ(verify(secrets({kOtherSecret}), *both, kSpecBody, kSpecInstant), std::nullopt);
}

TEST(Signer, CutsTheInstantToWholeSeconds) {
    const auto headers = sign(secrets({kSecret}), kSpecId, kSpecInstant + Duration(999), kSpecBody);

    ASSERT_TRUE(headers);
    EXPECT_EQ(headers->signature, kSpecSignature);
}

TEST(Signer, RefusesWhatItCannotSignWith) {
    const auto why = [](std::initializer_list<std::string> texts, std::string_view id) {
        const auto headers = sign(secrets(texts), id, kSpecInstant, kSpecBody);
        return headers ? Errc::internal : headers.error().code();
    };

    EXPECT_EQ(why({}, kSpecId), Errc::validation_failed);
    EXPECT_EQ(why({"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, kSpecId), Errc::validation_failed);
    EXPECT_EQ(why({"whsec_not base 64"}, kSpecId), Errc::validation_failed);
    EXPECT_EQ(why({"whsec_c2hvcnQ="}, kSpecId), Errc::validation_failed);
    EXPECT_EQ(why({kSecret}, ""), Errc::validation_failed);
    EXPECT_EQ(why({kSecret}, "a\r\nb: c"), Errc::validation_failed);
}

TEST(Verify, TakesTheMessageOfTheSpecification) {
    EXPECT_EQ(verify(secrets({kSecret}), spec_headers(), kSpecBody, kSpecInstant), std::nullopt);
}

TEST(Verify, RefusesAnyChangedPart) {
    const auto keys = secrets({kSecret});
    SignatureHeaders other_id = spec_headers();
    other_id.id.back() = 'l';
    SignatureHeaders other_time = spec_headers();
    other_time.timestamp.back() = '1';
    SignatureHeaders other_signature = spec_headers();
    other_signature.signature[5] = 'x';

    EXPECT_EQ(verify(keys, spec_headers(), R"({"test": 2432232315})", kSpecInstant),
              SignatureFault::no_match);
    EXPECT_EQ(verify(keys, other_id, kSpecBody, kSpecInstant), SignatureFault::no_match);
    EXPECT_EQ(verify(keys, other_time, kSpecBody, kSpecInstant), SignatureFault::no_match);
    EXPECT_EQ(verify(keys, other_signature, kSpecBody, kSpecInstant), SignatureFault::no_match);
    EXPECT_EQ(verify(secrets({kOtherSecret}), spec_headers(), kSpecBody, kSpecInstant),
              SignatureFault::no_match);
    EXPECT_EQ(verify({}, spec_headers(), kSpecBody, kSpecInstant), SignatureFault::no_match);
}

TEST(Verify, ReadsOverSignaturesItDoesNotKnow) {
    SignatureHeaders headers = spec_headers();
    headers.signature = "v1a,AAAA v2,BBBB  v1, " + headers.signature;
    EXPECT_EQ(verify(secrets({kSecret}), headers, kSpecBody, kSpecInstant), std::nullopt);

    headers.signature = std::string("v1a,") + (kSpecSignature + 3);
    EXPECT_EQ(verify(secrets({kSecret}), headers, kSpecBody, kSpecInstant), SignatureFault::no_match);
}

TEST(Verify, TakesFiveMinutesEitherWayAndNoSecondMore) {
    const auto at = [](std::chrono::seconds shift) {
        return verify(secrets({kSecret}), spec_headers(), kSpecBody, kSpecInstant + shift);
    };

    EXPECT_EQ(at(std::chrono::seconds(300)), std::nullopt);
    EXPECT_EQ(at(std::chrono::seconds(301)), SignatureFault::too_old);
    EXPECT_EQ(at(std::chrono::seconds(-300)), std::nullopt);
    EXPECT_EQ(at(std::chrono::seconds(-301)), SignatureFault::too_new);
}

TEST(Verify, NamesWhatIsMissingOrMalformed) {
    const auto with = [](const std::string& timestamp, const std::string& signature) {
        return verify(secrets({kSecret}), {kSpecId, timestamp, signature}, kSpecBody, kSpecInstant);
    };

    EXPECT_EQ(with("", kSpecSignature), SignatureFault::header_missing);
    EXPECT_EQ(with("1614265330", ""), SignatureFault::header_missing);
    EXPECT_EQ(with("1614265330x", kSpecSignature), SignatureFault::header_malformed);
    EXPECT_EQ(with("-1614265330", kSpecSignature), SignatureFault::header_malformed);
    EXPECT_EQ(with("1e9", kSpecSignature), SignatureFault::header_malformed);
    EXPECT_EQ(with("16142653300000000000000", kSpecSignature), SignatureFault::header_malformed);
    EXPECT_EQ(verify(secrets({"whsec_?"}), spec_headers(), kSpecBody, kSpecInstant),
              SignatureFault::secret_malformed);
}

}  // namespace
}  // namespace lachan::delivery
