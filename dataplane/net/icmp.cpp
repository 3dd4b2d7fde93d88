#include "dataplane/net/icmp.h"

#include "dataplane/net/inner.h"

#include <algorithm>

namespace aaigw::net {

namespace {

// RFC 792 and the registry of ICMP types.
constexpr std::uint8_t kEchoReply = 0;
constexpr std::uint8_t kDestinationUnreachable = 3;
constexpr std::uint8_t kFragmentationNeeded = 4; ///< its code
constexpr std::uint8_t kEchoRequest = 8;

// RFC 4443; 137 is RFC 4861.
constexpr std::uint8_t kIcmpv6PacketTooBig = 2;
constexpr std::uint8_t kIcmpv6Informational = 0x80; ///< the bit of types that are no errors
constexpr std::uint8_t kIcmpv6Redirect = 137;

/// Internetwork control, which RFC 1812 4.3.2.5 wants on ICMP errors.
constexpr std::uint8_t kPrecedenceOfErrors = 0xc0;
constexpr std::uint8_t kDscp = 0xfc;

/// Whether `type` is one of those known to ask or to answer.
constexpr bool is_icmp_query(std::uint8_t type) noexcept
{
    // Echo; router discovery (RFC 1256); timestamp, information and address mask (RFC 792, RFC 950).
    return type == kEchoReply || (type >= kEchoRequest && type <= 10) || (type >= 13 && type <= 18);
}

/// Whether the options are well-formed (RFC 791 3.1) and without a source route.
bool may_leave_out(Bytes options) noexcept
{
    constexpr std::uint8_t kEndOfOptions = 0;
    constexpr std::uint8_t kNoOperation = 1;
    constexpr std::uint8_t kLooseSourceRoute = 131;
    constexpr std::uint8_t kStrictSourceRoute = 137;

    while (!options.empty() && options[0] != kEndOfOptions) {
        std::size_t length = 1;
        if (options[0] != kNoOperation) {
            if (options[0] == kLooseSourceRoute || options[0] == kStrictSourceRoute)
                return false;
            length = options.size() < 2 ? 0 : options[1];
            if (length < 2 || length > options.size())
                return false;
        }
        options = options.subspan(length);
    }
    return true;
}

/// Checks all that an echo request has to be, and gives its place.
Parsed<Ipv4Packet> parse_echo_request(const EthernetFrame& frame) noexcept
{
    const auto packet = parse_ipv4(frame.payload);
    if (!packet)
        return reject(packet.error());
    if (packet->header.protocol != IpProtocol::icmp)
        return reject(NetError::icmp_not_echo_request);
    if (packet->payload.size() < kIcmpHeaderBytes)
        return reject(NetError::truncated);
    InternetSum sum;
    sum.add(packet->payload);
    if (!sum.is_right())
        return reject(NetError::icmp_checksum_mismatch);
    if (packet->payload[0] != kEchoRequest || packet->payload[1] != 0)
        return reject(NetError::icmp_not_echo_request);

    if (is_group(frame.header.source) || is_group(frame.header.destination) ||
        !is_host_address(packet->header.source) || !is_host_address(packet->header.destination))
        return reject(NetError::icmp_must_not_answer);
    const Bytes options = frame.payload.first(packet->header_bytes).subspan(kIpv4HeaderBytes);
    if (!may_leave_out(options))
        return reject(NetError::ipv4_bad_options);
    return packet;
}

/// Not of a group, and neither :: nor ::1.
bool is_ipv6_host(std::span<const std::uint8_t, 16> address) noexcept
{
    constexpr std::uint8_t kMulticast = 0xff;
    const bool is_low =
        std::ranges::all_of(address.first<15>(), [](auto byte) { return byte == 0; });
    return address[0] != kMulticast && !(is_low && address[15] <= 1);
}

/// `packet` ends where its header says.
bool may_answer_ipv4(Bytes packet) noexcept
{
    constexpr std::uint64_t kOffset = 0x1fff;

    const Bytes header = packet.first(4 * std::size_t{packet[0] & 0xfU});
    const Bytes payload = packet.subspan(header.size());
    InternetSum sum;
    sum.add(header);
    const Ipv4Address source{static_cast<std::uint32_t>(load_be(header.subspan<12, 4>()))};
    const Ipv4Address destination{static_cast<std::uint32_t>(load_be(header.subspan<16, 4>()))};
    if (!sum.is_right() || !is_host_address(source) || !is_host_address(destination))
        return false;
    if ((load_be(header.subspan<6, 2>()) & kOffset) != 0)
        return false;
    if (static_cast<IpProtocol>(header[9]) != IpProtocol::icmp)
        return true;
    return !payload.empty() && is_icmp_query(payload[0]);
}

/// `packet` ends where its header says.
bool may_answer_ipv6(Bytes packet) noexcept
{
    // RFC 8200 4, RFC 4302 2, RFC 6275 6.1, RFC 7401 5.1, RFC 5533 5.1.
    constexpr std::uint8_t kHopByHop = 0;
    constexpr std::uint8_t kRouting = 43;
    constexpr std::uint8_t kFragment = 44;
    constexpr std::uint8_t kAuthentication = 51;
    constexpr std::uint8_t kIcmpv6 = 58;
    constexpr std::uint8_t kDestinationOptions = 60;
    constexpr std::uint8_t kMobility = 135;
    constexpr std::uint8_t kHip = 139;
    constexpr std::uint8_t kShim6 = 140;
    constexpr std::uint64_t kFragmentOffset = 0xfff8;
    /// More than anybody sends: an end to the search, not to what is legal.
    constexpr int kMostHeaders = 8;

    if (!is_ipv6_host(packet.subspan<8, 16>()) || !is_ipv6_host(packet.subspan<24, 16>()))
        return false;
    std::uint8_t next = packet[6];
    Bytes rest = packet.subspan(kIpv6HeaderBytes);
    for (int headers = 0; headers < kMostHeaders; ++headers) {
        if (next == kIcmpv6)
            return !rest.empty() && (rest[0] & kIcmpv6Informational) != 0 &&
                   rest[0] != kIcmpv6Redirect;
        const bool is_extension = next == kHopByHop || next == kRouting || next == kFragment ||
                                  next == kAuthentication || next == kDestinationOptions ||
                                  next == kMobility || next == kHip || next == kShim6;
        if (!is_extension)
            return true;
        if (rest.size() < 8)
            return false;
        std::size_t length = 8 * (std::size_t{rest[1]} + 1);
        if (next == kFragment) {
            if ((load_be(rest.subspan<2, 2>()) & kFragmentOffset) != 0)
                return false;
            length = 8; // the second byte is reserved
        } else if (next == kAuthentication) {
            length = 4 * (std::size_t{rest[1]} + 2);
        }
        if (length > rest.size())
            return false;
        next = rest[0];
        rest = rest.subspan(length);
    }
    return false;
}

/// `inner` as far as its own header says that it reaches.
Bytes without_rest(Bytes inner, InnerProtocol protocol) noexcept
{
    return inner.first(protocol == InnerProtocol::ipv4
                           ? load_be(inner.subspan<2, 2>())
                           : kIpv6HeaderBytes + load_be(inner.subspan<4, 2>()));
}

bool may_answer(Bytes packet, InnerProtocol protocol) noexcept
{
    return protocol == InnerProtocol::ipv4 ? may_answer_ipv4(packet) : may_answer_ipv6(packet);
}

/// The ICMP message alone: in both versions the MTU is at the end of its header. `sum` is that of the pseudo header.
void write_message(MutableBytes out, std::uint16_t type_and_code, std::uint16_t mtu, Bytes quote,
                   InternetSum sum) noexcept
{
    Writer message{out};
    message.u16(type_and_code);
    message.u16(0);
    message.u32(mtu);
    message.bytes(quote);
    sum.add(out);
    store_be(out.subspan<2, 2>(), sum.checksum());
}

void write_fragmentation_needed(MutableBytes out, Bytes inner, std::uint16_t mtu,
                                Bytes quote) noexcept
{
    const Ipv4Address source{static_cast<std::uint32_t>(load_be(inner.subspan<12, 4>()))};
    const Ipv4Address destination{static_cast<std::uint32_t>(load_be(inner.subspan<16, 4>()))};
    const MutableBytes message = out.subspan(kIpv4HeaderBytes);
    Ipv4Writer{destination, IpProtocol::icmp, kPrecedenceOfErrors}.write(
        out.first<kIpv4HeaderBytes>(), source, message.size());
    write_message(message, kDestinationUnreachable << 8 | kFragmentationNeeded, mtu, quote, {});
}

void write_packet_too_big(MutableBytes out, Bytes inner, std::uint16_t mtu, Bytes quote) noexcept
{
    const MutableBytes message = out.subspan(kIpv6HeaderBytes);
    Writer header{out};
    header.u32(0x6000'0000);
    header.u16(static_cast<std::uint16_t>(message.size()));
    header.u8(static_cast<std::uint8_t>(IpProtocol::icmpv6));
    header.u8(kIpv4Ttl);
    header.bytes(inner.subspan<24, 16>());
    header.bytes(inner.subspan<8, 16>());
    write_message(message, kIcmpv6PacketTooBig << 8, mtu, quote,
                  icmpv6_pseudo_header(Bytes{out}.subspan<8, 32>(),
                                       static_cast<std::uint32_t>(message.size())));
}

} // namespace

Parsed<MutableBytes> answer_echo(MutableBytes frame) noexcept
{
    const auto ethernet = parse_ethernet(frame);
    if (!ethernet)
        return reject(ethernet.error());
    if (ethernet->header.type != EtherType::ipv4)
        return reject(NetError::icmp_not_echo_request);
    const auto request = parse_echo_request(*ethernet);
    if (!request)
        return reject(request.error());

    const MutableBytes message =
        ethernet->payload.subspan(kIpv4HeaderBytes, request->payload.size());
    std::memmove(message.data(), request->payload.data(), message.size());
    message[0] = kEchoReply;
    // Summed again: update_checksum() is wrong for a reply that consists of zeros, which this may be.
    store_be(message.subspan<2, 2>(), 0);
    InternetSum sum;
    sum.add(message);
    store_be(message.subspan<2, 2>(), sum.checksum());

    const Ipv4Header& header = request->header;
    Ipv4Writer{header.destination, IpProtocol::icmp,
               static_cast<std::uint8_t>(header.type_of_service & kDscp)}
        .write(ethernet->payload.first<kIpv4HeaderBytes>(), header.source, message.size());
    write_ethernet(frame.first<kEthernetHeaderBytes>(), {.destination = ethernet->header.source,
                                                         .source = ethernet->header.destination,
                                                         .type = EtherType::ipv4});

    const std::size_t bytes = kEthernetHeaderBytes + kIpv4HeaderBytes + message.size();
    const std::size_t padded = std::max(bytes, std::min(frame.size(), kEthernetMinimumBytes));
    std::ranges::fill(frame.first(padded).subspan(bytes), std::uint8_t{0});
    return frame.first(padded);
}

bool may_answer_with_error(Bytes inner) noexcept
{
    const auto protocol = inner_protocol(inner);
    return protocol && may_answer(without_rest(inner, *protocol), *protocol);
}

Parsed<MutableBytes> build_too_big(Bytes inner, std::uint16_t mtu, MutableBytes out) noexcept
{
    const auto protocol = inner_protocol(inner);
    if (!protocol)
        return reject(protocol.error());
    const Bytes packet = without_rest(inner, *protocol);
    if (!may_answer(packet, *protocol))
        return reject(NetError::icmp_must_not_answer);

    const bool is_ipv4 = *protocol == InnerProtocol::ipv4;
    const std::size_t most = is_ipv4 ? kTooBigIpv4Bytes : kTooBigIpv6Bytes;
    const std::size_t headers = (is_ipv4 ? kIpv4HeaderBytes : kIpv6HeaderBytes) + kIcmpHeaderBytes;
    const Bytes quote = packet.first(std::min(packet.size(), most - headers));
    const std::size_t bytes = headers + quote.size();
    if (out.size() < bytes)
        return reject(NetError::no_room);
    out = out.first(bytes);
    if (is_ipv4)
        write_fragmentation_needed(out, packet, mtu, quote);
    else
        write_packet_too_big(out, packet, mtu, quote);
    return out;
}

} // namespace aaigw::net
