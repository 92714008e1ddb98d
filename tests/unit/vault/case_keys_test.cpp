#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <thread>
#include <vector>

#include "fixtures.hpp"

namespace lachan::vault {
namespace {

using casework::KeySlot;
using std::int64_t;

/// What a case sealed under `slot` reads, or the error.
Result<std::string> reads(const SodiumVault& vault, KeySlot slot, const Bytes& sealed) {
    return vault.open_text(slot, "note", sealed);
}

TEST(CaseKeys, AreHandedOutOnceInOrderAcrossBlocks) {
    Memory memory;
    const auto vault = memory.open();
    for (int64_t slot = 1; slot <= 3 * kFewKeys; ++slot) {
        EXPECT_EQ(vault->new_key().value(), KeySlot(slot));
    }
}

TEST(CaseKeys, DifferFromEachOther) {
    Memory memory;
    const auto vault = memory.open();
    const KeySlot first = vault->new_key().value();
    const KeySlot second = vault->new_key().value();
    const Bytes sealed = vault->seal_text(first, "note", "x").value();
    EXPECT_FALSE(reads(*vault, second, sealed).has_value());
}

TEST(CaseKeys, GoOnAfterTheHighestSlotOfTheDatabase) {
    Memory memory;
    (void)memory.open()->new_key().value();
    EXPECT_EQ(memory.open(3)->new_key().value(), KeySlot(3));
    // A slot handed out to a unit that never committed is free again after a restart.
    EXPECT_EQ(memory.open(2)->new_key().value(), KeySlot(2));
}

TEST(CaseKeys, AreNotTakenByReaders) {
    Memory memory;
    (void)memory.open()->new_key().value();
    const auto reader = SodiumVault::open(memory.master, memory.medium, std::nullopt, memory.entropy);
    EXPECT_EQ((*reader)->new_key().error().code(), Errc::storage);
}

TEST(CaseKeys, AreDestroyedForGood) {
    Memory memory;
    const auto vault = memory.open();
    const KeySlot doomed = vault->new_key().value();
    const KeySlot kept = vault->new_key().value();
    const Bytes lost = vault->seal_text(doomed, "note", "x").value();
    const Bytes held = vault->seal_text(kept, "note", "y").value();

    ASSERT_TRUE(vault->destroy(doomed).has_value());
    EXPECT_EQ(reads(*vault, doomed, lost).error().code(), Errc::not_found);
    EXPECT_EQ(vault->seal(doomed, sample_report()).error().code(), Errc::not_found);
    EXPECT_EQ(reads(*vault, kept, held).value(), "y");
    EXPECT_TRUE(vault->destroy(doomed).has_value());

    const auto restarted = memory.open(3);
    EXPECT_EQ(reads(*restarted, doomed, lost).error().code(), Errc::not_found);
    EXPECT_EQ(reads(*restarted, kept, held).value(), "y");
}

TEST(CaseKeys, DestroyedOnesAreNeverHandedOutAgain) {
    Memory memory;
    const auto vault = memory.open();
    vault->new_key().value();
    ASSERT_TRUE(vault->destroy(vault->new_key().value()).has_value());
    // The database was restored from before slot 2 was used.
    EXPECT_EQ(memory.open(2)->new_key().value(), KeySlot(3));
}

TEST(CaseKeys, ThatDoNotExistAreNotFound) {
    Memory memory;
    const auto vault = memory.open();
    for (const int64_t slot : {int64_t{-1}, int64_t{0}, int64_t{1'000'000}}) {
        EXPECT_EQ(vault->open_text(KeySlot(slot), "note", {}).error().code(), Errc::not_found);
        EXPECT_EQ(vault->destroy(KeySlot(slot)).error().code(), Errc::not_found);
    }
}

TEST(CaseKeys, HalfWrittenByACrashArePassedOver) {
    Memory memory;
    (void)memory.open()->new_key().value();
    const int64_t size = memory.medium->size().value();
    // The next block reached the disk only in part: a slot of garbage and the beginning of another.
    ASSERT_TRUE(memory.medium->write(size, Bytes(100, 0xab)).has_value());
    const auto vault = memory.open(2);
    std::set<int64_t> slots;
    for (int64_t i = 0; i < 2 * kFewKeys; ++i) {
        const KeySlot slot = vault->new_key().value();
        EXPECT_TRUE(slots.insert(static_cast<int64_t>(slot)).second);
        EXPECT_TRUE(vault->seal_text(slot, "note", "x").has_value());
    }
    EXPECT_FALSE(slots.contains(kFewKeys + 1));
}

TEST(CaseKeys, RefillMakesABlockBeforeItIsNeeded) {
    Memory memory;
    const auto vault = memory.open();
    ASSERT_TRUE(vault->refill().has_value());
    const int64_t size = memory.medium->size().value();
    ASSERT_TRUE(vault->refill().has_value());
    EXPECT_EQ(memory.medium->size().value(), size) << "more than half is left";
    for (int64_t i = 0; i < kFewKeys / 2; ++i) {
        vault->new_key().value();
    }
    ASSERT_TRUE(vault->refill().has_value());
    EXPECT_GT(memory.medium->size().value(), size);
}

TEST(CaseKeys, AreHandedOutOnceToManyThreads) {
    Memory memory;
    const auto vault = memory.open();
    constexpr int kThreads = 4;
    constexpr int kEach = 50;
    std::vector<std::vector<int64_t>> taken(kThreads);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : taken) {
            threads.emplace_back([&vault, &mine] {
                for (int i = 0; i < kEach; ++i) {
                    mine.push_back(static_cast<int64_t>(vault->new_key().value()));
                    (void)vault->refill();
                }
            });
        }
    }
    std::set<int64_t> all;
    for (const auto& mine : taken) {
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST(KeyStore, RefusesAnotherMasterKey) {
    Memory memory;
    (void)memory.open();
    const MasterKey other = MasterKey::random(memory.entropy);
    const auto opened = SodiumVault::open(other, memory.medium, 1, memory.entropy);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code(), Errc::storage);
}

TEST(KeyStore, RefusesToStartAnewWhereCasesExist) {
    Memory memory;
    const auto opened = SodiumVault::open(memory.master, memory.medium, 7, memory.entropy);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code(), Errc::storage);
    EXPECT_EQ(memory.medium->size().value(), 0);
}

TEST(KeyStore, RefusesACopyOlderThanTheDatabase) {
    Memory memory;
    (void)memory.open()->new_key().value();
    EXPECT_TRUE(SodiumVault::open(memory.master, memory.medium, kFewKeys + 1, memory.entropy).has_value());
    EXPECT_FALSE(SodiumVault::open(memory.master, memory.medium, kFewKeys + 2, memory.entropy).has_value());
}

TEST(KeyStore, RefusesAFileThatIsNone) {
    Memory memory;
    ASSERT_TRUE(memory.medium->write(0, Bytes(4096, 'x')).has_value());
    EXPECT_FALSE(SodiumVault::open(memory.master, memory.medium, 1, memory.entropy).has_value());
}

TEST(KeyStore, StartsWhereACrashInterruptedItsCreation) {
    Memory memory;
    ASSERT_TRUE(memory.medium->write(0, Bytes(50)).has_value());
    EXPECT_EQ(memory.open()->new_key().value(), KeySlot(1));
}

TEST(KeyStore, TellsADamagedKeyFromADestroyedOne) {
    Memory memory;
    const auto vault = memory.open();
    const KeySlot slot = vault->new_key().value();
    ASSERT_TRUE(memory.medium->write(128 + 10, Bytes(1, 0xff)).has_value());
    EXPECT_EQ(vault->open_text(slot, "note", {}).error().code(), Errc::storage);
}

TEST(KeyFile, IsReadableByItsOwnerOnly) {
    const TemporaryFolder folder;
    const auto path = folder / "keys";
    ASSERT_TRUE(open_key_file(path, KeyFileAccess::own).has_value());
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);

    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    EXPECT_FALSE(open_key_file(path, KeyFileAccess::own).has_value());
    EXPECT_FALSE(open_key_file(path, KeyFileAccess::read).has_value());
}

TEST(KeyFile, HasOneOwnerAtATimeAndReadersBesideIt) {
    const TemporaryFolder folder;
    const auto path = folder / "keys";
    EXPECT_FALSE(open_key_file(path, KeyFileAccess::read).has_value()) << "readers do not create it";
    const auto owner = open_key_file(path, KeyFileAccess::own);
    ASSERT_TRUE(owner.has_value());
    EXPECT_FALSE(open_key_file(path, KeyFileAccess::own).has_value());
    EXPECT_TRUE(open_key_file(path, KeyFileAccess::read).has_value());
}

TEST(KeyFile, KeepsKeysAcrossOpenings) {
    const TemporaryFolder folder;
    Memory memory;
    const auto path = folder / "keys";
    KeySlot slot{};
    Bytes sealed;
    {
        const auto vault =
            SodiumVault::open(
                memory.master, open_key_file(path, KeyFileAccess::own).value(), 1, memory.entropy, kFewKeys)
                .value();
        slot = vault->new_key().value();
        sealed = vault->seal_text(slot, "note", "x").value();
    }
    const auto reader =
        SodiumVault::open(
            memory.master, open_key_file(path, KeyFileAccess::read).value(), std::nullopt, memory.entropy)
            .value();
    EXPECT_EQ(reads(*reader, slot, sealed).value(), "x");
    EXPECT_FALSE(reader->destroy(slot).has_value());
    EXPECT_EQ(reads(*reader, slot, sealed).value(), "x");
}

TEST(KeyFile, HoldsNothingOfADestroyedKey) {
    const TemporaryFolder folder;
    Memory memory;
    const auto path = folder / "keys";
    const auto vault =
        SodiumVault::open(
            memory.master, open_key_file(path, KeyFileAccess::own).value(), 1, memory.entropy, 1)
            .value();
    const KeySlot slot = vault->new_key().value();
    const std::string before = read_file(path);
    ASSERT_TRUE(vault->destroy(slot).has_value());
    const std::string after = read_file(path);
    ASSERT_EQ(after.size(), before.size());
    constexpr std::size_t kHeader = 128;
    EXPECT_EQ(after.substr(0, kHeader), before.substr(0, kHeader));
    EXPECT_EQ(after.substr(kHeader), std::string(after.size() - kHeader, '\0'));
}

TEST(KeyFile, LetsACommandDestroyKeysBesideTheServiceWhichSeesItAtOnce) {
    const TemporaryFolder folder;
    SeededEntropy entropy{5};
    const MasterKey master = MasterKey::random(entropy);
    const auto service =
        SodiumVault::open(
            master, open_key_file(folder / "keys", KeyFileAccess::own).value(), 1, entropy, kFewKeys)
            .value();
    const KeySlot kept = service->new_key().value();
    const KeySlot doomed = service->new_key().value();

    const auto command =
        SodiumVault::open(
            master, open_key_file(folder / "keys", KeyFileAccess::destroy).value(), std::nullopt, entropy)
            .value();
    ASSERT_TRUE(command->destroy(doomed));

    EXPECT_TRUE(service->destroyed(doomed).value());
    EXPECT_FALSE(service->destroyed(kept).value());
    EXPECT_EQ(service->seal_text(doomed, "note", "x").error().code(), Errc::not_found);
    EXPECT_TRUE(service->seal_text(kept, "note", "x"));
    EXPECT_EQ(service->destroyed(KeySlot(99)).error().code(), Errc::not_found);
}

TEST(KeyFile, IsNotReplacedWhileKeysAreBeingDestroyedNorTheOtherWayRound) {
    const TemporaryFolder folder;
    (void)open_key_file(folder / "keys", KeyFileAccess::own).value();
    {
        const auto destroying = open_key_file(folder / "keys", KeyFileAccess::destroy).value();
        EXPECT_FALSE(open_key_file(folder / "keys", KeyFileAccess::replace));
        EXPECT_FALSE(open_key_file(folder / "keys", KeyFileAccess::destroy));
        EXPECT_TRUE(open_key_file(folder / "keys", KeyFileAccess::read));
    }
    const auto replacing = open_key_file(folder / "keys", KeyFileAccess::replace).value();
    EXPECT_FALSE(open_key_file(folder / "keys", KeyFileAccess::destroy));
    EXPECT_FALSE(open_key_file(folder / "keys", KeyFileAccess::own));
}

}  // namespace
}  // namespace lachan::vault
