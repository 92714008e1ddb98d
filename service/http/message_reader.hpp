#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "lachan/base/error.hpp"
#include "lachan/http/message.hpp"
#include "wire.hpp"

namespace lachan::http {

/// Reads one HTTP message from bytes as they come. Limits hold for the message as a whole, and what two
/// readers could understand differently is refused.
class MessageReader {
public:
    MessageReader(std::size_t header_limit, std::size_t body_limit);
    MessageReader(const MessageReader&) = delete;
    MessageReader& operator=(const MessageReader&) = delete;
    ~MessageReader();

    enum class Progress : std::uint8_t { needs_more, complete, refused };
    struct Step {
        Progress progress = Progress::needs_more;
        std::size_t used = 0;  ///< Bytes that are not wanted back. Bytes after the message are left.
    };
    /// Goes as far as the bytes allow. Bytes it did not use have to come again, with more after them.
    [[nodiscard]] Step feed(std::string_view bytes);

    [[nodiscard]] bool begun() const noexcept { return begun_; }
    [[nodiscard]] bool head_done() const noexcept { return head_done_; }
    /// The caller waits for a word before it sends its body. After the head.
    [[nodiscard]] bool wants_continue() const noexcept { return wants_continue_; }
    /// How the reply has to be framed, as far as that is known.
    [[nodiscard]] const Framing& framing() const noexcept { return framing_; }
    /// Why it was refused.
    [[nodiscard]] const Error& refusal() const noexcept { return refusal_; }

    /// Puts what was read into the request: of a refused message its method and headers, if it came that far.
    /// Errors: `malformed_request` where the target of a complete message cannot be understood.
    [[nodiscard]] Result<void> take(Request& request);

private:
    struct Inside;

    Step refuse(Error error, std::size_t used);
    [[nodiscard]] Result<void> read_head();

    std::unique_ptr<Inside> inside_;
    Headers headers_;
    Framing framing_;
    Error refusal_;
    bool begun_ = false;
    bool head_done_ = false;
    bool complete_ = false;
    bool wants_continue_ = false;
};

}  // namespace lachan::http
