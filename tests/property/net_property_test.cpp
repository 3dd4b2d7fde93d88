// The codecs of dataplane/net for any input: checksums, round trips, answers.
#include "dataplane/net/arp.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/inner.h"
#include "dataplane/net/udp.h"
#include "tests/doubles/plain_checksum.h"
#include "tests/fuzz/span_oracle.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <utility>

namespace aaigw::net {
namespace {

/// Its capacity is its size: AddressSanitizer sees the first byte past the end.
using Buffer = std::vector<std::uint8_t>;

/// `generator` over its whole range from the first case on; by itself it would begin near zero.
template <class T>
T pick(rc::Gen<T> generator)
{
    return *rc::gen::resize(rc::kNominalSize, std::move(generator));
}

template <class T>
T any()
{
    return pick(rc::gen::arbitrary<T>());
}

/// From `first` to `last`, both included.
std::size_t between(std::size_t first, std::size_t last)
{
    return pick(rc::gen::inRange(first, last + 1));
}

Buffer any_bytes(std::size_t from, std::size_t to)
{
    return pick(rc::gen::container<Buffer>(between(from, to), rc::gen::arbitrary<std::uint8_t>()));
}

MacAddress any_mac()
{
    return pick(rc::gen::container<MacAddress>(rc::gen::arbitrary<std::uint8_t>()));
}

/// Of one station, as a sender's is.
MacAddress any_station()
{
    MacAddress mac = any_mac();
    mac[0] &= 0xfe;
    mac[5] |= 1;
    return mac;
}

Ipv4Address any_host()
{
    return *rc::gen::suchThat(rc::gen::exec([] { return Ipv4Address{any<std::uint32_t>()}; }),
                              is_host_address);
}

void append(Buffer& bytes, Bytes more)
{
    bytes.insert(bytes.end(), more.begin(), more.end());
    bytes.shrink_to_fit();
}

RC_GTEST_PROP(InternetSumProperty, IsThePlainOneHoweverItIsAddedUp, ())
{
    // Up to a long packet; all ones give as many carries as there can be.
    Buffer bytes = any_bytes(0, 1600);
    if (any<bool>())
        std::ranges::fill(bytes, std::uint8_t{0xff});
    InternetSum sum;
    Bytes rest{bytes};
    while (rest.size() > 2 && any<bool>()) {
        const std::size_t part = 2 * between(1, rest.size() / 2);
        sum.add(rest.first(part));
        rest = rest.subspan(part);
    }
    sum.add(rest);
    RC_ASSERT(sum.checksum() == plain_checksum(bytes));
}

RC_GTEST_PROP(InternetSumProperty, IsRightJustWhenTheChecksumIs, ())
{
    Buffer bytes = any_bytes(1, 200);
    bytes.front() |= 1;
    const std::uint16_t checksum = plain_checksum(bytes);
    const auto other =
        *rc::gen::oneOf(rc::gen::just(checksum), rc::gen::arbitrary<std::uint16_t>());
    InternetSum sum;
    sum.add_u16(other);
    sum.add(bytes);
    // 0 and ffff are the same number in one's complement.
    RC_ASSERT(sum.is_right() == (other % 0xffff == checksum % 0xffff));
}

RC_GTEST_PROP(UpdateChecksumProperty, IsSummingAgain, ())
{
    Buffer bytes = any_bytes(4, 60);
    bytes.back() |= 1;
    const std::uint16_t checksum = plain_checksum(bytes);
    const std::size_t at = 2 * between(0, (bytes.size() - 3) / 2);
    const auto word = MutableBytes{bytes}.subspan(at).first<2>();
    const auto before = static_cast<std::uint16_t>(load_be(std::span<const std::uint8_t, 2>{word}));
    const auto after = any<std::uint16_t>();
    store_be(word, after);
    RC_ASSERT(update_checksum(checksum, before, after) == plain_checksum(bytes));
}

/// Ethernet, IPv4 and UDP as the gateway sends them, with bytes of the link behind.
struct Sent {
    EthernetHeader ethernet{any_mac(), any_mac(), EtherType::ipv4};
    Ipv4Header ip{.source = {any<std::uint32_t>()},
                  .destination = {any<std::uint32_t>()},
                  .protocol = IpProtocol::udp,
                  .ttl = kIpv4Ttl,
                  .type_of_service = any<std::uint8_t>()};
    UdpHeader udp{any<std::uint16_t>(), any<std::uint16_t>()};
    Buffer payload = any_bytes(0, 300);

    [[nodiscard]] Buffer frame() const
    {
        Buffer bytes(kEthernetHeaderBytes + kIpv4HeaderBytes + kUdpHeaderBytes);
        const MutableBytes out{bytes};
        write_ethernet(out.first<14>(), ethernet);
        Ipv4Writer{ip.source, ip.protocol, ip.type_of_service}.write(
            out.subspan<14, 20>(), ip.destination, kUdpHeaderBytes + payload.size());
        write_udp(out.subspan<34, 8>(), udp, payload.size());
        append(bytes, payload);
        return bytes;
    }
};

RC_GTEST_PROP(FrameProperty, WhatIsWrittenIsReadTheSame, ())
{
    const Sent sent;
    Buffer bytes = sent.frame();
    append(bytes, any_bytes(0, 30));
    RC_ASSERT(plain_checksum(Bytes{bytes}.subspan(14, 20)) == 0);

    const auto frame = parse_ethernet(bytes);
    RC_ASSERT(frame);
    RC_ASSERT(frame->header == sent.ethernet);
    const auto packet = parse_ipv4(frame->payload);
    RC_ASSERT(packet);
    RC_ASSERT(packet->header == sent.ip);
    const auto datagram = parse_udp(*packet);
    RC_ASSERT(datagram);
    RC_ASSERT(datagram->header == sent.udp);
    RC_ASSERT(std::ranges::equal(datagram->payload, sent.payload));
    RC_ASSERT(datagram->payload.data() == bytes.data() + 42);
}

RC_GTEST_PROP(UdpProperty, ChecksumCoversAddressesHeaderAndPayload, ())
{
    const Sent sent;
    Buffer bytes = sent.frame();
    const MutableBytes out{bytes};
    Buffer covered{bytes.begin() + 26, bytes.begin() + 34}; // the addresses
    append(covered, be_bytes<4>(17U << 16 | (bytes.size() - 34)));
    append(covered, Bytes{bytes}.subspan(34));
    const std::uint16_t checksum = plain_checksum(covered);
    store_be(out.subspan<40, 2>(), checksum == 0 ? 0xffff : checksum);
    RC_ASSERT(parse_udp(*parse_ipv4(out.subspan(14))));

    // Not of the length: of a shorter datagram the sum may come out right.
    const std::size_t at = between(26, bytes.size() - 1);
    RC_PRE(at != 38 && at != 39);
    bytes[at] ^= static_cast<std::uint8_t>(1U << between(0, 7));
    const auto packet = parse_ipv4(out.subspan(14), ChecksumBy::nic);
    RC_ASSERT(packet);
    // It may have been the only bit of the checksum: then there is none.
    if (load_be(Bytes{bytes}.subspan<40, 2>()) != 0)
        RC_ASSERT(!parse_udp(*packet));
}

RC_GTEST_PROP(Ipv4Property, HeaderWithAnyBitFlippedIsRefused, ())
{
    Buffer bytes = Sent{}.frame();
    // Not of the first byte: a longer header is another sum, which may come out right.
    const auto bit = between(8, 8 * kIpv4HeaderBytes - 1);
    bytes[kEthernetHeaderBytes + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    RC_ASSERT(!parse_ipv4(MutableBytes{bytes}.subspan(kEthernetHeaderBytes)));
}

RC_GTEST_PROP(Ipv4Property, AnyBytesGivePartsOfThemselvesOrAnError, ())
{
    Buffer bytes = any_bytes(0, 120);
    // A first byte, a length and no fragment that agree, or hardly anything would get past them.
    if (bytes.size() >= kIpv4HeaderBytes && any<bool>()) {
        bytes[0] = static_cast<std::uint8_t>(0x40 | between(4, 15));
        store_be(MutableBytes{bytes}.subspan<2, 2>(), between(16, bytes.size() + 1));
        store_be(MutableBytes{bytes}.subspan<6, 2>(), 0x4000);
    }
    const auto packet = parse_ipv4(bytes, ChecksumBy::nic);
    if (!packet) {
        RC_ASSERT(!describe(packet.error()).empty());
        return;
    }
    const Bytes whole{bytes};
    const std::size_t total_bytes = packet->header_bytes + packet->payload.size();
    RC_ASSERT(fill_exactly(
        whole, {whole.first(packet->header_bytes), packet->payload, whole.subspan(total_bytes)}));
    RC_ASSERT(inner_protocol(bytes).value() == InnerProtocol::ipv4);
}

RC_GTEST_PROP(ArpProperty, RequestIsAnsweredByTheOneWhoWasAsked, ())
{
    const ArpParty asking{any_station(), any_host()};
    const ArpParty asked{any_station(), any_host()};
    std::array<std::uint8_t, kEthernetMinimumBytes> frame{};
    write_arp_request(frame, asking, asked.address);
    const auto request = parse_arp(Bytes{frame}.subspan(kEthernetHeaderBytes));
    RC_ASSERT(request);
    RC_ASSERT(*request == (ArpPacket{ArpOperation::request, asking, {{}, asked.address}}));

    const auto reply = answer_arp(frame, asked.mac);
    RC_ASSERT(reply);
    const auto ethernet = parse_ethernet(*reply);
    RC_ASSERT(ethernet->header == (EthernetHeader{asking.mac, asked.mac, EtherType::arp}));
    const auto answer = parse_arp(ethernet->payload);
    RC_ASSERT(answer);
    RC_ASSERT(*answer == (ArpPacket{ArpOperation::reply, asked, asking}));
}

RC_GTEST_PROP(EchoProperty, DataComeBackWhole, ())
{
    const EthernetHeader ethernet{any_station(), any_station(), EtherType::ipv4};
    const Ipv4Address source = any_host();
    const Ipv4Address destination = any_host();
    Buffer message = any_bytes(kIcmpHeaderBytes, 400);
    store_be(MutableBytes{message}.first<4>(), 0x0800'0000);
    store_be(MutableBytes{message}.subspan<2, 2>(), plain_checksum(message));

    Buffer bytes(kEthernetHeaderBytes + kIpv4HeaderBytes);
    write_ethernet(MutableBytes{bytes}.first<14>(), ethernet);
    Ipv4Writer{source, IpProtocol::icmp}.write(MutableBytes{bytes}.subspan<14, 20>(), destination,
                                               message.size());
    append(bytes, message);
    append(bytes, any_bytes(0, 30));

    const auto reply = answer_echo(bytes);
    RC_ASSERT(reply);
    const auto frame = parse_ethernet(*reply);
    RC_ASSERT(frame->header ==
              (EthernetHeader{ethernet.source, ethernet.destination, EtherType::ipv4}));
    const auto packet = parse_ipv4(frame->payload);
    RC_ASSERT(packet);
    RC_ASSERT(packet->header == (Ipv4Header{destination, source, IpProtocol::icmp}));
    RC_ASSERT(packet->payload[0] == 0);
    RC_ASSERT(plain_checksum(packet->payload) == 0);
    RC_ASSERT(std::ranges::equal(packet->payload.subspan(4), Bytes{message}.subspan(4)));
}

RC_GTEST_PROP(TooBigProperty, IsBuiltJustWhenItMayBeAndNeverAnswered, ())
{
    Buffer inner = any_bytes(0, 1500);
    // Versions, lengths and checksums that agree, or hardly anything would get past them.
    const bool is_ipv6 = any<bool>();
    if (inner.size() >= kIpv6HeaderBytes && is_ipv6) {
        inner[0] = 0x60;
        store_be(MutableBytes{inner}.subspan<4, 2>(), inner.size() - kIpv6HeaderBytes);
        inner[6] = *rc::gen::element<std::uint8_t>(0, 17, 43, 44, 51, 58, 60);
    } else if (inner.size() >= kIpv4HeaderBytes) {
        const auto protocol = *rc::gen::element(IpProtocol::icmp, IpProtocol::udp);
        Ipv4Writer{any_host(), protocol}.write(MutableBytes{inner}.first<20>(), any_host(),
                                               inner.size() - kIpv4HeaderBytes);
    }
    Buffer out(kTooBigIpv6Bytes);
    const auto error = build_too_big(inner, any<std::uint16_t>(), out);
    RC_ASSERT(error.has_value() == may_answer_with_error(inner));
    if (!error)
        return;
    RC_ASSERT(inner_protocol(*error).value() == inner_protocol(inner).value());
    RC_ASSERT(!may_answer_with_error(*error));
    RC_ASSERT(!build_too_big(inner, 0, MutableBytes{out}.first(error->size() - 1)));
}

} // namespace
} // namespace aaigw::net
