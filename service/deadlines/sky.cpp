#include "sky.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace lachan::deadlines::sky {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr double kRadians = std::numbers::pi / 180.0;
constexpr double kEpochAsJulianDay = 2440587.5;  // 1970-01-01T00:00Z
constexpr double kVietnamDayFraction = 7.0 / 24.0;
constexpr double kCentury = 36525.0;
constexpr double kNewMoonsPerCentury = 1236.85;
constexpr double kNoonOf2000 = 2451545.0;

sys_days vietnam_day_of(double julian_day) {
    return sys_days(days(static_cast<int>(std::floor(julian_day - kEpochAsJulianDay + kVietnamDayFraction))));
}

/// One periodic term of the time of new moon: coefficient (in days) and multiples of the three arguments.
struct Term {
    double days;
    int sun;       ///< Of the sun's mean anomaly.
    int moon;      ///< Of the moon's mean anomaly.
    int latitude;  ///< Of the moon's argument of latitude.
};

constexpr auto kTerms = std::to_array<Term>({{-0.4068, 0, 1, 0},
                                             {0.0161, 0, 2, 0},
                                             {-0.0004, 0, 3, 0},
                                             {0.0021, 2, 0, 0},
                                             {0.0104, 0, 0, 2},
                                             {-0.0051, 1, 1, 0},
                                             {-0.0074, 1, -1, 0},
                                             {0.0004, 1, 0, 2},
                                             {-0.0004, -1, 0, 2},
                                             {-0.0006, 0, 1, 2},
                                             {0.0010, 0, -1, 2},
                                             {0.0005, 1, 2, 0}});

/// Terrestrial minus universal time in days: the moon keeps the first, the people the second.
double clock_correction(double t) {
    return -0.000278 + 0.000265 * t + 0.000262 * t * t;
}

/// The instant of new moon `k` as a Julian day, universal time; within a few minutes for the years in use.
double new_moon_instant(int k) {
    const double t = k / kNewMoonsPerCentury;
    const double t2 = t * t;
    const double t3 = t2 * t;
    const double sun = (359.2242 + 29.10535608 * k - 0.0000333 * t2 - 0.00000347 * t3) * kRadians;
    const double moon = (306.0253 + 385.81691806 * k + 0.0107306 * t2 + 0.00001236 * t3) * kRadians;
    const double latitude = (21.2964 + 390.67050646 * k - 0.0016528 * t2 - 0.00000239 * t3) * kRadians;
    double instant = 2415020.75933 + 29.53058868 * k + 0.0001178 * t2 - 0.000000155 * t3;
    instant += 0.00033 * std::sin((166.56 + 132.87 * t - 0.009173 * t2) * kRadians);
    instant += (0.1734 - 0.000393 * t) * std::sin(sun);
    for (const Term& term : kTerms) {
        instant += term.days * std::sin(term.sun * sun + term.moon * moon + term.latitude * latitude);
    }
    return instant - clock_correction(t);
}

/// The sun's true longitude in degrees, from 0 to 360.
double sun_longitude(double julian_day) {
    const double t = (julian_day - kNoonOf2000) / kCentury;
    const double t2 = t * t;
    const double anomaly = (357.52910 + 35999.05030 * t - 0.0001559 * t2 - 0.00000048 * t2 * t) * kRadians;
    const double mean = 280.46645 + 36000.76983 * t + 0.0003032 * t2;
    const double centre = (1.914600 - 0.004817 * t - 0.000014 * t2) * std::sin(anomaly) +
                          (0.019993 - 0.000101 * t) * std::sin(2 * anomaly) +
                          0.000290 * std::sin(3 * anomaly);
    const double longitude = std::fmod(mean + centre, 360.0);
    return longitude < 0 ? longitude + 360.0 : longitude;
}

}  // namespace

sys_days new_moon(int k) {
    return vietnam_day_of(new_moon_instant(k));
}

int sun_sector(sys_days day) {
    const double midnight =
        static_cast<double>(day.time_since_epoch().count()) + kEpochAsJulianDay - kVietnamDayFraction;
    return static_cast<int>(sun_longitude(midnight) / 30.0) % 12;
}

}  // namespace lachan::deadlines::sky
