// A rule pack: refused with the place of each fault, or one that can decide anything it declares.
#include "lachan/policy/pack.hpp"

#include "fuzz.hpp"
#include "lachan/domain/report.hpp"
#include "lachan/policy/facts.hpp"
#include "lachan/policy/lint.hpp"

using namespace lachan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto pack = policy::Pack::parse(fuzz::text_of(data, size));
    if (!pack) {
        fuzz::expect(!pack.error().faults().empty(), "a refusal names what is wrong");
        return 0;
    }
    const auto facts =
        policy::facts_of(*pack, domain::Report{}, {domain::Answer::unknown, domain::Answer::unknown, false});
    static_cast<void>(pack->decide(facts));
    const auto again = policy::parse_facts(*pack, policy::to_text(*pack, facts));
    fuzz::expect(again.has_value() && *again == facts, "facts can be kept and read again");
    return 0;
}
