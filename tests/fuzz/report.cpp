// The JSON of a report: taken, or refused with a reason; whatever was taken keeps its bounds.
#include "fuzz.hpp"
#include "lachan/http/report_codec.hpp"

using namespace lachan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto now = from_ms(1'795'000'000'000);
    const auto report = http::decode_report(fuzz::text_of(data, size), now);
    if (!report) {
        const Error refusal = report.error();
        fuzz::expect(refusal.code() == Errc::malformed_json || refusal.code() == Errc::validation_failed,
                     "a refusal is of the content");
        fuzz::expect(!refusal.faults().empty(), "a refusal names what is wrong");
        return 0;
    }
    fuzz::expect(report->received_at <= now + std::chrono::minutes(5), "nothing is received in the future");
    fuzz::expect(report->unknown_fields.size() <= 8 * size + 64, "what is unknown grows with what was sent");
    return 0;
}
