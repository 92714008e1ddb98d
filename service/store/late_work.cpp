#include "late_work.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace lachan::store {

void LateWorks::Item::run() noexcept {
    if (begun.exchange(true)) {
        return;
    }
    try {
        work.work();
    } catch (...) {
        failure = std::current_exception();
    }
    done = true;
    done.notify_all();
}

void LateWorks::Item::wait() const noexcept {
    done.wait(false);
}

void LateWorks::begin(bool shared) {
    items_.clear();
    next_ = 0;
    shared_ = shared;
}

void LateWorks::add(casework::LateWork work) {
    const auto& item = items_.emplace_back(std::make_shared<Item>(std::move(work)));
    if (helper_ && shared_) {
        boost::asio::post(*helper_, [item] { item->run(); });
    }
}

bool LateWorks::has(std::string_view name) const {
    const std::size_t hash = std::hash<std::string_view>()(name);
    return std::any_of(items_.begin() + static_cast<std::ptrdiff_t>(next_),
                       items_.end(),
                       [&](const auto& item) { return item->name_hash == hash && item->work.name == name; });
}

std::shared_ptr<const casework::LateWork> LateWorks::take() {
    if (next_ == items_.size()) {
        return nullptr;
    }
    const std::shared_ptr<Item> item = items_[next_++];
    item->run();
    item->wait();
    if (item->failure) {
        std::rethrow_exception(item->failure);
    }
    return {item, &item->work};
}

void LateWorks::abandon() noexcept {
    for (; next_ < items_.size(); ++next_) {
        Item& item = *items_[next_];
        if (item.begun.exchange(true)) {
            item.wait();
        }
    }
}

}  // namespace lachan::store
