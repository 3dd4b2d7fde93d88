// UDP datagrams: what is sent, what is understood, what is refused.
#include "dataplane/net/udp.h"
#include "tests/unit/net/net_testing.h"

namespace aaigw::net {
namespace {

Ipv4Packet from_peer(MutableBytes payload)
{
    return {.header = {.source = {0xc0000201}, .destination = {0xcb007105}},
            .header_bytes = kIpv4HeaderBytes,
            .payload = payload};
}

struct Accepted {
    const char* name;
    const char* datagram;
};

class AcceptedUdp : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedUdp, GivesPortsAndPayload)
{
    Buffer bytes = hex(GetParam().datagram);
    const auto datagram = parse_udp(from_peer(bytes));
    ASSERT_TRUE(datagram) << describe(datagram.error());
    EXPECT_EQ(datagram->header, (UdpHeader{.source_port = 0xc123, .destination_port = 4729}));
    EXPECT_EQ(datagram->payload.data(), bytes.data() + kUdpHeaderBytes);
    EXPECT_EQ(to_hex(datagram->payload), "aabbcc");
}

// Checksums by hand: c000+0201+cb00+7105+0011+000b+c123+1279+000b+aabb+cc00 = 44884, folded 4888, inverted b777.
INSTANTIATE_TEST_SUITE_P(Datagrams, AcceptedUdp,
                         testing::Values(Accepted{"NoChecksum", "c123 1279 000b 0000 aabbcc"},
                                         Accepted{"Checksum", "c123 1279 000b b777 aabbcc"},
                                         Accepted{"BytesBehind",
                                                  "c123 1279 000b b777 aabbcc 1234"}),
                         [](const auto& instance) { return std::string{instance.param.name}; });

TEST(Udp, MayBeEmpty)
{
    Buffer bytes = hex("c123 1279 0008 0000");
    const auto datagram = parse_udp(from_peer(bytes));
    ASSERT_TRUE(datagram) << describe(datagram.error());
    EXPECT_TRUE(datagram->payload.empty());
}

TEST(Udp, WhoseChecksumComesToZeroSendsAllOnes)
{
    // As above, with the last word chosen so that the sum is ffff (RFC 768).
    Buffer bytes = hex("c123 1279 000a ffff 2e36");
    EXPECT_TRUE(parse_udp(from_peer(bytes)));
}

struct Refused {
    const char* name;
    const char* datagram;
    NetError error;
};

class RefusedUdp : public testing::TestWithParam<Refused> {};

TEST_P(RefusedUdp, GivesItsError)
{
    Buffer bytes = hex(GetParam().datagram);
    EXPECT_EQ(error_of(parse_udp(from_peer(bytes))), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Datagrams, RefusedUdp,
    testing::Values(
        Refused{"Empty", "", NetError::truncated},
        Refused{"SevenBytes", "c123 1279 0008 00", NetError::truncated},
        Refused{"LengthOfSeven", "c123 1279 0007 0000 aa", NetError::udp_length_too_small},
        Refused{"LengthOfZero", "c123 1279 0000 0000 aa", NetError::udp_length_too_small},
        Refused{"LengthPastEnd", "c123 1279 000c 0000 aabbcc", NetError::udp_length_past_end},
        Refused{"WrongChecksum", "c123 1279 000b b778 aabbcc", NetError::udp_checksum_mismatch}),
    [](const auto& instance) { return std::string{instance.param.name}; });

TEST(Udp, FromAnotherAddressHasAnotherChecksum)
{
    Buffer bytes = hex("c123 1279 000b b777 aabbcc");
    Ipv4Packet packet = from_peer(bytes);
    packet.header.source = {0xc0000202};
    EXPECT_EQ(error_of(parse_udp(packet)), NetError::udp_checksum_mismatch);
}

TEST(Udp, ChecksumThatTheNicHasSeenIsNotLookedAt)
{
    Buffer bytes = hex("c123 1279 000b b778 aabbcc");
    EXPECT_TRUE(parse_udp(from_peer(bytes), ChecksumBy::nic));
}

TEST(Udp, IsSentWithoutChecksum)
{
    std::array<std::uint8_t, kUdpHeaderBytes> bytes{};
    write_udp(bytes, {.source_port = 0xc123, .destination_port = 4729}, 3);
    EXPECT_EQ(to_hex(bytes), "c1231279000b0000");
}

} // namespace
} // namespace aaigw::net
