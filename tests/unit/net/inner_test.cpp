// What an opened payload is taken for.
#include "dataplane/net/inner.h"
#include "tests/unit/net/net_testing.h"

namespace aaigw::net {
namespace {

constexpr auto kIpv4 = "4500 0016 0000 0000 4011 0000 c0000201 cb007105 aabb";
constexpr auto kIpv6 = "6000 0000 0002 11 40 20010db8000000000000000000000001 "
                       "20010db8000000000000000000000002 aabb";

TEST(InnerProtocol, IsTheOneOfTheVersion)
{
    EXPECT_EQ(inner_protocol(hex(kIpv4)).value(), InnerProtocol::ipv4);
    EXPECT_EQ(inner_protocol(hex(kIpv6)).value(), InnerProtocol::ipv6);
}

TEST(InnerProtocol, MayHaveBytesBehindThePacket)
{
    EXPECT_TRUE(inner_protocol(hex(std::string{kIpv4} + "00")));
    EXPECT_TRUE(inner_protocol(hex(std::string{kIpv6} + "00")));
}

TEST(InnerProtocol, MayBeOfAFragmentAndHaveOptions)
{
    EXPECT_EQ(
        inner_protocol(hex("4600 0018 0000 2001 4011 0000 c0000201 cb007105 00000000")).value(),
        InnerProtocol::ipv4);
}

struct Refused {
    const char* name;
    const char* packet;
    NetError error;
};

class RefusedInner : public testing::TestWithParam<Refused> {};

TEST_P(RefusedInner, GivesItsError)
{
    EXPECT_EQ(error_of(inner_protocol(hex(GetParam().packet))), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Packets, RefusedInner,
    testing::Values(Refused{"Empty", "", NetError::truncated},
                    Refused{"NineteenBytes", "4500 0013 0000 0000 4011 0000 c0000201 cb0071",
                            NetError::truncated},
                    Refused{"ThirtyNineBytes",
                            "6000 0000 0000 11 40 20010db8000000000000000000000001"
                            "20010db80000000000000000000000",
                            NetError::truncated},
                    Refused{"Version5", "5500 0014 0000 0000 4011 0000 c0000201 cb007105",
                            NetError::inner_bad_version},
                    Refused{"Ethernet", "0200 0000 0001 0200 0000 0002 0800 4500 0014 0000",
                            NetError::inner_bad_version},
                    Refused{"HeaderOfSixteenBytes",
                            "4400 0014 0000 0000 4011 0000 c0000201 cb007105",
                            NetError::ipv4_bad_header_length},
                    Refused{"TotalLengthWithoutHeader",
                            "4500 0013 0000 0000 4011 0000 c0000201 cb007105",
                            NetError::ipv4_length_too_small},
                    Refused{"TotalLengthWithoutOptions",
                            "4600 0017 0000 0000 4011 0000 c0000201 cb007105 00000000",
                            NetError::ipv4_length_too_small},
                    Refused{"OptionsPastEnd", "4600 0018 0000 0000 4011 0000 c0000201 cb007105",
                            NetError::ipv4_length_past_end},
                    Refused{"TotalLengthPastEnd", "4500 0015 0000 0000 4011 0000 c0000201 cb007105",
                            NetError::ipv4_length_past_end},
                    Refused{"PayloadLengthPastEnd",
                            "6000 0000 0003 11 40 20010db8000000000000000000000001"
                            "20010db8000000000000000000000002 aabb",
                            NetError::ipv6_length_past_end}),
    [](const auto& instance) { return std::string{instance.param.name}; });

} // namespace
} // namespace aaigw::net
