// Two parsers stand behind one function, a fast one and one that can say what is wrong: to a third they must
// look like one.
#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "json_text.hpp"
#include "json_writer.hpp"

using namespace lachan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto ours = http::parse_json(text);
    const auto theirs = nlohmann::json::parse(text, nullptr, false);
    if (text.find('\0') != std::string_view::npos) {
        fuzz::expect(!ours, "a zero byte ends nothing");
    } else if (theirs.is_discarded()) {
        fuzz::expect(!ours, "what is no JSON is refused");
    } else if (ours) {
        fuzz::expect(*ours == theirs, "both read the same");
        fuzz::expect(ours->dump() == theirs.dump(), "and would write the same");
    } else {
        const Error refusal = ours.error();
        const bool stricter = !refusal.faults().empty() && refusal.faults().front().code != "syntax";
        fuzz::expect(stricter, "JSON is refused only for what is named");
    }

    http::JsonWriter writer;
    writer.value(text);
    fuzz::expect(nlohmann::json::accept(writer.take()), "whatever is written is JSON");
    return 0;
}
