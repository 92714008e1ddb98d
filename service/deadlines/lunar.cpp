#include "lachan/deadlines/lunar.hpp"

#include "sky.hpp"

namespace lachan::deadlines {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr double kSynodicMonth = 29.530588853;
constexpr int kSolsticeSector = 9;
constexpr int kOrdinaryMonths = 12;  // from one eleventh month to the next; thirteen in a leap year

/// The number of the last new moon on or before `day`.
int new_moon_before(sys_days day) {
    const sys_days first = sky::new_moon(0);
    int k = static_cast<int>(static_cast<double>((day - first).count()) / kSynodicMonth) + 1;
    while (sky::new_moon(k) > day) {
        --k;
    }
    return k;
}

/// The new moon that begins the eleventh month, the one with the December solstice of `y` in it.
int eleventh_month(year y) {
    const int k = new_moon_before(sys_days(y / std::chrono::December / 31));
    return sky::sun_sector(sky::new_moon(k)) >= kSolsticeSector ? k - 1 : k;
}

/// How many months after the eleventh one the leap month comes: the first in which the sun enters no new
/// sector.
int leap_offset(int eleventh) {
    int offset = 1;
    while (sky::sun_sector(sky::new_moon(eleventh + offset)) !=
           sky::sun_sector(sky::new_moon(eleventh + offset + 1))) {
        ++offset;
    }
    return offset;
}

/// First day of lunar month `month` (1 to 9) of the lunar year that begins in `y`.
sys_days first_of_month(year y, int month) {
    const int eleventh = eleventh_month(y - std::chrono::years(1));
    const bool leap_year = eleventh_month(y) - eleventh > kOrdinaryMonths;
    int offset = month + 1;
    if (leap_year && leap_offset(eleventh) <= offset) {
        ++offset;
    }
    return sky::new_moon(eleventh + offset);
}

}  // namespace

year_month_day lunar_new_year(year y) {
    return year_month_day(first_of_month(y, 1));
}

year_month_day hung_kings_day(year y) {
    return year_month_day(first_of_month(y, 3) + days(9));
}

}  // namespace lachan::deadlines
