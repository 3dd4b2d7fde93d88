// IPv4 networks: what they contain, whatever the length of their prefix; addresses as text.
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

TEST(Ipv4Network, KnowsItsHosts)
{
    constexpr Ipv4Network network{{0xc000024d}, 26};
    EXPECT_EQ(network.first().value, 0xc0000240U);
    EXPECT_EQ(network.last().value, 0xc000027fU);
    EXPECT_TRUE(network.has_host({0xc0000241}));
    EXPECT_FALSE(network.has_host({0xc0000280}));
    EXPECT_FALSE(network.has_host(network.first()));
    EXPECT_FALSE(network.has_host(network.last())) << "broadcast";
    EXPECT_TRUE((Ipv4Network{{0xc0000240}, 31}.has_host({0xc0000240}))) << "RFC 3021";
}

TEST(Ipv4Address, OfAHostIsUnicast)
{
    EXPECT_TRUE(is_host_address({0x0a000001}));
    EXPECT_TRUE(is_host_address({0xdfffffff}));
    for (const std::uint32_t value :
         {0U, 0x00010203U, 0x7f000001U, 0xe0000001U, 0xf0000001U, 0xffffffffU})
        EXPECT_FALSE(is_host_address({value})) << to_text(Ipv4Address{value});
}

TEST(Ipv4Address, ReadsAndWritesDottedDecimal)
{
    EXPECT_EQ(ipv4_from_text("192.0.2.1"), kHost);
    EXPECT_EQ(ipv4_from_text("0.0.0.0"), Ipv4Address{0});
    EXPECT_EQ(ipv4_from_text("255.255.255.255"), Ipv4Address{0xffffffff});
    EXPECT_EQ(to_text(kHost), "192.0.2.1");
}

TEST(Ipv4Address, RefusesOtherTexts)
{
    for (const auto* text :
         {"", "1", "1.2.3", "1.2.3.", ".1.2.3", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256", "1.2.3.04",
          "1.2.3.+4", "1.2.3.-4", " 1.2.3.4", "1.2.3.4 ", "1..3.4", "1.2.3.0x4", "1.2.3.4/24"})
        EXPECT_EQ(ipv4_from_text(text), std::nullopt) << text;
}

TEST(Ipv4Network, ReadsAndWritesItsPrefix)
{
    const auto network = ipv4_network_from_text("192.0.2.1/26");
    EXPECT_EQ(network, (Ipv4Network{kHost, 26}));
    EXPECT_EQ(to_text(*network), "192.0.2.1/26");
    EXPECT_EQ(ipv4_network_from_text("192.0.2.1/0"), (Ipv4Network{kHost, 0}));
    for (const auto* text : {"192.0.2.1", "192.0.2.1/", "192.0.2.1/33", "192.0.2.1/024", "/24",
                             "192.0.2/24", "192.0.2.1/24/24", "192.0.2.1/-1"})
        EXPECT_EQ(ipv4_network_from_text(text), std::nullopt) << text;
}

} // namespace
} // namespace aaigw
