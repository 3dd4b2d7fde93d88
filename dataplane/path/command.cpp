// What the control thread has sent: its messages to stations, and frames of its own.
#include "dataplane/path/path.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"

#include <cstring>

namespace aaigw::path {

bool Path::command(const Command& command, Packet& packet, Batch& items) noexcept
{
    if (command.kind == CommandKind::set_address) {
        set_address(command);
        outbox_.discard(packet);
        return false;
    }
    packet.frame = packet.data;
    packet.station = nullptr;
    packet.kind = PacketKind::none;
    if (command.length > command.message.size() ||
        command.length + kMinTailroom > packet.tailroom) {
        finish(packet, Verdict::drop_too_big);
        return true;
    }
    std::memcpy(packet.data, command.message.data(), command.length);
    packet.widen(0, command.length);
    packet.port = command.port;
    packet.older = nullptr;
    packet.note = 0;
    if (command.kind == CommandKind::frame)
        finish(packet, Verdict::forwarded);
    else
        send_message(command, packet, items);
    return true;
}

/// Null when it is gone. Its keys are looked at first: those of a later station in its place come after that one's
/// generation.
sa::Station* Path::find_live(sa::StationRef ref) const noexcept
{
    sa::Station& station = tables_.station(ref.index);
    const bool is_there = station.snapshot.load(std::memory_order_acquire) != nullptr;
    return is_there && station.ref() == ref ? &station : nullptr;
}

/// What a verified PDU has said of a station's place is newer than what the control thread was told.
void Path::set_address(const Command& command) noexcept
{
    sa::Station* const station = find_live(command.station);
    if (station != nullptr && !station->address.known())
        station->address.set(command.address);
}

void Path::send_message(const Command& command, Packet& packet, Batch& items) noexcept
{
    packet.station = find_live(command.station);
    if (packet.station == nullptr) {
        finish(packet, Verdict::drop_unknown_station);
        return;
    }
    const sa::Station& station = *packet.station;
    if (!station.address.known()) {
        finish(packet, Verdict::drop_no_address);
        return;
    }
    const bool lzone = command.zone == pdu::Zone::lzone;
    const bool clear = lzone ? !command.is_protected : command.fid == pdu::kClearControlFid.value();
    packet.slot = command.fid;
    packet.flags = 0;
    packet.connection = lzone ? command.cid.value() : station.stid.load();
    if (clear) {
        if (lzone)
            send_clear_lzone(packet);
        else
            send_clear_mzone(packet);
        return;
    }
    // Control messages are sent under the primary SA, and share its PNs (IEEE 802.16.1-2012 6.2.5.2.3).
    const sa::Snapshot* const keys = station.snapshot.load(std::memory_order_acquire);
    packet.tx =
        keys == nullptr || keys->transmit_zone != command.zone ? nullptr : keys->transmit[0];
    if (packet.tx == nullptr) {
        finish(packet, Verdict::drop_no_key);
        return;
    }
    packet.kind = PacketKind::downlink;
    if (lzone)
        packet.mark(kNoteLzone);
    items.add(packet);
}

void Path::send_clear_mzone(Packet& packet) noexcept
{
    const pdu::MzoneFields fields{.fid = pdu::kClearControlFid, .payload_bytes = packet.length};
    packet.widen(pdu::kMacHeaderBytes, 0);
    send_clear(packet, pdu::Zone::mzone,
               pdu::build_mzone_clear(fields, packet.bytes()).has_value());
}

void Path::send_clear_lzone(Packet& packet) noexcept
{
    const pdu::LzoneFields fields{.cid = Cid::from_field(packet.connection),
                                  .payload_bytes = packet.length};
    packet.widen(pdu::kGenericHeaderBytes, 0);
    send_clear(packet, pdu::Zone::lzone,
               pdu::build_lzone_clear(fields, packet.bytes()).has_value());
}

/// `is_built`: the PDU's own length field can say how long it is.
void Path::send_clear(Packet& packet, pdu::Zone zone, bool is_built) noexcept
{
    const PortLink& link = links_.ports[packet.station->address.get().port];
    if (!is_built || kAccessOuterBytes + packet.length > link.mtu) {
        finish(packet, Verdict::drop_too_big);
        return;
    }
    address_to_station(packet, zone);
    finish(packet, Verdict::forwarded);
}

} // namespace aaigw::path
