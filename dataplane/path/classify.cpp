// Stage 1: what a received frame is.
#include "dataplane/net/udp.h"
#include "dataplane/path/path.h"
#include "dataplane/pdu/gre.h"

namespace aaigw::path {

namespace {

constexpr std::uint64_t kMacMask = 0xffffffffffff;
constexpr std::size_t kFirstBytes = 64;

Verdict verdict_of(net::NetError error) noexcept
{
    switch (error) {
    case net::NetError::truncated:
        return Verdict::drop_runt;
    case net::NetError::ethernet_unknown_type:
        return Verdict::drop_protocol;
    case net::NetError::ipv4_fragment:
        return Verdict::drop_ip_fragment;
    case net::NetError::udp_length_too_small:
    case net::NetError::udp_length_past_end:
    case net::NetError::udp_checksum_mismatch:
        return Verdict::drop_udp;
    default:
        return Verdict::drop_ip_header;
    }
}

} // namespace

void Path::classify(Batch& frames) noexcept
{
    for (const Packet* const packet : frames.packets()) {
        __builtin_prefetch(packet->data);
        __builtin_prefetch(packet->data + kFirstBytes);
    }
    frames.keep_if([this](Packet& packet) { return classify_frame(packet); });
}

bool Path::classify_frame(Packet& packet) noexcept
{
    packet.frame = packet.data;
    if (packet.length < net::kEthernetHeaderBytes)
        return drop(packet, Verdict::drop_runt);
    const Bytes frame = packet.bytes();
    const std::uint64_t front = load_be(frame.first<8>());
    const auto type = static_cast<std::uint16_t>(load_be(frame.subspan<12, 2>()));
    const PortLink& link = links_.ports[packet.port];
    if (type == static_cast<std::uint16_t>(net::EtherType::ipv4)) [[likely]] {
        if (front >> 16 != link.mac_bits)
            return drop(packet, Verdict::drop_not_for_us);
        return classify_ipv4(packet, packet.bytes().subspan(net::kEthernetHeaderBytes));
    }
    if (type == static_cast<std::uint16_t>(net::EtherType::arp)) {
        if (front >> 16 != link.mac_bits && front >> 16 != kMacMask)
            return drop(packet, Verdict::drop_not_for_us);
        return answer_arp(packet);
    }
    return drop(packet, Verdict::drop_protocol);
}

bool Path::classify_ipv4(Packet& packet, MutableBytes payload) noexcept
{
    const PortLink& link = links_.ports[packet.port];
    const auto ip = net::parse_ipv4(payload, link.ip_checksum);
    if (!ip) [[unlikely]]
        return drop(packet, verdict_of(ip.error()));
    if (ip->header.destination != link.address)
        return drop(packet, Verdict::drop_not_for_us);
    if (ip->header.protocol == net::IpProtocol::gre && carries(link.carries, Carries::core))
        return classify_gre(packet, ip->payload);
    if (ip->header.protocol == net::IpProtocol::udp && carries(link.carries, Carries::access))
        return classify_udp(packet, *ip);
    if (ip->header.protocol == net::IpProtocol::icmp)
        return answer_icmp(packet);
    return drop(packet, Verdict::drop_protocol);
}

bool Path::classify_gre(Packet& packet, MutableBytes payload) noexcept
{
    const auto gre = pdu::parse_gre(payload);
    if (!gre) [[unlikely]]
        return drop(packet, Verdict::drop_gre);
    packet.kind = PacketKind::downlink;
    packet.gre_key = gre->header.key;
    packet.narrow_to(gre->payload);
    return true;
}

bool Path::classify_udp(Packet& packet, const net::Ipv4Packet& ip) noexcept
{
    const auto udp = net::parse_udp(ip);
    if (!udp) [[unlikely]]
        return drop(packet, verdict_of(udp.error()));
    if (udp->header.destination_port != pdu::kGsmtapPort)
        return drop(packet, Verdict::drop_protocol);
    const auto gsmtap = pdu::parse_gsmtap(udp->payload);
    if (!gsmtap) [[unlikely]]
        return drop(packet, Verdict::drop_gsmtap);
    const pdu::GsmtapHeader& header = gsmtap->header;
    if (header.direction != links_.ports[packet.port].receives)
        return drop(packet, Verdict::drop_direction);
    packet.kind =
        header.zone == pdu::Zone::mzone ? PacketKind::mzone_burst : PacketKind::lzone_burst;
    packet.sector = header.sector;
    packet.connection = header.stid.value();
    packet.narrow_to(gsmtap->burst);
    return true;
}

} // namespace aaigw::path
