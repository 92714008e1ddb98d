#include "lachan/casework/access_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "lachan/casework/erasure.hpp"
#include "lachan/casework/keys.hpp"
#include "lachan/casework/queries.hpp"
#include "support/office.hpp"
#include "support/troubled_keys.hpp"
#include "support/troubled_store.hpp"

/// Who saw what, and what for.
namespace lachan::casework {
namespace {

using namespace std::chrono_literals;
using namespace support;

constexpr const char* kPurpose = "đến gặp trẻ";

boost::asio::awaitable<bool> refuse(Context& context, domain::Principal caller, std::string named) {
    co_await note_refused(context, std::move(caller), "POST /v1/cases/{case}/steps", std::move(named));
    co_return true;
}

class AccessLog : public testing::Test {
protected:
    [[nodiscard]] std::vector<AccessEntry> told(const AccessQuery& query = {}) {
        std::vector<AccessEntry> entries;
        office_.look([&](const View& view) -> Result<void> {
            entries = accesses(view, office_.vault(), query);
            return {};
        });
        return entries;
    }
    [[nodiscard]] AccessEntry last(std::string_view kind) {
        const auto entries = told();
        const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const AccessEntry& entry) {
            return entry.event.kind == kind;
        });
        return found == entries.rend() ? AccessEntry() : *found;
    }
    Result<IdentityView> names(const domain::Principal& caller, const std::string& code) {
        return office_.run(see_identity(office_.context(), caller, code, kPurpose));
    }
    std::size_t search(const std::string& name) {
        CaseSearch wanted;
        wanted.name = name;
        wanted.purpose = kPurpose;
        return office_.run(search_cases(office_.context(), hotline(), wanted)).value().items.size();
    }
    [[nodiscard]] static std::string member(const domain::Event& event, std::string_view name) {
        for (const auto& [key, value] : event.data) {
            if (key == name) {
                return value;
            }
        }
        return "";
    }

    std::shared_ptr<TroubledKeys> keys_ = std::make_shared<TroubledKeys>();
    Office office_{kMorning, keys_};
    const std::string code_ = office_.opened(violence_at_home());
    const std::string other_ = office_.opened(small_accident());
    const domain::Principal commune_ = officer("ubnd-03388");
    const domain::Principal stranger_ = officer("tyt-03408");
};

TEST_F(AccessLog, TellsWhoReadTheNamesAndWhoWasRefusedAndWhatFor) {
    ASSERT_TRUE(names(commune_, code_));
    ASSERT_FALSE(names(stranger_, code_));
    const AccessEntry read = last("identity.read");
    EXPECT_EQ(read.case_code, code_);
    EXPECT_EQ(read.agency, commune_.agency);
    EXPECT_EQ(read.role, "officer");
    EXPECT_EQ(read.purpose, kPurpose);
    EXPECT_FALSE(read.purpose_erased);
    const AccessEntry refused = last("identity.refused");
    EXPECT_EQ(refused.agency, stranger_.agency);
    EXPECT_EQ(refused.purpose, kPurpose);
    office_.write([&](Tx& tx) -> Result<void> {
        const auto number = office_.vault().case_no(code_).value();
        return erase_case(tx, office_.vault(), number, "theo yêu cầu", "test") ? Result<void>()
                                                                               : Result<void>(Error());
    });
    EXPECT_EQ(last("identity.read").purpose, "");
    EXPECT_TRUE(last("identity.read").purpose_erased);
    EXPECT_TRUE(last("identity.refused").purpose_erased);
}

TEST_F(AccessLog, IsAskedByCaseByAgencyAndByTime) {
    ASSERT_TRUE(names(commune_, code_));
    office_.pass(1h);
    ASSERT_TRUE(names(hotline(), other_));
    ASSERT_EQ(search("lo thi dao"), 1U);
    const auto kinds = [&](const AccessQuery& query) {
        std::vector<std::string> found;
        for (const AccessEntry& entry : told(query)) {
            found.push_back(entry.event.kind);
        }
        return found;
    };
    using Kinds = std::vector<std::string>;
    EXPECT_EQ(kinds({}), (Kinds{"identity.read", "identity.read", "search.made"}));
    EXPECT_EQ(kinds({office_.vault().case_no(code_).value(), {}}), (Kinds{"identity.read", "search.made"}))
        << "a search that found it";
    EXPECT_EQ(kinds({office_.vault().case_no(other_).value(), {}}), (Kinds{"identity.read"}));
    EXPECT_EQ(kinds({std::nullopt, commune_.agency}), (Kinds{"identity.read"}));
    EXPECT_EQ(kinds({std::nullopt, {}, kMorning + 1h}), (Kinds{"identity.read", "search.made"}));
}

TEST_F(AccessLog, ARefusedCallIsOnRecordWithItsCaseWhereThereIsOne) {
    ASSERT_TRUE(office_.run(refuse(office_.context(), stranger_, code_ + ".d1")));
    AccessEntry refused = last("access.refused");
    EXPECT_EQ(refused.case_code, code_);
    EXPECT_EQ(refused.agency, stranger_.agency);
    EXPECT_EQ(member(refused.event, "call"), "POST /v1/cases/{case}/steps");
    for (const std::string& named :
         {office_.vault().case_code(domain::CaseNo{999}), std::string("LC-0000-0000-1"), std::string()}) {
        ASSERT_TRUE(office_.run(refuse(office_.context(), stranger_, named)));
        refused = last("access.refused");
        EXPECT_EQ(refused.case_code, "") << named;
        EXPECT_EQ(refused.agency, stranger_.agency);
    }
    // A refusal that cannot be written down is still a refusal: the caller is answered all the same.
    Context& sound = office_.context();
    TroubledStore store(sound.store);
    Context context{
        store, sound.clock, sound.entropy, sound.vault, sound.worlds, sound.outbox_work, sound.watch_work};
    store.refuse(1);
    EXPECT_TRUE(office_.run(refuse(context, stranger_, code_)));
}

TEST_F(AccessLog, WhyAKeyWasMadeRenewedAndRevokedIsKept) {
    const domain::KeyId id("k1");
    office_.write([&](Tx& tx) -> Result<void> {
        (void)make_key(tx,
                       office_.vault(),
                       {domain::Role::officer, commune_.agency, std::nullopt, "cho phần mềm của xã"},
                       id,
                       "test");
        (void)rotate_key(tx, office_.vault(), id, {24h, std::nullopt, "đổi định kỳ"}, "test");
        return revoke_key(tx, office_.vault(), id, "test", "thôi dùng");
    });
    EXPECT_EQ(last("key.created").purpose, "cho phần mềm của xã");
    EXPECT_EQ(last("key.rotated").purpose, "đổi định kỳ");
    EXPECT_EQ(last("key.revoked").purpose, "thôi dùng");
}

/// Entries as a damaged database might hold them: what cannot be read of one must not keep the others from
/// being read.
TEST_F(AccessLog, AReasonThatCannotBeReadLeavesItsEntryInTheList) {
    ASSERT_TRUE(names(commune_, code_));
    const auto damaged = [&](std::optional<domain::CaseNo> about, domain::EventData data) {
        office_.write([&](Tx& tx) -> Result<void> {
            domain::Event event;
            event.at = tx.now;
            event.kind = "search.made";
            event.actor = commune_.key.text();
            event.case_no = about;
            event.data = std::move(data);
            tx.events.append(event);
            return {};
        });
        return last("search.made");
    };
    const auto number = office_.vault().case_no(code_).value();
    for (const char* sealed : {"khong phai hex", "00ff00ff"}) {
        EXPECT_EQ(damaged(std::nullopt, {{"sealed_purpose_own", sealed}}).purpose, "") << sealed;
        EXPECT_EQ(damaged(number, {{"sealed_purpose", sealed}}).purpose, "") << sealed;
        EXPECT_EQ(damaged(std::nullopt, {{"sealed_purpose", sealed}}).purpose, "") << sealed;
        for (const std::string& cases : {code_, std::string("LC-0000-0000-1")}) {
            EXPECT_EQ(damaged(std::nullopt, {{"cases", cases}, {"sealed_purpose_all", sealed}}).purpose, "")
                << sealed << " " << cases;
        }
    }
    EXPECT_EQ(last("identity.read").purpose, kPurpose);
    EXPECT_EQ(told().size(), 11U);
}

// Sealed with the key of every case that it found, or not kept: in the clear it would outlive the names.
TEST_F(AccessLog, AReasonThatCannotBeSealedIsNotKept) {
    for (const int nth : {1, 2}) {
        keys_->refuse(nth);
        EXPECT_EQ(search("lo thi dao"), 1U);
        EXPECT_TRUE(keys_->struck());
        const domain::Event made = last("search.made").event;
        EXPECT_EQ(member(made, "purpose"), "given, not kept") << nth;
        EXPECT_EQ(last("search.made").purpose, "");
    }
    ASSERT_EQ(search("lo thi dao"), 1U);
    EXPECT_EQ(last("search.made").purpose, kPurpose);
}

// Whose case it is about cannot be sealed with its key now: the service's own key keeps it as well.
TEST_F(AccessLog, ARefusalIsKeptThoughTheKeyOfTheCaseCannotBeRead) {
    keys_->refuse(1);
    ASSERT_FALSE(names(stranger_, code_));
    EXPECT_TRUE(keys_->struck());
    EXPECT_EQ(last("identity.refused").purpose, kPurpose);
    EXPECT_EQ(last("identity.refused").case_code, code_);
}

}  // namespace
}  // namespace lachan::casework
