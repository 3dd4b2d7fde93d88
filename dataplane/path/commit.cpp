// Stage 7: what the engine has finished. Only here do replay windows and addresses move, and only after the ICV matched.
#include "dataplane/net/inner.h"
#include "dataplane/net/udp.h"
#include "dataplane/path/path.h"
#include "dataplane/pdu/gre.h"
#include "dataplane/pdu/lzone_pdu.h"

#include <algorithm>
#include <cstring>

namespace aaigw::path {

namespace {

constexpr std::size_t kDownlinkOuterBytes = net::kEthernetHeaderBytes + net::kIpv4HeaderBytes +
                                            net::kUdpHeaderBytes + pdu::kGsmtapHeaderBytes;
constexpr std::size_t kUplinkOuterBytes =
    net::kEthernetHeaderBytes + net::kIpv4HeaderBytes + pdu::kGreHeaderBytes;

template <std::size_t N>
std::span<std::uint8_t, N> field(std::uint8_t* at) noexcept
{
    return std::span<std::uint8_t, N>{at, N};
}

} // namespace

void Path::commit() noexcept
{
    for (auto done = engine_.collect(); !done.empty(); done = engine_.collect()) {
        // A packet has waited for a hundred others: it and the place of its headers are no longer near.
        for (const crypto::CryptoJob& job : done)
            __builtin_prefetch(job.owner, 1);
        for (const crypto::CryptoJob& job : done)
            __builtin_prefetch(static_cast<const Packet*>(job.owner)->data - kDownlinkOuterBytes,
                               1);
        for (const crypto::CryptoJob& job : done)
            finish_job(job);
        jobs_finished_ += done.size();
    }
}

void Path::finish_job(const crypto::CryptoJob& job) noexcept
{
    Packet& packet = *static_cast<Packet*>(job.owner);
    if (packet.kind == PacketKind::downlink)
        finish_protected(packet);
    else if (packet.kind == PacketKind::cmac)
        commit_cmac(packet, job);
    else
        finish_opened(packet, job.status);
}

void Path::finish_protected(Packet& packet) noexcept
{
    const bool lzone = packet.has(kNoteLzone);
    if (lzone && (packet.flags & sa::kFlowCrc) != 0) {
        pdu::LzonePdu pdu;
        pdu.whole = packet.bytes();
        pdu.crc = pdu.whole.last(pdu::kLzoneCrcBytes);
        pdu::write_crc(pdu);
    }
    address_to_station(packet, lzone ? pdu::Zone::lzone : pdu::Zone::mzone);
    stats_.pdus_protected.add();
    finish(packet, Verdict::forwarded);
}

/// Puts Ethernet, IPv4, UDP and GSMTAP in front of one PDU; its STID or CID is the packet's connection.
void Path::address_to_station(Packet& packet, pdu::Zone zone) noexcept
{
    const sa::Station& station = *packet.station;
    const std::uint64_t to = station.address.ip_bits();
    packet.port = static_cast<std::uint8_t>(to >> 8);
    const PortLink& link = links_.ports[packet.port];
    const std::size_t gsmtap_bytes = pdu::kGsmtapHeaderBytes + packet.length;
    packet.widen(kDownlinkOuterBytes, 0);
    std::uint8_t* at = packet.data;
    write_ethernet_ipv4(at, station.address.mac_bits(), link.mac_bits);
    at += net::kEthernetHeaderBytes;
    link.udp.write(field<net::kIpv4HeaderBytes>(at), {static_cast<std::uint32_t>(to >> 32)},
                   net::kUdpHeaderBytes + gsmtap_bytes);
    at += net::kIpv4HeaderBytes;
    net::write_udp(field<net::kUdpHeaderBytes>(at),
                   {.source_port = pdu::station_port(station.sector, packet.connection),
                    .destination_port = pdu::kGsmtapPort},
                   gsmtap_bytes);
    at += net::kUdpHeaderBytes;
    const auto gsmtap = pdu::GsmtapWords::of(
        {.zone = zone,
         .direction = station.sends,
         .stid = zone == pdu::Zone::lzone ? Stid{} : Stid::from_field(packet.connection),
         .frame_number = frame_number_,
         .sector = station.sector});
    store_be(field<8>(at), gsmtap.front);
    store_be(field<8>(at + 8), gsmtap.back);
}

void Path::finish_opened(Packet& packet, crypto::JobStatus status) noexcept
{
    if (packet.has(kNoteUnneeded)) {
        outbox_.discard(packet);
        return;
    }
    if (status != crypto::JobStatus::done) [[unlikely]] {
        // With an older key still to come, that one's result decides.
        if (packet.older != nullptr)
            outbox_.discard(packet);
        else
            refuse(packet);
        return;
    }
    if (packet.older != nullptr)
        packet.older->mark(kNoteUnneeded);

    sa::SaRx& rx = *packet.rx;
    // Again, since a second copy may have been in the same batch.
    const sa::Arrival arrival = rx.window.record(packet.pn);
    if (arrival == sa::Arrival::replayed) {
        rx.replays.add();
        finish(packet, Verdict::drop_replay);
        return;
    }
    const std::size_t inner_bytes =
        packet.length - packet.payload_at - pdu::icv_bytes(rx.protection);
    rx.packets.add();
    rx.bytes.add(inner_bytes);
    // Without an ICV nothing is proven: neither who sent it, nor that the peer has the key.
    if (rx.protection != pdu::Protection::ctr) [[likely]] {
        if (arrival == sa::Arrival::newest)
            learn_address(packet);
        if (!rx.first_use_raised) [[unlikely]]
            rx.first_use_raised = tell(EventKind::first_use, packet, rx.tek_ref, packet.pn);
    }
    if (packet.has(kNoteSecondary))
        stats_.older_key_opened.add();
    stats_.pdus_opened.add();
    finish(packet, deliver(packet, inner_bytes));
}

/// A forgery, or a key that the two ends do not share.
void Path::refuse(Packet& packet) noexcept
{
    sa::SaRx& rx = *packet.rx;
    rx.icv_failures.add();
    const std::uint64_t failures = rx.icv_failures.value();
    if (failures >= sa::kIcvFailuresSoft && !rx.failures_raised)
        rx.failures_raised = tell(EventKind::icv_failures, packet, rx.tek_ref, packet.pn);
    if (failures >= sa::kIcvFailuresHard)
        rx.halted = true;
    finish(packet, Verdict::drop_icv);
}

Verdict Path::deliver(Packet& packet, std::size_t inner_bytes) noexcept
{
    const MutableBytes inner = packet.bytes().subspan(packet.payload_at, inner_bytes);
    if (packet.has(kNoteControl)) [[unlikely]] {
        if (packet.rx->protection != pdu::Protection::ctr)
            return punt(packet, Authenticity::verified, inner, packet.rx->tek_ref);
        // Anybody can have written it.
        return unauthenticated_.take(now_) ? punt(packet, Authenticity::none, inner, {})
                                           : Verdict::drop_rate_limited;
    }
    packet.narrow_to(inner);
    return send_to_core(packet);
}

/// Puts Ethernet, IPv4 and GRE in front of an IP packet of the station's flow.
Verdict Path::send_to_core(Packet& packet) noexcept
{
    const auto protocol = net::inner_protocol(packet.bytes());
    if (!protocol)
        return Verdict::drop_inner_packet;
    const sa::FlowWord flow = packet.station->flow(packet.slot);
    if (!flow.exists())
        return Verdict::drop_unknown_flow;
    const CorePeer& peer = links_.core_peers[flow.core_peer()];
    const std::uint64_t mac = peer.mac_bits.load(std::memory_order_relaxed);
    if (mac == 0) [[unlikely]] {
        notice(EventKind::no_address, packet);
        return Verdict::drop_no_address;
    }
    const PortLink& link = links_.ports[peer.port];
    const std::size_t gre_bytes = pdu::kGreHeaderBytes + packet.length;
    if (net::kIpv4HeaderBytes + gre_bytes > link.mtu)
        return Verdict::drop_too_big;

    packet.widen(kUplinkOuterBytes, 0);
    packet.port = peer.port;
    std::uint8_t* at = packet.data;
    write_ethernet_ipv4(at, mac, link.mac_bits);
    at += net::kEthernetHeaderBytes;
    link.gre.write(field<net::kIpv4HeaderBytes>(at), peer.address, gre_bytes);
    at += net::kIpv4HeaderBytes;
    const auto type =
        *protocol == net::InnerProtocol::ipv4 ? pdu::GreProtocol::ipv4 : pdu::GreProtocol::ipv6;
    store_be(field<8>(at), pdu::gre_word({.key = flow.gre_key(), .protocol = type}));
    return Verdict::forwarded;
}

/// Only from a PDU that is verified and newer than all before it: an old one that was held back proves nothing of now.
void Path::learn_address(const Packet& packet) noexcept
{
    sa::AddressCell& known = packet.station->address;
    const SourceBits source = source_bits(packet);
    if (known.ip_bits() == source.ip && known.mac_bits() == source.mac) [[likely]]
        return;
    // The outer headers are nobody's word: what is sent back must go to one host, and not to everybody.
    constexpr std::uint64_t kGroup = std::uint64_t{1} << 40;
    if (source.mac != 0 && (source.mac & kGroup) == 0 &&
        is_host_address({static_cast<std::uint32_t>(source.ip >> 32)}))
        known.set(source.ip, source.mac);
}

} // namespace aaigw::path
