#include "dataplane/net/arp.h"

#include <algorithm>

namespace aaigw::net {

namespace {

/// Hardware type Ethernet, protocol type IPv4, 6 and 4 bytes of address each.
constexpr std::uint64_t kFormat = 0x0001'0800'06'04;

constexpr std::size_t kArpFrameBytes = kEthernetHeaderBytes + kArpBytes;

ArpParty read_party(Reader& in) noexcept
{
    ArpParty party;
    const Bytes mac = in.bytes(party.mac.size());
    std::ranges::copy(mac, party.mac.begin());
    party.address = {in.u32()};
    return party;
}

bool may_send(ArpOperation operation, const ArpParty& sender) noexcept
{
    const bool is_probe = operation == ArpOperation::request && sender.address == Ipv4Address{};
    return !is_group(sender.mac) && sender.mac != MacAddress{} &&
           (is_probe || is_host_address(sender.address));
}

/// Fills all of `out`, with zeros behind the packet.
void write_frame(MutableBytes out, const MacAddress& to, const ArpPacket& packet) noexcept
{
    write_ethernet(out.first<kEthernetHeaderBytes>(),
                   {.destination = to, .source = packet.sender.mac, .type = EtherType::arp});
    Writer arp{out.subspan(kEthernetHeaderBytes)};
    arp.bytes(be_bytes<6>(kFormat));
    arp.u16(static_cast<std::uint16_t>(packet.operation));
    for (const ArpParty& party : {packet.sender, packet.target}) {
        arp.bytes(party.mac);
        arp.u32(party.address.value);
    }
    std::ranges::fill(out.subspan(kArpFrameBytes), std::uint8_t{0});
}

} // namespace

Parsed<ArpPacket> parse_arp(Bytes payload) noexcept
{
    Reader in{payload};
    const Bytes format = in.bytes(6);
    ArpPacket packet;
    packet.operation = static_cast<ArpOperation>(in.u16());
    packet.sender = read_party(in);
    packet.target = read_party(in);
    if (!in.ok())
        return reject(NetError::truncated);
    if (load_be(format.first<6>()) != kFormat)
        return reject(NetError::arp_bad_format);
    if (packet.operation != ArpOperation::request && packet.operation != ArpOperation::reply)
        return reject(NetError::arp_bad_operation);
    if (!may_send(packet.operation, packet.sender))
        return reject(NetError::arp_bad_sender);
    return packet;
}

Parsed<MutableBytes> answer_arp(MutableBytes frame, const MacAddress& own_mac) noexcept
{
    const auto ethernet = parse_ethernet(frame);
    if (!ethernet)
        return reject(ethernet.error());
    if (ethernet->header.type != EtherType::arp)
        return reject(NetError::arp_bad_format);
    const auto request = parse_arp(ethernet->payload);
    if (!request)
        return reject(request.error());
    if (request->operation != ArpOperation::request)
        return reject(NetError::arp_not_request);

    const MutableBytes reply = frame.first(std::min(frame.size(), kEthernetMinimumBytes));
    write_frame(reply, request->sender.mac,
                {.operation = ArpOperation::reply,
                 .sender = {own_mac, request->target.address},
                 .target = request->sender});
    return reply;
}

void write_arp_request(ArpFrame out, const ArpParty& self, Ipv4Address target,
                       const MacAddress& to) noexcept
{
    write_frame(out, to,
                {.operation = ArpOperation::request, .sender = self, .target = {{}, target}});
}

void write_arp_announcement(ArpFrame out, const ArpParty& self) noexcept
{
    write_arp_request(out, self, self.address);
}

} // namespace aaigw::net
