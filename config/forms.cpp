#include "config/forms.h"

#include <algorithm>
#include <charconv>

namespace aaigw::config {

namespace {

constexpr int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// Pairs of hex digits with `gap` characters between the pairs. Works in place: the text may be a key.
template <std::size_t N>
bool parse_pairs(std::string_view text, std::size_t gap,
                 std::array<std::uint8_t, N>& value) noexcept
{
    if (text.size() != N * (2 + gap) - gap)
        return false;
    for (std::size_t i = 0; i < N; ++i) {
        const int high = hex_digit(text[i * (2 + gap)]);
        const int low = hex_digit(text[i * (2 + gap) + 1]);
        if (high < 0 || low < 0)
            return false;
        value[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

constexpr bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// `0000:01:00.0`: domain, bus, device and function in lower-case hex.
bool is_pci_address(std::string_view text) noexcept
{
    constexpr std::string_view kPattern = "xxxx:xx:xx.7";
    return std::ranges::equal(text, kPattern, [](char c, char pattern) {
        if (pattern == 'x')
            return hex_digit(c) >= 0 && !(c >= 'A' && c <= 'F');
        return pattern == '7' ? c >= '0' && c <= '7' : c == pattern;
    });
}

/// `net_` and a name, and behind a comma whatever the driver takes.
bool is_virtual_device(std::string_view text) noexcept
{
    constexpr std::string_view kPrefix = "net_";
    constexpr std::size_t kLongest = 255;
    if (!text.starts_with(kPrefix) || text.size() > kLongest)
        return false;
    const std::string_view name = text.substr(0, text.find(','));
    return name.size() > kPrefix.size() &&
           std::ranges::all_of(name.substr(kPrefix.size()), is_name_character) &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace

std::string_view Flag::parse(std::string_view text, bool& value) noexcept
{
    value = text == "true";
    return value || text == "false" ? std::string_view{} : "not a word it takes";
}

std::string Number::expected() const
{
    return fmt::format("a number from {} to {}", min, max);
}

std::string_view Number::parse_number(std::string_view text, std::uint64_t& value) const noexcept
{
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    if (!hex && text.size() > 1 && text.front() == '0' && hex_digit(text[1]) >= 0)
        return "a number with a leading zero";
    if (hex)
        text.remove_prefix(2);
    const char* end = text.data() + text.size();
    const auto [stop, status] = std::from_chars(text.data(), end, value, hex ? 16 : 10);
    const bool negative = text.starts_with('-');
    if (status == std::errc::invalid_argument || (stop != end && !negative))
        return negative && !hex ? "out of range" : "not a whole number";
    return status != std::errc{} || value < min || value > max ? "out of range"
                                                               : std::string_view{};
}

std::string Name::expected()
{
    return "a name of 1 to 15 characters a-z, 0-9, _ and -";
}

std::string_view Name::parse(std::string_view text, std::string& value)
{
    if (text.empty() || text.size() > 15 || !std::ranges::all_of(text, is_name_character))
        return "not a name";
    value = text;
    return {};
}

std::string Device::expected()
{
    return "a PCI address such as 0000:01:00.0 or a virtual device such as "
           "net_af_packet0,iface=eth0";
}

std::string_view Device::parse(std::string_view text, std::string& value)
{
    if (!is_pci_address(text) && !is_virtual_device(text))
        return "not a device";
    value = text;
    return {};
}

std::string Path::expected() const
{
    return fmt::format("an absolute path of at most {} bytes", max_bytes);
}

std::string_view Path::parse(std::string_view text, std::string& value) const
{
    if (!text.starts_with('/'))
        return "not an absolute path";
    if (text.size() > max_bytes)
        return "too long";
    if (std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) < ' '; }))
        return "a path with a control character";
    value = text;
    return {};
}

std::string_view HostAddress::parse(std::string_view text, Ipv4Address& value) noexcept
{
    const auto address = ipv4_from_text(text);
    if (!address)
        return "not an IPv4 address";
    if (!is_host_address(*address))
        return "not the address of one host";
    value = *address;
    return {};
}

std::string HostNetwork::expected()
{
    return "an IPv4 address with a prefix of 8 to 31 bits, such as 192.0.2.1/24";
}

std::string_view HostNetwork::parse(std::string_view text, Ipv4Network& value) noexcept
{
    const auto network = ipv4_network_from_text(text);
    if (!network)
        return "not an IPv4 address with a prefix";
    if (network->prefix_bits < 8 || network->prefix_bits > 31)
        return "a prefix out of range";
    if (!is_host_address(network->address) || !network->has_host(network->address))
        return "not the address of one host";
    value = *network;
    return {};
}

template <std::size_t N>
std::string_view Hex<N>::parse(std::string_view text, std::array<std::uint8_t, N>& value) noexcept
{
    return parse_pairs(text, 0, value) ? std::string_view{} : "not that many hex digits";
}

template struct Hex<8>;
template struct Hex<16>;

std::string Mac::expected() const
{
    return fmt::format("{} such as 02:00:00:00:00:01",
                       kind == MacKind::unicast ? "the MAC address of one host" : "a MAC address");
}

std::string_view Mac::parse(std::string_view text, MacAddress& value) const noexcept
{
    constexpr std::size_t kPair = 3; // with the colon behind it
    bool colons = true;
    for (std::size_t at = kPair - 1; at < text.size(); at += kPair)
        colons = colons && text[at] == ':';
    MacAddress address{};
    if (!colons || !parse_pairs(text, 1, address))
        return "not a MAC address";
    const bool group = (address[0] & 1U) != 0; // IEEE 802 8.2.2: broadcast and multicast
    if (kind == MacKind::unicast && (group || address == MacAddress{}))
        return "not the address of one host";
    value = address;
    return {};
}

} // namespace aaigw::config
