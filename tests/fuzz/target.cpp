// A request target: what is understood can be written again and is understood the same.
#include "lachan/http/target.hpp"

#include "fuzz.hpp"

using namespace lachan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto target = http::parse_target(text);
    if (target) {
        fuzz::expect(http::is_clean_text(target->path), "a path is clean text");
        for (const auto& [name, value] : target->query) {
            fuzz::expect(http::is_clean_text(name) && http::is_clean_text(value), "so are parameters");
        }
    }
    const auto decoded = http::percent_decoded(http::percent_encoded(text));
    fuzz::expect(!http::is_clean_text(text) || (decoded && *decoded == text), "escaping loses nothing");
    return 0;
}
