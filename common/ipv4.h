// IPv4 addresses and networks as numbers in host byte order, from text and back.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aaigw {

struct Ipv4Address {
    std::uint32_t value = 0; ///< host byte order: 192.0.2.1 is 0xc0000201

    friend constexpr auto operator<=>(Ipv4Address, Ipv4Address) noexcept = default;
};

/// Whether it can be the address of one host: not 0.0.0.0/8, 127.0.0.0/8, multicast, reserved or broadcast.
[[nodiscard]] constexpr bool is_host_address(Ipv4Address address) noexcept
{
    const std::uint32_t first = address.value >> 24;
    return first != 0 && first != 127 && first < 224;
}

/// An address together with the length of its network's prefix. The bits behind the prefix may be set, as in the
/// address of an interface: 192.0.2.1/24.
struct Ipv4Network {
    Ipv4Address address;
    std::uint8_t prefix_bits = 0; ///< 0..32

    [[nodiscard]] constexpr std::uint32_t mask() const noexcept
    {
        return static_cast<std::uint32_t>(std::uint64_t{0xffffffff} << (32 - prefix_bits));
    }

    [[nodiscard]] constexpr bool contains(Ipv4Address other) const noexcept
    {
        return ((address.value ^ other.value) & mask()) == 0;
    }

    /// The first address, with no bit behind the prefix set, and the last, up to a prefix of 30 bits for broadcast.
    [[nodiscard]] constexpr Ipv4Address first() const noexcept { return {address.value & mask()}; }
    [[nodiscard]] constexpr Ipv4Address last() const noexcept { return {address.value | ~mask()}; }

    /// Whether a host of the network may have that address: up to a prefix of 30 bits neither the first nor the last
    /// one (RFC 3021).
    [[nodiscard]] constexpr bool has_host(Ipv4Address other) const noexcept
    {
        return contains(other) && (prefix_bits > 30 || (other != first() && other != last()));
    }

    friend constexpr auto operator<=>(const Ipv4Network&, const Ipv4Network&) noexcept = default;
};

/// Four decimal numbers with nothing around them and no leading zeros, since some programs read `010` as 8.
[[nodiscard]] std::optional<Ipv4Address> ipv4_from_text(std::string_view text) noexcept;
/// `address/prefix`.
[[nodiscard]] std::optional<Ipv4Network> ipv4_network_from_text(std::string_view text) noexcept;

[[nodiscard]] std::string to_text(Ipv4Address address);
[[nodiscard]] std::string to_text(const Ipv4Network& network);

} // namespace aaigw
