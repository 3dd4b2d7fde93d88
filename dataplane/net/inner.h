// The IP packet inside a tunnel, of which the gateway reads no more than what it is and how long.
#pragma once

#include "dataplane/net/ipv4.h"

namespace aaigw::net {

inline constexpr std::size_t kIpv6HeaderBytes = 40;

enum class InnerProtocol : std::uint8_t { ipv4, ipv6 };

/// What an opened payload is. Its header must be whole and its own length within `packet`; what lies behind that
/// length is carried along. A header checksum is for the routers to look at.
[[nodiscard]] inline Parsed<InnerProtocol> inner_protocol(Bytes packet) noexcept
{
    if (packet.size() < kIpv4HeaderBytes) [[unlikely]]
        return reject(NetError::truncated);
    const unsigned version = packet[0] >> 4;
    if (version == 4) {
        const std::size_t header_bytes = 4 * std::size_t{packet[0] & 0xfU};
        const std::size_t total_bytes = load_be(packet.subspan<2, 2>());
        if (header_bytes < kIpv4HeaderBytes) [[unlikely]]
            return reject(NetError::ipv4_bad_header_length);
        if (total_bytes < header_bytes) [[unlikely]]
            return reject(NetError::ipv4_length_too_small);
        if (total_bytes > packet.size()) [[unlikely]]
            return reject(NetError::ipv4_length_past_end);
        return InnerProtocol::ipv4;
    }
    if (version != 6) [[unlikely]]
        return reject(NetError::inner_bad_version);
    if (packet.size() < kIpv6HeaderBytes) [[unlikely]]
        return reject(NetError::truncated);
    if (kIpv6HeaderBytes + load_be(packet.subspan<4, 2>()) > packet.size()) [[unlikely]]
        return reject(NetError::ipv6_length_past_end);
    return InnerProtocol::ipv6;
}

} // namespace aaigw::net
