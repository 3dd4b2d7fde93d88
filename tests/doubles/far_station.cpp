#include "tests/doubles/far_station.h"

#include <algorithm>

namespace aaigw::path::doubles {

using namespace aaigw::doubles;

namespace {

constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kGre = 47;
constexpr std::uint16_t kIpv4Type = 0x0800;
constexpr std::uint16_t kGsmtapPort = 4729;

Sort sort_of(pdu::Zone zone)
{
    return zone == pdu::Zone::mzone ? Sort::mzone : Sort::lzone;
}

/// decisions.md 3, by Knuth's multiplicative hash.
std::uint16_t port_of(std::uint8_t sector, std::uint16_t connection)
{
    const std::uint64_t product = (std::uint64_t{sector} * 65536 + connection) * 2654435761U;
    return static_cast<std::uint16_t>(0xc000 + (product % (std::uint64_t{1} << 32)) / (1U << 18));
}

} // namespace

sa::PnLimits all_pns(pdu::Zone zone, LinkDirection direction)
{
    std::uint32_t first = 0x80000001;
    std::uint32_t last = 0xffffffff;
    if (zone == pdu::Zone::mzone) {
        first = 0x200001;
        last = 0x3fffff;
    }
    if (direction == LinkDirection::downlink) {
        last -= first - 1;
        first = 1;
    }
    return {.first = first, .soft = last - 1000, .hard = last, .ceiling = last};
}

sa::ContextSpec context_of(pdu::Zone zone, const FarTek& tek, const FarCmac* cmac,
                           LinkDirection sends)
{
    sa::ContextSpec spec;
    spec.zone = zone;
    if (cmac != nullptr) {
        spec.ak_sn = cmac->ak_sn;
        spec.cmac.emplace(sa::CmacSpec{.key = cmac->key, .akid = cmac->akid});
    }
    spec.sas.push_back({.said = 1, .protection = tek.protection});
    spec.sas[0].teks.push_back(
        {.eks = tek.eks, .key = tek.key, .send = all_pns(zone, sends), .receive = true});
    return spec;
}

FarStation::FarStation(std::uint16_t number)
    : stid{Stid::from_field(0x100U + number)}, cids{.basic = Cid::from_field(0x1000U + number),
                                                    .primary = Cid::from_field(0x2000U + number),
                                                    .secondary = Cid::from_field(0x3000U + number)},
      host{.mac = {0x02, 0xaa, 0, 0, static_cast<std::uint8_t>(number >> 8),
                   static_cast<std::uint8_t>(number)},
           .ip = {0x0a000100U + number}},
      udp_port{static_cast<std::uint16_t>(0xc100U + number)}
{
    flows.push_back({.gre_key = 0xda7a0000U + number, .cid = Cid::from_field(0x4000U + number)});
    mzone = {.key = key_of(4U * number + 1), .eks = Eks::from_field(1)};
    lzone = {.key = key_of(4U * number + 2), .eks = Eks::from_field(2)};
    mzone_cmac = {.key = key_of(4U * number + 3), .ak_sn = AkSn::from_field(5)};
    lzone_cmac = {.key = key_of(4U * number + 4), .ak_sn = AkSn::from_field(6)};
    mzone_cmac.akid = be_bytes<8>(0xa1d0'0000'0000'0000U + number);
    lzone_cmac.akid = be_bytes<8>(0xa1d1'0000'0000'0000U + number);
}

void FarStation::add_to(PathRig& rig, pdu::Zone zone)
{
    sa::KeyTables& tables = rig.tables();
    const LinkDirection gateway_sends = other(sends);
    ref = tables.add_station({.sector = sector, .stid = stid, .cids = cids, .sends = gateway_sends})
              .value();
    for (const FarFlow& flow : flows)
        must(tables.add_flow(ref, {.slot = flow.slot,
                                   .gre_key = flow.gre_key,
                                   .sa = flow.sa,
                                   .cid = flow.cid,
                                   .header = flow.header,
                                   .crc = flow.crc,
                                   .max_packet = flow.max_packet}));
    mzone_context =
        tables.install_context(ref, context_of(pdu::Zone::mzone, mzone, &mzone_cmac, gateway_sends))
            .value();
    lzone_context =
        tables.install_context(ref, context_of(pdu::Zone::lzone, lzone, &lzone_cmac, gateway_sends))
            .value();
    const bool in_mzone = zone == pdu::Zone::mzone;
    const sa::SendChoice choice{.said = 1, .eks = in_mzone ? mzone.eks : lzone.eks};
    must(tables.switch_transmit(in_mzone ? mzone_context : lzone_context, {&choice, 1}));
    must(tables.place_station(
        ref, {.ip = host.ip, .udp_port = udp_port, .port = kAccessPort, .mac = host.mac}));
}

sa::TekCounters FarStation::counters_in(PathRig& rig, pdu::Zone zone) const
{
    const bool in_mzone = zone == pdu::Zone::mzone;
    const sa::TekRef tek{.context = (in_mzone ? mzone_context : lzone_context).context,
                         .said = 1,
                         .eks = (in_mzone ? mzone : lzone).eks};
    const auto all = rig.tables().counters(ref).value();
    const auto found = std::ranges::find(all, tek, &sa::TekCounters::tek);
    AAIGW_CHECK(found != all.end());
    return *found;
}

std::uint32_t FarStation::pn(pdu::Zone zone, std::uint32_t index) const
{
    return all_pns(zone, sends).first + index;
}

Buffer FarStation::mzone_pdu(std::uint32_t index, Bytes payload) const
{
    const FarFlow& flow = flows.front();
    return protect_mzone(
        mzone, stid, {.fid = flow.fid(), .pn = pn(pdu::Zone::mzone, index), .kind = flow.header},
        payload);
}

Buffer FarStation::lzone_pdu(std::uint32_t index, Bytes payload) const
{
    const FarFlow& flow = flows.front();
    return protect_lzone(
        lzone, {.cid = flow.cid, .pn = pn(pdu::Zone::lzone, index), .crc = flow.crc}, payload);
}

Buffer FarStation::frame(pdu::Zone zone, Bytes burst) const
{
    const std::uint16_t number = zone == pdu::Zone::mzone ? stid.value() : std::uint16_t{0};
    return ethernet(
        kGatewayAccess.mac, host.mac, kIpv4Type,
        ipv4(host.ip, kGatewayAccess.ip, kUdp,
             udp(udp_port, kGsmtapPort, gsmtap(sort_of(zone), sends, number, sector, burst))));
}

Buffer FarStation::core_frame(const FarFlow& flow, Bytes inner, std::uint16_t protocol)
{
    return ethernet(kGatewayCore.mac, kCorePeer.mac, kIpv4Type,
                    ipv4(kCorePeer.ip, kGatewayCore.ip, kGre, gre(flow.gre_key, inner, protocol)));
}

Buffer FarStation::expected_core_frame(const FarFlow& flow, Bytes inner, std::uint16_t protocol)
{
    return ethernet(kCorePeer.mac, kGatewayCore.mac, kIpv4Type,
                    ipv4(kGatewayCore.ip, kCorePeer.ip, kGre, gre(flow.gre_key, inner, protocol)));
}

Buffer FarStation::expected_frame(pdu::Zone zone, std::uint16_t connection, Bytes pdu,
                                  std::uint32_t frame_number) const
{
    const std::uint16_t number = zone == pdu::Zone::mzone ? connection : std::uint16_t{0};
    return ethernet(
        host.mac, kGatewayAccess.mac, kIpv4Type,
        ipv4(kGatewayAccess.ip, host.ip, kUdp,
             udp(port_of(sector, connection), kGsmtapPort,
                 gsmtap(sort_of(zone), other(sends), number, sector, pdu, frame_number))));
}

} // namespace aaigw::path::doubles
