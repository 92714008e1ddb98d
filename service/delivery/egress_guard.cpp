#include "lachan/delivery/egress_guard.hpp"

#include <algorithm>
#include <boost/system/error_code.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <utility>

#include "lachan/base/number.hpp"

namespace lachan::delivery {
namespace {

constexpr std::size_t kLongestUrl = 2048;  // what every server and proxy takes
constexpr std::size_t kLongestName = 253;  // of a domain name
constexpr unsigned kFirstHighPort = 1024;  // below live other services: mail, shells, name servers
constexpr unsigned kMappedPrefix = 96;     // bits before an IPv4 address in ::ffff:0:0/96

using Bytes16 = std::array<std::uint8_t, 16>;

Bytes16 to_bytes16(const IpAddress& address) noexcept {
    if (address.is_v6()) {
        return address.to_v6().to_bytes();
    }
    Bytes16 result{};
    result[10] = result[11] = 0xff;
    std::ranges::copy(address.to_v4().to_bytes(), result.begin() + kMappedPrefix / 8);
    return result;
}

bool same_prefix(const Bytes16& one, const Bytes16& other, unsigned bits) noexcept {
    const unsigned whole = bits / 8;
    if (!std::equal(one.begin(), one.begin() + whole, other.begin())) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || ((one[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

bool no_bits_after(const Bytes16& bytes, unsigned bits) noexcept {
    for (unsigned i = bits; i < 128; ++i) {
        if ((bytes[i / 8] >> (7 - i % 8) & 1) != 0) {
            return false;
        }
    }
    return true;
}

Error url_refused(std::string code, std::string detail) {
    std::string summary = "endpoint URL refused: " + detail;
    return {Errc::validation_failed, std::move(summary), {{"/url", std::move(code), std::move(detail)}}};
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Letters, digits, hyphens and dots, and no label that a resolver would take for a number: "2130706433" and
/// "0x7f.1" are 127.0.0.1 to some of them.
bool is_domain_name(std::string_view host) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.'; };
    if (host.empty() || host.size() > kLongestName || !std::ranges::all_of(host, allowed)) {
        return false;
    }
    if (host.front() == '.' || host.back() == '.' || host.find("..") != std::string_view::npos) {
        return false;
    }
    const auto last = host.substr(host.rfind('.') + 1);  // npos + 1 is 0: the only label
    return !is_digit(last.front());
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

/// Fills host and literal; false where the host is neither a name nor an address.
bool read_host(const boost::urls::url_view& view, EndpointUrl& result) {
    result.host = lower_case(view.host_address());
    boost::system::error_code failure;
    switch (view.host_type()) {
        case boost::urls::host_type::ipv4:
        case boost::urls::host_type::ipv6:
            result.literal = boost::asio::ip::make_address(result.host, failure);
            return !failure && !(result.literal->is_v6() && result.literal->to_v6().scope_id() != 0);
        case boost::urls::host_type::name:
            return is_domain_name(result.host);
        default:
            return false;
    }
}

}  // namespace

Result<Cidr> Cidr::parse(std::string_view text) {
    const Error refusal(Errc::validation_failed, "not a block of addresses such as 10.20.0.0/16");
    const std::size_t slash = text.find('/');
    boost::system::error_code failure;
    const auto address = boost::asio::ip::make_address(std::string(text.substr(0, slash)), failure);
    if (failure || (address.is_v6() && address.to_v6().scope_id() != 0)) {
        return refusal;
    }
    const unsigned offset = address.is_v4() ? kMappedPrefix : 0;
    Cidr result;
    result.prefix_ = to_bytes16(address);
    if (slash == std::string_view::npos) {
        return result;
    }
    const std::string_view length = text.substr(slash + 1);
    const auto bits = parse_whole<unsigned>(length);
    if (!bits || *bits > 128 - offset) {
        return refusal;
    }
    result.bits_ = *bits + offset;
    if (!no_bits_after(result.prefix_, result.bits_)) {
        return refusal;
    }
    return result;
}

bool Cidr::contains(const IpAddress& address) const noexcept {
    return same_prefix(prefix_, to_bytes16(address), bits_);
}

std::string EndpointUrl::origin() const {
    const std::string name = literal && literal->is_v6() ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://") + name + ":" + std::to_string(port);
}

std::string EndpointUrl::authority() const {
    const std::string name = literal && literal->is_v6() ? "[" + host + "]" : host;
    return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

Result<EndpointUrl> parse_endpoint_url(std::string_view url) {
    if (url.size() > kLongestUrl) {
        return url_refused("too_long", "at most 2048 characters");
    }
    const auto view = boost::urls::parse_uri(boost::urls::string_view(url.data(), url.size()));
    if (!view) {
        return url_refused("format", "not an absolute URL");
    }
    EndpointUrl result;
    result.tls = view->scheme_id() == boost::urls::scheme::https;
    if (!result.tls && view->scheme_id() != boost::urls::scheme::http) {
        return url_refused("scheme", "https is wanted");
    }
    if (view->has_userinfo()) {
        return url_refused("userinfo", "no user or password may stand in a URL");
    }
    if (view->has_fragment()) {
        return url_refused("fragment", "a fragment never reaches a server");
    }
    if (!read_host(*view, result)) {
        return url_refused("host", "a domain name or a plain address is wanted");
    }
    result.port = result.tls ? 443 : 80;
    if (view->has_port() && !view->port().empty()) {
        result.port = view->port_number();
    }
    if (result.port < kFirstHighPort && result.port != 80 && result.port != 443) {
        return url_refused("port", "80, 443 or a port from 1024 on is wanted");
    }
    const std::string path(view->encoded_path());
    result.target = path.empty() ? "/" : path;
    if (view->has_query()) {
        result.target.append("?").append(std::string(view->encoded_query()));
    }
    return result;
}

EgressGuard::EgressGuard(std::vector<Cidr> allowed) : allowed_(std::move(allowed)) {}

Result<EgressGuard> EgressGuard::parse(const std::vector<std::string>& allow_cidrs) {
    std::vector<Cidr> allowed;
    std::vector<Fault> faults;
    for (std::size_t i = 0; i < allow_cidrs.size(); ++i) {
        const auto block = Cidr::parse(allow_cidrs[i]);
        if (block) {
            allowed.push_back(*block);
        } else {
            faults.push_back({"/" + std::to_string(i), "format", block.error().detail()});
        }
    }
    if (!faults.empty()) {
        return Error(Errc::validation_failed, "egress.allow_cidrs holds what is no block", std::move(faults));
    }
    return EgressGuard(std::move(allowed));
}

bool EgressGuard::permitted(const IpAddress& address) const noexcept {
    return std::ranges::any_of(allowed_, [&](const Cidr& block) { return block.contains(address); });
}

bool EgressGuard::allows(const IpAddress& address, bool tls) const noexcept {
    const AddressClass kind = classify(address);
    // No permit makes these a place: one block too wide must not open this host by the back door.
    if (kind == AddressClass::unspecified || kind == AddressClass::multicast) {
        return false;
    }
    return permitted(address) || (tls && kind == AddressClass::global);
}

Result<void> validate_endpoint_url(std::string_view url, const EgressGuard& guard) {
    const auto parsed = parse_endpoint_url(url);
    if (!parsed) {
        return parsed.error();
    }
    if (parsed->literal && !guard.allows(*parsed->literal, parsed->tls)) {
        return url_refused("egress_denied", "this address may not be called");
    }
    if (!parsed->tls && !guard.allows_anything_plain()) {
        return url_refused("scheme", "https is wanted");
    }
    return {};
}

}  // namespace lachan::delivery
