#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data.hpp"
#include "lachan/config/config.hpp"
#include "lachan/delivery/http_client.hpp"

namespace lachan::app {

/// The newest entry of the record, signed: whoever keeps it can later prove what stood up to it.
[[nodiscard]] nlohmann::ordered_json signed_head(const config::Config& config,
                                                 const Data& data,
                                                 const store::ChainHead& head);

/// What became of a head at one anchor.
struct AnchorOutcome {
    std::string anchor;
    std::string failure;  ///< Empty: it is kept there.
};

/// Hands heads of the record to the outside parties of the configuration: appends a line to their files,
/// posts to their URLs. `config` and `data` outlive it.
class Anchors {
public:
    /// Errors: `validation_failed`, as the egress guard and the HTTP client say.
    [[nodiscard]] static Result<std::unique_ptr<Anchors>> create(boost::asio::any_io_executor executor,
                                                                 const config::Config& config,
                                                                 Data& data);

    /// Hands the present head to every anchor, whatever the others do with it. Errors: `storage` where it
    /// cannot be read.
    [[nodiscard]] boost::asio::awaitable<Result<std::vector<AnchorOutcome>>> hand_out();
    /// Whether there is an entry that some anchor has not been handed yet.
    [[nodiscard]] bool behind();

    /// For shutdown.
    void close_idle() { client_->close_idle(); }

private:
    Anchors(std::unique_ptr<delivery::HttpClient> client, const config::Config& config, Data& data)
        : client_(std::move(client)), config_(config), data_(data) {}

    [[nodiscard]] boost::asio::awaitable<std::string> post(std::string url, std::string body);

    boost::asio::thread_pool files_{1};  ///< Disks of others may hang: never on the thread that serves.
    std::unique_ptr<delivery::HttpClient> client_;
    const config::Config& config_;
    Data& data_;
    std::int64_t handed_out_ = 0;  ///< Sequence of the newest head that every anchor keeps.
};

}  // namespace lachan::app
