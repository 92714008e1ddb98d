// An HTTP message as it comes over the wire: what becomes of it does not depend on how it was cut into
// pieces. Only when: of a head that comes in pieces the parser looks at the first line again at the end of
// the head, so a broken one may be refused later than where all of it came at once.
#include <optional>
#include <string>

#include "fuzz.hpp"
#include "message_reader.hpp"

using namespace lachan;
using http::MessageReader;

namespace {

constexpr std::size_t kHeaderLimit = 4096;
constexpr std::size_t kBodyLimit = 4096;

struct Outcome {
    MessageReader::Progress progress = MessageReader::Progress::needs_more;
    bool head_done = false;
    bool understood = false;
    std::string path;
    std::string body;
    std::size_t headers = 0;
    bool keep_alive = false;

    bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view wire, std::size_t piece) {
    MessageReader reader(kHeaderLimit, kBodyLimit);
    std::string inbox;
    Outcome outcome;
    while (outcome.progress == MessageReader::Progress::needs_more && !wire.empty()) {
        const std::size_t count = std::min(piece, wire.size());
        inbox += wire.substr(0, count);
        wire.remove_prefix(count);
        const auto step = reader.feed(inbox);
        fuzz::expect(step.used <= inbox.size(), "no more is used than there is");
        inbox.erase(0, step.used);
        outcome.progress = step.progress;
    }
    outcome.head_done = reader.head_done();
    http::Request request;
    outcome.understood = reader.take(request).has_value();
    if (outcome.progress == MessageReader::Progress::complete) {
        outcome.path = request.path;
        outcome.body = request.body;
        outcome.keep_alive = reader.framing().keep_alive;
        for ([[maybe_unused]] const auto& header : request.headers) {
            ++outcome.headers;
        }
        fuzz::expect(request.body.size() <= kBodyLimit, "a body keeps its limit");
    }
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const auto wire = fuzz::text_of(data + 1, size - 1);
    const Outcome whole = read(wire, wire.size());
    const Outcome pieces = read(wire, std::size_t{data[0]} + 1);
    const bool not_yet_refused = whole.progress == MessageReader::Progress::refused && !whole.head_done &&
                                 pieces.progress == MessageReader::Progress::needs_more && !pieces.head_done;
    fuzz::expect(not_yet_refused || pieces == whole, "pieces make no difference");
    return 0;
}
