#include "tests/swap/frames.h"

#include "dataplane/net/ethernet.h"
#include "dataplane/net/udp.h"
#include "dataplane/pdu/gre.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace aaigw::swap {

namespace {

constexpr std::uint16_t kMtu = 1600;
constexpr MacAddress kAccessMac{2, 0, 0, 0, 0, 1};
constexpr MacAddress kCoreMac{2, 0, 0, 0, 0, 2};
constexpr MacAddress kStationMac{2, 0, 0, 0, 0, 3};
constexpr MacAddress kPeerMac{2, 0, 0, 0, 0, 4};
constexpr Ipv4Address kAccessAddress{0xc0000201};  // 192.0.2.1
constexpr Ipv4Address kStationAddress{0xc0000202}; // 192.0.2.2
constexpr Ipv4Address kCoreAddress{0xc6336401};    // 198.51.100.1
constexpr Ipv4Address kPeerAddress{0xc6336402};    // 198.51.100.2

constexpr std::size_t kGreAt = net::kEthernetHeaderBytes + net::kIpv4HeaderBytes;
constexpr std::size_t kInnerAt = kGreAt + pdu::kGreHeaderBytes;
constexpr std::size_t kUdpAt = net::kEthernetHeaderBytes + net::kIpv4HeaderBytes;
constexpr std::size_t kGsmtapAt = kUdpAt + net::kUdpHeaderBytes;
constexpr std::size_t kPduAt = kGsmtapAt + pdu::kGsmtapHeaderBytes;

constexpr std::size_t kFlowAt = 20;
constexpr std::size_t kOrderAt = 24;
static_assert(kOrderAt + 8 == kMinInnerBytes);

/// From any place in the first 256 bytes on, a different byte than at the place before.
constexpr auto kPattern = [] {
    std::array<std::uint8_t, 256 + kMaxInnerBytes> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    return bytes;
}();

template <std::size_t N>
std::span<std::uint8_t, N> at(std::uint8_t* out, std::size_t offset) noexcept
{
    return std::span<std::uint8_t, N>{out + offset, N};
}

/// IPv4 of the inner packet: version, length and protocol are all that the gateway could look at.
std::array<std::uint8_t, kFlowAt> inner_header(std::size_t bytes) noexcept
{
    const auto size = be_bytes<2>(bytes);
    return {0x45, 0, size[0], size[1], 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
}

} // namespace

void set_up_links(path::Links& links)
{
    links.ports[kAccessPort] =
        path::PortLink::make(kAccessMac, kAccessAddress, kMtu, path::Carries::access);
    links.ports[kCorePort] =
        path::PortLink::make(kCoreMac, kCoreAddress, kMtu, path::Carries::core);
    links.ports[kGuestPort] = links.ports[kAccessPort];
    links.core_peers[0].address = kPeerAddress;
    links.core_peers[0].port = kCorePort;
    links.core_peers[0].mac_bits.store(load_be<6>(kPeerMac));
    links.core_peer_count = 1;
}

MacAddress station_mac() noexcept
{
    return kStationMac;
}

Ipv4Address station_ip() noexcept
{
    return kStationAddress;
}

void write_inner(MutableBytes out, const Inner& inner) noexcept
{
    std::ranges::copy(inner_header(out.size()), out.begin());
    store_be(out.subspan<kFlowAt, 4>(), inner.flow);
    store_be(out.subspan<kOrderAt, 8>(), inner.order);
    std::memcpy(out.data() + kMinInnerBytes, kPattern.data() + inner.order % 256,
                out.size() - kMinInnerBytes);
}

std::optional<Inner> read_inner(Bytes packet) noexcept
{
    if (packet.size() < kMinInnerBytes || packet.size() > kMaxInnerBytes ||
        !std::ranges::equal(packet.first<kFlowAt>(), inner_header(packet.size())))
        return std::nullopt;
    const Inner inner{.flow = static_cast<std::uint32_t>(load_be(packet.subspan<kFlowAt, 4>())),
                      .order = load_be(packet.subspan<kOrderAt, 8>())};
    if (std::memcmp(packet.data() + kMinInnerBytes, kPattern.data() + inner.order % 256,
                    packet.size() - kMinInnerBytes) != 0)
        return std::nullopt;
    return inner;
}

MutableBytes write_core_frame(path::Packet& packet, std::uint32_t gre_key,
                              std::size_t inner_bytes) noexcept
{
    static const net::Ipv4Writer ip{kPeerAddress, net::IpProtocol::gre};
    std::uint8_t* const out = packet.data;
    net::write_ethernet(at<14>(out, 0), {.destination = kCoreMac, .source = kPeerMac});
    ip.write(at<20>(out, net::kEthernetHeaderBytes), kCoreAddress,
             pdu::kGreHeaderBytes + inner_bytes);
    store_be(at<8>(out, kGreAt), pdu::gre_word({.key = gre_key}));
    packet.widen(0, kInnerAt + inner_bytes);
    packet.port = kCorePort;
    return packet.bytes().subspan(kInnerAt);
}

MutableBytes room_for_pdu(path::Packet& packet) noexcept
{
    return {packet.data + kPduAt, packet.tailroom - kPduAt};
}

void write_access_frame(path::Packet& packet, const Sender& sender, std::size_t pdu_bytes) noexcept
{
    static const net::Ipv4Writer ip{kStationAddress, net::IpProtocol::udp};
    std::uint8_t* const out = packet.data;
    const std::size_t gsmtap_bytes = pdu::kGsmtapHeaderBytes + pdu_bytes;
    net::write_ethernet(at<14>(out, 0), {.destination = kAccessMac, .source = kStationMac});
    ip.write(at<20>(out, net::kEthernetHeaderBytes), kAccessAddress,
             net::kUdpHeaderBytes + gsmtap_bytes);
    net::write_udp(at<8>(out, kUdpAt),
                   {.source_port = pdu::station_port(sender.sector, sender.stid.value()),
                    .destination_port = pdu::kGsmtapPort},
                   gsmtap_bytes);
    const auto words = pdu::GsmtapWords::of({.zone = sender.zone,
                                             .direction = LinkDirection::uplink,
                                             .stid = sender.stid,
                                             .sector = sender.sector});
    store_be(at<8>(out, kGsmtapAt), words.front);
    store_be(at<8>(out, kGsmtapAt + 8), words.back);
    packet.widen(0, kPduAt + pdu_bytes);
    packet.port = kAccessPort;
}

std::optional<SentPdu> read_access_frame(const path::Packet& packet) noexcept
{
    const MutableBytes frame = packet.bytes();
    if (frame.size() <= kPduAt || !std::ranges::equal(frame.first(6), kStationMac))
        return std::nullopt;
    const auto ip = net::parse_ipv4(frame.subspan(net::kEthernetHeaderBytes));
    if (!ip || ip->header.destination != kStationAddress ||
        ip->header.protocol != net::IpProtocol::udp)
        return std::nullopt;
    const auto udp = net::parse_udp(*ip);
    if (!udp || udp->header.destination_port != pdu::kGsmtapPort)
        return std::nullopt;
    const auto gsmtap = pdu::parse_gsmtap(udp->payload);
    if (!gsmtap || gsmtap->header.direction != LinkDirection::downlink)
        return std::nullopt;
    return SentPdu{.header = gsmtap->header, .pdu = gsmtap->burst};
}

std::optional<SentToCore> read_core_frame(const path::Packet& packet) noexcept
{
    const MutableBytes frame = packet.bytes();
    if (packet.port != kCorePort || frame.size() <= kInnerAt ||
        !std::ranges::equal(frame.first(6), kPeerMac))
        return std::nullopt;
    const auto ip = net::parse_ipv4(frame.subspan(net::kEthernetHeaderBytes));
    if (!ip || ip->header.destination != kPeerAddress ||
        ip->header.protocol != net::IpProtocol::gre)
        return std::nullopt;
    const auto gre = pdu::parse_gre(ip->payload);
    if (!gre)
        return std::nullopt;
    return SentToCore{.gre_key = gre->header.key, .inner = gre->payload};
}

} // namespace aaigw::swap
