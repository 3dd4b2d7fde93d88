// What a host on the links has to do besides the traffic: ARP, ICMP echo, and word to senders of packets that do not fit.
#include "dataplane/net/arp.h"
#include "dataplane/net/icmp.h"
#include "dataplane/path/path.h"

#include <algorithm>
#include <cstring>

namespace aaigw::path {

bool Path::answer_arp(Packet& packet) noexcept
{
    const PortLink& link = links_.ports[packet.port];
    const auto arp = net::parse_arp(packet.bytes().subspan(net::kEthernetHeaderBytes));
    if (!arp || arp->target.address != link.address)
        return drop(packet, Verdict::drop_arp);
    if (arp->operation == net::ArpOperation::request) {
        const auto reply = net::answer_arp(packet.bytes(), be_bytes<6>(link.mac_bits));
        if (!reply)
            return drop(packet, Verdict::drop_arp);
        packet.narrow_to(*reply);
        return drop(packet, Verdict::answered);
    }
    // A reply is for the control thread, which knows what it has asked for. Anybody can send one.
    if (!arp_replies_.take(now_))
        return drop(packet, Verdict::drop_rate_limited);
    Event* const event = events_.claim();
    if (event == nullptr)
        return drop(packet, Verdict::drop_event_queue_full);
    const std::size_t length = std::min(net::kArpBytes, std::size_t{packet.length});
    event->kind = EventKind::arp;
    event->authenticity = Authenticity::none;
    event->port = packet.port;
    event->has_station = false;
    event->source = {.ip = arp->sender.address, .port = packet.port, .mac = arp->sender.mac};
    event->length = static_cast<std::uint16_t>(length);
    std::memcpy(event->message.data(), packet.data + net::kEthernetHeaderBytes, length);
    events_.publish();
    return drop(packet, Verdict::punted);
}

bool Path::answer_icmp(Packet& packet) noexcept
{
    const auto reply = net::answer_echo(packet.bytes());
    if (!reply)
        return drop(packet, Verdict::drop_icmp);
    packet.narrow_to(*reply);
    return drop(packet, Verdict::answered);
}

/// The error takes the packet's place: it has the verdict, and the packet is thrown away.
void Path::answer_too_big(Packet& packet, std::size_t max_inner_bytes) noexcept
{
    if (!net::may_answer_with_error(packet.bytes()) || !icmp_errors_.take(now_)) {
        finish(packet, Verdict::drop_too_big);
        return;
    }
    Packet* const error = source_.take();
    if (error == nullptr) {
        finish(packet, Verdict::drop_too_big);
        return;
    }
    const std::size_t room =
        std::min<std::size_t>(error->tailroom - kMinTailroom, net::kTooBigIpv6Bytes);
    const auto message = net::build_too_big(
        packet.bytes(), static_cast<std::uint16_t>(max_inner_bytes), {error->data, room});
    if (!message) {
        outbox_.discard(*error);
        finish(packet, Verdict::drop_too_big);
        return;
    }
    error->widen(0, message->size());
    error->station = packet.station;
    error->slot = packet.slot;
    error->flags = packet.flags;
    error->kind = packet.kind;
    error->note = 0;
    error->frame = packet.frame;
    if (send_to_core(*error) != Verdict::forwarded) {
        outbox_.discard(*error);
        finish(packet, Verdict::drop_too_big);
        return;
    }
    finish(*error, Verdict::too_big_answered);
    outbox_.discard(packet);
}

} // namespace aaigw::path
