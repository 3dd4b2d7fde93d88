// AGMH, SPMH, signaling header and EKS|PN field by field, and the PN ranges.
#include "dataplane/pdu/mac_header.h"
#include "dataplane/pdu/security_header.h"
#include "tests/unit/pdu/pdu_testing.h"

#include <gtest/gtest.h>

namespace aaigw::pdu {
namespace {

TEST(MacHeader, AgmhHasElevenBitsOfLength)
{
    const MacHeader header = parse_mac_header(MacHeaderBytes{0x4d, 0xa5}, HeaderKind::agmh);
    EXPECT_EQ(header.fid.value(), 4);
    EXPECT_TRUE(header.extended);
    EXPECT_EQ(header.length, 0x5a5);
    EXPECT_EQ(header.sn, 0);
}

TEST(MacHeader, SpmhHasSevenBitsOfLengthAndFourOfSn)
{
    const MacHeader header = parse_mac_header(MacHeaderBytes{0xf5, 0xa7}, HeaderKind::spmh);
    EXPECT_EQ(header.fid.value(), 15);
    EXPECT_FALSE(header.extended);
    EXPECT_EQ(header.length, 0x5a);
    EXPECT_EQ(header.sn, 7);
}

TEST(MacHeader, EveryPairOfBytesIsRebuiltTheSame)
{
    for (unsigned field = 0; field <= 0xffff; ++field) {
        const auto bytes = be_bytes<2>(field);
        ASSERT_EQ(build_mac_header(parse_mac_header(bytes, HeaderKind::agmh)), bytes);
        ASSERT_EQ(build_mac_header(parse_mac_header(bytes, HeaderKind::spmh)), bytes);
    }
}

TEST(SignalingHeader, HasEachFieldInItsPlace)
{
    // FID 0010 | type 10101 | length 110 | 36 bits of contents; one byte more that is not part of it.
    const auto bytes = hex("2aef 12345678 99");
    const auto header = parse_signaling_header(bytes);
    ASSERT_TRUE(header) << describe(header.error());
    EXPECT_EQ(header->type, 0x15);
    EXPECT_EQ(header->length, 6);
    EXPECT_EQ(header->contents, 0xf12345678U);

    std::vector<std::uint8_t> room(7, 0xee);
    const auto built = build_signaling_header(*header, room);
    ASSERT_TRUE(built);
    EXPECT_EQ(to_hex(room), "2aef12345678ee");
    EXPECT_EQ(built->size(), 6U);
}

TEST(SignalingHeader, IsTwoToSixBytesLong)
{
    for (unsigned length = 0; length < 8; ++length) {
        const std::array<std::uint8_t, 7> bytes{0x20, static_cast<std::uint8_t>(length << 4)};
        const auto header = parse_signaling_header(bytes);
        ASSERT_EQ(header.has_value(), length >= 2 && length <= 6) << length;
        if (header)
            EXPECT_EQ(header->length, length);
        else
            EXPECT_EQ(header.error(), ParseError::length_reserved);
    }
}

TEST(SignalingHeader, ThatIsCutShortOrOfAnotherFidIsRefused)
{
    EXPECT_EQ(error_of(parse_signaling_header(hex("20"))), ParseError::truncated);
    EXPECT_EQ(error_of(parse_signaling_header(hex("2030"))), ParseError::truncated);
    EXPECT_EQ(error_of(parse_signaling_header(hex("3020"))), ParseError::not_signaling_header);
}

TEST(SignalingHeader, IsNotBuiltFromValuesThatDoNotFit)
{
    std::array<std::uint8_t, 6> room{};
    EXPECT_EQ(error_of(build_signaling_header({.length = 7}, room)), ParseError::length_reserved);
    EXPECT_EQ(error_of(build_signaling_header({.length = 2, .contents = 0x10}, room)),
              ParseError::field_too_large);
    EXPECT_EQ(error_of(build_signaling_header({.type = 0x20}, room)), ParseError::field_too_large);
    EXPECT_EQ(error_of(build_signaling_header({.length = 3}, MutableBytes{room}.first(2))),
              ParseError::no_room);
    EXPECT_TRUE(build_signaling_header({.type = 0x1f, .length = 2, .contents = 0xf}, room));
}

TEST(SecurityHeader, EksIsTheTwoTopBits)
{
    const SecurityHeader header =
        parse_security_header(std::array<std::uint8_t, 3>{0xa0, 0x12, 0x34});
    EXPECT_EQ(header.eks.value(), 2);
    EXPECT_EQ(header.pn.value(), 0x201234U);
    EXPECT_EQ(to_hex(build_security_header(header)), "a01234");
}

TEST(Protection, OverheadIsSecurityHeaderAndIcv)
{
    EXPECT_EQ(overhead_bytes(Protection::ctr), 3U);
    EXPECT_EQ(overhead_bytes(ccm(crypto::IcvSize::four)), 7U);
    EXPECT_EQ(overhead_bytes(ccm(crypto::IcvSize::eight)), 11U);
}

TEST(MzonePn, DirectionsHaveSeparateHalves)
{
    using enum LinkDirection;
    const auto pn = [](std::uint32_t value) { return MzonePn::from_field(value); };
    EXPECT_EQ(direction_of(pn(0x1fffff)), downlink);
    EXPECT_EQ(direction_of(pn(0x200000)), uplink);
    EXPECT_TRUE(may_use(downlink, pn(0x000001)));
    EXPECT_TRUE(may_use(downlink, pn(0x1fffff)));
    EXPECT_FALSE(may_use(downlink, pn(0x000000)));
    EXPECT_FALSE(may_use(downlink, pn(0x200001)));
    EXPECT_TRUE(may_use(uplink, pn(0x200001)));
    EXPECT_TRUE(may_use(uplink, pn(0x3fffff)));
    EXPECT_FALSE(may_use(uplink, pn(0x200000)));
    EXPECT_FALSE(may_use(uplink, pn(0x1fffff)));
}

} // namespace
} // namespace aaigw::pdu
