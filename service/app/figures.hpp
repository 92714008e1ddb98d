#pragma once

#include "lachan/casework/observer.hpp"
#include "lachan/operations/metrics.hpp"

namespace lachan::app {

/// Counts what the runners do.
class RunnerFigures final : public casework::Observer {
public:
    explicit RunnerFigures(operations::Metrics& metrics)
        : metrics_(metrics),
          late_(metrics.histogram("lachan_deadline_fire_lag_seconds")),
          waited_(metrics.histogram("lachan_first_attempt_seconds")) {}

    void fired(Duration late) override;
    void tried(domain::ChannelKind kind,
               domain::AttemptOutcome outcome,
               std::optional<Duration> waited) override;
    void beat(std::string_view outcome) override;

private:
    operations::Metrics& metrics_;
    operations::Histogram& late_;
    operations::Histogram& waited_;
};

}  // namespace lachan::app
