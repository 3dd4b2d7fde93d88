#include "dataplane/path/events.h"

#include "dataplane/path/path.h"

#include <algorithm>
#include <cstring>

namespace aaigw::path {

namespace {

constexpr std::size_t kSourceMacAt = 6;
constexpr std::size_t kIpAt = 14;
constexpr std::size_t kSourceIpAt = kIpAt + 12;

} // namespace

/// Of the frame that the packet came in, which classify() has found to be UDP over IPv4.
sa::StationAddress Path::source_of(const Packet& packet) const noexcept
{
    const std::uint8_t* const frame = packet.frame;
    const std::size_t udp_at = kIpAt + 4 * std::size_t{frame[kIpAt] & 0xfU};
    const auto number = [frame]<std::size_t N>(std::size_t at) {
        return load_be(std::span<const std::uint8_t, N>{frame + at, N});
    };
    sa::StationAddress source{.ip = {static_cast<std::uint32_t>(number.operator()<4>(kSourceIpAt))},
                              .udp_port = static_cast<std::uint16_t>(number.operator()<2>(udp_at)),
                              .port = packet.port};
    std::memcpy(source.mac.data(), frame + kSourceMacAt, source.mac.size());
    return source;
}

/// False: the queue is full; the caller tries again at the next occasion.
bool Path::tell(EventKind kind, const Packet& packet, sa::TekRef tek, std::uint32_t number) noexcept
{
    Event* const event = events_.claim();
    if (event == nullptr) {
        stats_.events_lost.add();
        return false;
    }
    event->kind = kind;
    event->authenticity = Authenticity::none;
    event->zone = packet.kind == PacketKind::lzone_pdu || packet.has(kNoteLzone) ? pdu::Zone::lzone
                                                                                 : pdu::Zone::mzone;
    event->sector = packet.sector;
    event->port = packet.port;
    event->has_station = packet.station != nullptr;
    event->station = packet.station == nullptr ? sa::StationRef{} : packet.station->ref();
    event->tek = tek;
    event->connection = packet.connection;
    event->fid = packet.slot;
    event->number = number;
    event->source = packet.kind == PacketKind::downlink ? sa::StationAddress{} : source_of(packet);
    event->length = 0;
    events_.publish();
    return true;
}

void Path::notice(EventKind kind, const Packet& packet) noexcept
{
    if (notices_.take(now_))
        (void)tell(kind, packet, {}, packet.pn);
}

} // namespace aaigw::path
