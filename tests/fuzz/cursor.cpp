// A page's cursor: only what we gave out is taken back, and only for the list it was given with.
#include "lachan/http/cursor.hpp"

#include <random>

#include "fuzz.hpp"
#include "lachan/vault/key_medium.hpp"
#include "lachan/vault/master_key.hpp"
#include "lachan/vault/sodium_vault.hpp"

using namespace lachan;

namespace {

class SeededEntropy final : public casework::Entropy {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(dice_());
        }
    }

private:
    std::mt19937_64 dice_{1};
};

casework::Vault& the_vault() {
    static SeededEntropy entropy;
    static const auto master = vault::MasterKey::random(entropy);
    static const auto made =
        vault::SodiumVault::open(master, vault::make_key_memory(), 1, entropy, 4).value();
    return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    fuzz::expect(!http::decode_cursor(the_vault(), "list", text), "nobody else makes a cursor");
    casework::PageStart start;
    start.key_ms = static_cast<std::int64_t>(size) - 7;
    start.case_no = size > 0 ? data[0] : 0;
    start.ordinal = size > 1 ? data[1] : 0;
    std::string cursor = http::encode_cursor(the_vault(), "list", start);
    const auto back = http::decode_cursor(the_vault(), "list", cursor);
    fuzz::expect(back && back->key_ms == start.key_ms && back->case_no == start.case_no &&
                     back->ordinal == start.ordinal,
                 "a cursor comes back");
    fuzz::expect(!http::decode_cursor(the_vault(), std::string("list") + std::string(text) + "x", cursor),
                 "but not for another list");
    return 0;
}
