#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "fixtures.hpp"

namespace lachan::vault {
namespace {

namespace fs = std::filesystem;
using casework::KeySlot;

void write_private(const fs::path& path, const std::string& text) {
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

bool same(const MasterKey& a, const MasterKey& b) {
    return std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin());
}

TEST(MasterKeyFile, IsWrittenForItsOwnerOnlyAndReadBack) {
    const TemporaryFolder folder;
    SeededEntropy entropy(1);
    const auto path = folder / "master.key";
    const auto created = create_master_key_file(path, entropy);
    ASSERT_TRUE(created.has_value());
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_TRUE(same(*created, read_master_key_file(path).value()));
}

TEST(MasterKeyFile, IsNeverOverwritten) {
    const TemporaryFolder folder;
    SeededEntropy entropy(1);
    const auto path = folder / "master.key";
    ASSERT_TRUE(create_master_key_file(path, entropy).has_value());
    const std::string before = read_file(path);
    EXPECT_FALSE(create_master_key_file(path, entropy).has_value());
    EXPECT_EQ(read_file(path), before);
}

TEST(MasterKeyFile, IsRefusedWhereOthersMayUseIt) {
    const TemporaryFolder folder;
    SeededEntropy entropy(1);
    const auto path = folder / "master.key";
    ASSERT_TRUE(create_master_key_file(path, entropy).has_value());
    for (const mode_t mode : {0640u, 0604u, 0620u, 0601u}) {
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
        const auto read = read_master_key_file(path);
        ASSERT_FALSE(read.has_value());
        EXPECT_EQ(read.error().code(), Errc::storage);
    }
    ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
    EXPECT_TRUE(read_master_key_file(path).has_value());
}

TEST(MasterKeyFile, IsRefusedWhereItIsMissingOrNoKey) {
    const TemporaryFolder folder;
    EXPECT_FALSE(read_master_key_file(folder / "nothing").has_value());
    const std::string digits(64, 'a');
    const auto path = folder / "master.key";
    for (const std::string& text : {std::string(),
                                    std::string("hello"),
                                    digits,
                                    "lachan-master-key-2 " + digits,
                                    "lachan-master-key-1 " + digits.substr(2),
                                    "lachan-master-key-1 " + digits.substr(1) + "g"}) {
        write_private(path, text);
        EXPECT_FALSE(read_master_key_file(path).has_value()) << text;
    }
    write_private(path, "lachan-master-key-1 " + digits);
    EXPECT_TRUE(read_master_key_file(path).has_value()) << "the line break may be missing";
}

/// A service with files, as it lies on disk between two starts.
class Rotation : public testing::Test {
protected:
    Rotation() {
        (void)create_master_key_file(key_file_, entropy_).value();
        const auto vault = open(1);
        kept_ = vault->new_key().value();
        destroyed_ = vault->new_key().value();
        note_ = vault->seal_text(kept_, "note", "x").value();
        vault->destroy(destroyed_).value();
        code_ = vault->case_code(domain::CaseNo(5));
        token_hash_ = vault->token_hash("lck_x");
    }

    [[nodiscard]] std::unique_ptr<SodiumVault> open(std::int64_t first_free) {
        auto medium = open_key_file(store_file_, KeyFileAccess::own).value();
        return SodiumVault::open(
                   read_master_key_file(key_file_).value(), std::move(medium), first_free, entropy_, kFewKeys)
            .value();
    }

    void expect_all_valid() {
        const auto vault = open(3);
        EXPECT_EQ(vault->open_text(kept_, "note", note_).value(), "x");
        EXPECT_EQ(vault->open_text(destroyed_, "note", note_).error().code(), Errc::not_found);
        EXPECT_EQ(vault->case_code(domain::CaseNo(5)), code_);
        EXPECT_EQ(vault->token_hash("lck_x"), token_hash_);
        EXPECT_EQ(vault->new_key().value(), KeySlot(3));
    }

    TemporaryFolder folder_;
    SeededEntropy entropy_{3};
    fs::path key_file_ = folder_ / "master.key";
    fs::path store_file_ = folder_ / "keys";
    KeySlot kept_{};
    KeySlot destroyed_{};
    Bytes note_;
    std::string code_;
    Bytes token_hash_;
};

TEST_F(Rotation, ChangesTheKeyAndNothingThatDependsOnIt) {
    const MasterKey before = read_master_key_file(key_file_).value();
    ASSERT_TRUE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
    EXPECT_FALSE(same(before, read_master_key_file(key_file_).value()));
    expect_all_valid();
    auto medium = open_key_file(store_file_, KeyFileAccess::own).value();
    EXPECT_FALSE(SodiumVault::open(before, std::move(medium), 1, entropy_).has_value())
        << "the old key opens nothing";
}

TEST_F(Rotation, LeavesNoFilesBehind) {
    ASSERT_TRUE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
    EXPECT_FALSE(fs::exists(key_file_.string() + ".new"));
    EXPECT_FALSE(fs::exists(store_file_.string() + ".new"));
}

TEST_F(Rotation, IsRefusedWhileTheServiceRuns) {
    const auto running = open(3);
    EXPECT_FALSE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
}

TEST_F(Rotation, GoesOnAfterACrashBetweenStoreAndKey) {
    const std::string old_line = read_file(key_file_);
    ASSERT_TRUE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
    // As it looks when the store was replaced and the key was not.
    fs::rename(key_file_, key_file_.string() + ".new");
    write_private(key_file_, old_line);
    ASSERT_TRUE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
    expect_all_valid();
}

TEST_F(Rotation, IsEndedByWhoeverOpensTheFilesNext) {
    const std::string old_line = read_file(key_file_);
    ASSERT_TRUE(settle_rotation(key_file_, store_file_, entropy_).has_value());  // nothing to do
    EXPECT_EQ(read_file(key_file_), old_line);
    ASSERT_TRUE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
    const std::string new_line = read_file(key_file_);
    fs::rename(key_file_, key_file_.string() + ".new");
    write_private(key_file_, old_line);

    ASSERT_TRUE(settle_rotation(key_file_, store_file_, entropy_).has_value());
    EXPECT_EQ(read_file(key_file_), new_line);
    expect_all_valid();
}

TEST_F(Rotation, IsNotEndedWhereTheStoreIsStillTheOldOne) {
    const std::string old_line = read_file(key_file_);
    (void)create_master_key_file(key_file_.string() + ".new", entropy_).value();
    ASSERT_TRUE(settle_rotation(key_file_, store_file_, entropy_).has_value());
    EXPECT_EQ(read_file(key_file_), old_line);
    expect_all_valid();
}

TEST_F(Rotation, StartsAnewAfterACrashBeforeTheStoreWasReplaced) {
    write_private(key_file_.string() + ".new", "lachan-master-k");
    write_private(store_file_.string() + ".new", "half of it");
    ASSERT_TRUE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
    expect_all_valid();
}

TEST_F(Rotation, CreatesNoStoreWhereThePathIsMistyped) {
    EXPECT_FALSE(rotate_master_key(key_file_, folder_ / "kyes", entropy_).has_value());
    EXPECT_FALSE(fs::exists(folder_ / "kyes"));
    expect_all_valid();
}

TEST_F(Rotation, IsRefusedWhereNoKeyThatIsThereOpensTheStore) {
    fs::remove(key_file_);
    (void)create_master_key_file(key_file_, entropy_).value();
    const std::string before = read_file(store_file_);
    EXPECT_FALSE(rotate_master_key(key_file_, store_file_, entropy_).has_value());
    EXPECT_EQ(read_file(store_file_), before);
}

}  // namespace
}  // namespace lachan::vault
