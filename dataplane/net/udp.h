// UDP over IPv4 (RFC 768).
#pragma once

#include "dataplane/net/ipv4.h"

namespace aaigw::net {

inline constexpr std::size_t kUdpHeaderBytes = 8;

struct UdpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;

    friend bool operator==(const UdpHeader&, const UdpHeader&) = default;
};

struct UdpDatagram {
    UdpHeader header;
    MutableBytes payload; ///< up to the UDP length; it may be empty
};

/// Reads the payload of an IPv4 packet of protocol 17. A checksum field of 0 says that there is none. Bytes of the
/// IPv4 packet behind the datagram are left out.
[[nodiscard]] inline Parsed<UdpDatagram> parse_udp(const Ipv4Packet& packet,
                                                   ChecksumBy checksum = ChecksumBy::us) noexcept
{
    const Bytes in{packet.payload};
    if (in.size() < kUdpHeaderBytes) [[unlikely]]
        return reject(NetError::truncated);
    const auto udp_bytes = static_cast<std::uint16_t>(load_be(in.subspan<4, 2>()));
    if (udp_bytes < kUdpHeaderBytes) [[unlikely]]
        return reject(NetError::udp_length_too_small);
    if (udp_bytes > in.size()) [[unlikely]]
        return reject(NetError::udp_length_past_end);
    if (checksum == ChecksumBy::us && load_be(in.subspan<6, 2>()) != 0) {
        InternetSum sum =
            udp_pseudo_header(packet.header.source, packet.header.destination, udp_bytes);
        sum.add(in.first(udp_bytes));
        if (!sum.is_right()) [[unlikely]]
            return reject(NetError::udp_checksum_mismatch);
    }
    return UdpDatagram{
        .header = {.source_port = static_cast<std::uint16_t>(load_be(in.first<2>())),
                   .destination_port = static_cast<std::uint16_t>(load_be(in.subspan<2, 2>()))},
        .payload = packet.payload.first(udp_bytes).subspan(kUdpHeaderBytes)};
}

/// Without a checksum, which UDP over IPv4 may do: every PDU inside has an integrity check of its own.
/// `payload_bytes` is at most 65,507: what follows the header.
inline void write_udp(std::span<std::uint8_t, kUdpHeaderBytes> out, const UdpHeader& header,
                      std::size_t payload_bytes) noexcept
{
    const auto udp_bytes = static_cast<std::uint16_t>(kUdpHeaderBytes + payload_bytes);
    const std::uint64_t fields = swap16(header.source_port) |
                                 std::uint64_t{swap16(header.destination_port)} << 16 |
                                 std::uint64_t{swap16(udp_bytes)} << 32;
    std::memcpy(out.data(), &fields, sizeof(fields));
}

} // namespace aaigw::net
