// The Internet checksum (RFC 1071) of IPv4, UDP and ICMP, and its update when a word changes (RFC 1624).
#pragma once

#include "common/bytes.h"
#include "common/ipv4.h"

namespace aaigw::net {

/// A field of 16 bits as the number that a load from memory gives on this machine, and back.
[[nodiscard]] constexpr std::uint16_t swap16(std::uint16_t value) noexcept
{
    return __builtin_bswap16(value);
}
[[nodiscard]] constexpr std::uint32_t swap32(std::uint32_t value) noexcept
{
    return __builtin_bswap32(value);
}

/// A one's complement sum of 16-bit words that is being added up.
///
/// It adds what loads from memory give, whatever their byte order, which changes nothing but the byte order of the
/// result (RFC 1071 2 (B)), and it adds words of 32 bits, whose carries fold() brings home (2 (C)). 64 bits hold the
/// sum of four thousand million such words: nothing overflows, so nothing has to be looked after in between.
class InternetSum {
  public:
    /// Adds a field, given as a number.
    constexpr void add_u16(std::uint16_t field) noexcept { sum_ += swap16(field); }
    constexpr void add_u32(std::uint32_t field) noexcept { sum_ += swap32(field); }

    /// Adds bytes that begin at an even offset of what is summed. An odd last byte counts as if a zero followed.
    void add(Bytes bytes) noexcept;

    /// add() of an IPv4 header without options.
    void add_ipv4_header(std::span<const std::uint8_t, 20> header) noexcept
    {
        const std::uint8_t* at = header.data();
        sum_ += std::uint64_t{load<std::uint32_t>(at)} + load<std::uint32_t>(at + 4) +
                load<std::uint32_t>(at + 8) + load<std::uint32_t>(at + 12) +
                load<std::uint32_t>(at + 16);
    }

    /// The value of the checksum field, given that it was 0, or left out, when the sum was taken.
    [[nodiscard]] constexpr std::uint16_t checksum() const noexcept
    {
        return swap16(checksum_as_loaded());
    }

    /// The same as a load of the field from memory would give it.
    [[nodiscard]] constexpr std::uint16_t checksum_as_loaded() const noexcept
    {
        return static_cast<std::uint16_t>(~fold());
    }

    /// Whether the bytes that were added, the checksum field among them, are as the sender summed them.
    [[nodiscard]] constexpr bool is_right() const noexcept { return fold() == 0xffff; }

  private:
    template <class T>
    [[nodiscard]] static T load(const std::uint8_t* at) noexcept
    {
        T value;
        std::memcpy(&value, at, sizeof(value));
        return value;
    }

    /// Halves twice. A number plus itself with its halves exchanged has the sum of the halves, and the carry of that
    /// sum, in its upper half.
    [[nodiscard]] constexpr std::uint16_t fold() const noexcept
    {
        const auto half = static_cast<std::uint32_t>((sum_ + std::rotl(sum_, 32)) >> 32);
        return static_cast<std::uint16_t>((half + std::rotl(half, 16)) >> 16);
    }

    std::uint64_t sum_ = 0;
};

/// What the UDP checksum covers besides the datagram (RFC 768). `udp_bytes` is the length field of the UDP header.
[[nodiscard]] constexpr InternetSum udp_pseudo_header(Ipv4Address source, Ipv4Address destination,
                                                      std::uint16_t udp_bytes) noexcept
{
    constexpr std::uint16_t kUdp = 17;
    InternetSum sum;
    sum.add_u32(source.value);
    sum.add_u32(destination.value);
    sum.add_u16(kUdp);
    sum.add_u16(udp_bytes);
    return sum;
}

/// What the ICMPv6 checksum covers besides the message (RFC 8200 8.1). `addresses` are the source and the destination as
/// they follow each other in the IPv6 header.
[[nodiscard]] inline InternetSum icmpv6_pseudo_header(std::span<const std::uint8_t, 32> addresses,
                                                      std::uint32_t message_bytes) noexcept
{
    constexpr std::uint16_t kIcmpv6 = 58;
    InternetSum sum;
    sum.add(addresses);
    sum.add_u32(message_bytes);
    sum.add_u16(kIcmpv6);
    return sum;
}

/// The checksum after one 16-bit word under it has changed (RFC 1624, equation 3). Only for what always has a word that
/// is not zero, as every header of IP or UDP does: of nothing but zeros it would give 0, where ffff is right.
[[nodiscard]] constexpr std::uint16_t update_checksum(std::uint16_t checksum, std::uint16_t before,
                                                      std::uint16_t after) noexcept
{
    InternetSum sum;
    sum.add_u16(static_cast<std::uint16_t>(~checksum));
    sum.add_u16(static_cast<std::uint16_t>(~before));
    sum.add_u16(after);
    return sum.checksum();
}

} // namespace aaigw::net
