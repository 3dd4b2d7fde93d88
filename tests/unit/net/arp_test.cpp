// ARP: what is read, what is refused, and the frames that are sent.
#include "dataplane/net/arp.h"
#include "tests/unit/net/net_testing.h"

namespace aaigw::net {
namespace {

constexpr MacAddress kOwnMac{0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
constexpr MacAddress kPeerMac{0x02, 0x00, 0x00, 0x00, 0x00, 0x02};
constexpr Ipv4Address kOwn{0xc0000201};
constexpr Ipv4Address kPeer{0xc0000202};

constexpr auto kBroadcastFromPeer = "ffffffffffff 020000000002 0806 ";
constexpr auto kRequest = "0001 0800 06 04 0001 020000000002 c0000202 000000000000 c0000201";

TEST(Arp, GivesWhoAsksForWhom)
{
    const auto packet = parse_arp(hex(kRequest));
    ASSERT_TRUE(packet) << describe(packet.error());
    EXPECT_EQ(*packet, (ArpPacket{ArpOperation::request, {kPeerMac, kPeer}, {{}, kOwn}}));
}

TEST(Arp, GivesWhoAnswersAndIgnoresPadding)
{
    const auto packet =
        parse_arp(hex("0001 0800 06 04 0002 020000000002 c0000202"
                      "020000000001 c0000201 000000000000000000000000000000000000"));
    ASSERT_TRUE(packet) << describe(packet.error());
    EXPECT_EQ(*packet, (ArpPacket{ArpOperation::reply, {kPeerMac, kPeer}, {kOwnMac, kOwn}}));
}

TEST(Arp, OfAProbeHasASenderWithoutAddress)
{
    const auto packet =
        parse_arp(hex("0001 0800 06 04 0001 020000000002 00000000 000000000000 c0000201"));
    ASSERT_TRUE(packet) << describe(packet.error());
    EXPECT_EQ(packet->sender, (ArpParty{kPeerMac, {}}));
}

struct Refused {
    const char* name;
    const char* packet;
    NetError error;
};

class RefusedArp : public testing::TestWithParam<Refused> {};

TEST_P(RefusedArp, GivesItsErrorAndIsNotAnswered)
{
    EXPECT_EQ(error_of(parse_arp(hex(GetParam().packet))), GetParam().error);

    Buffer frame = hex(std::string{kBroadcastFromPeer} + GetParam().packet);
    const Buffer before = frame;
    EXPECT_EQ(error_of(answer_arp(frame, kOwnMac)), GetParam().error);
    EXPECT_EQ(frame, before);
}

INSTANTIATE_TEST_SUITE_P(
    Packets, RefusedArp,
    testing::Values(
        Refused{"Empty", "", NetError::truncated},
        Refused{"TwentySevenBytes",
                "0001 0800 06 04 0001 020000000002 c0000202 000000000000 c00002",
                NetError::truncated},
        Refused{"OtherHardware", "0006 0800 06 04 0001 020000000002 c0000202 000000000000 c0000201",
                NetError::arp_bad_format},
        Refused{"OtherProtocol", "0001 86dd 06 04 0001 020000000002 c0000202 000000000000 c0000201",
                NetError::arp_bad_format},
        Refused{"LongerHardwareAddress",
                "0001 0800 08 04 0001 020000000002 c0000202 000000000000 c0000201",
                NetError::arp_bad_format},
        Refused{"LongerProtocolAddress",
                "0001 0800 06 10 0001 020000000002 c0000202 000000000000 c0000201",
                NetError::arp_bad_format},
        Refused{"NoOperation", "0001 0800 06 04 0000 020000000002 c0000202 000000000000 c0000201",
                NetError::arp_bad_operation},
        Refused{"ReverseRequest",
                "0001 0800 06 04 0003 020000000002 c0000202 000000000000 c0000201",
                NetError::arp_bad_operation},
        Refused{"SenderMacOfAGroup",
                "0001 0800 06 04 0001 01005e000001 c0000202 000000000000 c0000201",
                NetError::arp_bad_sender},
        Refused{"SenderMacOfAll",
                "0001 0800 06 04 0001 ffffffffffff c0000202 000000000000 c0000201",
                NetError::arp_bad_sender},
        Refused{"SenderMacOfZeros",
                "0001 0800 06 04 0001 000000000000 c0000202 000000000000 c0000201",
                NetError::arp_bad_sender},
        Refused{"SenderOfAGroup",
                "0001 0800 06 04 0001 020000000002 e0000001 000000000000 c0000201",
                NetError::arp_bad_sender},
        Refused{"SenderIsLoopback",
                "0001 0800 06 04 0001 020000000002 7f000001 000000000000 c0000201",
                NetError::arp_bad_sender},
        Refused{"SenderIsBroadcast",
                "0001 0800 06 04 0001 020000000002 ffffffff 000000000000 c0000201",
                NetError::arp_bad_sender},
        Refused{"SenderOfThisNetwork",
                "0001 0800 06 04 0001 020000000002 00000001 000000000000 c0000201",
                NetError::arp_bad_sender},
        Refused{"ReplyFromNobody",
                "0001 0800 06 04 0002 020000000002 00000000 020000000001 c0000201",
                NetError::arp_bad_sender}),
    [](const auto& instance) { return std::string{instance.param.name}; });

constexpr auto kReply = "020000000002 020000000001 0806"
                        "0001 0800 06 04 0002 020000000001 c0000201 020000000002 c0000202";

TEST(ArpAnswer, GoesToTheOneWhoAsked)
{
    Buffer frame = hex(std::string{kBroadcastFromPeer} + kRequest);
    const auto reply = answer_arp(frame, kOwnMac);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(reply->data(), frame.data());
    EXPECT_EQ(to_hex(*reply), to_hex(hex(kReply)));
}

TEST(ArpAnswer, HasTheMinimumLengthWhenTheRequestHadAndNothingOfItsPadding)
{
    Buffer frame = hex(std::string{kBroadcastFromPeer} + kRequest);
    frame.resize(100, 0xee);
    const auto reply = answer_arp(frame, kOwnMac);
    ASSERT_TRUE(reply) << describe(reply.error());
    Buffer expected = hex(kReply);
    expected.resize(60);
    EXPECT_EQ(to_hex(*reply), to_hex(expected));
}

TEST(ArpAnswer, OfAProbeDefendsTheAddress)
{
    Buffer frame = hex("ffffffffffff 020000000002 0806"
                       "0001 0800 06 04 0001 020000000002 00000000 000000000000 c0000201");
    const auto reply = answer_arp(frame, kOwnMac);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(parse_arp(reply->subspan(kEthernetHeaderBytes)).value(),
              (ArpPacket{ArpOperation::reply, {kOwnMac, kOwn}, {kPeerMac, {}}}));
}

TEST(ArpAnswer, IsForRequestsOnly)
{
    Buffer reply = hex(kReply);
    EXPECT_EQ(error_of(answer_arp(reply, kOwnMac)), NetError::arp_not_request);
    Buffer ipv4 = hex(std::string{"ffffffffffff 020000000002 0800"} + kRequest);
    EXPECT_EQ(error_of(answer_arp(ipv4, kOwnMac)), NetError::arp_bad_format);
    Buffer runt = hex("ffffffffffff 020000000002 08");
    EXPECT_EQ(error_of(answer_arp(runt, kOwnMac)), NetError::truncated);
}

constexpr auto kPadding = "000000000000000000000000000000000000";

TEST(ArpRequest, AsksEverybody)
{
    Buffer frame(kEthernetMinimumBytes, 0xee);
    write_arp_request(ArpFrame{frame}, {kOwnMac, kOwn}, kPeer);
    EXPECT_EQ(to_hex(frame), to_hex(hex(std::string{"ffffffffffff 020000000001 0806"
                                                    "0001 0800 06 04 0001 020000000001 c0000201"
                                                    "000000000000 c0000202"} +
                                        kPadding)));
}

TEST(ArpRequest, MayAskOneHost)
{
    Buffer frame(kEthernetMinimumBytes, 0xee);
    write_arp_request(ArpFrame{frame}, {kOwnMac, kOwn}, kPeer, kPeerMac);
    EXPECT_EQ(to_hex(Bytes{frame}.first(14)), "0200000000020200000000010806");
    EXPECT_EQ(to_hex(Bytes{frame}.subspan(32, 6)), "000000000000");
}

TEST(ArpAnnouncement, NamesItsSenderTwice)
{
    Buffer frame(kEthernetMinimumBytes, 0xee);
    write_arp_announcement(ArpFrame{frame}, {kOwnMac, kOwn});
    EXPECT_EQ(to_hex(frame), to_hex(hex(std::string{"ffffffffffff 020000000001 0806"
                                                    "0001 0800 06 04 0001 020000000001 c0000201"
                                                    "000000000000 c0000201"} +
                                        kPadding)));
}

} // namespace
} // namespace aaigw::net
