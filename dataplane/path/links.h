// Links: the gateway's ports and their neighbours, as frames are checked and addressed with them.
#pragma once

#include "dataplane/net/ethernet.h"
#include "dataplane/net/udp.h"
#include "dataplane/sa/station.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace aaigw::path {

inline constexpr std::size_t kMaxPorts = 16;

/// What a port carries. One port may carry both.
enum class Carries : std::uint8_t { nothing = 0, access = 1, core = 2, both = 3 };

[[nodiscard]] constexpr bool carries(Carries what, Carries which) noexcept
{
    return (static_cast<unsigned>(what) & static_cast<unsigned>(which)) != 0;
}

struct PortLink {
    std::uint64_t mac_bits = 0; ///< the MAC address in the low 48 bits
    Ipv4Address address{};
    std::uint16_t mtu = 1500; ///< largest IP packet
    Carries carries = Carries::nothing;
    LinkDirection receives =
        LinkDirection::uplink; ///< bursts: downlink on a relay's link to its ABS
    net::ChecksumBy ip_checksum = net::ChecksumBy::us;
    net::Ipv4Writer udp{{}, net::IpProtocol::udp};
    net::Ipv4Writer gre{{}, net::IpProtocol::gre};

    [[nodiscard]] static PortLink make(const MacAddress& mac, Ipv4Address address,
                                       std::uint16_t mtu, Carries carries) noexcept
    {
        PortLink link;
        link.mac_bits = load_be<6>(mac);
        link.address = address;
        link.mtu = mtu;
        link.carries = carries;
        link.udp = net::Ipv4Writer{address, net::IpProtocol::udp};
        link.gre = net::Ipv4Writer{address, net::IpProtocol::gre};
        return link;
    }
};

/// The other end of R6 data paths. Its next hop's MAC address is resolved by the control thread.
struct CorePeer {
    Ipv4Address address{};
    std::uint8_t port = 0;
    std::atomic<std::uint64_t> mac_bits{0}; ///< 0: not known
};

/// Filled by the control thread before workers start; after that only the MAC addresses of core peers change.
struct Links {
    std::array<PortLink, kMaxPorts> ports{};
    std::array<CorePeer, sa::kMaxCorePeers> core_peers{};
    std::size_t core_peer_count = 0;
};

/// What stands before a burst in an IP packet: IPv4, UDP and GSMTAP. Ethernet is not counted in an MTU.
inline constexpr std::size_t kAccessOuterBytes =
    net::kIpv4HeaderBytes + net::kUdpHeaderBytes + pdu::kGsmtapHeaderBytes;

/// Ethernet II: destination(6) | source(6) | 0x0800, from the low 48 bits of numbers.
inline void write_ethernet_ipv4(std::uint8_t* out, std::uint64_t destination,
                                std::uint64_t source) noexcept
{
    const std::uint64_t front = __builtin_bswap64(destination << 16 | source >> 32);
    const std::uint64_t back =
        __builtin_bswap64(source << 32 | std::uint64_t{0x0800} << 16) & 0xffffffffffff;
    std::memcpy(out, &front, sizeof(front));
    std::memcpy(out + sizeof(front), &back, 6);
}

} // namespace aaigw::path
