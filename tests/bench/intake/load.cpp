// A load generator: keeps a number of connections busy with one request each, and says how many answers came,
// how late, and what the server spent on them. One thread, epoll, nothing on the way but a template: it
// shares the machine with what it measures, so it has to be cheap.
//
//     bench_load --port N[,N…] [--pid SERVER] --connections C --seconds S [--warmup S] [--max N] [--rate N]
//     --request FILE [--areas FILE] [--picks FILE] [--seed N]
//
// FILE holds the head and body of the request as they go over the wire, with {{id}}, {{name}}, {{phone}},
// {{area}} and {{pick}} (any line of their files) for what differs from request to request, and {{length}}
// for the body's length. Connections go to the ports in turn. With a rate, so many requests a second are due,
// evenly spaced, whether those before were answered or not, and each is as late as it is answered after it
// was due; without, each connection asks as soon as it was answered. Prints one object of JSON.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "files.hpp"
#include "process.hpp"

namespace {

using namespace lachan::bench;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadAtOnce = 64 * 1024;
constexpr int kLongestStallS = 30;  ///< Nothing at all for so long: something is broken, and the run ends.

struct Options {
    std::vector<std::uint16_t> ports;
    int pid = 0;
    int connections = 1;
    double seconds = 5;
    double warmup = 1;
    std::int64_t most = 1'000'000;
    std::string request;
    std::string areas;
    std::string picks;
    double rate = 0;  ///< 0: as fast as the connections allow.
    std::uint64_t seed = 1;
};

/// A request with holes, filled anew each time.
class Template {
public:
    Template(std::string_view text,
             std::vector<std::string> areas,
             std::vector<std::string> picks,
             std::uint64_t seed)
        : areas_(std::move(areas)), picks_(std::move(picks)), dice_(seed) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            throw std::runtime_error("the request has no empty line after its head");
        }
        head_ = split(text.substr(0, end + 4));
        body_ = split(text.substr(end + 4));
    }

    [[nodiscard]] std::string next() {
        id_ = new_id();
        std::string body;
        fill(body_, 0, body);
        std::string request;
        fill(head_, body.size(), request);
        return request + body;
    }

private:
    struct Piece {
        std::string text;
        std::string hole;  ///< What follows the text; empty: nothing.
    };

    static std::vector<Piece> split(std::string_view text) {
        std::vector<Piece> pieces;
        for (std::size_t open = text.find("{{"); open != std::string_view::npos; open = text.find("{{")) {
            const std::size_t close = text.find("}}", open);
            pieces.push_back(
                {std::string(text.substr(0, open)), std::string(text.substr(open + 2, close - open - 2))});
            text.remove_prefix(close + 2);
        }
        pieces.push_back({std::string(text), ""});
        return pieces;
    }

    void fill(const std::vector<Piece>& pieces, std::size_t length, std::string& out) {
        for (const Piece& piece : pieces) {
            out += piece.text;
            if (piece.hole == "id") {
                out += id_;
            } else if (piece.hole == "length") {
                out += std::to_string(length);
            } else if (piece.hole == "area") {
                out += areas_.at(dice_() % areas_.size());
            } else if (piece.hole == "pick") {
                out += picks_.at(dice_() % picks_.size());
            } else if (piece.hole == "phone") {
                out += "09" + digits(8);
            } else if (piece.hole == "name") {
                out += letters(5) + ' ' + letters(4) + ' ' + letters(6);
            } else if (!piece.hole.empty()) {
                throw std::runtime_error("unknown hole in the request: " + piece.hole);
            }
        }
    }

    [[nodiscard]] std::string digits(int count) {
        std::string text;
        for (int i = 0; i < count; ++i) {
            text += static_cast<char>('0' + dice_() % 10);
        }
        return text;
    }

    [[nodiscard]] std::string letters(int count) {
        std::string text(1, static_cast<char>('A' + dice_() % 26));
        for (int i = 1; i < count; ++i) {
            text += static_cast<char>('a' + dice_() % 26);
        }
        return text;
    }

    /// UUIDs of version 7 begin with the time, as most senders' do; so they land side by side in an index.
    [[nodiscard]] std::string new_id() {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto ms =
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
        std::array<char, 37> text{};
        std::snprintf(text.data(),
                      text.size(),
                      "%08x-%04x-7%03x-8%03x-%012llx",
                      static_cast<unsigned>(ms >> 16),
                      static_cast<unsigned>(ms & 0xffff),
                      static_cast<unsigned>(dice_() & 0xfff),
                      static_cast<unsigned>(dice_() & 0xfff),
                      static_cast<unsigned long long>(dice_() & 0xffffffffffff));
        return text.data();
    }

    std::vector<Piece> head_;
    std::vector<Piece> body_;
    std::vector<std::string> areas_;
    std::vector<std::string> picks_;
    std::mt19937_64 dice_;
    std::string id_;
};

struct Answer {
    int status = 0;
    std::size_t size = 0;  ///< Of head and body; 0: not all is there yet.
};

/// Reads as much of HTTP as servers under measurement speak: a status, and a Content-Length.
Answer parse(std::string_view bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        return {};
    }
    Answer answer;
    std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
    std::string head(bytes.substr(0, end + 2));
    std::ranges::transform(
        head, head.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    std::size_t length = 0;
    if (const std::size_t at = head.find("\r\ncontent-length: "); at != std::string::npos) {
        std::from_chars(head.data() + at + 18, head.data() + head.size(), length);
    }
    if (bytes.size() >= end + 4 + length) {
        answer.size = end + 4 + length;
    }
    return answer;
}

struct Connection {
    int socket = -1;
    std::string out;
    std::string in;
    Clock::time_point asked;
};

int connect_to(std::uint16_t port) {
    const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (handle < 0 || ::connect(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect to the server");
    }
    const int on = 1;
    ::setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return handle;
}

class Run {
public:
    Run(const Options& options, Template requests) : options_(options), requests_(std::move(requests)) {
        poll_ = ::epoll_create1(0);
        connections_.resize(static_cast<std::size_t>(options.connections));
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() {
        for (const Connection& connection : connections_) {
            ::close(connection.socket);
        }
        ::close(poll_);
    }

    void go() {
        const auto begun = Clock::now();
        next_due_ = begun;
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            connections_[i].socket = connect_to(options_.ports.at(i % options_.ports.size()));
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].socket, &event);
            give(connections_[i]);
        }
        measured_from_ = begun + seconds(options_.warmup);
        until_ = measured_from_ + seconds(options_.seconds);
        while (Clock::now() < until_ && sent_ < options_.most) {
            turn();
        }
        finish();
    }

    void print() const {
        std::vector<double> sorted = latencies_;
        std::ranges::sort(sorted);
        const auto at = [&](double share) {
            return sorted.empty()
                       ? 0.0
                       : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
        };
        const auto count = static_cast<double>(sorted.size());
        std::printf(
            "{\"requests\":%zu,\"seconds\":%.3f,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_"
            "ms\":%.3f,"
            "\"max_ms\":%.3f,\"cpu_us\":%.1f,\"client_cpu_us\":%.1f,\"rss_kib\":%lld,\"peak_rss_kib\":%lld,"
            "\"answer_bytes\":%zu,\"statuses\":{",
            sorted.size(),
            took_s_,
            took_s_ > 0 ? count / took_s_ : 0,
            at(0.5),
            at(0.9),
            at(0.99),
            at(1),
            count > 0 ? server_cpu_us_ / count : 0,
            count > 0 ? client_cpu_us_ / count : 0,
            static_cast<long long>(memory_.now_kib),
            static_cast<long long>(memory_.peak_kib),
            answer_bytes_);
        const char* comma = "";
        for (const auto& [status, times] : statuses_) {
            std::printf("%s\"%d\":%lld", comma, status, static_cast<long long>(times));
            comma = ",";
        }
        std::printf("}}\n");
    }

private:
    static Clock::duration seconds(double count) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
    }

    /// A connection is free: it asks now, or waits for a request to be due.
    void give(Connection& connection) {
        if (options_.rate <= 0) {
            ask(connection, Clock::now());
        } else {
            free_.push_back(&connection);
        }
    }

    /// Sends what is due as far as there are connections; says how many ms there are until the next is.
    int send_due() {
        const auto now = Clock::now();
        while (!free_.empty() && next_due_ <= now && sent_ < options_.most) {
            Connection& connection = *free_.back();
            free_.pop_back();
            ask(connection, next_due_);
            next_due_ += seconds(1 / options_.rate);
        }
        if (free_.empty()) {
            return kLongestStallS * 1000;  // an answer comes first
        }
        // Rounded up: whoever looks again at once would take a core from the server.
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_due_ - now).count();
        return static_cast<int>(std::max<std::int64_t>(0, wait));
    }

    void ask(Connection& connection, Clock::time_point due) {
        connection.out = requests_.next();
        connection.asked = due;
        ++sent_;
        const auto written =
            ::send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
        if (written != static_cast<ssize_t>(connection.out.size())) {
            throw std::runtime_error(
                "a request could not be sent whole");  // a few KiB always fit into a socket
        }
    }

    void turn() {
        std::array<epoll_event, 256> events{};
        const int wait = options_.rate > 0 ? send_due() : kLongestStallS * 1000;
        const int ready = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), wait);
        if (ready < 0 || (ready == 0 && wait >= kLongestStallS * 1000)) {
            throw std::runtime_error("the server says nothing any more");
        }
        for (int i = 0; i < ready; ++i) {
            hear(connections_[events[static_cast<std::size_t>(i)].data.u64]);
        }
    }

    void hear(Connection& connection) {
        const auto got = ::recv(connection.socket, buffer_.data(), buffer_.size(), 0);
        if (got <= 0) {
            throw std::runtime_error("the server closed a connection");
        }
        connection.in.append(buffer_.data(), static_cast<std::size_t>(got));
        const Answer answer = parse(connection.in);
        if (answer.size == 0) {
            return;
        }
        connection.in.erase(0, answer.size);
        count(connection, answer);
        give(connection);
    }

    void count(const Connection& connection, const Answer& answer) {
        const auto now = Clock::now();
        if (now < measured_from_) {
            return;
        }
        if (!measuring_) {
            measuring_ = true;
            counted_from_ = now;
            server_before_us_ = options_.pid > 0 ? cpu_us_of(options_.pid) : 0;
            client_before_us_ = own_cpu_us();
            return;
        }
        last_ = now;
        ++statuses_[answer.status];
        answer_bytes_ = answer.size;
        latencies_.push_back(std::chrono::duration<double, std::milli>(now - connection.asked).count());
    }

    void finish() {
        took_s_ = std::chrono::duration<double>(last_ - counted_from_).count();
        client_cpu_us_ = own_cpu_us() - client_before_us_;
        if (options_.pid > 0) {
            server_cpu_us_ = cpu_us_of(options_.pid) - server_before_us_;
            memory_ = memory_of(options_.pid);
        }
    }

    const Options& options_;
    Template requests_;
    std::vector<Connection> connections_;
    std::vector<char> buffer_ = std::vector<char>(kReadAtOnce);
    int poll_ = -1;
    std::vector<Connection*> free_;  ///< With a rate: those that wait for a request to be due.
    Clock::time_point next_due_;
    std::int64_t sent_ = 0;
    bool measuring_ = false;
    Clock::time_point measured_from_, until_, counted_from_, last_;
    double server_before_us_ = 0, client_before_us_ = 0, server_cpu_us_ = 0, client_cpu_us_ = 0, took_s_ = 0;
    Memory memory_;
    std::vector<double> latencies_;
    std::map<int, std::int64_t> statuses_;
    std::size_t answer_bytes_ = 0;
};

Options parse_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const char* const value = argv[i + 1];
        if (name == "--port") {
            std::istringstream ports(value);
            for (std::string port; std::getline(ports, port, ',');) {
                options.ports.push_back(static_cast<std::uint16_t>(std::stoi(port)));
            }
        } else if (name == "--pid") {
            options.pid = std::atoi(value);
        } else if (name == "--connections") {
            options.connections = std::atoi(value);
        } else if (name == "--seconds") {
            options.seconds = std::atof(value);
        } else if (name == "--warmup") {
            options.warmup = std::atof(value);
        } else if (name == "--max") {
            options.most = std::atoll(value);
        } else if (name == "--request") {
            options.request = value;
        } else if (name == "--areas") {
            options.areas = value;
        } else if (name == "--picks") {
            options.picks = value;
        } else if (name == "--rate") {
            options.rate = std::atof(value);
        } else if (name == "--seed") {
            options.seed = static_cast<std::uint64_t>(std::atoll(value));
        } else {
            throw std::runtime_error("unknown option " + std::string(name));
        }
    }
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const Options options = parse_options(argc, argv);
        const auto lines = [](const std::string& file) {
            return file.empty() ? std::vector<std::string>{} : lines_of(file);
        };
        Run run(
            options,
            Template(content_of(options.request), lines(options.areas), lines(options.picks), options.seed));
        run.go();
        run.print();
        return 0;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench_load: %s\n", failure.what());
        return 3;
    }
}
