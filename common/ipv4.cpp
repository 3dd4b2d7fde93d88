#include "common/ipv4.h"

#include <fmt/format.h>

#include <charconv>

namespace aaigw {

namespace {

/// The decimal number that `text` is, without sign or leading zeros.
std::optional<std::uint32_t> decimal(std::string_view text, std::uint32_t max) noexcept
{
    std::uint32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, status] = std::from_chars(text.data(), end, value);
    const bool leading_zero = text.size() > 1 && text.front() == '0';
    if (status != std::errc{} || stop != end || leading_zero || value > max)
        return std::nullopt;
    return value;
}

} // namespace

std::optional<Ipv4Address> ipv4_from_text(std::string_view text) noexcept
{
    Ipv4Address address;
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = part < 3 ? text.find('.') : text.size();
        if (dot == std::string_view::npos)
            return std::nullopt;
        const auto number = decimal(text.substr(0, dot), 255);
        if (!number)
            return std::nullopt;
        address.value = address.value << 8 | *number;
        text.remove_prefix(part < 3 ? dot + 1 : dot);
    }
    return address;
}

std::optional<Ipv4Network> ipv4_network_from_text(std::string_view text) noexcept
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto host = ipv4_from_text(text.substr(0, slash));
    const auto prefix = decimal(text.substr(slash + 1), 32);
    if (!host || !prefix)
        return std::nullopt;
    return Ipv4Network{*host, static_cast<std::uint8_t>(*prefix)};
}

std::string to_text(Ipv4Address address)
{
    const std::uint32_t value = address.value;
    return fmt::format("{}.{}.{}.{}", value >> 24, value >> 16 & 0xff, value >> 8 & 0xff,
                       value & 0xff);
}

std::string to_text(const Ipv4Network& network)
{
    return fmt::format("{}/{}", to_text(network.address), network.prefix_bits);
}

} // namespace aaigw
