// Scalar values: which texts each form takes, and what it says of the others.
#include "config/forms.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace aaigw::config {
namespace {

template <class Value, class Form>
std::optional<Value> read(const Form& form, std::string_view text)
{
    Value value{};
    return form.parse(text, value).empty() ? std::optional<Value>{value} : std::nullopt;
}

template <class Value, class Form>
std::string wrong(const Form& form, std::string_view text)
{
    Value value{};
    return std::string{form.parse(text, value)};
}

TEST(Flag, IsTrueOrFalse)
{
    EXPECT_EQ(read<bool>(Flag{}, "true"), true);
    EXPECT_EQ(read<bool>(Flag{}, "false"), false);
    for (const auto* text : {"", "yes", "no", "on", "1", "0", "True", "TRUE", "true "})
        EXPECT_EQ(wrong<bool>(Flag{}, text), "not a word it takes") << text;
}

TEST(Number, IsDecimalOrHex)
{
    const Number any{0, ~std::uint64_t{0}};
    EXPECT_EQ(read<std::uint64_t>(any, "0"), 0U);
    EXPECT_EQ(read<std::uint64_t>(any, "18446744073709551615"), ~std::uint64_t{0});
    EXPECT_EQ(read<std::uint64_t>(any, "0xffffFFFFffffFFFF"), ~std::uint64_t{0});
    EXPECT_EQ(read<std::uint64_t>(any, "0X1f"), 31U);
    EXPECT_EQ(read<std::uint64_t>(any, "0x0001"), 1U);
    for (const auto* text : {"", "x", "1 ", " 1", "+1", "1.0", "1e3", "1_000", "0x", "0xg", "12a",
                             "-", "--1", "0x-1", "-x"})
        EXPECT_NE(wrong<std::uint64_t>(any, text), "") << text;
    EXPECT_EQ(wrong<std::uint64_t>(any, "1.5"), "not a whole number");
    for (const auto* text : {"010", "00", "007"})
        EXPECT_EQ(wrong<std::uint64_t>(any, text), "a number with a leading zero") << text;
}

TEST(Number, HasARange)
{
    const Number range{10, 0x20};
    EXPECT_EQ(range.expected(), "a number from 10 to 32");
    EXPECT_EQ(read<std::uint16_t>(range, "10"), 10);
    EXPECT_EQ(read<std::uint16_t>(range, "32"), 32);
    for (const auto* text :
         {"9", "33", "-10", "65546", "18446744073709551616", "0xffffffffffffffffff"})
        EXPECT_EQ(wrong<std::uint16_t>(range, text), "out of range") << text;
}

TEST(Number, FillsTheTypesOfTheStandard)
{
    EXPECT_EQ(read<Stid>(Number{1, Stid::kMax}, "0xfff"), Stid::from(4095));
    EXPECT_EQ(Number::text(*Stid::from(291)), "291");
    EXPECT_EQ(Number::text(std::uint8_t{65}), "65") << "no character";
}

enum class Colour { red, green, blue };
constexpr Words kColours{std::array{Word<Colour>{"red", Colour::red},
                                    Word<Colour>{"green", Colour::green},
                                    Word<Colour>{"blue", Colour::blue}}};

TEST(Words, TakesOneOfThem)
{
    EXPECT_EQ(read<Colour>(kColours, "green"), Colour::green);
    EXPECT_EQ(kColours.text(Colour::blue), "blue");
    EXPECT_EQ(kColours.expected(), "red, green or blue");
    for (const auto* text : {"", "Red", "gree", "greens", "red "})
        EXPECT_EQ(wrong<Colour>(kColours, text), "not a word it takes") << text;
}

TEST(Name, IsShortAndPlain)
{
    for (const auto* text : {"a", "core0", "a-b_c", "0", "abcdefghijklmno"})
        EXPECT_EQ(read<std::string>(Name{}, text), text);
    for (const auto* text : {"", "abcdefghijklmnop", "Core", "a b", "a.b", "\xc3\xa9", "a\n"})
        EXPECT_EQ(wrong<std::string>(Name{}, text), "not a name") << text;
}

TEST(Device, IsAPciAddressOrAVirtualDevice)
{
    for (const auto* text :
         {"0000:01:00.0", "abcd:ef:1f.7", "net_null0", "net_pcap0,rx_pcap=a b.pcap,tx_pcap=c"})
        EXPECT_EQ(read<std::string>(Device{}, text), text);
    for (const auto* text : {"", "01:00.0", "0000:01:00.8", "0000:01:00.00", "0000:01:00-0",
                             "ABCD:01:00.0", "eth0", "net_", "net_,iface=x", "net_Null0", "net_a b",
                             "crypto_aesni_mb0", "net_null0,a=\n", "net_null0,a=\xc3\xa9"})
        EXPECT_EQ(wrong<std::string>(Device{}, text), "not a device") << text;
    const std::string longest = "net_null0," + std::string(245, 'x');
    EXPECT_EQ(read<std::string>(Device{}, longest), longest);
    EXPECT_EQ(wrong<std::string>(Device{}, longest + "x"), "not a device");
}

TEST(Path, IsAbsoluteAndNotTooLong)
{
    EXPECT_EQ(read<std::string>(Path{10}, "/123456789"), "/123456789");
    EXPECT_EQ(wrong<std::string>(Path{10}, "/1234567890"), "too long");
    EXPECT_EQ(wrong<std::string>(Path{10}, "a/b"), "not an absolute path");
    EXPECT_EQ(wrong<std::string>(Path{10}, ""), "not an absolute path");
    EXPECT_EQ(wrong<std::string>(Path{10}, "/a\nb"), "a path with a control character");
    EXPECT_EQ(Path{10}.expected(), "an absolute path of at most 10 bytes");
}

TEST(HostAddress, IsOfOneHost)
{
    EXPECT_EQ(read<Ipv4Address>(HostAddress{}, "192.0.2.1"), Ipv4Address{0xc0000201});
    EXPECT_EQ(wrong<Ipv4Address>(HostAddress{}, "192.0.2"), "not an IPv4 address");
    EXPECT_EQ(wrong<Ipv4Address>(HostAddress{}, "::1"), "not an IPv4 address");
    for (const auto* text : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"})
        EXPECT_EQ(wrong<Ipv4Address>(HostAddress{}, text), "not the address of one host") << text;
}

TEST(HostNetwork, IsTheAddressOfAHostInANetwork)
{
    EXPECT_EQ(read<Ipv4Network>(HostNetwork{}, "192.0.2.1/24"), (Ipv4Network{{0xc0000201}, 24}));
    EXPECT_EQ(read<Ipv4Network>(HostNetwork{}, "10.0.0.1/8"), (Ipv4Network{{0x0a000001}, 8}));
    EXPECT_EQ(read<Ipv4Network>(HostNetwork{}, "10.0.0.0/31"), (Ipv4Network{{0x0a000000}, 31}));
    EXPECT_EQ(wrong<Ipv4Network>(HostNetwork{}, "192.0.2.1"), "not an IPv4 address with a prefix");
    EXPECT_EQ(wrong<Ipv4Network>(HostNetwork{}, "192.0.2.1/33"),
              "not an IPv4 address with a prefix");
    for (const auto* text : {"192.0.2.1/7", "192.0.2.1/32", "192.0.2.1/0"})
        EXPECT_EQ(wrong<Ipv4Network>(HostNetwork{}, text), "a prefix out of range") << text;
    for (const auto* text : {"192.0.2.0/24", "192.0.2.255/24", "127.0.0.1/8", "224.0.0.1/24"})
        EXPECT_EQ(wrong<Ipv4Network>(HostNetwork{}, text), "not the address of one host") << text;
}

TEST(Hex, HasItsNumberOfDigits)
{
    using Eight = std::array<std::uint8_t, 8>;
    EXPECT_EQ(read<Eight>(Hex<8>{}, "00112233445566fF"),
              (Eight{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0xff}));
    for (const auto* text : {"", "0011223344556", "001122334455667", "00112233445566778",
                             "001122334455667788", "0x11223344556677", "00:11:22:33:44:55:66:77",
                             "001122334455667g", "g011223344556677", "00112233 4556677"})
        EXPECT_EQ(wrong<Eight>(Hex<8>{}, text), "not that many hex digits") << text;
}

TEST(Mac, HasSixPairsBetweenColons)
{
    EXPECT_EQ(read<MacAddress>(Mac{}, "02:00:00:00:aA:01"), (MacAddress{2, 0, 0, 0, 0xaa, 1}));
    EXPECT_EQ(read<MacAddress>(Mac{}, "ff:ff:ff:ff:ff:ff"),
              (MacAddress{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    for (const auto* text :
         {"", "02:00:00:00:aa", "02:00:00:00:aa:01:02", "02-00-00-00-aa-01", "02000000aa01",
          "2:0:0:0:aa:1", "02:00:00:00:aa:0g", "02:00:00:00:aa:1:", "02:00:00-00:aa:01"})
        EXPECT_EQ(wrong<MacAddress>(Mac{}, text), "not a MAC address") << text;
}

TEST(Mac, OfAHostIsUnicast)
{
    const Mac host{MacKind::unicast};
    EXPECT_TRUE(read<MacAddress>(host, "02:00:00:00:00:01"));
    for (const auto* text : {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"})
        EXPECT_EQ(wrong<MacAddress>(host, text), "not the address of one host") << text;
}

} // namespace
} // namespace aaigw::config
