#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <sstream>
#include <string>

#include "files.hpp"

/// What a process has used so far, as Linux tells it.
namespace lachan::bench {

/// User and system time of all threads, in microseconds (the kernel counts in hundredths of a second).
inline double cpu_us_of(int pid) {
    const std::string text = content_of("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) {
        fields >> skipped;
    }
    std::int64_t user = 0;
    std::int64_t system = 0;
    fields >> user >> system;
    return static_cast<double>(user + system) * 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

inline double own_cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

struct Memory {
    std::int64_t now_kib = 0;
    std::int64_t peak_kib = 0;
};

inline Memory memory_of(int pid) {
    std::istringstream lines(content_of("/proc/" + std::to_string(pid) + "/status"));
    Memory memory;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("VmRSS:")) {
            memory.now_kib = std::stoll(line.substr(6));
        } else if (line.starts_with("VmHWM:")) {
            memory.peak_kib = std::stoll(line.substr(6));
        }
    }
    return memory;
}

}  // namespace lachan::bench
