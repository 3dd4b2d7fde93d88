#include "dataplane/path/events.h"

#include "dataplane/path/path.h"

namespace aaigw::path {

namespace {

constexpr std::size_t kSourceMacAt = 6;
constexpr std::size_t kIpAt = 14;
constexpr std::size_t kSourceIpAt = kIpAt + 12;

template <std::size_t N>
std::uint64_t number(const std::uint8_t* at) noexcept
{
    return load_be(std::span<const std::uint8_t, N>{at, N});
}

} // namespace

/// Where the packet's frame came from, which classify() has found to be UDP over IPv4.
Path::SourceBits Path::source_bits(const Packet& packet) noexcept
{
    const std::uint8_t* const frame = packet.frame;
    const std::size_t udp_at = kIpAt + 4 * std::size_t{frame[kIpAt] & 0xfU};
    return {.ip = number<4>(frame + kSourceIpAt) << 32 | number<2>(frame + udp_at) << 16 |
                  std::uint64_t{packet.port} << 8,
            .mac = number<8>(frame + kSourceMacAt) >> 16};
}

sa::StationAddress Path::source_of(const Packet& packet) noexcept
{
    const SourceBits bits = source_bits(packet);
    sa::AddressCell cell;
    cell.set(bits.ip, bits.mac);
    return cell.get();
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
