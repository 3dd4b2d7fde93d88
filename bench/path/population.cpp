#include "bench/path/population.h"

#include "bench/path/frames.h"
#include "common/check.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"

#include <cstring>

namespace aaigw::bench {

namespace {

constexpr std::uint8_t kFirstFid = 3;
constexpr std::size_t kStationsPerSector = 4095;
/// LZone: management CIDs first, then transport CIDs.
constexpr std::size_t kFirstTransportCid = 0x3000;

sa::TableLimits limits_of(const PopulationSpec& spec)
{
    const std::size_t stations = (spec.flows + spec.flows_per_station - 1) / spec.flows_per_station;
    return {.stations = static_cast<std::uint32_t>(stations + 1),
            .flows = static_cast<std::uint32_t>(spec.flows)};
}

} // namespace

void set_up_links(path::Links& links)
{
    links.ports[kAccessPort] =
        path::PortLink::make(kAccessMac, kAccessAddress, kMtu, path::Carries::access);
    links.ports[kCorePort] =
        path::PortLink::make(kCoreMac, kCoreAddress, kMtu, path::Carries::core);
    links.core_peers[0].address = kPeerAddress;
    links.core_peers[0].port = kCorePort;
    links.core_peers[0].mac_bits.store(load_be<6>(kPeerMac));
    links.core_peer_count = 1;
}

Population::Population(const PopulationSpec& spec, sa::Reclaimer& reclaimer,
                       std::pmr::memory_resource& memory)
    : spec_{spec}, tables_{limits_of(spec), [](std::uint8_t, std::uint16_t) { return 0; },
                           reclaimer, memory}
{
    auto engine = crypto::MbEngine::create();
    AAIGW_CHECK(engine.has_value());
    engine_ = std::move(*engine);
    const std::size_t count = (spec_.flows + spec_.flows_per_station - 1) / spec_.flows_per_station;
    stations_.resize(count);
    for (std::size_t index = 0; index < count; ++index)
        add_station(index);
}

Cid Population::cid_of(std::size_t flow) const noexcept
{
    const std::size_t station = flow / spec_.flows_per_station % kStationsPerSector;
    return Cid::from_field(kFirstTransportCid + station * spec_.flows_per_station +
                           flow % spec_.flows_per_station);
}

void Population::add_station(std::size_t index)
{
    Station& station = stations_[index];
    station.sector = static_cast<std::uint8_t>(index / kStationsPerSector);
    station.stid = static_cast<std::uint16_t>(1 + index % kStationsPerSector);
    sa::StationSpec spec{.sector = station.sector};
    if (spec_.zone == pdu::Zone::mzone)
        spec.stid = Stid::from_field(station.stid);
    else
        spec.cids =
            sa::ManagementCids{.basic = Cid::from_field(station.stid),
                               .primary = Cid::from_field(kStationsPerSector + station.stid)};
    const auto ref = tables_.add_station(spec);
    AAIGW_CHECK(ref.has_value());
    station.ref = *ref;
    give_keys(station);
    AAIGW_CHECK(
        tables_
            .place_station(
                *ref,
                {.ip = kStationAddress, .udp_port = 4729, .port = kAccessPort, .mac = kStationMac})
            .has_value());
    for (std::size_t i = 0; i < spec_.flows_per_station; ++i) {
        const std::size_t flow = index * spec_.flows_per_station + i;
        if (flow == spec_.flows)
            break;
        sa::FlowSpec flow_spec{.slot = static_cast<std::uint8_t>(kFirstFid + i),
                               .gre_key = gre_key(flow)};
        if (spec_.zone == pdu::Zone::lzone)
            flow_spec.cid = cid_of(flow);
        AAIGW_CHECK(tables_.add_flow(*ref, flow_spec).has_value());
    }
}

void Population::give_keys(Station& station)
{
    std::array<std::uint8_t, crypto::kAesKeyBytes> tek;
    for (std::uint8_t& byte : tek)
        byte = static_cast<std::uint8_t>(random_());
    const bool mzone = spec_.zone == pdu::Zone::mzone;
    const std::uint32_t last =
        mzone ? pdu::kDownlinkPns.last.value() : pdu::kLzoneDownlinkPns.last.value();
    station.eks = static_cast<std::uint8_t>((station.eks + 1) % sa::kEksValues);
    const Eks eks = Eks::from_field(station.eks);
    const sa::ContextSpec spec{
        .zone = spec_.zone,
        .ak_sn = {},
        .cmac = {},
        .sas = {
            {.said = 1,
             .teks = {{.eks = eks,
                       .key = tek,
                       .send = sa::PnLimits{
                           .first = 1, .soft = last / 4 * 3, .hard = last, .ceiling = last}}}}}};
    const auto context = tables_.install_context(station.ref, spec);
    AAIGW_CHECK(context.has_value());
    const sa::SendChoice choice{.said = 1, .eks = eks};
    AAIGW_CHECK(tables_.switch_transmit(*context, {&choice, 1}).has_value());
    if (station.key != nullptr)
        AAIGW_CHECK(tables_.retire_context(station.context).has_value());
    station.context = *context;
    station.key = crypto::make_aes_key(tek);
    station.next_pn = mzone ? pdu::kUplinkPns.first.value() : pdu::kLzoneUplinkPns.first.value();
}

void Population::swap_contexts()
{
    for (Station& station : stations_)
        give_keys(station);
}

std::size_t Population::start_uplink(std::size_t flow, Bytes inner, std::uint8_t* out)
{
    Station& station = stations_[flow / spec_.flows_per_station];
    const std::uint32_t pn = station.next_pn++;
    const auto fid = Fid::from_field(kFirstFid + flow % spec_.flows_per_station);
    const MutableBytes room{out + kUplinkPduAt, inner.size() + 64};
    crypto::CryptoJob& job = engine_->take();
    std::size_t pdu_bytes = 0;
    std::uint16_t connection = station.stid;
    const auto fill = [&](const crypto::CcmNonce& nonce, MutableBytes payload) {
        std::memcpy(job.nonce.data(), nonce.data(), nonce.size());
        std::memcpy(payload.data(), inner.data(), inner.size());
        job.data = payload.data();
        job.icv = payload.data() + inner.size();
    };
    if (spec_.zone == pdu::Zone::mzone) {
        const auto pdu = pdu::build_mzone_protected(
            {.fid = fid, .payload_bytes = inner.size()},
            {.eks = Eks::from_field(station.eks), .pn = MzonePn::from_field(pn)},
            pdu::Protection::ccm_icv8, room);
        AAIGW_CHECK(pdu.has_value());
        fill(pdu::mzone_nonce(*pdu, Stid::from_field(station.stid)), pdu->payload);
        pdu_bytes = pdu->whole.size();
    } else {
        connection = cid_of(flow).value();
        const auto pdu =
            pdu::build_lzone_protected({.cid = cid_of(flow), .payload_bytes = inner.size()},
                                       Eks::from_field(station.eks), LzonePn::from_field(pn), room);
        AAIGW_CHECK(pdu.has_value());
        fill(pdu::lzone_nonce(*pdu), pdu->payload);
        pdu_bytes = pdu->whole.size();
    }
    job.length = static_cast<std::uint16_t>(inner.size());
    job.kind = crypto::JobKind::ccm_protect;
    job.icv_size = crypto::IcvSize::eight;
    job.key.aes = station.key.get();
    return write_uplink_headers(out, spec_.zone, station.sector, connection, pdu_bytes);
}

void Population::finish_uplink()
{
    engine_->submit();
    engine_->flush();
    while (!engine_->collect().empty()) {
    }
}

} // namespace aaigw::bench
