// The Internet checksum: the example of RFC 1071, every length and alignment, carries, and updates.
#include "dataplane/net/checksum.h"
#include "tests/doubles/plain_checksum.h"
#include "tests/unit/net/net_testing.h"

namespace aaigw::net {
namespace {

std::uint16_t checksum_of(Bytes bytes)
{
    InternetSum sum;
    sum.add(bytes);
    return sum.checksum();
}

TEST(InternetSum, GivesTheExampleOfRfc1071)
{
    // RFC 1071 3: the sum is ddf2.
    EXPECT_EQ(checksum_of(hex("0001 f203 f4f5 f6f7")), 0xffff - 0xddf2);
}

TEST(InternetSum, OfNothingIsZero)
{
    EXPECT_EQ(checksum_of({}), 0xffff);
    EXPECT_FALSE(InternetSum{}.is_right());
}

TEST(InternetSum, TakesAnOddLastByteAsTheUpperHalfOfAWord)
{
    EXPECT_EQ(checksum_of(hex("0001 f2")), checksum_of(hex("0001 f200")));
}

TEST(InternetSum, AgreesWithThePlainSumForEveryLengthAndAlignment)
{
    Buffer bytes(128);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(255 - 3 * i * i);
    for (std::size_t from = 0; from < 16; ++from) {
        for (std::size_t size = 0; size <= 100; ++size) {
            const Bytes part = Bytes{bytes}.subspan(from, size);
            EXPECT_EQ(checksum_of(part), plain_checksum(part)) << from << " " << size;
        }
    }
}

TEST(InternetSum, KeepsEveryCarry)
{
    const Buffer ones(65535, 0xff);
    EXPECT_EQ(checksum_of(ones), plain_checksum(ones));
    EXPECT_EQ(checksum_of(Bytes{ones}.first(65534)), 0);
}

TEST(InternetSum, IsTheSameForFieldsAsForTheirBytes)
{
    InternetSum sum;
    sum.add_u16(0x1234);
    sum.add_u32(0x89abcdef);
    EXPECT_EQ(sum.checksum(), checksum_of(hex("1234 89abcdef")));
}

TEST(InternetSum, OfAnIpv4HeaderIsTheSumOfItsBytes)
{
    const Buffer header = hex("4500 0054 0000 4000 4001 f955 c0a80001 fffffffe");
    InternetSum sum;
    sum.add_ipv4_header(std::span<const std::uint8_t, 20>{header});
    EXPECT_EQ(sum.checksum(), checksum_of(header));
}

TEST(InternetSum, IsRightWithItsChecksumAndWrongWithAnyBitOfItFlipped)
{
    Buffer bytes = hex("0001 f203 f4f5 f6f7 0000 88");
    const std::uint16_t checksum = checksum_of(bytes);
    for (unsigned bit = 0; bit <= 16; ++bit) {
        store_be(MutableBytes{bytes}.subspan<8, 2>(), checksum ^ (1U << bit));
        InternetSum sum;
        sum.add(bytes);
        EXPECT_EQ(sum.is_right(), bit == 16) << bit;
    }
}

TEST(PseudoHeader, OfUdpIsAddressesProtocolAndLength)
{
    EXPECT_EQ(udp_pseudo_header({0xc0000201}, {0xcb007105}, 0x1234).checksum(),
              checksum_of(hex("c0000201 cb007105 0011 1234")));
}

TEST(PseudoHeader, OfIcmpv6IsAddressesLengthAndProtocol)
{
    const Buffer addresses =
        hex("20010db8000000000000000000000001 20010db8000000000000000000000002");
    const Buffer rest = hex("00012345 0000003a");
    Buffer all = addresses;
    all.insert(all.end(), rest.begin(), rest.end());
    EXPECT_EQ(
        icmpv6_pseudo_header(std::span<const std::uint8_t, 32>{addresses}, 0x12345).checksum(),
        checksum_of(all));
}

TEST(UpdateChecksum, GivesTheExampleOfRfc1624)
{
    // RFC 1624 4: a word of 5555 becomes 3285 under the checksum dd2f, which becomes 0000, not ffff.
    EXPECT_EQ(update_checksum(0xdd2f, 0x5555, 0x3285), 0x0000);
}

TEST(UpdateChecksum, AgreesWithSummingAgain)
{
    Buffer bytes = hex("0800 0000 1234 0001 6162 6364");
    const std::uint16_t before = checksum_of(bytes);
    bytes[0] = 0;
    EXPECT_EQ(update_checksum(before, 0x0800, 0x0000), checksum_of(bytes));
}

} // namespace
} // namespace aaigw::net
