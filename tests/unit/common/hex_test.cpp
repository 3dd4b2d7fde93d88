// Hex text: what is accepted, and that everything else is refused.
#include "common/hex.h"

#include <gtest/gtest.h>

namespace aaigw {
namespace {

using ByteVector = std::vector<std::uint8_t>;

TEST(Hex, WritesLowerCaseWithoutSeparators)
{
    EXPECT_EQ(to_hex(ByteVector{0x00, 0x0f, 0xa5, 0xff}), "000fa5ff");
    EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, ReadsEitherCaseAndColons)
{
    EXPECT_EQ(from_hex("00ED04a5105B"), (ByteVector{0x00, 0xed, 0x04, 0xa5, 0x10, 0x5b}));
    EXPECT_EQ(from_hex("00:ED:04:a5:10:5B"), (ByteVector{0x00, 0xed, 0x04, 0xa5, 0x10, 0x5b}));
    EXPECT_EQ(from_hex("7f"), (ByteVector{0x7f}));
    EXPECT_EQ(from_hex(""), ByteVector{});
}

class HexRefuses : public testing::TestWithParam<std::string_view> {};

TEST_P(HexRefuses, TextThatIsNoHex)
{
    EXPECT_EQ(from_hex(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Texts, HexRefuses,
                         testing::Values("0", "000", "0g", "g0", "00:", ":00", "00:0",
                                         "00:11:", "00:1122", "0011:22", "00::11", "00-11", " 00",
                                         "00 ", "0x00", "00:1:22", "\xff\xff"));

} // namespace
} // namespace aaigw
