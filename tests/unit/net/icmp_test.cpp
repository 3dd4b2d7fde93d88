// ICMP: the echo replies of the gateway, and whom it tells of an MTU, and how.
#include "dataplane/net/icmp.h"
#include "tests/doubles/plain_checksum.h"
#include "tests/unit/net/net_testing.h"

namespace aaigw::net {
namespace {

void append(Buffer& bytes, const Buffer& more)
{
    bytes.insert(bytes.end(), more.begin(), more.end());
}

void put_checksum(MutableBytes covered, std::size_t at)
{
    store_be(covered.subspan(at).first<2>(), 0);
    store_be(covered.subspan(at).first<2>(), plain_checksum(covered));
}

struct Ipv4Example {
    std::string source = "c0000202";
    std::string destination = "c0000201";
    std::string type_of_service = "00";
    std::string fragment = "0000"; ///< flags and offset
    std::string protocol = "01";
    std::string options{};
    std::string payload{};
};

/// With right lengths and checksum of the header.
Buffer ipv4(const Ipv4Example& example)
{
    Buffer header =
        hex("45" + example.type_of_service + "0000 1234" + example.fragment + "40" +
            example.protocol + "0000" + example.source + example.destination + example.options);
    const Buffer payload = hex(example.payload);
    header[0] = static_cast<std::uint8_t>(0x40 | header.size() / 4);
    store_be(MutableBytes{header}.subspan<2, 2>(), header.size() + payload.size());
    put_checksum(header, 10);
    append(header, payload);
    return header;
}

constexpr auto kToGatewayFromPeer = "020000000001 020000000002 0800";
constexpr auto kPing = "0800 2104 1234 0001 61626364";

Buffer frame_of(const Ipv4Example& example, const std::string& ethernet = kToGatewayFromPeer)
{
    Buffer frame = hex(ethernet);
    append(frame, ipv4(example));
    return frame;
}

// Checksums by hand: 45b8+0020+4000+4001+c000+0202+c000+0201 = 249dc, folded 49de, inverted b621.
constexpr auto kPong = "020000000002 020000000001 0800"
                       "45b8 0020 0000 4000 4001 b621 c0000201 c0000202"
                       "0000 2904 1234 0001 61626364";

TEST(EchoReply, GoesBackWithTheSameData)
{
    Buffer frame = frame_of({.type_of_service = "b8", .payload = kPing});
    const auto reply = answer_echo(frame);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(reply->data(), frame.data());
    EXPECT_EQ(to_hex(*reply), to_hex(hex(kPong)));
}

TEST(EchoReply, HasTheMinimumLengthWhenTheRequestHadAndNothingOfItsPadding)
{
    Buffer frame = frame_of({.type_of_service = "b8", .payload = kPing});
    frame.resize(64, 0xee);
    const auto reply = answer_echo(frame);
    ASSERT_TRUE(reply) << describe(reply.error());
    Buffer expected = hex(kPong);
    expected.resize(60);
    EXPECT_EQ(to_hex(*reply), to_hex(expected));
}

TEST(EchoReply, LeavesOptionsOut)
{
    // No operation, a record route with one place, end of options.
    Buffer frame =
        frame_of({.type_of_service = "b8", .options = "01 07 07 04 00000000", .payload = kPing});
    const auto reply = answer_echo(frame);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(to_hex(*reply), to_hex(hex(std::string{kPong} + "0000000000000000")));
}

TEST(EchoReply, KeepsTheDscpButNotTheCongestionBits)
{
    Buffer frame = frame_of({.type_of_service = "bb", .payload = kPing});
    const auto reply = answer_echo(frame);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(to_hex(*reply), to_hex(hex(kPong)));
}

TEST(EchoReply, OfAnyLengthHasRightChecksums)
{
    for (std::size_t size = 0; size < 70; ++size) {
        Buffer message = hex("0800 0000 ffff ffff");
        message.resize(8 + size, 0xff);
        put_checksum(message, 2);
        Buffer frame = frame_of({.payload = to_hex(message)});
        const auto reply = answer_echo(frame);
        ASSERT_TRUE(reply) << size << ": " << describe(reply.error());
        EXPECT_EQ(plain_checksum(reply->subspan(14, 20)), 0) << size;
        EXPECT_EQ(plain_checksum(reply->subspan(34, message.size())), 0) << size;
        message[0] = 0;
        EXPECT_EQ(to_hex(reply->subspan(38, message.size() - 4)),
                  to_hex(Bytes{message}.subspan(4)));
    }
}

TEST(EchoReply, OfNothingButZerosHasARightChecksum)
{
    Buffer frame = frame_of({.payload = "0800 f7ff 0000 0000"});
    const auto reply = answer_echo(frame);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(to_hex(reply->subspan(34, 8)), "0000ffff00000000");
}

struct Unanswered {
    const char* name;
    Ipv4Example request;
    NetError error;
    const char* ethernet = kToGatewayFromPeer;
};

class UnansweredEcho : public testing::TestWithParam<Unanswered> {};

TEST_P(UnansweredEcho, GivesItsErrorAndIsLeftAsItWas)
{
    Buffer frame = frame_of(GetParam().request, GetParam().ethernet);
    const Buffer before = frame;
    EXPECT_EQ(error_of(answer_echo(frame)), GetParam().error);
    EXPECT_EQ(frame, before);
}

INSTANTIATE_TEST_SUITE_P(
    Frames, UnansweredEcho,
    testing::Values(
        Unanswered{"Arp",
                   {.payload = kPing},
                   NetError::icmp_not_echo_request,
                   "020000000001 020000000002 0806"},
        Unanswered{"OtherEtherType",
                   {.payload = kPing},
                   NetError::ethernet_unknown_type,
                   "020000000001 020000000002 86dd"},
        Unanswered{"Udp", {.protocol = "11", .payload = kPing}, NetError::icmp_not_echo_request},
        Unanswered{"Fragment", {.fragment = "2000", .payload = kPing}, NetError::ipv4_fragment},
        Unanswered{"ShortMessage", {.payload = "0800 f7ff 0000 00"}, NetError::truncated},
        Unanswered{
            "Reply", {.payload = "0000 2904 1234 0001 61626364"}, NetError::icmp_not_echo_request},
        Unanswered{"OtherCode",
                   {.payload = "0801 2103 1234 0001 61626364"},
                   NetError::icmp_not_echo_request},
        Unanswered{"WrongChecksum",
                   {.payload = "0800 2105 1234 0001 61626364"},
                   NetError::icmp_checksum_mismatch},
        Unanswered{"SentByBroadcast",
                   {.payload = kPing},
                   NetError::icmp_must_not_answer,
                   "ffffffffffff 020000000002 0800"},
        Unanswered{"SentByAGroup",
                   {.payload = kPing},
                   NetError::icmp_must_not_answer,
                   "020000000001 030000000002 0800"},
        Unanswered{"ToAGroup",
                   {.destination = "e0000001", .payload = kPing},
                   NetError::icmp_must_not_answer},
        Unanswered{
            "FromAGroup", {.source = "e0000001", .payload = kPing}, NetError::icmp_must_not_answer},
        Unanswered{
            "FromNobody", {.source = "00000000", .payload = kPing}, NetError::icmp_must_not_answer},
        Unanswered{"FromLoopback",
                   {.source = "7f000001", .payload = kPing},
                   NetError::icmp_must_not_answer},
        Unanswered{"FromEverybody",
                   {.source = "ffffffff", .payload = kPing},
                   NetError::icmp_must_not_answer},
        Unanswered{"LooseSourceRoute",
                   {.options = "83 07 04 c0000203 00", .payload = kPing},
                   NetError::ipv4_bad_options},
        Unanswered{"StrictSourceRouteBehindAnother",
                   {.options = "44 04 05 00 89 07 04 c0000203 00", .payload = kPing},
                   NetError::ipv4_bad_options},
        Unanswered{"OptionPastEnd",
                   {.options = "07 07 04 00", .payload = kPing},
                   NetError::ipv4_bad_options},
        Unanswered{"OptionWithoutLength",
                   {.options = "01 01 01 07", .payload = kPing},
                   NetError::ipv4_bad_options},
        Unanswered{"OptionOfLengthOne",
                   {.options = "07 01 01 01", .payload = kPing},
                   NetError::ipv4_bad_options}),
    [](const auto& instance) { return std::string{instance.param.name}; });

/// An IPv6 packet with right length.
Buffer ipv6(const std::string& next_header, const std::string& payload,
            const std::string& source = "20010db8000000000000000000000001",
            const std::string& destination = "20010db8000000000000000000000002")
{
    Buffer packet = hex("60000000 0000" + next_header + "40" + source + destination + payload);
    store_be(MutableBytes{packet}.subspan<4, 2>(), packet.size() - 40);
    return packet;
}

constexpr auto kUdp = "c123 1279 0008 0000";
constexpr auto kAnyHost = "20010db8000000000000000000000009";

struct Inner {
    const char* name;
    Buffer packet;
};

class MayBeAnswered : public testing::TestWithParam<Inner> {};

TEST_P(MayBeAnswered, WithAnError)
{
    EXPECT_TRUE(may_answer_with_error(GetParam().packet));
}

INSTANTIATE_TEST_SUITE_P(
    Inner, MayBeAnswered,
    testing::Values(
        Inner{"Udp", ipv4({.protocol = "11", .payload = kUdp})},
        Inner{"NoPayload", ipv4({.protocol = "11"})},
        Inner{"FirstFragment", ipv4({.fragment = "2000", .protocol = "11", .payload = kUdp})},
        Inner{"Options", ipv4({.protocol = "11", .options = "01010101", .payload = kUdp})},
        Inner{"EchoRequest", ipv4({.payload = "08"})}, Inner{"EchoReply", ipv4({.payload = "00"})},
        Inner{"TimestampReply", ipv4({.payload = "0e"})}, Inner{"Ipv6Udp", ipv6("11", kUdp)},
        Inner{"Ipv6NoPayload", ipv6("3b", "")}, Inner{"Ipv6UnknownProtocol", ipv6("fd", "")},
        Inner{"Ipv6EchoRequest", ipv6("3a", "80")},
        Inner{"Ipv6EchoReplyBehindHeaders",
              ipv6("00", "2b00000000000000 3c00000000000000 3300000000000000 3a00000000000000"
                         "81")},
        Inner{"Ipv6FirstFragment", ipv6("2c", "3a 00 0001 00000000 80")},
        Inner{"Ipv6FragmentWhoseReservedByteIsSet", ipv6("2c", "3a ff 0007 00000000 80")},
        Inner{"Ipv6LongAuthentication", ipv6("33", "3a 04 0000" + std::string(40, '0') + "80")}),
    [](const auto& instance) { return std::string{instance.param.name}; });

class MustNotBeAnswered : public testing::TestWithParam<Inner> {};

TEST_P(MustNotBeAnswered, WithAnError)
{
    EXPECT_FALSE(may_answer_with_error(GetParam().packet));
    Buffer out(kTooBigIpv6Bytes, 0xee);
    EXPECT_FALSE(build_too_big(GetParam().packet, 1400, out));
    EXPECT_EQ(out, Buffer(kTooBigIpv6Bytes, 0xee));
}

INSTANTIATE_TEST_SUITE_P(
    Ipv4, MustNotBeAnswered,
    testing::Values(Inner{"Nothing", {}},
                    Inner{"Version5", hex("5500 0014 0000 0000 4011 0000 c0000201 cb007105")},
                    Inner{"WrongChecksum", hex("4500 0014 0000 0000 4011 0000 c0000201 cb007105")},
                    Inner{"LaterFragment",
                          ipv4({.fragment = "0001", .protocol = "11", .payload = kUdp})},
                    Inner{"LastPossibleFragment", ipv4({.fragment = "1fff", .protocol = "11"})},
                    Inner{"DestinationUnreachable", ipv4({.payload = "03"})},
                    Inner{"SourceQuench", ipv4({.payload = "04"})},
                    Inner{"Redirect", ipv4({.payload = "05"})},
                    Inner{"TimeExceeded", ipv4({.payload = "0b"})},
                    Inner{"ParameterProblem", ipv4({.payload = "0c"})},
                    Inner{"UnknownIcmp", ipv4({.payload = "13"})}, Inner{"EmptyIcmp", ipv4({})},
                    Inner{"FromNobody", ipv4({.source = "00000000", .protocol = "11"})},
                    Inner{"FromLoopback", ipv4({.source = "7f000001", .protocol = "11"})},
                    Inner{"FromAGroup", ipv4({.source = "e0000001", .protocol = "11"})},
                    Inner{"FromClassE", ipv4({.source = "f0000001", .protocol = "11"})},
                    Inner{"FromBroadcast", ipv4({.source = "ffffffff", .protocol = "11"})},
                    Inner{"ToAGroup", ipv4({.destination = "e0000001", .protocol = "11"})},
                    Inner{"ToBroadcast", ipv4({.destination = "ffffffff", .protocol = "11"})},
                    Inner{"ToNobody", ipv4({.destination = "00000000", .protocol = "11"})}),
    [](const auto& instance) { return std::string{instance.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Ipv6, MustNotBeAnswered,
    testing::Values(
        Inner{"LaterFragment", ipv6("2c", "11 00 0008 00000000" + std::string{kUdp})},
        Inner{"DestinationUnreachable", ipv6("3a", "01")}, Inner{"PacketTooBig", ipv6("3a", "02")},
        Inner{"UnknownError", ipv6("3a", "7f")}, Inner{"Redirect", ipv6("3a", "89")},
        Inner{"EmptyIcmp", ipv6("3a", "")},
        Inner{"ErrorBehindHeaders", ipv6("3c", "3a01" + std::string(28, '0') + "04")},
        Inner{"ErrorBehindAuthentication", ipv6("33", "3a02" + std::string(28, '0') + "04")},
        Inner{"ErrorInAFirstFragment", ipv6("2c", "3a 00 0001 00000000 03")},
        Inner{"HeaderPastEnd", ipv6("3c", "3a01000000000000")},
        Inner{"HeaderCutOff", ipv6("00", "1100000000 0000")},
        Inner{"NineHeaders", ipv6("3c", "3c00000000000000 3c00000000000000 3c00000000000000"
                                        "3c00000000000000 3c00000000000000 3c00000000000000"
                                        "3c00000000000000 3c00000000000000 1100000000000000")},
        Inner{"FromNobody", ipv6("11", kUdp, std::string(32, '0'))},
        Inner{"FromLoopback", ipv6("11", kUdp, std::string(31, '0') + "1")},
        Inner{"FromAGroup", ipv6("11", kUdp, "ff020000000000000000000000000001")},
        Inner{"ToAGroup", ipv6("11", kUdp, kAnyHost, "ff020000000000000000000000000001")},
        Inner{"ToNobody", ipv6("11", kUdp, kAnyHost, std::string(32, '0'))}),
    [](const auto& instance) { return std::string{instance.param.name}; });

/// `packet` with a payload of `size` bytes that are all different from their neighbours.
std::string counting(std::size_t size)
{
    Buffer bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::uint8_t>(i);
    return to_hex(bytes);
}

TEST(TooBig, OfIpv4QuotesUpTo576Bytes)
{
    const Buffer inner = ipv4({.protocol = "11", .payload = counting(1380)});
    Buffer out(kTooBigIpv4Bytes, 0xee);
    const auto error = build_too_big(inner, 1390, out);
    ASSERT_TRUE(error) << describe(error.error());
    ASSERT_EQ(error->size(), 576U);

    Buffer expected = hex("45c0 0240 0000 4000 4001 0000 c0000201 c0000202");
    put_checksum(expected, 10);
    Buffer message = hex("0304 0000 0000 056e");
    message.insert(message.end(), inner.begin(), inner.begin() + 548);
    put_checksum(message, 2);
    append(expected, message);
    EXPECT_EQ(to_hex(*error), to_hex(expected));
}

TEST(TooBig, OfIpv4QuotesAShortPacketWholeButNotWhatFollows)
{
    const Buffer packet = ipv4({.protocol = "11", .options = "01010101", .payload = kUdp});
    Buffer inner = packet;
    inner.resize(inner.size() + 30, 0xee);
    Buffer out(28 + packet.size());
    const auto error = build_too_big(inner, 0xffff, out);
    ASSERT_TRUE(error) << describe(error.error());
    EXPECT_EQ(to_hex(error->subspan(28)), to_hex(packet));
    EXPECT_EQ(to_hex(error->subspan(24, 4)), "0000ffff");
    EXPECT_EQ(plain_checksum(error->first(20)), 0);
    EXPECT_EQ(plain_checksum(error->subspan(20)), 0);
}

TEST(TooBig, OfIpv6QuotesUpTo1280Bytes)
{
    const Buffer inner = ipv6("11", counting(1380));
    Buffer out(kTooBigIpv6Bytes, 0xee);
    const auto error = build_too_big(inner, 1390, out);
    ASSERT_TRUE(error) << describe(error.error());
    ASSERT_EQ(error->size(), 1280U);

    const Buffer header = hex("60000000 04d8 3a 40 20010db8000000000000000000000002"
                              "20010db8000000000000000000000001");
    Buffer message = hex("0200 0000 0000 056e");
    message.insert(message.end(), inner.begin(), inner.begin() + 1232);
    Buffer covered{header.begin() + 8, header.end()};
    append(covered, hex("000004d8 0000003a"));
    append(covered, message);
    store_be(MutableBytes{message}.subspan<2, 2>(), plain_checksum(covered));
    EXPECT_EQ(to_hex(error->first(40)), to_hex(header));
    EXPECT_EQ(to_hex(error->subspan(40)), to_hex(message));
}

TEST(TooBig, OfIpv6QuotesAShortPacketWholeButNotWhatFollows)
{
    const Buffer packet = ipv6("11", kUdp);
    Buffer inner = packet;
    inner.resize(inner.size() + 30, 0xee);
    Buffer out(48 + packet.size());
    const auto error = build_too_big(inner, 1400, out);
    ASSERT_TRUE(error) << describe(error.error());
    EXPECT_EQ(to_hex(error->subspan(48)), to_hex(packet));
}

TEST(TooBig, NeedsRoomForAllOfIt)
{
    Buffer out(48 + 48 - 1);
    EXPECT_EQ(error_of(build_too_big(ipv6("11", kUdp), 1400, out)), NetError::no_room);
    out.resize(28 + 28 - 1);
    EXPECT_EQ(error_of(build_too_big(ipv4({.protocol = "11", .payload = kUdp}), 1400, out)),
              NetError::no_room);
}

TEST(TooBig, SaysWhyItIsRefused)
{
    Buffer out(kTooBigIpv6Bytes);
    EXPECT_EQ(error_of(build_too_big({}, 1400, out)), NetError::truncated);
    EXPECT_EQ(error_of(build_too_big(ipv4({.payload = "03"}), 1400, out)),
              NetError::icmp_must_not_answer);
}

} // namespace
} // namespace aaigw::net
