// IPv4 addresses and networks as numbers in host byte order.
#pragma once

#include <compare>
#include <cstdint>

namespace aaigw {

struct Ipv4Address {
    std::uint32_t value = 0; ///< host byte order: 192.0.2.1 is 0xc0000201

    friend constexpr auto operator<=>(Ipv4Address, Ipv4Address) noexcept = default;
};

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

    friend constexpr auto operator<=>(const Ipv4Network&, const Ipv4Network&) noexcept = default;
};

} // namespace aaigw
