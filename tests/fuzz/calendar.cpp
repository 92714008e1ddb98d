// The working calendar: refused, or one that answers for any day.
#include "lachan/deadlines/calendar.hpp"

#include "fuzz.hpp"

using namespace lachan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto calendar = deadlines::Calendar::parse(fuzz::text_of(data, size));
    if (!calendar) {
        fuzz::expect(!calendar.error().faults().empty(), "a refusal names what is wrong");
        return 0;
    }
    using namespace std::chrono;
    for (sys_days day = sys_days(year(2025) / 12 / 1); day < sys_days(year(2026) / 3 / 1); day += days(1)) {
        static_cast<void>(calendar->is_working_day(year_month_day(day)));
    }
    return 0;
}
