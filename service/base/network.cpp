#include "lachan/base/network.hpp"

#include <algorithm>
#include <vector>

namespace lachan {
namespace {

constexpr std::size_t kNetworkGroups = 4;  ///< Of eight: a /64.
constexpr std::size_t kAllGroups = 8;

std::vector<std::string_view> groups_of(std::string_view part) {
    std::vector<std::string_view> groups;
    while (!part.empty()) {
        const auto end = part.find(':');
        groups.push_back(part.substr(0, end));
        part.remove_prefix(end == std::string_view::npos ? part.size() : end + 1);
    }
    return groups;
}

}  // namespace

std::string network_of(std::string_view address) {
    if (address.find(':') == std::string_view::npos) {
        return std::string(address);
    }
    if (address.find('.') != std::string_view::npos) {  // ::ffff:203.0.113.7
        return std::string(address.substr(address.rfind(':') + 1));
    }
    const auto gap = address.find("::");
    std::vector<std::string_view> groups = groups_of(address.substr(0, gap));
    if (gap != std::string_view::npos) {
        const auto behind = groups_of(address.substr(gap + 2));
        const std::size_t given = std::min(groups.size() + behind.size(), kAllGroups);
        groups.insert(groups.end(), kAllGroups - given, "0");
        groups.insert(groups.end(), behind.begin(), behind.end());
    }
    std::string network;
    for (std::size_t i = 0; i < std::min(groups.size(), kNetworkGroups); ++i) {
        network.append(groups[i]).append(":");
    }
    return network;
}

}  // namespace lachan
