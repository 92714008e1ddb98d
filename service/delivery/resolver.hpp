#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lachan/delivery/http_client.hpp"

namespace lachan::delivery {

/// Resolves names without holding up the network thread, nor one endpoint for another's dead name server: a
/// few threads ask, one lookup at a time for a name, and a caller waits no longer than its own deadline.
class Resolver {
public:
    Resolver(boost::asio::any_io_executor executor, Lookup lookup);
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    /// Waits for the lookups under way.
    ~Resolver();

    /// Empty: the name has no address, the deadline passed, or too many names are being asked for.
    boost::asio::awaitable<std::vector<IpAddress>> resolve(std::string host,
                                                           std::chrono::steady_clock::time_point deadline);

private:
    struct Pending {
        std::vector<IpAddress> addresses;
        std::vector<std::shared_ptr<boost::asio::steady_timer>> waiters;
    };
    using PendingMap = std::map<std::string, std::shared_ptr<Pending>, std::less<>>;

    std::shared_ptr<Pending> start(const std::string& host);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<const Lookup> lookup_;
    std::shared_ptr<PendingMap> pending_;  ///< Touched on `executor_` only.
    boost::asio::thread_pool threads_;
};

}  // namespace lachan::delivery
