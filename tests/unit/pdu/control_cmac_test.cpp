// CMAC input prefixes, digest truncation and the two tuples.
#include "dataplane/pdu/control_cmac.h"
#include "dataplane/pdu/mac_header.h"
#include "tests/unit/pdu/pdu_testing.h"

#include <gtest/gtest.h>

namespace aaigw::pdu {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> hex_array(std::string_view text)
{
    const auto bytes = hex(text);
    std::array<std::uint8_t, N> array{};
    EXPECT_EQ(bytes.size(), N);
    std::copy_n(bytes.begin(), std::min(N, bytes.size()), array.begin());
    return array;
}

TEST(CmacPrefix, OfTheMzoneHasAThreeBytePn)
{
    const auto prefix =
        mzone_cmac_prefix(hex_array<8>("4e20af07a34f6f55"), MzoneCmacPn::from_field(1),
                          Stid::from_field(0x123), kClearControlFid);
    EXPECT_EQ(to_hex(prefix), "4e20af07a34f6f550000011230000000");
    const auto full =
        mzone_cmac_prefix(hex_array<8>("4e20af07a34f6f55"), MzoneCmacPn::from_field(0xffffff),
                          Stid::from_field(0xfff), Fid::from_field(0xf));
    EXPECT_EQ(to_hex(full), "4e20af07a34f6f55ffffffffff000000");
}

TEST(CmacPrefix, OfTheLzoneHasAFourBytePn)
{
    const auto prefix = lzone_cmac_prefix(hex_array<8>("5d29f4aa09e8d4d7"),
                                          LzoneCmacPn::from_field(1), Cid::from_field(0x0123));
    EXPECT_EQ(to_hex(prefix), "5d29f4aa09e8d4d70000000101230000");
    // The published input of the RNG-REQ of a handover.
    EXPECT_EQ(to_hex(lzone_cmac_prefix(hex_array<8>("3b7e354a44b25806"), LzoneCmacPn::from_field(1),
                                       Cid{})),
              "3b7e354a44b258060000000100000000");
}

TEST(CmacValue, IsTheLowOrderHalf)
{
    EXPECT_EQ(to_hex(cmac_value(hex_array<16>("5a492f8e86274eb67f5daa17991f11d3"))),
              "7f5daa17991f11d3");
    EXPECT_EQ(to_hex(cmac_value(hex_array<16>("c29ea0b92bda84d5cd6fea56c64636ae"))),
              "cd6fea56c64636ae");
}

TEST(MzoneCmacTuple, HasEachFieldInItsPlace)
{
    const auto bytes = hex("0a 012345 7f5daa17991f11d3");
    const auto tuple = parse_mzone_cmac_tuple(bytes);
    ASSERT_TRUE(tuple) << describe(tuple.error());
    EXPECT_EQ(tuple->pmk_sn.value(), 10);
    EXPECT_EQ(tuple->pn.value(), 0x012345U);
    EXPECT_EQ(to_hex(tuple->value), "7f5daa17991f11d3");
    EXPECT_EQ(to_hex(build_mzone_cmac_tuple(*tuple)), to_hex(bytes));
}

TEST(MzoneCmacTuple, ReservedBitsAreIgnoredAndSentAsZero)
{
    const auto tuple = parse_mzone_cmac_tuple(hex("fa 012345 7f5daa17991f11d3"));
    ASSERT_TRUE(tuple);
    EXPECT_EQ(tuple->pmk_sn.value(), 10);
    EXPECT_EQ(build_mzone_cmac_tuple(*tuple).front(), 0x0a);
}

TEST(MzoneCmacTuple, OfAnotherSizeIsRefused)
{
    for (const std::size_t size : {0U, 11U, 13U}) {
        const auto tuple = parse_mzone_cmac_tuple(std::vector<std::uint8_t>(size));
        EXPECT_EQ(error_of(tuple), ParseError::cmac_tuple_bad_length) << size;
    }
}

TEST(LzoneCmacTuple, GoesWithAndWithoutBsid)
{
    std::array<std::uint8_t, kMaxLzoneCmacTupleBytes> room{};

    const auto with_bsid = hex("8d13 05 0000bb020003 00000001 cd6fea56c64636ae");
    const auto long_tuple = parse_lzone_cmac_tuple(with_bsid);
    ASSERT_TRUE(long_tuple) << describe(long_tuple.error());
    EXPECT_EQ(long_tuple->ak_sn.value(), 5);
    EXPECT_EQ(long_tuple->bsid, (MacAddress{0x00, 0x00, 0xbb, 0x02, 0x00, 0x03}));
    EXPECT_EQ(long_tuple->pn.value(), 1U);
    EXPECT_EQ(to_hex(long_tuple->value), "cd6fea56c64636ae");
    EXPECT_EQ(to_hex(build_lzone_cmac_tuple(*long_tuple, room).value()), to_hex(with_bsid));

    const auto without_bsid = hex("8d0d 05 00000001 cd6fea56c64636ae");
    const auto short_tuple = parse_lzone_cmac_tuple(without_bsid);
    ASSERT_TRUE(short_tuple) << describe(short_tuple.error());
    EXPECT_EQ(short_tuple->bsid, std::nullopt);
    EXPECT_EQ(to_hex(build_lzone_cmac_tuple(*short_tuple, room).value()), to_hex(without_bsid));

    const auto no_room = build_lzone_cmac_tuple(*long_tuple, MutableBytes{room}.first(20));
    EXPECT_EQ(error_of(no_room), ParseError::no_room);
}

TEST(LzoneCmacTuple, OfAnotherTypeOrLengthIsRefused)
{
    EXPECT_EQ(error_of(parse_lzone_cmac_tuple(hex("8d"))), ParseError::truncated);
    // An HMAC tuple.
    EXPECT_EQ(error_of(parse_lzone_cmac_tuple(hex("9515"))), ParseError::cmac_tuple_bad_type);
    // Cut short, followed by something, and of a length between the two.
    EXPECT_EQ(error_of(parse_lzone_cmac_tuple(hex("8d0d 05 00000001 cd6fea56c64636"))),
              ParseError::cmac_tuple_bad_length);
    EXPECT_EQ(error_of(parse_lzone_cmac_tuple(hex("8d0d 05 00000001 cd6fea56c64636ae 00"))),
              ParseError::cmac_tuple_bad_length);
    EXPECT_EQ(error_of(parse_lzone_cmac_tuple(hex("8d0e 05 00000001 cd6fea56c64636ae 00"))),
              ParseError::cmac_tuple_bad_length);
}

} // namespace
} // namespace aaigw::pdu
