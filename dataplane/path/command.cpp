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

/// What a verified PDU has said of a station's place is newer than what the control thread was told.
void Path::set_address(const Command& command) noexcept
{
    sa::Station& station = tables_.station(command.station.index);
    if (station.generation == command.station.generation && !station.address.known())
        station.address.set(command.address);
}

void Path::send_message(const Command& command, Packet& packet, Batch& items) noexcept
{
    sa::Station& station = tables_.station(command.station.index);
    if (station.generation != command.station.generation) {
        finish(packet, Verdict::drop_unknown_station);
        return;
    }
    packet.station = &station;
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
    if (!pdu::build_mzone_clear(fields, packet.bytes())) {
        finish(packet, Verdict::drop_too_big);
        return;
    }
    address_to_station(packet, pdu::Zone::mzone);
    finish(packet, Verdict::forwarded);
}

void Path::send_clear_lzone(Packet& packet) noexcept
{
    const pdu::LzoneFields fields{.cid = Cid::from_field(packet.connection),
                                  .payload_bytes = packet.length};
    packet.widen(pdu::kGenericHeaderBytes, 0);
    if (!pdu::build_lzone_clear(fields, packet.bytes())) {
        finish(packet, Verdict::drop_too_big);
        return;
    }
    address_to_station(packet, pdu::Zone::lzone);
    finish(packet, Verdict::forwarded);
}

} // namespace aaigw::path
