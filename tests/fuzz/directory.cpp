// The directory's documents. The first byte says which of the three is fuzzed; the others are sound.
#include "lachan/directory/directory.hpp"

#include "fuzz.hpp"

using namespace lachan;

namespace {

constexpr std::string_view kAreas = R"({"version": "1", "areas": [
    {"code": "VN", "name": "N", "level": "nation", "valid_from": "2020-01-01"},
    {"code": "12", "name": "T", "level": "province", "parent": "VN", "valid_from": "2020-01-01"},
    {"code": "00001", "name": "X", "level": "commune", "parent": "12", "valid_from": "2020-01-01"}]})";
constexpr std::string_view kRoles = R"({"version": "1", "roles": [
    {"name": "worker", "title": "W", "level": "commune", "otherwise": ["province"], "expected": true},
    {"name": "province", "title": "P", "level": "province"}]})";
constexpr std::string_view kAgencies = R"({"version": "1", "agencies": [
    {"id": "so", "name": "S", "kind": "office", "area": "12", "roles": ["province"], "valid_from": "2020-01-01",
     "contacts": [{"kind": "phone", "value": "111"}]}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) {
        return 0;
    }
    const auto text = fuzz::text_of(data + 1, size - 1);
    const int which = data[0] % 3;
    const auto directory = directory::Directory::parse(
        which == 0 ? text : kAreas, which == 1 ? text : kRoles, which == 2 ? text : kAgencies, {});
    if (!directory) {
        fuzz::expect(!directory.error().faults().empty(), "a refusal names what is wrong");
        return 0;
    }
    for (const std::int64_t ms : {1'600'000'000'000, 1'795'000'000'000, 4'000'000'000'000}) {
        static_cast<void>(directory->holders("worker", domain::AreaCode("00001"), from_ms(ms), {}));
    }
    return 0;
}
