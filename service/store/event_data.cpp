#include "event_data.hpp"

#include <charconv>
#include <cstddef>
#include <utility>

#include "lachan/casework/store.hpp"

namespace lachan::store {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void put_text(std::string& json, std::string_view text) {
    json += '"';
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (code < 0x20) {
            json += "\\u00";
            json += kHexDigits[code >> 4];
            json += kHexDigits[code & 0x0f];
        } else {
            json += c;
        }
    }
    json += '"';
}

class Reader {
public:
    explicit Reader(std::string_view json) : rest_(json) {}

    [[nodiscard]] bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char wanted) {
        if (!take(wanted)) {
            fail();
        }
    }
    [[nodiscard]] std::string text() {
        expect('"');
        std::string result;
        while (!take('"')) {
            result += take('\\') ? escaped() : any();
        }
        return result;
    }
    void expect_end() const {
        if (!rest_.empty()) {
            fail();
        }
    }

private:
    [[noreturn]] static void fail() {
        throw casework::StorageFailure("an entry of the record cannot be read");
    }

    char any() {
        if (rest_.empty()) {
            fail();
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    char escaped() {
        if (!take('u')) {
            const char c = any();
            if (c != '"' && c != '\\') {
                fail();
            }
            return c;
        }
        constexpr std::size_t kDigits = 4;
        const std::string_view digits = rest_.substr(0, kDigits);
        unsigned code = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.size() != kDigits || read.ptr != digits.data() + kDigits || code >= 0x20) {
            fail();
        }
        rest_.remove_prefix(kDigits);
        return static_cast<char>(code);
    }

    std::string_view rest_;
};

}  // namespace

std::string to_json(const domain::EventData& data) {
    std::string json = "{";
    for (const auto& [name, value] : data) {
        if (json.size() > 1) {
            json += ',';
        }
        put_text(json, name);
        json += ':';
        put_text(json, value);
    }
    json += '}';
    return json;
}

domain::EventData parse_event_data(std::string_view json) {
    Reader reader(json);
    domain::EventData data;
    reader.expect('{');
    if (!reader.take('}')) {
        do {
            std::string name = reader.text();
            reader.expect(':');
            data.emplace_back(std::move(name), reader.text());
        } while (reader.take(','));
        reader.expect('}');
    }
    reader.expect_end();
    return data;
}

}  // namespace lachan::store
