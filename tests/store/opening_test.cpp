#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "fixture.hpp"

namespace lachan::store {
namespace {

using casework::Tx;
using casework::View;

class OpeningTest : public StoreTest {
protected:
    Result<std::unique_ptr<SqliteStore>> try_to_open() {
        return open_store(kPath, StoreOptions{clock, io.get_executor(), disk.vfs()});
    }
};

TEST_F(OpeningTest, ANewFileGetsItsTables) {
    const auto findings = store->integrity_check();
    ASSERT_TRUE(findings);
    EXPECT_TRUE(findings->empty());
}

TEST_F(OpeningTest, WhatWasKeptIsThereAgain) {
    const auto number = insert_case(a_case());
    close();
    open();
    read([&](const View& view) { EXPECT_TRUE(view.cases.find(number)); });
}

TEST_F(OpeningTest, ARecordOfANewerProgramIsRefused) {
    close();
    meddle("PRAGMA user_version = 99");

    const auto opened = try_to_open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), Errc::storage);
    EXPECT_NE(opened.error().detail().find("99"), std::string::npos) << opened.error().detail();
}

TEST_F(OpeningTest, ADatabaseOfAnotherProgramIsRefusedAndLeftAlone) {
    close();
    meddle("PRAGMA application_id = 7");

    const auto opened = try_to_open();
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().detail().find("another program"), std::string::npos) << opened.error().detail();
}

TEST_F(OpeningTest, ADamagedFileIsNoticed) {
    for (int i = 0; i < 200; ++i) {
        insert_case(a_case());
    }
    close();
    for (std::int64_t page = 8; page < 24; ++page) {
        disk.flip_bit(kPath, page * 4'096 + 3);  // the count of cells of a page
    }

    const auto opened = try_to_open();
    if (opened) {
        const auto findings = (*opened)->integrity_check();
        EXPECT_TRUE(!findings || !findings->empty());
    }
}

/// On the real file system, with the store's own thread.
class RealFileTest : public ::testing::Test {
public:
    ~RealFileTest() override { std::filesystem::remove_all(folder); }

protected:
    RealFileTest() : folder(std::filesystem::temp_directory_path() / unique_name()) {
        std::filesystem::create_directory(folder);
        path = folder / "lachan.db";
    }

    static std::string unique_name() {
        const auto* const info = ::testing::UnitTest::GetInstance()->current_test_info();
        return std::string("lachan-store-") + info->name() + "-" + std::to_string(::getpid());
    }
    std::unique_ptr<SqliteStore> open(const std::filesystem::path& file) {
        auto opened = open_store(file.string(), StoreOptions{clock, std::nullopt, {}});
        EXPECT_TRUE(opened) << opened.error().detail();
        return opened ? std::move(*opened) : nullptr;
    }
    static casework::WriteOp opens_a_case() {
        return [](Tx& tx) -> Result<void> {
            tx.events.append(an_event(tx.cases.insert(a_case(), casework::KeySlot{1})));
            return {};
        };
    }

    HandClock clock;
    std::filesystem::path folder;
    std::filesystem::path path;
};

TEST_F(RealFileTest, CallersOnAnotherThreadResumeThereAfterTheCommit) {
    const auto store = open(path);
    boost::asio::io_context io;
    constexpr int kUnits = 300;
    int settled = 0;
    bool elsewhere = false;
    const auto here = std::this_thread::get_id();
    for (int i = 0; i < kUnits; ++i) {
        boost::asio::co_spawn(io,
                              store->commit(opens_a_case(), casework::Lane::routine),
                              [&](const std::exception_ptr&, const Result<void>& outcome) {
                                  settled += outcome ? 1 : 0;
                                  elsewhere = elsewhere || std::this_thread::get_id() != here;
                              });
    }
    io.run();

    EXPECT_EQ(settled, kUnits);
    EXPECT_FALSE(elsewhere);
    EXPECT_EQ(store->figures().units, kUnits);
    const auto chain = store->verify_chain();
    ASSERT_TRUE(chain);
    EXPECT_EQ(chain->entries, kUnits);
}

// SQLite takes one lock for all threads at each allocation it counts.
TEST_F(RealFileTest, AllocationsAreNotCounted) {
    const auto store = open(path);
    EXPECT_EQ(sqlite3_memory_used(), 0);
}

// The long reading ends only after the other: if one waited for the other, neither would.
TEST_F(RealFileTest, NobodyWaitsBehindALongReading) {
    const auto store = open(path);
    ASSERT_TRUE(store->commit_now(opens_a_case()));
    boost::asio::io_context io;
    std::promise<void> read_elsewhere;
    std::vector<std::string> ended;
    const casework::ReadOp waits = [&](const View& view) -> Result<void> {
        read_elsewhere.get_future().wait();
        EXPECT_TRUE(view.cases.find(domain::CaseNo{1}));
        return Error(Errc::not_found, "told to whoever asked");
    };
    const casework::ReadOp looks = [](const View&) -> Result<void> { return {}; };
    boost::asio::co_spawn(
        io, store->read_at_length(waits), [&](const std::exception_ptr&, const Result<void>& outcome) {
            ended.emplace_back(outcome ? "long" : outcome.error().detail());
        });
    boost::asio::co_spawn(io, store->read(looks), [&](const std::exception_ptr&, const Result<void>&) {
        ended.emplace_back("short");
        read_elsewhere.set_value();
    });
    io.run();

    EXPECT_EQ(ended, (std::vector<std::string>{"short", "told to whoever asked"}));
}

TEST_F(RealFileTest, NobodyWaitsForALongReadingThatHasToEnd) {
    constexpr int kLong = 200'000;
    const auto store = open(path);
    ASSERT_TRUE(store->commit_now(opens_a_case()));
    boost::asio::io_context io;
    std::promise<void> begun;
    std::vector<Errc> ended;
    int looks = 0;
    const casework::ReadOp counts = [&](const View& view) -> Result<void> {
        begun.set_value();
        for (; looks < kLong; ++looks) {
            (void)view.counts();
        }
        return {};
    };
    const casework::ReadOp waits = [](const View&) -> Result<void> { return {}; };
    const auto note = [&](const std::exception_ptr&, const Result<void>& outcome) {
        ended.push_back(outcome ? Errc::internal : outcome.error().code());
    };
    boost::asio::co_spawn(io, store->read_at_length(counts), note);
    boost::asio::co_spawn(io, store->read_at_length(waits), note);
    io.poll();
    begun.get_future().wait();
    store->end_long_readings();
    io.run();

    EXPECT_EQ(ended, (std::vector{Errc::storage, Errc::shutting_down}));
    EXPECT_LT(looks, kLong);
}

TEST_F(RealFileTest, StoppingWaitsForWhatIsQueued) {
    const auto store = open(path);
    boost::asio::io_context io;
    bool committed = false;
    boost::asio::co_spawn(
        io,
        store->commit(opens_a_case(), casework::Lane::routine),
        [&](const std::exception_ptr&, const Result<void>& outcome) { committed = bool(outcome); });
    io.poll_one();
    store->stop();
    io.restart();
    io.run();

    EXPECT_TRUE(committed);
    EXPECT_EQ(store->commit_now(opens_a_case()).error().code(), Errc::shutting_down);
}

TEST_F(RealFileTest, ASecondProgramMayWriteToTheSameFile) {
    const auto service = open(path);
    const auto tool = open(path);
    EXPECT_TRUE(service->commit_now(opens_a_case()));
    EXPECT_TRUE(tool->commit_now(opens_a_case()));
    EXPECT_TRUE(service->commit_now(opens_a_case()));

    const auto chain = tool->verify_chain();
    ASSERT_TRUE(chain);
    EXPECT_FALSE(chain->fault);
    EXPECT_EQ(chain->entries, 3);
}

TEST_F(RealFileTest, ABackupHoldsWhatWasKeptAndCanBeOpened) {
    const auto store = open(path);
    ASSERT_TRUE(store->commit_now(opens_a_case()));
    const auto copy = folder / "copy.db";
    ASSERT_TRUE(store->backup_to(copy.string()));
    ASSERT_TRUE(store->commit_now(opens_a_case()));

    const auto restored = open(copy);
    const auto findings = restored->integrity_check();
    ASSERT_TRUE(findings);
    EXPECT_TRUE(findings->empty());
    const auto head = restored->chain_head();
    ASSERT_TRUE(head);
    EXPECT_EQ(head->sequence, 1);
    EXPECT_EQ(store->backup_to(copy.string()).error().code(), Errc::storage)
        << "an existing file is not overwritten";
}

TEST_F(RealFileTest, OnlyTheOwnerMayReadTheFiles) {
    const auto store = open(path);
    ASSERT_TRUE(store->commit_now(opens_a_case()));
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto open_to = entry.status().permissions();
        EXPECT_EQ(open_to & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
                  std::filesystem::perms::none)
            << entry.path();
    }
}

TEST_F(RealFileTest, AFileThatIsNoDatabaseIsRefused) {
    std::ofstream(path) << std::string(8'192, 'x');

    const auto opened = open_store(path.string(), StoreOptions{clock, std::nullopt, {}});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), Errc::storage);
}

TEST_F(RealFileTest, AFolderThatDoesNotExistIsRefused) {
    const auto opened =
        open_store((folder / "none" / "x.db").string(), StoreOptions{clock, std::nullopt, {}});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), Errc::storage);
}

}  // namespace
}  // namespace lachan::store
