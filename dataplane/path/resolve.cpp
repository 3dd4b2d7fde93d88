// Stage 4: the keys that a packet is to be sent under, or was sent under.
#include "dataplane/path/path.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"

namespace aaigw::path {

namespace {

std::size_t sa_of(std::uint8_t flow_flags) noexcept
{
    return (flow_flags & sa::kFlowSecondSa) != 0 ? 1 : 0;
}

/// Of the frame that the packet came in.
Ipv4Address source_of_ip(const Packet& packet) noexcept
{
    constexpr std::size_t kSourceIpAt = 14 + 12;
    const std::span<const std::uint8_t, 4> field{packet.frame + kSourceIpAt, 4};
    return {static_cast<std::uint32_t>(load_be(field))};
}

/// An AGMH without extended headers whose length is that of the PDU, and room for what follows it.
bool has_plain_prefix(const Packet& packet, pdu::HeaderKind kind) noexcept
{
    if (kind != pdu::HeaderKind::agmh || packet.length < pdu::kMzonePrefixBytes ||
        packet.length > pdu::max_pdu_bytes(kind))
        return false;
    const std::uint64_t field = load_be(Bytes{packet.bytes()}.first<pdu::kMacHeaderBytes>());
    return (field & 0xfff) == packet.length;
}

} // namespace

void Path::resolve(Batch& items) noexcept
{
    items.keep_if([this](Packet& packet) {
        switch (packet.kind) {
        case PacketKind::downlink:
            return resolve_downlink(packet);
        case PacketKind::mzone_pdu:
            return resolve_mzone(packet);
        default:
            return resolve_lzone(packet);
        }
    });
}

bool Path::resolve_downlink(Packet& packet) noexcept
{
    const sa::Station& station = *packet.station;
    // With one peer only, the flow's own cache line need not be touched.
    const std::size_t peer =
        links_.core_peer_count == 1 ? 0 : station.flow(packet.slot).core_peer();
    if (source_of_ip(packet) != links_.core_peers[peer].address) [[unlikely]]
        return drop(packet, Verdict::drop_foreign_peer);
    const sa::Snapshot* const keys = station.snapshot.load(std::memory_order_acquire);
    packet.tx = keys == nullptr ? nullptr : keys->transmit[sa_of(packet.flags)];
    if (packet.tx == nullptr) [[unlikely]]
        return drop(packet, Verdict::drop_no_key);
    __builtin_prefetch(packet.tx, 1);
    packet.note = 0;
    if (keys->transmit_zone == pdu::Zone::lzone) {
        packet.mark(kNoteLzone);
        packet.connection = station.flow(packet.slot).cid().value();
    } else {
        packet.connection = station.stid.load(std::memory_order_relaxed);
    }
    // The keys of a flow or station that has just been removed may still be found; its name not. 0 is nobody's.
    if (packet.connection == 0) [[unlikely]]
        return drop(packet, Verdict::drop_unknown_flow);
    if (!station.address.known()) [[unlikely]] {
        packet.pn = 0;
        notice(EventKind::no_address, packet);
        return drop(packet, Verdict::drop_no_address);
    }
    return true;
}

bool Path::resolve_mzone(Packet& packet) noexcept
{
    const Fid fid = Fid::from_field(packet.slot);
    if (fid == pdu::kClearControlFid)
        return resolve_mzone_control(packet);
    packet.note = 0;
    if (packet.station == nullptr)
        return drop_unknown_station(packet);
    if (fid == pdu::kEncryptedControlFid) {
        packet.flags = 0;
        packet.mark(kNoteControl);
    } else {
        const sa::FlowWord flow = packet.station->flow(packet.slot);
        if (!flow.exists())
            return drop(packet, Verdict::drop_unknown_flow);
        packet.flags = flow.flags();
    }
    const auto kind =
        (packet.flags & sa::kFlowSpmh) != 0 ? pdu::HeaderKind::spmh : pdu::HeaderKind::agmh;
    // How long the ICV is, the SA knows, and which SA it is, the EKS says: so it is left with the payload for now.
    if (!has_plain_prefix(packet, kind)) {
        const auto pdu = pdu::parse_mzone_protected(packet.bytes(), kind, pdu::Protection::ctr);
        if (!pdu) [[unlikely]]
            return drop(packet, Verdict::drop_pdu);
        packet.payload_at = static_cast<std::uint32_t>(pdu->payload.data() - packet.data);
    } else {
        packet.payload_at = pdu::kMzonePrefixBytes;
    }
    const pdu::SecurityHeader security =
        pdu::parse_security_header(std::span<const std::uint8_t, pdu::kSecurityHeaderBytes>{
            packet.data + packet.payload_at - pdu::kSecurityHeaderBytes,
            pdu::kSecurityHeaderBytes});
    packet.pn = security.pn.value();
    return resolve_key(packet, pdu::Zone::mzone, sa_of(packet.flags), security.eks,
                       pdu::direction_of(security.pn));
}

bool Path::drop_unknown_station(Packet& packet) noexcept
{
    packet.pn = 0;
    notice(EventKind::unknown_station, packet);
    return drop(packet, Verdict::drop_unknown_station);
}

bool Path::resolve_lzone(Packet& packet) noexcept
{
    // Whether it is encrypted decides how it is read; the cursor has checked that there is a header.
    const bool encrypted = (packet.data[0] & 0x40) != 0;
    const Cid cid = Cid::from_field(load_be(Bytes{packet.bytes()}.subspan<3, 2>()));
    packet.connection = cid.value();
    const auto* const place = tables_.cid_place(packet.sector, cid);
    const sa::CidEntry entry{place == nullptr ? 0 : place->load(std::memory_order_acquire)};
    packet.station = entry.exists() ? &tables_.station(entry.station()) : nullptr;
    packet.slot = entry.slot();
    packet.note = 0;
    if (packet.station != nullptr && packet.station->owner != worker_) {
        packet.worker = packet.station->owner;
        return drop(packet, Verdict::handed_over);
    }
    const bool secondary = entry.exists() && entry.use() == sa::CidUse::secondary;
    const bool transport = entry.exists() && entry.use() == sa::CidUse::transport;
    if (!transport && !secondary && !encrypted)
        return resolve_lzone_control(packet);
    if (packet.station == nullptr)
        return drop_unknown_station(packet);
    if (!transport && !secondary)
        return drop(packet, Verdict::drop_pdu);
    if (!encrypted)
        return drop(packet, Verdict::drop_clear_data);

    const auto pdu = pdu::parse_lzone_protected(packet.bytes());
    // Subheaders would make the payload something else than one IP packet or message.
    if (!pdu || pdu->header.type != 0) [[unlikely]]
        return drop(packet, Verdict::drop_pdu);
    packet.flags = transport ? packet.station->flow(packet.slot).flags() : 0;
    if (secondary)
        packet.mark(kNoteControl);
    packet.pn = pdu->pn.value();
    packet.payload_at = static_cast<std::uint32_t>(pdu->payload.data() - packet.data);
    packet.narrow_to(packet.bytes().first(packet.length - pdu->crc.size()));
    return resolve_key(packet, pdu::Zone::lzone, sa_of(packet.flags), pdu->header.eks,
                       pdu::direction_of(pdu->pn));
}

bool Path::resolve_key(Packet& packet, pdu::Zone zone, std::size_t sa, Eks eks,
                       LinkDirection half) noexcept
{
    // What comes from a station that we send downlink to is in the uplink half, and the other way round.
    if (half == packet.station->sends)
        return drop(packet, Verdict::drop_wrong_half);
    const sa::Snapshot* const keys = packet.station->snapshot.load(std::memory_order_acquire);
    packet.rx = keys == nullptr ? nullptr : keys->receive(zone)[sa][eks.value()];
    if (packet.rx == nullptr) [[unlikely]] {
        notice(EventKind::unknown_key, packet);
        return drop(packet, Verdict::drop_no_key);
    }
    __builtin_prefetch(packet.rx, 1);
    packet.older = nullptr;
    sa::SaRx* const older = keys->older_key(zone, sa, eks);
    if (older == nullptr) [[likely]]
        return true;
    // Opening wipes what it refuses, so that a second key needs a copy. Without a buffer the newer key has to do.
    packet.older = copy_of(packet, packet.bytes());
    if (packet.older != nullptr) {
        packet.older->kind = packet.kind;
        packet.older->pn = packet.pn;
        packet.older->payload_at = packet.payload_at;
        packet.older->rx = older;
        packet.older->note = packet.note;
        packet.older->mark(kNoteSecondary);
    }
    return true;
}

} // namespace aaigw::path
