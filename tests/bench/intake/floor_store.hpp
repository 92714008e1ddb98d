#pragma once

#include <sqlite3.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "shape.hpp"

namespace lachan::bench {

/// Writes each report's rows, and nothing else: one thread, one transaction for all that wait,
/// `synchronous=FULL`.
class FloorStore {
public:
    using Done = std::function<void(bool)>;

    /// Throws where the database cannot be opened. `answers` is where `Done` is called.
    FloorStore(const std::string& path, const Shape& shape, boost::asio::io_context& answers);
    FloorStore(const FloorStore&) = delete;
    FloorStore& operator=(const FloorStore&) = delete;
    ~FloorStore();

    /// `done(true)` is called once the rows are on disk.
    void write(std::string id, std::string body, Done done);

private:
    struct Job {
        std::string id;
        std::string body;
        Done done;
    };

    void run();
    bool commit(const std::deque<Job>& batch);
    void write_rows(const Job& job);
    void bind(sqlite3_stmt* statement, int place, const Value& value, std::size_t table, const Job& job);
    void bind_chance(sqlite3_stmt* statement, int place, std::size_t bytes);
    void execute(const std::string& sql);

    const Shape& shape_;
    boost::asio::io_context& answers_;
    sqlite3* database_ = nullptr;
    std::vector<sqlite3_stmt*> statements_;
    std::vector<std::int64_t> sequences_;
    std::int64_t case_no_ = 0;
    std::int64_t now_ms_ = 0;
    std::mt19937_64 dice_{1};
    std::string chance_;
    bool complained_ = false;

    std::mutex mutex_;
    std::condition_variable work_;
    std::deque<Job> queue_;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace lachan::bench
