// MZone PDU layout: nonces and headers of the consistency vectors, and what is refused.

#include "dataplane/pdu/mzone_pdu.h"
#include "tests/unit/pdu/pdu_testing.h"

#include <gtest/gtest.h>

namespace aaigw::pdu {
namespace {

/// PDUs on STID 0x123 with a payload of 32 bytes, computed by an independent model of the clause.
struct Example {
    const char* name;
    HeaderKind kind;
    Protection protection;
    unsigned fid;
    unsigned sn;
    unsigned eks;
    unsigned pn;
    const char* nonce;
    const char* pdu;
};

constexpr Example kExamples[] = {
    {"DlAgmhIcv8", HeaderKind::agmh, Protection::ccm_icv8, 4, 0, 0, 0x000001,
     "402d1234000000000000000001",
     "402d000001 ac60a834e3e0bddd3a50d104de6abbe5b980521b3215e8599356c5d481aaa8ec "
     "fdfc58cd69a8b081"},
    {"DlAgmhIcv4", HeaderKind::agmh, Protection::ccm_icv4, 4, 0, 0, 0x000001,
     "40291234000000000000000001",
     "4029000001 fbef40ad36426e9efa9b763fc69a2f7aa76aab1ed02254b956018b0409fc1026 9083e267"},
    {"UlAgmhIcv8", HeaderKind::agmh, Protection::ccm_icv8, 4, 0, 1, 0x200001,
     "402d1234000000000000600001",
     "402d600001 1b226b70e7ba3b3c6e5513541b8507ce3d29f4f23d9fd822768becc28c70ac2e "
     "bf35f1317f43f54b"},
    {"DlSpmhIcv4", HeaderKind::spmh, Protection::ccm_icv4, 5, 5, 0, 0x000002,
     "52951235000000000000000002",
     "5295000002 2e8eaaa75005d1fcd5073962742f45dacdc485d6f769f93eee63c3dc808935b8 600c9fd0"},
    {"DlAgmhCtr", HeaderKind::agmh, Protection::ctr, 6, 0, 0, 0x000003,
     "60251236000000000000000003",
     "6025000003 5eabfbbeb49743213090711607e0ba926cae4f6c3ed0a50eea1d7dd9f4607bc8"},
};

class MzoneExample : public testing::TestWithParam<Example> {};

TEST_P(MzoneExample, IsTakenApart)
{
    const Example& example = GetParam();
    auto bytes = hex(example.pdu);
    const auto pdu = parse_mzone_protected(bytes, example.kind, example.protection);
    ASSERT_TRUE(pdu) << describe(pdu.error());
    EXPECT_EQ(pdu->header.fid.value(), example.fid);
    EXPECT_EQ(pdu->header.sn, example.sn);
    EXPECT_EQ(pdu->header.length, bytes.size());
    EXPECT_TRUE(pdu->extended.empty());
    EXPECT_EQ(pdu->security.eks.value(), example.eks);
    EXPECT_EQ(pdu->security.pn.value(), example.pn);
    EXPECT_EQ(pdu->payload.data(), bytes.data() + 5);
    EXPECT_EQ(pdu->payload.size(), 32U);
    EXPECT_EQ(pdu->icv.data(), bytes.data() + 5 + 32);
    EXPECT_EQ(pdu->icv.size(), icv_bytes(example.protection));
    EXPECT_EQ(to_hex(mzone_nonce(*pdu, Stid::from_field(0x123))), example.nonce);
}

TEST_P(MzoneExample, IsBuiltAroundThePayload)
{
    const Example& example = GetParam();
    const auto expected = hex(example.pdu);
    // Headers blank, payload and ICV in place already.
    auto bytes = expected;
    std::fill_n(bytes.begin(), 5, std::uint8_t{0xee});
    const MzoneFields fields{.kind = example.kind,
                             .fid = Fid::from_field(example.fid),
                             .sn = static_cast<std::uint8_t>(example.sn),
                             .payload_bytes = 32};
    const auto pdu = build_mzone_protected(
        fields, {Eks::from_field(example.eks), MzonePn::from_field(example.pn)}, example.protection,
        bytes);
    ASSERT_TRUE(pdu) << describe(pdu.error());
    EXPECT_EQ(bytes, expected);
    EXPECT_EQ(pdu->payload.data(), bytes.data() + 5);
    EXPECT_EQ(pdu->icv.size(), icv_bytes(example.protection));
    EXPECT_EQ(pdu->whole.size(), bytes.size());
    EXPECT_EQ(to_hex(mzone_nonce(*pdu, Stid::from_field(0x123))), example.nonce);
}

INSTANTIATE_TEST_SUITE_P(Pdus, MzoneExample, testing::ValuesIn(kExamples),
                         [](const auto& instance) { return std::string{instance.param.name}; });

std::optional<ParseError> error_of(std::vector<std::uint8_t> bytes, HeaderKind kind,
                                   Protection protection = Protection::ccm_icv8)
{
    return error_of(parse_mzone_protected(bytes, kind, protection));
}

TEST(MzonePdu, ExtendedHeaderGroupIsSkippedAndStaysClear)
{
    // AGMH with EH, a group of four bytes, EKS 2 PN 5, two payload bytes, ICV.
    auto bytes = hex("4815 04aabbcc 800005 0102 1112131415161718 1112");
    bytes.resize(bytes.size() - 2);
    bytes[1] = static_cast<std::uint8_t>(bytes.size());
    const auto pdu = parse_mzone_protected(bytes, HeaderKind::agmh, Protection::ccm_icv8);
    ASSERT_TRUE(pdu) << describe(pdu.error());
    EXPECT_TRUE(pdu->header.extended);
    EXPECT_EQ(to_hex(pdu->extended), "04aabbcc");
    EXPECT_EQ(pdu->security.eks.value(), 2);
    EXPECT_EQ(pdu->security.pn.value(), 5U);
    EXPECT_EQ(to_hex(pdu->payload), "0102");
    EXPECT_EQ(to_hex(pdu->icv), "1112131415161718");
    // The group is not part of the nonce.
    EXPECT_EQ(to_hex(mzone_nonce(*pdu, Stid::from_field(0xfff))), "4813fff4000000000000800005");
}

TEST(MzonePdu, ExtendedHeaderGroupIsBuiltBeforeTheSecurityHeader)
{
    const auto group = hex("03aabb");
    std::vector<std::uint8_t> room(64, 0xee);
    const MzoneFields fields{.fid = Fid::from_field(15), .extended = group, .payload_bytes = 4};
    const auto pdu = build_mzone_protected(fields, {Eks::from_field(3), MzonePn::from_field(1)},
                                           Protection::ccm_icv4, room);
    ASSERT_TRUE(pdu) << describe(pdu.error());
    EXPECT_EQ(to_hex(pdu->whole), "f81003aabbc00001eeeeeeeeeeeeeeee");
    EXPECT_EQ(pdu->payload.data(), room.data() + 8);
    EXPECT_EQ(pdu->icv.data(), room.data() + 12);
}

TEST(MzonePdu, ExtendedHeaderGroupWithAWrongLengthIsRefused)
{
    EXPECT_EQ(error_of(hex("4803 00"), HeaderKind::agmh), ParseError::extended_group_bad_length);
    EXPECT_EQ(error_of(hex("4803 02"), HeaderKind::agmh), ParseError::extended_group_truncated);
    EXPECT_EQ(error_of(hex("4802"), HeaderKind::agmh), ParseError::extended_group_truncated);

    std::vector<std::uint8_t> room(64);
    const auto group = hex("02aabb");
    const auto pdu = build_mzone_clear({.fid = {}, .extended = group}, room);
    EXPECT_EQ(error_of(pdu), ParseError::extended_group_bad_length);
}

TEST(MzonePdu, LengthHasToBeTheSize)
{
    const auto example = hex(kExamples[0].pdu);
    for (std::size_t size = 0; size < example.size(); ++size) {
        const auto error = error_of({example.begin(), example.begin() + static_cast<long>(size)},
                                    HeaderKind::agmh);
        EXPECT_EQ(error, size < 2 ? ParseError::truncated : ParseError::length_mismatch) << size;
    }
    auto longer = example;
    longer.push_back(0);
    EXPECT_EQ(error_of(longer, HeaderKind::agmh), ParseError::length_mismatch);
    EXPECT_EQ(error_of(example, HeaderKind::spmh), ParseError::length_mismatch);
}

TEST(MzonePdu, ThatCannotHoldItsIcvIsRefused)
{
    auto bytes = hex("400c 000001 01020304050607");
    EXPECT_EQ(error_of(bytes, HeaderKind::agmh), ParseError::truncated);
    EXPECT_TRUE(parse_mzone_protected(bytes, HeaderKind::agmh, Protection::ccm_icv4));
    EXPECT_EQ(error_of(hex("4004 0000"), HeaderKind::agmh, Protection::ctr), ParseError::truncated);
}

TEST(MzonePdu, MayHaveAnEmptyPayload)
{
    auto bytes = hex("400d 000001 0102030405060708");
    const auto pdu = parse_mzone_protected(bytes, HeaderKind::agmh, Protection::ccm_icv8);
    ASSERT_TRUE(pdu);
    EXPECT_TRUE(pdu->payload.empty());
    EXPECT_EQ(pdu->icv.size(), 8U);
}

TEST(MzonePdu, LengthWithExtendedHeadersIsKnownModulo2048)
{
    std::vector<std::uint8_t> bytes(3000);
    bytes[0] = 0x48 | (3000 - 2048) >> 8;
    bytes[1] = (3000 - 2048) & 0xff;
    bytes[2] = 1;
    EXPECT_TRUE(parse_mzone_protected(bytes, HeaderKind::agmh, Protection::ccm_icv8));
    bytes[1] ^= 1;
    EXPECT_EQ(error_of(bytes, HeaderKind::agmh), ParseError::length_mismatch);
    bytes[1] ^= 1;
    bytes.resize(3000 + 8 * 2048); // fifteen bits
    EXPECT_EQ(error_of(bytes, HeaderKind::agmh), ParseError::length_mismatch);
}

TEST(MzonePdu, IsAsLongAsItsHeaderCanSay)
{
    std::vector<std::uint8_t> room(4096);
    for (const auto& [kind, limit] :
         {std::pair{HeaderKind::agmh, 2047U}, std::pair{HeaderKind::spmh, 127U}}) {
        MzoneFields fields{.kind = kind, .fid = kDefaultFlowFid, .payload_bytes = limit - 13};
        EXPECT_EQ(mzone_protected_bytes(fields, Protection::ccm_icv8), limit);
        EXPECT_TRUE(build_mzone_protected(fields, {}, Protection::ccm_icv8, room));
        ++fields.payload_bytes;
        const auto longer = build_mzone_protected(fields, {}, Protection::ccm_icv8, room);
        EXPECT_EQ(error_of(longer), ParseError::too_long);
    }
    const auto huge = build_mzone_clear({.fid = {}, .payload_bytes = SIZE_MAX}, room);
    EXPECT_EQ(error_of(huge), ParseError::too_long);
}

TEST(MzonePdu, SnOfAnSpmhIsTakenModulo16)
{
    std::vector<std::uint8_t> room(2);
    const auto pdu = build_mzone_clear({.kind = HeaderKind::spmh, .fid = {}, .sn = 0x15}, room);
    ASSERT_TRUE(pdu);
    EXPECT_EQ(pdu->header.sn, 5);
    EXPECT_EQ(to_hex(room), "0025");
}

TEST(MzonePdu, IsNotBuiltIntoTooSmallABuffer)
{
    std::vector<std::uint8_t> room(44, 0xee);
    const MzoneFields fields{.fid = kDefaultFlowFid, .payload_bytes = 32};
    const auto pdu = build_mzone_protected(fields, {}, Protection::ccm_icv8, room);
    EXPECT_EQ(error_of(pdu), ParseError::no_room);
    EXPECT_EQ(room, std::vector<std::uint8_t>(44, 0xee));
}

TEST(MzonePdu, InClearHasItsPayloadBehindTheHeaders)
{
    std::vector<std::uint8_t> room(16, 0xee);
    const auto built = build_mzone_clear({.fid = kClearControlFid, .payload_bytes = 3}, room);
    ASSERT_TRUE(built);
    EXPECT_EQ(to_hex(built->whole), "0005eeeeee");
    const auto parsed = parse_mzone_clear(built->whole, HeaderKind::agmh);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->header, built->header);
    EXPECT_EQ(parsed->payload.data(), room.data() + 2);
    EXPECT_EQ(parsed->payload.size(), 3U);
}

TEST(MzoneNonce, FirstCounterBlockIsCtr1)
{
    crypto::CcmNonce nonce{};
    const auto bytes = hex("60251236000000000000000003");
    std::copy(bytes.begin(), bytes.end(), nonce.begin());
    EXPECT_EQ(to_hex(first_counter_block(nonce)), "01602512360000000000000000030001");
}

} // namespace
} // namespace aaigw::pdu
