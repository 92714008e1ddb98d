#pragma once

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the benchmarks share: the figures as JSON, and whether each target is met. The same words as
/// `figures.py`, which adds machine, versions, commit and command.
namespace lachan::bench {

class Options {
public:
    Options(int argc, char** argv) : words_(argv + 1, argv + argc) {}

    [[nodiscard]] bool has(std::string_view flag) const {
        return std::find(words_.begin(), words_.end(), flag) != words_.end();
    }
    /// What follows `name`; `otherwise` where it is not given.
    [[nodiscard]] std::string after(std::string_view name, std::string_view otherwise = "") const {
        const auto at = std::find(words_.begin(), words_.end(), name);
        return std::string(at == words_.end() || at + 1 == words_.end() ? otherwise : *(at + 1));
    }

private:
    std::vector<std::string_view> words_;
};

class Results {
public:
    void put(std::string_view name, nlohmann::ordered_json value) { all_[name] = std::move(value); }

    void at_least(double bound, double value, std::string_view what) {
        judge(">=", bound, value, value >= bound, what);
    }
    void at_most(double bound, double value, std::string_view what) {
        judge("<=", bound, value, value <= bound, what);
    }

    /// Throws where the file cannot be written; does nothing where none is asked for.
    void write(const std::string& path) {
        if (path.empty()) {
            return;
        }
        all_["targets"] = targets_;
        std::ofstream file(path);
        file << all_.dump(1) << '\n';
        if (!file.flush()) {
            throw std::runtime_error("cannot write " + path);
        }
    }

private:
    void judge(std::string_view sign, double bound, double value, bool met, std::string_view what) {
        char target[64];
        std::snprintf(target, sizeof target, "%s %g", std::string(sign).c_str(), bound);
        std::printf(
            "target %s %s: %.3g, %s\n", target, met ? "met" : "MISSED", value, std::string(what).c_str());
        targets_.push_back({{"what", what}, {"target", target}, {"value", value}, {"met", met}});
    }

    nlohmann::ordered_json all_ = nlohmann::ordered_json::object();
    nlohmann::ordered_json targets_ = nlohmann::ordered_json::array();
};

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace lachan::bench
