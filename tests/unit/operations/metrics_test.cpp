#include "lachan/operations/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <thread>
#include <vector>

#include "lachan/base/check.hpp"

namespace lachan::operations {
namespace {

const MetricDefinition kDefinitions[] = {
    {"jobs_total", MetricType::counter, "Jobs done."},
    {"calls_total", MetricType::counter, "Calls by kind\nand \\ end.", {"kind", "result"}},
    {"depth", MetricType::gauge, "How deep.", {"queue"}},
    {"temperature", MetricType::gauge, "How warm."},
    {"wait_seconds", MetricType::histogram, "How long.", {"route"}, {0.1, 0.5, 2}},
};

TEST(Metrics, ShowACounterWithoutLabelsFromTheStart) {
    const Metrics metrics(kDefinitions);
    EXPECT_EQ(metrics.exposition(),
              "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total 0\n");
}

TEST(Metrics, CountEachCombinationOfLabels) {
    Metrics metrics(kDefinitions);
    metrics.counter("calls_total", {"a", "good"}).add();
    metrics.counter("calls_total", {"a", "good"}).add(2);
    metrics.counter("calls_total", {"a", "bad"}).add();
    const std::string text = metrics.exposition();
    EXPECT_NE(text.find("calls_total{kind=\"a\",result=\"good\"} 3\n"), std::string::npos);
    EXPECT_NE(text.find("calls_total{kind=\"a\",result=\"bad\"} 1\n"), std::string::npos);
    EXPECT_NE(text.find("# HELP calls_total Calls by kind\\nand \\\\ end.\n"), std::string::npos);
}

TEST(Metrics, EscapeWhatALabelSays) {
    Metrics metrics(kDefinitions);
    metrics.counter("calls_total", {"a\"b\\c\nd", "x"}).add();
    EXPECT_NE(metrics.exposition().find("{kind=\"a\\\"b\\\\c\\nd\",result=\"x\"} 1\n"), std::string::npos);
}

TEST(Metrics, WriteGaugesInFull) {
    Metrics metrics(kDefinitions);
    Gauge& temperature = metrics.gauge("temperature");
    const auto shown = [&](double value) {
        temperature.set(value);
        const std::string text = metrics.exposition();
        return text.substr(text.rfind("temperature ") + 12);
    };
    EXPECT_EQ(shown(-1.5), "-1.5\n");
    EXPECT_EQ(shown(1795161600.25), "1795161600.25\n");
    EXPECT_EQ(shown(std::numeric_limits<double>::infinity()), "+Inf\n");
    EXPECT_EQ(shown(std::nan("")), "NaN\n");
}

TEST(Metrics, CumulateTheBucketsOfAHistogram) {
    Metrics metrics(kDefinitions);
    Histogram& wait = metrics.histogram("wait_seconds", {"/v1/reports"});
    for (const double seconds : {0.05, 0.1, 0.25, 2.0, 7.5}) {
        wait.observe(seconds);
    }
    const std::string text = metrics.exposition();
    EXPECT_NE(text.find("# TYPE wait_seconds histogram\n"
                        "wait_seconds_bucket{route=\"/v1/reports\",le=\"0.1\"} 2\n"
                        "wait_seconds_bucket{route=\"/v1/reports\",le=\"0.5\"} 3\n"
                        "wait_seconds_bucket{route=\"/v1/reports\",le=\"2\"} 4\n"
                        "wait_seconds_bucket{route=\"/v1/reports\",le=\"+Inf\"} 5\n"
                        "wait_seconds_sum{route=\"/v1/reports\"} 9.9\n"
                        "wait_seconds_count{route=\"/v1/reports\"} 5\n"),
              std::string::npos)
        << text;
}

TEST(Metrics, SetGaugesForgetsWhatIsNoLongerThere) {
    Metrics metrics(kDefinitions);
    metrics.set_gauges("depth", std::vector<GaugeValue>{{{"a"}, 3}, {{"b"}, 4}});
    metrics.set_gauges("depth", std::vector<GaugeValue>{{{"b"}, 5}});
    EXPECT_EQ(metrics.gauge("depth", {"a"}).value(), 0);
    EXPECT_EQ(metrics.gauge("depth", {"b"}).value(), 5);
}

TEST(Metrics, RefuseWhatIsNotInTheTable) {
    Metrics metrics(kDefinitions);
    EXPECT_THROW((void)metrics.counter("made_up_total"), BrokenInvariant);
    EXPECT_THROW((void)metrics.gauge("jobs_total"), BrokenInvariant);
    EXPECT_THROW((void)metrics.counter("calls_total", {"one"}), BrokenInvariant);
}

TEST(Metrics, PutSeriesBeyondTheLimitTogether) {
    Metrics metrics(kDefinitions);
    for (std::size_t i = 0; i < Metrics::kMostSeries + 10; ++i) {
        metrics.gauge("depth", {std::to_string(i)}).set(1);
    }
    EXPECT_EQ(&metrics.gauge("depth", {"one more"}), &metrics.gauge("depth", {"and another"}));
    EXPECT_EQ(&metrics.gauge("depth", {"one more"}), &metrics.gauge("depth", {"other"}));
    EXPECT_NE(&metrics.gauge("depth", {"7"}), &metrics.gauge("depth", {"other"}));
}

TEST(Metrics, LoseNoCountBetweenThreads) {
    Metrics metrics(kDefinitions);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&metrics] {
                for (int i = 0; i < 1000; ++i) {
                    metrics.counter("calls_total", {std::to_string(i % 7), "x"}).add();
                    metrics.histogram("wait_seconds", {"r"}).observe(1);
                    if (i % 250 == 0) {
                        (void)metrics.exposition();
                    }
                }
            });
        }
    }
    std::uint64_t sum = 0;
    for (int i = 0; i < 7; ++i) {
        sum += metrics.counter("calls_total", {std::to_string(i), "x"}).value();
    }
    EXPECT_EQ(sum, 4000u);
    EXPECT_NE(metrics.exposition().find("wait_seconds_count{route=\"r\"} 4000\n"), std::string::npos);
}

TEST(ServiceMetrics, FollowTheConventionsOfTheirNames) {
    std::set<std::string_view> names;
    for (const MetricDefinition& definition : service_metrics()) {
        EXPECT_TRUE(names.insert(definition.name).second) << definition.name;
        EXPECT_EQ(definition.name.ends_with("_total"), definition.type == MetricType::counter)
            << definition.name;
        EXPECT_EQ(definition.bounds.empty(), definition.type != MetricType::histogram) << definition.name;
        EXPECT_TRUE(definition.help.ends_with('.')) << definition.name;
    }
    EXPECT_TRUE(names.contains("lachan_open_without_next_action"));
}

}  // namespace
}  // namespace lachan::operations
