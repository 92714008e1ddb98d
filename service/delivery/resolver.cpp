#include "resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace lachan::delivery {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kThreads = 4;        // so many dead name servers at once before others wait
constexpr std::size_t kMostPending = 256;  // names; more than all agencies of a province have

std::vector<IpAddress> ask_system(const std::string& host) {
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    boost::system::error_code failure;
    const auto found = resolver.resolve(host, "", failure);
    std::vector<IpAddress> addresses;
    if (!failure) {
        for (const auto& entry : found) {
            addresses.push_back(entry.endpoint().address());
        }
    }
    return addresses;
}

std::vector<IpAddress> ask(const Lookup& lookup, const std::string& host) noexcept {
    try {
        return lookup(host);
    } catch (const std::exception&) {
        return {};  // no memory for a list of addresses is no address either
    }
}

}  // namespace

Lookup system_lookup() {
    return ask_system;
}

Resolver::Resolver(asio::any_io_executor executor, Lookup lookup)
    : executor_(std::move(executor)),
      lookup_(std::make_shared<const Lookup>(std::move(lookup))),
      pending_(std::make_shared<PendingMap>()),
      threads_(kThreads) {}

Resolver::~Resolver() {
    threads_.stop();  // drops what no thread has begun
    threads_.join();
}

std::shared_ptr<Resolver::Pending> Resolver::start(const std::string& host) {
    auto pending = std::make_shared<Pending>();
    pending_->emplace(host, pending);
    auto work = [host, pending, lookup = lookup_, all = pending_, executor = executor_] {
        auto settle = [host, pending, all, found = ask(*lookup, host)]() mutable {
            pending->addresses = std::move(found);
            all->erase(host);
            for (const auto& waiter : pending->waiters) {
                waiter->cancel();
            }
        };
        asio::post(executor, std::move(settle));
    };
    asio::post(threads_, std::move(work));
    return pending;
}

asio::awaitable<std::vector<IpAddress>> Resolver::resolve(std::string host,
                                                          std::chrono::steady_clock::time_point deadline) {
    std::shared_ptr<Pending> pending;
    if (const auto found = pending_->find(host); found != pending_->end()) {
        pending = found->second;
    } else if (pending_->size() < kMostPending) {
        pending = start(host);
    } else {
        co_return std::vector<IpAddress>{};
    }
    const auto waiter = std::make_shared<asio::steady_timer>(executor_, deadline);
    pending->waiters.push_back(waiter);
    boost::system::error_code woken;
    co_await waiter->async_wait(asio::redirect_error(asio::use_awaitable, woken));
    std::erase(pending->waiters, waiter);
    co_return pending->addresses;
}

}  // namespace lachan::delivery
