#include "bench/path/frames.h"

#include "dataplane/net/ethernet.h"
#include "dataplane/net/ipv4.h"
#include "dataplane/net/udp.h"
#include "dataplane/pdu/gre.h"

#include <algorithm>
#include <cstring>

namespace aaigw::bench {

namespace {

template <std::size_t N>
std::span<std::uint8_t, N> at(std::uint8_t* out, std::size_t offset)
{
    return std::span<std::uint8_t, N>{out + offset, N};
}

} // namespace

std::vector<std::uint8_t> inner_packet(std::size_t bytes)
{
    std::vector<std::uint8_t> packet(bytes);
    for (std::size_t i = 0; i < bytes; ++i)
        packet[i] = static_cast<std::uint8_t>(i);
    const net::Ipv4Writer ip{{0x0a000001}, net::IpProtocol::udp};
    ip.write(at<20>(packet.data(), 0), {0x0a000002}, bytes - net::kIpv4HeaderBytes);
    net::write_udp(at<8>(packet.data(), 20), {.source_port = 5001, .destination_port = 5001},
                   bytes - 28);
    return packet;
}

std::vector<std::uint8_t> downlink_frame(Bytes inner)
{
    std::vector<std::uint8_t> frame(kGreKeyAt + 4 + inner.size());
    net::write_ethernet(at<14>(frame.data(), 0), {.destination = kCoreMac, .source = kPeerMac});
    const net::Ipv4Writer ip{kPeerAddress, net::IpProtocol::gre};
    ip.write(at<20>(frame.data(), 14), kCoreAddress, pdu::kGreHeaderBytes + inner.size());
    const auto gre = pdu::build_gre({.key = 0});
    std::ranges::copy(gre, frame.begin() + 34);
    std::ranges::copy(inner, frame.begin() + static_cast<std::ptrdiff_t>(kGreKeyAt + 4));
    return frame;
}

std::size_t write_uplink_headers(std::uint8_t* out, pdu::Zone zone, std::uint8_t sector,
                                 std::uint16_t connection, std::size_t pdu_bytes)
{
    net::write_ethernet(at<14>(out, 0), {.destination = kAccessMac, .source = kStationMac});
    static const net::Ipv4Writer ip{kStationAddress, net::IpProtocol::udp};
    const std::size_t udp_bytes = pdu::kGsmtapHeaderBytes + pdu_bytes;
    ip.write(at<20>(out, 14), kAccessAddress, net::kUdpHeaderBytes + udp_bytes);
    net::write_udp(at<8>(out, 34),
                   {.source_port = pdu::station_port(sector, connection),
                    .destination_port = pdu::kGsmtapPort},
                   udp_bytes);
    const auto gsmtap =
        pdu::build_gsmtap({.zone = zone,
                           .direction = LinkDirection::uplink,
                           .stid = zone == pdu::Zone::mzone ? Stid::from_field(connection) : Stid{},
                           .sector = sector});
    std::memcpy(out + 42, gsmtap.data(), gsmtap.size());
    return kUplinkPduAt + pdu_bytes;
}

} // namespace aaigw::bench
