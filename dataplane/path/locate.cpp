// Stage 2: the station that a frame is for or from, and the worker that owns it.
#include "dataplane/path/path.h"

namespace aaigw::path {

namespace {

/// Behind the generic MAC header's first three bytes (IEEE 802.16-2009 6.3.2.1.1).
constexpr std::size_t kCidAt = 3;

void fetch_station(const sa::Station& station) noexcept
{
    __builtin_prefetch(&station);
}

} // namespace

/// Memory is waited for once a batch, not once a packet: each loop asks for what the next one reads.
void Path::locate(Batch& frames) noexcept
{
    fetch_places(frames);
    frames.keep_if([this](Packet& packet) { return find_station(packet); });
    frames.keep_if([this](Packet& packet) { return check_owner(packet); });
}

void Path::fetch_places(const Batch& frames) noexcept
{
    for (const Packet* const packet : frames.packets()) {
        const void* place = nullptr;
        if (packet->kind == PacketKind::downlink)
            place = tables_.gre().place_of(packet->gre_key);
        else if (packet->kind == PacketKind::mzone_burst)
            place = tables_.stid_place(packet->sector, Stid::from_field(packet->connection));
        else if (packet->length >= kCidAt + 2)
            place = tables_.cid_place(
                packet->sector,
                Cid::from_field(load_be(Bytes{packet->bytes()}.subspan(kCidAt).first<2>())));
        __builtin_prefetch(place);
    }
}

bool Path::find_station(Packet& packet) noexcept
{
    packet.station = nullptr;
    if (packet.kind == PacketKind::downlink)
        return find_flow(packet);
    if (packet.kind != PacketKind::mzone_burst)
        return find_lzone_station(packet);
    const auto* const place =
        tables_.stid_place(packet.sector, Stid::from_field(packet.connection));
    const std::uint32_t found = place == nullptr ? 0 : place->load(std::memory_order_acquire);
    // Without a station there may still be a ranging request in the burst: its PDUs decide.
    if (found == 0)
        return true;
    packet.station = &tables_.station(found - 1);
    fetch_station(*packet.station);
    __builtin_prefetch(&packet.station->flows);
    return true;
}

bool Path::find_flow(Packet& packet) noexcept
{
    const sa::GreEntry entry = tables_.gre().find(packet.gre_key);
    if (!entry.exists()) [[unlikely]]
        return drop(packet, Verdict::drop_unknown_data_path);
    packet.station = &tables_.station(entry.station());
    packet.slot = entry.slot();
    packet.flags = entry.flags();
    fetch_station(*packet.station);
    if (links_.core_peer_count > 1)
        __builtin_prefetch(&packet.station->flows);
    return true;
}

/// By the first PDU of the burst; each PDU is looked up again by its own CID.
bool Path::find_lzone_station(Packet& packet) noexcept
{
    if (packet.length < kCidAt + 2)
        return true;
    const auto cid = Cid::from_field(load_be(Bytes{packet.bytes()}.subspan(kCidAt).first<2>()));
    const auto* const place = tables_.cid_place(packet.sector, cid);
    const sa::CidEntry entry{place == nullptr ? 0 : place->load(std::memory_order_acquire)};
    if (!entry.exists())
        return true;
    packet.station = &tables_.station(entry.station());
    fetch_station(*packet.station);
    __builtin_prefetch(&packet.station->flows);
    return true;
}

bool Path::check_owner(Packet& packet) noexcept
{
    const sa::Station* const station = packet.station;
    if (station == nullptr)
        return true;
    if (station->owner != worker_) {
        packet.worker = station->owner;
        return drop(packet, Verdict::handed_over);
    }
    const sa::Snapshot* const keys = station->snapshot.load(std::memory_order_acquire);
    if (packet.kind == PacketKind::downlink)
        __builtin_prefetch(keys == nullptr ? nullptr : &keys->transmit);
    else if (packet.kind == PacketKind::mzone_burst)
        __builtin_prefetch(keys);
    else
        __builtin_prefetch(keys == nullptr ? nullptr : &keys->lzone);
    return true;
}

} // namespace aaigw::path
