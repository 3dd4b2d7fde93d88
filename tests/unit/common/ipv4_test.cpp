// IPv4 networks: what they contain, whatever the length of their prefix.
#include "common/ipv4.h"

#include <gtest/gtest.h>

namespace aaigw {
namespace {

constexpr Ipv4Address kHost{0xc0000201};

TEST(Ipv4Network, ContainsWhatSharesItsPrefix)
{
    constexpr Ipv4Network network{kHost, 24};
    EXPECT_EQ(network.mask(), 0xffffff00U);
    EXPECT_TRUE(network.contains({0xc0000200}));
    EXPECT_TRUE(network.contains({0xc00002ff}));
    EXPECT_FALSE(network.contains({0xc0000301}));
    EXPECT_FALSE(network.contains({0x40000201}));
}

TEST(Ipv4Network, WithoutPrefixContainsEverything)
{
    constexpr Ipv4Network network{kHost, 0};
    EXPECT_EQ(network.mask(), 0U);
    EXPECT_TRUE(network.contains({0}));
    EXPECT_TRUE(network.contains({0xffffffff}));
}

TEST(Ipv4Network, OfAllBitsContainsOneAddress)
{
    constexpr Ipv4Network network{kHost, 32};
    EXPECT_EQ(network.mask(), 0xffffffffU);
    EXPECT_TRUE(network.contains(kHost));
    EXPECT_FALSE(network.contains({kHost.value ^ 1}));
}

} // namespace
} // namespace aaigw
