// IPv4 headers: what is sent, what is understood, what is refused.
#include "dataplane/net/ipv4.h"
#include "tests/unit/net/net_testing.h"

namespace aaigw::net {
namespace {

// Checksums by hand: e.g. 4500+0017+4000+4011+c000+0201+cb00+7105 = 2c32e, folded c330, inverted 3ccf.
constexpr Ipv4Header kHeader{
    .source = {0xc0000201}, .destination = {0xcb007105}, .protocol = IpProtocol::udp};

struct Accepted {
    const char* name;
    const char* packet;
    std::uint8_t header_bytes = kIpv4HeaderBytes;
};

class AcceptedIpv4 : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedIpv4, GivesHeaderAndPayload)
{
    Buffer bytes = hex(GetParam().packet);
    const auto packet = parse_ipv4(bytes);
    ASSERT_TRUE(packet) << describe(packet.error());
    EXPECT_EQ(packet->header, kHeader);
    EXPECT_EQ(packet->header_bytes, GetParam().header_bytes);
    EXPECT_EQ(packet->payload.data(), bytes.data() + GetParam().header_bytes);
    EXPECT_EQ(to_hex(packet->payload), "aabbcc");
}

INSTANTIATE_TEST_SUITE_P(
    Packets, AcceptedIpv4,
    testing::Values(
        Accepted{"Plain", "4500 0017 0000 4000 4011 3ccf c0000201 cb007105 aabbcc"},
        Accepted{"PaddedByEthernet",
                 "4500 0017 0000 4000 4011 3ccf c0000201 cb007105 aabbcc 00000000000000"},
        Accepted{"MayBeFragmentedButIsNot",
                 "4500 0017 1234 0000 4011 6a9b c0000201 cb007105 aabbcc"},
        Accepted{"ReservedFlag", "4500 0017 0000 c000 4011 bcce c0000201 cb007105 aabbcc"},
        Accepted{"Options", "4600 001b 0000 4000 4011 a7c6 c0000201 cb007105 94040000 aabbcc", 24},
        Accepted{"AllOptions",
                 "4f00 003f 0000 4000 4011 32a7 c0000201 cb007105 00000000 00000000 00000000"
                 "00000000 00000000 00000000 00000000 00000000 00000000 00000000 aabbcc",
                 60}),
    [](const auto& instance) { return std::string{instance.param.name}; });

TEST(Ipv4, GivesEveryFieldOfItsHeader)
{
    Buffer bytes = hex("45b8 0014 0000 4000 ff2f 7cfb c0000201 cb007105");
    const auto packet = parse_ipv4(bytes);
    ASSERT_TRUE(packet) << describe(packet.error());
    EXPECT_EQ(packet->header, (Ipv4Header{.source = {0xc0000201},
                                          .destination = {0xcb007105},
                                          .protocol = IpProtocol::gre,
                                          .ttl = 255,
                                          .type_of_service = 0xb8}));
    EXPECT_TRUE(packet->payload.empty());
}

struct Refused {
    const char* name;
    const char* packet;
    NetError error;
};

class RefusedIpv4 : public testing::TestWithParam<Refused> {};

TEST_P(RefusedIpv4, GivesItsError)
{
    Buffer bytes = hex(GetParam().packet);
    EXPECT_EQ(error_of(parse_ipv4(bytes)), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Packets, RefusedIpv4,
    testing::Values(
        Refused{"Empty", "", NetError::truncated},
        Refused{"NineteenBytes", "4500 0014 0000 4000 4011 3cd7 c0000201 cb0071",
                NetError::truncated},
        Refused{"OptionsPastEnd", "4600 0018 0000 4000 4011 3bce c0000201 cb007105 000000",
                NetError::truncated},
        Refused{"Version6", "6500 0014 0000 4000 4011 1cd2 c0000201 cb007105",
                NetError::ipv4_bad_version},
        Refused{"HeaderOfSixteenBytes", "4400 0014 0000 4000 4011 3dd2 c0000201 cb007105",
                NetError::ipv4_bad_header_length},
        Refused{"WrongChecksum", "4500 0014 0000 4000 4011 3cd3 c0000201 cb007105",
                NetError::ipv4_checksum_mismatch},
        Refused{"WrongChecksumBecauseOfAnOption",
                "4600 0018 0000 4000 4011 3bce c0000201 cb007105 00000001",
                NetError::ipv4_checksum_mismatch},
        Refused{"TotalLengthWithoutHeader", "4500 0013 0000 4000 4011 3cd3 c0000201 cb007105",
                NetError::ipv4_length_too_small},
        Refused{"TotalLengthWithoutOptions",
                "4600 0017 0000 4000 4011 3bcf c0000201 cb007105 00000000",
                NetError::ipv4_length_too_small},
        Refused{"TotalLengthPastEnd", "4500 0015 0000 4000 4011 3cd1 c0000201 cb007105",
                NetError::ipv4_length_past_end},
        Refused{"FirstFragment", "4500 0014 0000 2000 4011 5cd2 c0000201 cb007105",
                NetError::ipv4_fragment},
        Refused{"LastFragment", "4500 0014 0000 0001 4011 7cd1 c0000201 cb007105",
                NetError::ipv4_fragment},
        Refused{"FragmentAtTheHighestOffset", "4500 0014 0000 1000 4011 6cd2 c0000201 cb007105",
                NetError::ipv4_fragment}),
    [](const auto& instance) { return std::string{instance.param.name}; });

TEST(Ipv4, ChecksumThatTheNicHasSeenIsNotLookedAt)
{
    Buffer bytes = hex("4500 0014 0000 4000 4011 0000 c0000201 cb007105");
    EXPECT_EQ(error_of(parse_ipv4(bytes, ChecksumBy::us)), NetError::ipv4_checksum_mismatch);
    EXPECT_TRUE(parse_ipv4(bytes, ChecksumBy::nic));
}

TEST(Ipv4Writer, WritesAnAtomicDatagram)
{
    const Ipv4Writer writer{{0xc0000201}, IpProtocol::udp};
    std::array<std::uint8_t, kIpv4HeaderBytes> bytes{};
    writer.write(bytes, {0xcb007105}, 3);
    EXPECT_EQ(to_hex(bytes), "45000017000040004011"
                             "3ccf"
                             "c0000201cb007105");
}

TEST(Ipv4Writer, WritesTypeOfServiceAndProtocol)
{
    const Ipv4Writer writer{{0xc0000201}, IpProtocol::gre, 0xb8};
    std::array<std::uint8_t, kIpv4HeaderBytes> bytes{};
    writer.write(bytes, {0xcb007105}, 0);
    EXPECT_EQ(to_hex(bytes), "45b800140000400040"
                             "2f"
                             "3bfc"
                             "c0000201cb007105");
}

TEST(Ipv4Writer, WritesWhatIsReadForEveryLength)
{
    const Ipv4Writer writer{{0xffffffff}, IpProtocol::icmp, 0xff};
    Buffer bytes(kIpv4MaximumBytes);
    for (std::size_t size = 0; size <= kIpv4MaximumBytes - kIpv4HeaderBytes; ++size) {
        writer.write(MutableBytes{bytes}.first<kIpv4HeaderBytes>(), {0xfffffffe}, size);
        const auto packet = parse_ipv4(bytes);
        ASSERT_TRUE(packet) << size << ": " << describe(packet.error());
        ASSERT_EQ(packet->payload.size(), size);
    }
}

} // namespace
} // namespace aaigw::net
