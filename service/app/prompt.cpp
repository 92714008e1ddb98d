#include "prompt.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "files.hpp"

namespace lachan::app {
namespace {

class Terminal {
public:
    Terminal() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {}
    ~Terminal() {
        if (file_ >= 0) {
            ::close(file_);
        }
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] int file() const noexcept { return file_; }

private:
    int file_;
};

/// The terminal without its echo, until the end of the scope.
class Unseen {
public:
    explicit Unseen(int terminal) : terminal_(terminal) {
        changed_ = ::tcgetattr(terminal_, &before_) == 0;
        if (changed_) {
            termios quiet = before_;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            changed_ = ::tcsetattr(terminal_, TCSAFLUSH, &quiet) == 0;
        }
    }
    ~Unseen() {
        if (changed_) {
            ::tcsetattr(terminal_, TCSAFLUSH, &before_);
        }
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

    [[nodiscard]] bool works() const noexcept { return changed_; }

private:
    int terminal_;
    termios before_{};
    bool changed_ = false;
};

std::string first_line(std::string text) {
    text.resize(std::min(text.find_first_of("\r\n"), text.size()));
    return text;
}

std::string ask(int terminal, std::string_view question) {
    std::string answer;
    if (::write(terminal, question.data(), question.size()) < 0) {
        return answer;
    }
    char c = '\0';
    while (::read(terminal, &c, 1) == 1 && c != '\n') {
        answer += c;
    }
    static_cast<void>(::write(terminal, "\n", 1) < 0);  // what was typed showed no end of line
    return answer;
}

}  // namespace

Result<Secret<std::string>> ask_password(const std::string& file) {
    if (!file.empty()) {
        auto text = read_file(file);
        if (!text) {
            return text.error();
        }
        return Secret<std::string>(first_line(std::move(*text)));
    }
    const Terminal terminal;
    if (terminal.file() < 0) {
        return Error(Errc::validation_failed, "there is no terminal to ask on: use --password-file FILE");
    }
    const Unseen unseen(terminal.file());
    if (!unseen.works()) {
        return Error(Errc::validation_failed,
                     "the terminal cannot hide what is typed: use --password-file FILE");
    }
    const std::string password = ask(terminal.file(), "Mật khẩu / password: ");
    if (ask(terminal.file(), "Lần nữa / again: ") != password) {
        return Error(Errc::validation_failed, "the two passwords differ");
    }
    return Secret<std::string>(password);
}

}  // namespace lachan::app
