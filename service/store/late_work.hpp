#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/casework/store.hpp"

namespace lachan::store {

/// Parts of units that need no tables: a helper does them while the writer goes on with the units that
/// follow, and what the helper has not begun when the writer comes to it the writer does itself.
class LateWorks {
public:
    /// Without a helper everything is done by the writer, in order.
    explicit LateWorks(std::optional<boost::asio::any_io_executor> helper) : helper_(std::move(helper)) {}

    /// A new transaction. `shared`: others will follow, so that it is worth waking the helper.
    void begin(bool shared);
    void add(casework::LateWork work);
    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::size_t added() const noexcept { return items_.size(); }

    /// The work that has waited longest, done; null where there is none. Rethrows what it threw.
    [[nodiscard]] std::shared_ptr<const casework::LateWork> take();
    /// Waits for what is under way, and forgets the rest. What it borrows may go then.
    void abandon() noexcept;

private:
    struct Item {
        explicit Item(casework::LateWork what)
            : work(std::move(what)), name_hash(std::hash<std::string_view>()(work.name)) {}

        /// Does the work unless somebody else does.
        void run() noexcept;
        void wait() const noexcept;

        casework::LateWork work;
        std::size_t name_hash;  ///< Names of a batch differ in their last letters only.
        std::exception_ptr failure;
        std::atomic<bool> begun = false;
        std::atomic<bool> done = false;
    };

    std::optional<boost::asio::any_io_executor> helper_;
    std::vector<std::shared_ptr<Item>> items_;
    std::size_t next_ = 0;
    bool shared_ = false;
};

}  // namespace lachan::store
