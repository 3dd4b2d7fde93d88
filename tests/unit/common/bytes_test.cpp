// The cursors never leave their bytes, and remember when they would have.
#include "common/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace aaigw {
namespace {

constexpr std::array<std::uint8_t, 10> kBytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

TEST(Reader, ReadsBigEndianFieldsInOrder)
{
    Reader reader{kBytes};
    EXPECT_EQ(reader.u8(), 0x01);
    EXPECT_EQ(reader.u16(), 0x0203);
    EXPECT_EQ(reader.u24(), 0x040506U);
    EXPECT_EQ(reader.u32(), 0x0708090aU);
    EXPECT_TRUE(reader.ok());
    EXPECT_TRUE(reader.rest().empty());
}

TEST(Reader, RunningOutIsRememberedAndGivesZero)
{
    Reader reader{Bytes{kBytes}.first(3)};
    EXPECT_EQ(reader.u32(), 0U);
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.u8(), 0) << "a byte is left, but the layout is broken";
    EXPECT_TRUE(reader.bytes(1).empty());
    EXPECT_FALSE(reader.ok());
}

TEST(Reader, TakesExactlyWhatIsLeft)
{
    Reader reader{kBytes};
    EXPECT_EQ(reader.bytes(10).size(), 10U);
    EXPECT_TRUE(reader.ok());
    EXPECT_TRUE(reader.bytes(0).empty());
    EXPECT_TRUE(reader.ok());
    (void)reader.bytes(1);
    EXPECT_FALSE(reader.ok());
}

TEST(Writer, WritesWhatReaderReads)
{
    std::array<std::uint8_t, 10> buffer{};
    Writer writer{buffer};
    writer.u8(0x01);
    writer.u16(0x0203);
    writer.u24(0x040506);
    writer.u32(0x0708090a);
    EXPECT_TRUE(writer.ok());
    EXPECT_TRUE(std::ranges::equal(writer.written(), kBytes));
}

TEST(Writer, OverflowIsRememberedAndWritesNothing)
{
    std::array<std::uint8_t, 5> buffer{};
    Writer writer{MutableBytes{buffer}.first(3)};
    writer.u16(0xffff);
    writer.u32(0xffffffff);
    EXPECT_FALSE(writer.ok());
    writer.u8(0xff);
    EXPECT_EQ(writer.size(), 2U);
    EXPECT_EQ(buffer, (std::array<std::uint8_t, 5>{0xff, 0xff, 0, 0, 0}));
}

TEST(BeBytes, StoresTheLowBytesMostSignificantFirst)
{
    EXPECT_EQ(be_bytes<3>(0x11223344), (std::array<std::uint8_t, 3>{0x22, 0x33, 0x44}));
    const auto eight = be_bytes<8>(0x0102030405060708);
    EXPECT_EQ(load_be(std::span{eight}), 0x0102030405060708U);
}

} // namespace
} // namespace aaigw
