#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "lachan/simulation/sim_world.hpp"

/// What planted bugs are made of.
namespace lachan::simulation::planted {

using casework::Tx;
using casework::View;

/// A store of which a test changes what units of work and readings see.
class Tampered : public casework::Store {
public:
    Tampered(SimWorld& world, casework::Store& real) : world_(world), real_(real) {}

    boost::asio::awaitable<Result<void>> commit(casework::WriteOp op, casework::Lane lane) override {
        casework::WriteOp tampered = [&](Tx& tx) -> Result<void> { return unit(tx, op); };
        Result<void> done = co_await real_.commit(std::move(tampered), lane);
        after_commit();
        co_return done;
    }

    boost::asio::awaitable<Result<void>> read(casework::ReadOp op) override {
        casework::ReadOp tampered = [&](const View& view) -> Result<void> { return reading(view, op); };
        Result<void> done = co_await real_.read(std::move(tampered));
        co_return done;
    }

    [[nodiscard]] Instant record_time() const override { return real_.record_time(); }

protected:
    virtual Result<void> unit(Tx& tx, const casework::WriteOp& op) { return op(tx); }
    virtual Result<void> reading(const View& view, const casework::ReadOp& op) { return op(view); }
    virtual void after_commit() {}

    SimWorld& world_;

    casework::Store& real_;
};

template <class Store>
Decorations with_store() {
    Decorations decorations;
    decorations.store = [](SimWorld& world, casework::Store& real) {
        return std::make_unique<Store>(world, real);
    };
    return decorations;
}

inline std::string_view value_of(const domain::Event& event, std::string_view key) {
    const auto found = std::find_if(
        event.data.begin(), event.data.end(), [&](const auto& entry) { return entry.first == key; });
    return found == event.data.end() ? std::string_view() : std::string_view(found->second);
}

/// What a unit of work has put into the record.
inline std::vector<domain::Event> recorded(const Tx& tx, std::int64_t before) {
    return tx.events.since(before, std::numeric_limits<int>::max());
}

}  // namespace lachan::simulation::planted
