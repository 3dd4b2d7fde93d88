// Fuzz target: frames as they come from a network card, with the answers to them, and packets inside a tunnel.
#include "dataplane/net/arp.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/inner.h"
#include "dataplane/net/udp.h"
#include "tests/doubles/plain_checksum.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/span_oracle.h"

#include <algorithm>

namespace aaigw::net {
namespace {

using Buffer = std::vector<std::uint8_t>;

constexpr std::uint8_t kInner = 1; ///< a packet inside a tunnel instead of a frame
constexpr std::uint8_t kRepair =
    2; ///< checksums of IPv4 and ICMP are set right first: a fuzzer cannot guess them

std::size_t ipv4_header_bytes(Bytes packet)
{
    return packet.empty() ? 0 : 4 * std::size_t{packet[0] & 0xfU};
}

void put_checksum(MutableBytes covered, std::size_t at)
{
    if (covered.size() < at + 2)
        return;
    store_be(covered.subspan(at).first<2>(), 0);
    store_be(covered.subspan(at).first<2>(), plain_checksum(covered));
}

void repair_ipv4(MutableBytes packet)
{
    const std::size_t header_bytes = ipv4_header_bytes(packet);
    if (packet.size() < kIpv4HeaderBytes || packet.size() < header_bytes)
        return;
    const std::size_t total_bytes = load_be(Bytes{packet}.subspan<2, 2>());
    if (static_cast<IpProtocol>(packet[9]) == IpProtocol::icmp && total_bytes >= header_bytes &&
        total_bytes <= packet.size())
        put_checksum(packet.first(total_bytes).subspan(header_bytes), 2);
    put_checksum(packet.first(header_bytes), 10);
}

/// `padding` is what an answer may have behind its last byte.
void check_padding(Bytes padding)
{
    AAIGW_CHECK(std::ranges::all_of(padding, [](auto byte) { return byte == 0; }));
}

void check_arp(const Buffer& received)
{
    Buffer frame = received;
    const auto request = parse_arp(Bytes{frame}.subspan(kEthernetHeaderBytes));
    constexpr MacAddress kOwn{2, 0, 0, 0, 0, 1};
    const auto reply = answer_arp(frame, kOwn);
    AAIGW_CHECK(reply.has_value() == (request && request->operation == ArpOperation::request));
    if (!reply) {
        AAIGW_CHECK(frame == received);
        return;
    }
    AAIGW_CHECK(reply->data() == frame.data());
    AAIGW_CHECK(reply->size() == std::min(frame.size(), kEthernetMinimumBytes));
    const auto ethernet = parse_ethernet(*reply);
    AAIGW_CHECK(ethernet->header == (EthernetHeader{request->sender.mac, kOwn, EtherType::arp}));
    // parse_arp() would refuse an own address that is not a host's, which is for the caller to compare.
    const auto answer = parse_arp(ethernet->payload);
    AAIGW_CHECK(answer || answer.error() == NetError::arp_bad_sender);
    AAIGW_CHECK(!answer || *answer == (ArpPacket{ArpOperation::reply,
                                                 {kOwn, request->target.address},
                                                 request->sender}));
    check_padding(ethernet->payload.subspan(kArpBytes));
}

void check_echo(const Buffer& received, const EthernetHeader& ethernet)
{
    Buffer frame = received;
    const auto reply = answer_echo(frame);
    if (!reply) {
        AAIGW_CHECK(frame == received);
        return;
    }
    AAIGW_CHECK(reply->data() == frame.data());
    const auto out = parse_ethernet(*reply);
    AAIGW_CHECK(out->header ==
                (EthernetHeader{ethernet.source, ethernet.destination, EtherType::ipv4}));
    Buffer request = received;
    const auto before = parse_ipv4(MutableBytes{request}.subspan(kEthernetHeaderBytes));
    const auto after = parse_ipv4(out->payload);
    AAIGW_CHECK(before && after);
    AAIGW_CHECK(after->header_bytes == kIpv4HeaderBytes);
    AAIGW_CHECK(after->header.source == before->header.destination);
    AAIGW_CHECK(after->header.destination == before->header.source);
    AAIGW_CHECK(after->payload[0] == 0 && after->payload[1] == 0);
    AAIGW_CHECK(plain_checksum(after->payload) == 0);
    AAIGW_CHECK(std::ranges::equal(after->payload.subspan(4), before->payload.subspan(4)));
    check_padding(out->payload.subspan(kIpv4HeaderBytes + after->payload.size()));
}

void check_ipv4(MutableBytes payload, ChecksumBy checksum)
{
    const auto packet = parse_ipv4(payload, checksum);
    if (!packet)
        return;
    AAIGW_CHECK(checksum == ChecksumBy::nic ||
                plain_checksum(payload.first(packet->header_bytes)) == 0);
    AAIGW_CHECK(packet->header_bytes >= kIpv4HeaderBytes);
    const std::size_t total_bytes = packet->header_bytes + packet->payload.size();
    AAIGW_CHECK(fill_exactly(payload, {payload.first(packet->header_bytes), packet->payload,
                                       payload.subspan(total_bytes)}));
    // It is an inner packet just as well.
    AAIGW_CHECK(inner_protocol(payload) == InnerProtocol::ipv4);

    const auto datagram = parse_udp(*packet, checksum);
    if (!datagram)
        return;
    const Bytes whole{packet->payload};
    const std::size_t udp_bytes = kUdpHeaderBytes + datagram->payload.size();
    AAIGW_CHECK(fill_exactly(
        whole, {whole.first(kUdpHeaderBytes), datagram->payload, whole.subspan(udp_bytes)}));
    std::array<std::uint8_t, kUdpHeaderBytes> header{};
    write_udp(header, datagram->header, datagram->payload.size());
    AAIGW_CHECK(std::ranges::equal(Bytes{header}.first(6), whole.first(6)));
}

void check_frame(Buffer bytes, ChecksumBy checksum, bool repair)
{
    const auto frame = parse_ethernet(bytes);
    if (!frame) {
        AAIGW_CHECK(!answer_arp(bytes, {}) && !answer_echo(bytes));
        return;
    }
    const Bytes whole{bytes};
    AAIGW_CHECK(fill_exactly(whole, {whole.first(kEthernetHeaderBytes), frame->payload}));
    std::array<std::uint8_t, kEthernetHeaderBytes> header{};
    write_ethernet(header, frame->header);
    AAIGW_CHECK(std::ranges::equal(header, whole.first(kEthernetHeaderBytes)));

    if (frame->header.type == EtherType::arp) {
        check_arp(bytes);
        return;
    }
    if (repair)
        repair_ipv4(frame->payload);
    check_ipv4(frame->payload, checksum);
    check_echo(bytes, frame->header);
}

/// The answer is well-formed, quotes its beginning and is itself never answered.
void check_too_big(Bytes inner, Bytes error, InnerProtocol protocol, std::uint16_t mtu)
{
    AAIGW_CHECK(inner_protocol(error) == protocol);
    AAIGW_CHECK(!may_answer_with_error(error));
    Bytes quote;
    if (protocol == InnerProtocol::ipv4) {
        AAIGW_CHECK(error.size() <= kTooBigIpv4Bytes);
        AAIGW_CHECK(load_be(error.subspan<2, 2>()) == error.size());
        AAIGW_CHECK(plain_checksum(error.first(kIpv4HeaderBytes)) == 0);
        AAIGW_CHECK(plain_checksum(error.subspan(kIpv4HeaderBytes)) == 0);
        AAIGW_CHECK(load_be(error.subspan<20, 2>()) == 0x0304);
        AAIGW_CHECK(load_be(error.subspan<26, 2>()) == mtu);
        quote = error.subspan(kIpv4HeaderBytes + kIcmpHeaderBytes);
    } else {
        AAIGW_CHECK(error.size() <= kTooBigIpv6Bytes);
        AAIGW_CHECK(kIpv6HeaderBytes + load_be(error.subspan<4, 2>()) == error.size());
        AAIGW_CHECK(load_be(error.subspan<40, 2>()) == 0x0200);
        AAIGW_CHECK(load_be(error.subspan<44, 4>()) == mtu);
        // Addresses, length, zeros and next header, message.
        Buffer covered{error.begin() + 8, error.end()};
        const std::array<std::uint8_t, 8> rest =
            be_bytes<8>((error.size() - kIpv6HeaderBytes) << 32 | 58);
        covered.insert(covered.begin() + 32, rest.begin(), rest.end());
        AAIGW_CHECK(plain_checksum(covered) == 0);
        quote = error.subspan(kIpv6HeaderBytes + kIcmpHeaderBytes);
    }
    AAIGW_CHECK(quote.size() <= inner.size());
    AAIGW_CHECK(std::ranges::equal(quote, inner.first(quote.size())));
}

void check_inner(Buffer bytes, std::size_t room, std::uint16_t mtu, bool repair)
{
    if (repair && !bytes.empty() && bytes[0] >> 4 == 4)
        repair_ipv4(bytes);
    const auto protocol = inner_protocol(bytes);
    const bool may_answer = may_answer_with_error(bytes);
    AAIGW_CHECK(protocol || !may_answer);

    Buffer out(room);
    const auto error = build_too_big(bytes, mtu, out);
    if (!error) {
        AAIGW_CHECK(!may_answer || (error.error() == NetError::no_room && room < kTooBigIpv6Bytes));
        return;
    }
    AAIGW_CHECK(may_answer);
    AAIGW_CHECK(error->data() == out.data());
    check_too_big(bytes, *error, *protocol, mtu);
}

} // namespace
} // namespace aaigw::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace aaigw::net;

    aaigw::FuzzInput input{data, size};
    const std::uint8_t what = input.choice();
    const std::uint8_t number = input.choice();
    const bool repair = (what & kRepair) != 0;
    if ((what & kInner) != 0) {
        const std::size_t room = (what & 4) != 0 ? number : kTooBigIpv6Bytes;
        check_inner(input.rest(), room, static_cast<std::uint16_t>(1200 + number), repair);
    } else {
        check_frame(input.rest(), (what & 4) != 0 ? ChecksumBy::nic : ChecksumBy::us, repair);
    }
    return 0;
}
