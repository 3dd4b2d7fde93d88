// Ethernet II frames without their FCS, which the NIC checks and adds.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "dataplane/net/net_error.h"

namespace aaigw::net {

inline constexpr std::size_t kEthernetHeaderBytes = 14;
/// The shortest frame of IEEE 802.3 without its FCS; the sender fills up with zeros.
inline constexpr std::size_t kEthernetMinimumBytes = 60;

inline constexpr MacAddress kBroadcastMac{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// Whether `mac` names a group of stations; the broadcast address is one of those.
[[nodiscard]] constexpr bool is_group(const MacAddress& mac) noexcept
{
    return (mac[0] & 1) != 0;
}

enum class EtherType : std::uint16_t { ipv4 = 0x0800, arp = 0x0806 };

struct EthernetHeader {
    MacAddress destination{};
    MacAddress source{};
    EtherType type = EtherType::ipv4;

    friend bool operator==(const EthernetHeader&, const EthernetHeader&) = default;
};

struct EthernetFrame {
    EthernetHeader header;
    MutableBytes
        payload; ///< with the padding of a short frame, which only the payload's own length tells apart
};

/// Reads a received frame. Shorter ones than IEEE 802.3 allows are read too: virtual links do not pad. Nothing is
/// said about the addresses; whether the frame is for us, its reader knows. Every type that we do not speak is
/// `ethernet_unknown_type`, a VLAN tag and the length of an IEEE 802.3 frame among them.
[[nodiscard]] inline Parsed<EthernetFrame> parse_ethernet(MutableBytes bytes) noexcept
{
    if (bytes.size() < kEthernetHeaderBytes)
        return reject(NetError::truncated);
    const auto type = static_cast<EtherType>(load_be(Bytes{bytes}.subspan<12, 2>()));
    if (type != EtherType::ipv4 && type != EtherType::arp)
        return reject(NetError::ethernet_unknown_type);

    EthernetFrame frame{{.type = type}, bytes.subspan(kEthernetHeaderBytes)};
    std::memcpy(frame.header.destination.data(), bytes.data(), sizeof(MacAddress));
    std::memcpy(frame.header.source.data(), bytes.data() + sizeof(MacAddress), sizeof(MacAddress));
    return frame;
}

inline void write_ethernet(std::span<std::uint8_t, kEthernetHeaderBytes> out,
                           const EthernetHeader& header) noexcept
{
    std::memcpy(out.data(), header.destination.data(), sizeof(MacAddress));
    std::memcpy(out.data() + sizeof(MacAddress), header.source.data(), sizeof(MacAddress));
    store_be(out.last<2>(), static_cast<std::uint16_t>(header.type));
}

} // namespace aaigw::net
