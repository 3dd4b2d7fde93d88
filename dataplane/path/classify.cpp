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

/// Ethernet and IPv4 of nearly every frame: no options, no fragment, for the port's own addresses, a right checksum.
/// Anything else is read by the parsers of dataplane/net, which say what is wrong with it. This is not another opinion
/// than theirs, only a faster one: it builds nothing in memory that would have to be read back at once.
struct OrdinaryFrame {
    std::uint64_t
        front; ///< EtherType(16) version(4) IHL(4) TOS(8) total length(16) identification(16)
    std::uint64_t back; ///< flags(3) offset(13) TTL(8) protocol(8) checksum(16) source(16 of 32)
    std::uint32_t destination;

    /// `frame` has kOrdinaryBytes at least.
    explicit OrdinaryFrame(const std::uint8_t* frame) noexcept
        : front{load<8>(frame + 12)}, back{load<8>(frame + 20)},
          destination{static_cast<std::uint32_t>(load<4>(frame + 30))}
    {
    }

    template <std::size_t N>
    [[nodiscard]] static std::uint64_t load(const std::uint8_t* at) noexcept
    {
        return load_be(std::span<const std::uint8_t, N>{at, N});
    }

    [[nodiscard]] std::size_t total_bytes() const noexcept { return front >> 16 & 0xffff; }
    [[nodiscard]] net::IpProtocol protocol() const noexcept
    {
        return static_cast<net::IpProtocol>(back >> 32 & 0xff);
    }
    [[nodiscard]] bool is_one(const Packet& packet, const PortLink& link) const noexcept
    {
        constexpr std::uint64_t kIpv4WithoutOptions = 0x080045;
        constexpr std::uint64_t kMoreFragmentsAndOffset = 0x3fff;
        const std::uint8_t* const header = packet.frame + net::kEthernetHeaderBytes;
        net::InternetSum sum;
        sum.add_ipv4_header(
            std::span<const std::uint8_t, net::kIpv4HeaderBytes>{header, net::kIpv4HeaderBytes});
        return load<8>(packet.frame) >> 16 == link.mac_bits && front >> 40 == kIpv4WithoutOptions &&
               (back >> 48 & kMoreFragmentsAndOffset) == 0 && destination == link.address.value &&
               total_bytes() <= packet.length - net::kEthernetHeaderBytes && sum.is_right();
    }
};

constexpr std::size_t kOuterBytes = net::kEthernetHeaderBytes + net::kIpv4HeaderBytes;
constexpr std::size_t kOrdinaryBytes = kOuterBytes + 8; // a GRE header with a key, or UDP

void narrow(Packet& packet, std::size_t from, std::size_t to) noexcept
{
    packet.narrow_to({packet.data + from, to - from});
}

} // namespace

void Path::classify(Batch& frames) noexcept
{
    for (const Packet* const packet : frames.packets()) {
        __builtin_prefetch(packet->data);
        __builtin_prefetch(packet->data + kFirstBytes);
    }
    frames.keep_if([this](Packet& packet) {
        packet.frame = packet.data;
        return classify_ordinary(packet) || classify_frame(packet);
    });
}

bool Path::classify_ordinary(Packet& packet) const noexcept
{
    if (packet.length < kOrdinaryBytes) [[unlikely]]
        return false;
    const PortLink& link = links_.ports[packet.port];
    const OrdinaryFrame frame{packet.frame};
    if (!frame.is_one(packet, link)) [[unlikely]]
        return false;
    const std::size_t end = net::kEthernetHeaderBytes + frame.total_bytes();
    const std::uint64_t next = OrdinaryFrame::load<8>(packet.frame + kOuterBytes);
    if (frame.protocol() == net::IpProtocol::gre) {
        constexpr std::uint64_t kKeyAndIpv4 = 0x20000800;
        constexpr std::uint64_t kKeyAndIpv6 = 0x200086dd;
        if ((next >> 32 != kKeyAndIpv4 && next >> 32 != kKeyAndIpv6) || end < kOrdinaryBytes ||
            !carries(link.carries, Carries::core))
            return false;
        packet.kind = PacketKind::downlink;
        packet.gre_key = static_cast<std::uint32_t>(next);
        narrow(packet, kOrdinaryBytes, end);
        return true;
    }
    // UDP: source(16) destination(16) length(16) checksum(16); without a checksum, as bursts are sent.
    constexpr std::size_t kBurstAt = kOrdinaryBytes + pdu::kGsmtapHeaderBytes;
    if (frame.protocol() != net::IpProtocol::udp || end <= kBurstAt ||
        (next >> 32 & 0xffff) != pdu::kGsmtapPort ||
        (next & 0xffffffff) != (frame.total_bytes() - net::kIpv4HeaderBytes) << 16 ||
        !carries(link.carries, Carries::access))
        return false;
    const pdu::GsmtapWords gsmtap{.front = OrdinaryFrame::load<8>(packet.frame + kOrdinaryBytes),
                                  .back =
                                      OrdinaryFrame::load<8>(packet.frame + kOrdinaryBytes + 8)};
    if (!gsmtap.is_burst() || gsmtap.direction() != link.receives)
        return false;
    packet.kind =
        gsmtap.zone() == pdu::Zone::mzone ? PacketKind::mzone_burst : PacketKind::lzone_burst;
    packet.sector = gsmtap.sector();
    packet.connection = gsmtap.zone() == pdu::Zone::mzone ? gsmtap.stid().value() : 0;
    narrow(packet, kBurstAt, end);
    return true;
}

bool Path::classify_frame(Packet& packet) noexcept
{
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
