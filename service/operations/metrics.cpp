#include "lachan/operations/metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "lachan/base/check.hpp"

namespace lachan::operations {
namespace {

constexpr std::string_view kOverflowLabel = "other";

std::string number_text(double value) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value > 0 ? "+Inf" : "-Inf";
    }
    std::array<char, 32> text{};
    const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), value);
    LACHAN_CHECK(failure == std::errc());
    return {text.data(), end};
}

std::string escaped(std::string_view text, bool with_quotes) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\\' || (with_quotes && c == '"')) {
            out += '\\';
            out += c;
        } else {
            out += c;
        }
    }
    return out;
}

/// `{a="1",b="2"}`, with `le` last where a bucket is named; nothing where there are no labels.
std::string label_text(std::span<const std::string_view> names,
                       std::span<const std::string> values,
                       std::string_view le = {}) {
    std::string inside;
    const auto add = [&inside](std::string_view name, std::string_view value) {
        inside += inside.empty() ? "" : ",";
        inside.append(name).append("=\"").append(escaped(value, true)).append("\"");
    };
    for (std::size_t i = 0; i < names.size(); ++i) {
        add(names[i], values[i]);
    }
    if (!le.empty()) {
        add("le", le);
    }
    return inside.empty() ? inside : "{" + inside + "}";
}

std::string_view type_text(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "counter";
        case MetricType::gauge:
            return "gauge";
        case MetricType::histogram:
            return "histogram";
    }
    return "untyped";
}

void write_line(std::string& out,
                std::string_view name,
                const std::string& labels,
                const std::string& value) {
    out.append(name).append(labels).append(" ").append(value).append("\n");
}

void write_histogram(std::string& out,
                     const MetricDefinition& definition,
                     std::span<const std::string> labels,
                     const Histogram& histogram) {
    const Histogram::Look look = histogram.look();
    const std::string name(definition.name);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < look.counts.size(); ++i) {
        below += look.counts[i];
        const std::string bound = i < histogram.bounds().size() ? number_text(histogram.bounds()[i]) : "+Inf";
        write_line(
            out, name + "_bucket", label_text(definition.labels, labels, bound), std::to_string(below));
    }
    write_line(out, name + "_sum", label_text(definition.labels, labels), number_text(look.sum));
    write_line(out, name + "_count", label_text(definition.labels, labels), std::to_string(below));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
    LACHAN_CHECK(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double value) noexcept {
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    const std::lock_guard lock(mutex_);
    ++counts_[static_cast<std::size_t>(bucket)];
    sum_ += value;
}

Histogram::Look Histogram::look() const {
    const std::lock_guard lock(mutex_);
    return {.counts = counts_, .sum = sum_};
}

/// One combination of label values. Only the member of the family's type is used.
struct Metrics::Series {
    explicit Series(const std::vector<double>& bounds) : histogram(bounds) {}

    Counter counter;
    Gauge gauge;
    Histogram histogram;
};

struct Metrics::Family {
    MetricDefinition definition;
    std::map<std::vector<std::string>, std::unique_ptr<Series>> series;
};

Metrics::Metrics(std::span<const MetricDefinition> definitions) {
    for (const MetricDefinition& definition : definitions) {
        families_.push_back(std::make_unique<Family>(Family{.definition = definition, .series = {}}));
        if (definition.type == MetricType::counter && definition.labels.empty()) {
            (void)counter(definition.name);
        }
    }
}

Metrics::~Metrics() = default;

Metrics::Family& Metrics::family(std::string_view name, MetricType type) {
    const auto found = std::find_if(families_.begin(), families_.end(), [name](const auto& each) {
        return each->definition.name == name;
    });
    LACHAN_CHECK(found != families_.end());
    LACHAN_CHECK((*found)->definition.type == type);
    return **found;
}

Metrics::Series& Metrics::series(Family& family, const LabelValues& labels) {
    LACHAN_CHECK(labels.size() == family.definition.labels.size());
    const std::lock_guard lock(mutex_);
    std::vector<std::string> key(labels.begin(), labels.end());
    if (!family.series.contains(key) && family.series.size() >= kMostSeries) {
        key.assign(labels.size(), std::string(kOverflowLabel));
    }
    auto& series = family.series[std::move(key)];
    if (!series) {
        series = std::make_unique<Series>(family.definition.bounds);
    }
    return *series;
}

Counter& Metrics::counter(std::string_view name, const LabelValues& labels) {
    return series(family(name, MetricType::counter), labels).counter;
}

Gauge& Metrics::gauge(std::string_view name, const LabelValues& labels) {
    return series(family(name, MetricType::gauge), labels).gauge;
}

Histogram& Metrics::histogram(std::string_view name, const LabelValues& labels) {
    return series(family(name, MetricType::histogram), labels).histogram;
}

void Metrics::set_gauges(std::string_view name, std::span<const GaugeValue> values) {
    Family& target = family(name, MetricType::gauge);
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [labels, series] : target.series) {
            const bool counted = std::any_of(values.begin(), values.end(), [&](const GaugeValue& value) {
                return value.labels == labels;
            });
            if (!counted) {
                series->gauge.set(0);
            }
        }
    }
    for (const GaugeValue& value : values) {
        series(target, LabelValues(value.labels.begin(), value.labels.end())).gauge.set(value.value);
    }
}

std::string Metrics::exposition() const {
    std::string out;
    const std::lock_guard lock(mutex_);
    for (const auto& family : families_) {
        const MetricDefinition& definition = family->definition;
        if (family->series.empty()) {
            continue;
        }
        out.append("# HELP ").append(definition.name).append(" ");
        out.append(escaped(definition.help, false)).append("\n");
        out.append("# TYPE ").append(definition.name).append(" ");
        out.append(type_text(definition.type)).append("\n");
        for (const auto& [labels, series] : family->series) {
            if (definition.type == MetricType::histogram) {
                write_histogram(out, definition, labels, series->histogram);
                continue;
            }
            const std::string value = definition.type == MetricType::counter
                                          ? std::to_string(series->counter.value())
                                          : number_text(series->gauge.value());
            write_line(out, definition.name, label_text(definition.labels, labels), value);
        }
    }
    return out;
}

}  // namespace lachan::operations
