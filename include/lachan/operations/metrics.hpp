#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the service says about itself in numbers, in the text format of Prometheus. Every metric stands in
/// one table with its sentence and its labels, so no name is made up where it is counted. Labels hold codes
/// and agency ids, never names, case codes or free text.
namespace lachan::operations {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

/// One row of the table. Text lives as long as the program.
struct MetricDefinition {
    std::string_view name;
    MetricType type;
    std::string_view help;
    std::vector<std::string_view> labels = {};
    std::vector<double> bounds = {};  ///< Upper bounds of a histogram's buckets, rising.
};

/// The metrics of this service.
[[nodiscard]] std::span<const MetricDefinition> service_metrics();

/// Only grows. Callable from any thread.
class Counter {
public:
    void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

/// Says what is so now. Callable from any thread.
class Gauge {
public:
    void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_ = 0;
};

/// Counts how often a value fell below each bound. Callable from any thread.
class Histogram {
public:
    explicit Histogram(std::vector<double> bounds);

    void observe(double value) noexcept;

    /// One consistent look: counts of each bucket (not cumulated, the last one above every bound), and the
    /// sum.
    struct Look {
        std::vector<std::uint64_t> counts;
        double sum = 0;
    };
    [[nodiscard]] Look look() const;
    [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }

private:
    const std::vector<double> bounds_;
    mutable std::mutex mutex_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

/// Values of the labels, in the order of the definition.
using LabelValues = std::vector<std::string_view>;

/// One series of a gauge, as a query counted it.
struct GaugeValue {
    std::vector<std::string> labels;
    double value = 0;
};

/// The registry. Callable from any thread; what it returns lives as long as it, so hot paths look up once.
class Metrics {
public:
    /// More series than this under one name share one, with every label "other": a label that grows without
    /// bound must not take the memory of the service.
    static constexpr std::size_t kMostSeries = 2000;

    explicit Metrics(std::span<const MetricDefinition> definitions = service_metrics());
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics();

    /// The name stands in the table with this type and as many labels; anything else is a broken invariant.
    [[nodiscard]] Counter& counter(std::string_view name, const LabelValues& labels = {});
    [[nodiscard]] Gauge& gauge(std::string_view name, const LabelValues& labels = {});
    [[nodiscard]] Histogram& histogram(std::string_view name, const LabelValues& labels = {});

    /// Sets the gauges of this name from one look at the store; series that are not among the values become
    /// 0, so that a stage no case is in any more does not keep its old number.
    void set_gauges(std::string_view name, std::span<const GaugeValue> values);

    /// All metrics in the text format 0.0.4, in the order of the table. A counter without labels that was
    /// never touched says 0, so that its first step can be seen; any other untouched metric is left out.
    [[nodiscard]] std::string exposition() const;

private:
    struct Series;
    struct Family;

    [[nodiscard]] Family& family(std::string_view name, MetricType type);
    [[nodiscard]] Series& series(Family& family, const LabelValues& labels);

    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Family>> families_;
};

/// The media type of `exposition()`.
inline constexpr std::string_view kExpositionMediaType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace lachan::operations
