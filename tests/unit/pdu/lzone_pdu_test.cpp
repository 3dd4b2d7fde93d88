// The LZone PDU layout against the two AES-CCM examples of IEEE 802.16-2004.

#include "dataplane/pdu/crc.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "tests/unit/pdu/pdu_testing.h"

#include <gtest/gtest.h>

namespace aaigw::pdu {
namespace {

/// The two AES-CCM example PDUs of IEEE 802.16-2004, without their CRC.
struct Example {
    const char* name;
    unsigned cid;
    std::uint32_t pn;
    std::size_t payload_bytes;
    const char* pdu;
    const char* crc_ofdm;
    const char* crc_ofdma;
    const char* nonce;
};

constexpr Example kExamples[] = {
    {"FourBytes", 0x06c4, 0x2157f6bc, 4, "40401a06c45a bcf65721 e75536c8 27a8d71b432ca548",
     "cbb65f48", "1bd1ba21", "40401a06c400000000bcf65721"},
    {"ThirtyThreeBytes", 0x7eb2, 0x78d07d08, 33,
     "4040377eb2c7 087dd078 "
     "713fb122b9734fdbfd682ead9dca9f441f62fe0f4a2c45b553173d665b2d53c1b3 e7e48d2db761cf94",
     "921b3241", "fd037b1d", "4040377eb200000000087dd078"},
};

std::vector<std::uint8_t> with_crc(const Example& example, CrcForm form)
{
    auto pdu = hex(example.pdu);
    const auto crc = hex(form == CrcForm::ofdma ? example.crc_ofdma : example.crc_ofdm);
    pdu.insert(pdu.end(), crc.begin(), crc.end());
    return pdu;
}

class LzoneExample : public testing::TestWithParam<Example> {};

TEST_P(LzoneExample, IsTakenApartWithEitherCrc)
{
    const Example& example = GetParam();
    for (const CrcForm form : {CrcForm::ofdma, CrcForm::ofdm}) {
        auto bytes = with_crc(example, form);
        const auto pdu = parse_lzone_protected(bytes, form);
        ASSERT_TRUE(pdu) << describe(pdu.error());
        EXPECT_TRUE(pdu->header.encrypted);
        EXPECT_TRUE(pdu->header.has_crc);
        EXPECT_EQ(pdu->header.cid.value(), example.cid);
        EXPECT_EQ(pdu->header.eks.value(), 0U);
        EXPECT_EQ(pdu->header.length, bytes.size());
        EXPECT_EQ(pdu->pn.value(), example.pn);
        EXPECT_EQ(pdu->payload.data(), bytes.data() + 10);
        EXPECT_EQ(pdu->payload.size(), example.payload_bytes);
        EXPECT_EQ(pdu->icv.data(), bytes.data() + 10 + example.payload_bytes);
        EXPECT_EQ(pdu->icv.size(), 8U);
        EXPECT_EQ(to_hex(lzone_nonce(*pdu)), example.nonce);
    }
}

TEST_P(LzoneExample, IsRefusedWithTheCrcOfTheOtherPhy)
{
    auto bytes = with_crc(GetParam(), CrcForm::ofdm);
    const auto pdu = parse_lzone_protected(bytes);
    EXPECT_EQ(error_of(pdu), ParseError::crc_mismatch);
}

TEST_P(LzoneExample, IsBuiltAroundThePayload)
{
    const Example& example = GetParam();
    for (const CrcForm form : {CrcForm::ofdma, CrcForm::ofdm}) {
        const auto expected = with_crc(example, form);
        auto bytes = expected;
        std::fill_n(bytes.begin(), 10, std::uint8_t{0xee});
        std::fill_n(bytes.end() - 4, 4, std::uint8_t{0xee});
        const LzoneFields fields{.cid = Cid::from_field(example.cid),
                                 .crc = Crc::present,
                                 .payload_bytes = example.payload_bytes};
        const auto pdu =
            build_lzone_protected(fields, Eks{}, LzonePn::from_field(example.pn), bytes);
        ASSERT_TRUE(pdu) << describe(pdu.error());
        EXPECT_EQ(to_hex(lzone_nonce(*pdu)), example.nonce);
        write_crc(*pdu, form);
        EXPECT_EQ(bytes, expected);
    }
}

INSTANTIATE_TEST_SUITE_P(Pdus, LzoneExample, testing::ValuesIn(kExamples),
                         [](const auto& instance) { return std::string{instance.param.name}; });

/// A header of six bytes with its HCS made right.
std::vector<std::uint8_t> with_hcs(std::string_view five_bytes)
{
    auto header = hex(five_bytes);
    header.push_back(hcs(header));
    return header;
}

std::optional<ParseError> protected_error_of(std::vector<std::uint8_t> bytes)
{
    return error_of(parse_lzone_protected(bytes));
}

TEST(GenericMacHeader, HasEachFieldInItsPlace)
{
    const auto bytes = with_hcs("55 b5a3 1234");
    const auto header = parse_generic_header(Bytes{bytes}.first<6>());
    ASSERT_TRUE(header) << describe(header.error());
    EXPECT_TRUE(header->encrypted);
    EXPECT_EQ(header->type, 0x15);
    EXPECT_TRUE(header->extended);
    EXPECT_FALSE(header->has_crc);
    EXPECT_EQ(header->eks.value(), 3);
    EXPECT_EQ(header->length, 0x5a3);
    EXPECT_EQ(header->cid.value(), 0x1234);
    EXPECT_EQ(to_hex(build_generic_header(*header)), to_hex(bytes));
}

TEST(GenericMacHeader, ReservedBitIsIgnored)
{
    const auto set = with_hcs("400a 06c400");
    auto clear = set;
    clear[1] ^= 0x08;
    clear[5] = hcs(Bytes{clear}.first(5));
    const auto one = parse_generic_header(Bytes{set}.first<6>());
    const auto other = parse_generic_header(Bytes{clear}.first<6>());
    ASSERT_TRUE(one);
    ASSERT_TRUE(other);
    EXPECT_EQ(*one, *other);
}

TEST(GenericMacHeader, EverySingleBitErrorIsFound)
{
    const auto good = with_hcs("4040 1a06c4");
    for (std::size_t bit = 0; bit < 48; ++bit) {
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
        const auto header = parse_generic_header(Bytes{bad}.first<6>());
        EXPECT_EQ(error_of(header), ParseError::hcs_mismatch) << bit;
    }
}

TEST(LzoneSignaling, IsRecognisedByItsFirstBit)
{
    auto bytes = with_hcs("8000 2a0123");
    bytes.push_back(0x40);
    const auto header = parse_lzone_signaling(bytes);
    ASSERT_TRUE(header) << describe(header.error());
    EXPECT_EQ(header->data(), bytes.data());
    EXPECT_EQ(header->size(), 6U);
    EXPECT_EQ(protected_error_of(bytes), ParseError::signaling_header);

    EXPECT_EQ(error_of(parse_lzone_signaling(Bytes{bytes}.first(5))), ParseError::truncated);
    EXPECT_EQ(error_of(parse_lzone_signaling(with_hcs("4000 060123"))),
              ParseError::not_signaling_header);
    bytes[4] ^= 1;
    EXPECT_EQ(error_of(parse_lzone_signaling(bytes)), ParseError::hcs_mismatch);
}

TEST(LzonePdu, EncryptedAndClearAreNotTakenForEachOther)
{
    auto encrypted = with_crc(kExamples[0], CrcForm::ofdma);
    const auto read_as_clear = parse_lzone_clear(encrypted);
    EXPECT_EQ(error_of(read_as_clear), ParseError::encrypted);
    auto clear = with_hcs("0000 0a06c4");
    clear.resize(10);
    EXPECT_EQ(protected_error_of(clear), ParseError::not_encrypted);
}

TEST(LzonePdu, InClearMatchesThePublishedPlainHeader)
{
    // The plain PDU of the example has CI set although it is printed without its CRC, which LEN does not count.
    const GenericMacHeader header{
        .has_crc = true, .eks = {}, .length = 10, .cid = Cid::from_field(0x06c4)};
    EXPECT_EQ(to_hex(build_generic_header(header)), "00400a06c430");
}

TEST(LzonePdu, ExtendedSubheaderGroupIsClearAndBeforeThePn)
{
    const auto group = hex("03aabb");
    std::vector<std::uint8_t> room(64, 0xee);
    const LzoneFields fields{.cid = Cid::from_field(0x0300), .extended = group, .payload_bytes = 2};
    const auto built =
        build_lzone_protected(fields, Eks::from_field(1), LzonePn::from_field(0x80000001), room);
    ASSERT_TRUE(built) << describe(built.error());
    EXPECT_EQ(built->whole.size(), 6U + 3 + 4 + 2 + 8);
    EXPECT_EQ(to_hex(Bytes{built->whole}.first(5)), "4090170300");
    EXPECT_EQ(to_hex(Bytes{built->whole}.subspan(6)), "03aabb01000080eeeeeeeeeeeeeeeeeeee");

    const auto parsed = parse_lzone_protected(built->whole);
    ASSERT_TRUE(parsed) << describe(parsed.error());
    EXPECT_EQ(to_hex(parsed->extended), "03aabb");
    EXPECT_EQ(parsed->pn.value(), 0x80000001U);
    EXPECT_EQ(parsed->payload.data(), room.data() + 13);
    EXPECT_EQ(parsed->icv.data(), room.data() + 15);
    EXPECT_TRUE(parsed->crc.empty());
}

TEST(LzonePdu, ExtendedSubheaderGroupStaysOutOfTheCrc)
{
    // ESF and CI, a group that claims the first byte of the CRC.
    auto bytes = with_hcs("00c0 0c0300");
    const auto group = hex("03aa");
    bytes.insert(bytes.end(), group.begin(), group.end());
    const auto crc = be_bytes<4>(crc32_msb_first(bytes));
    bytes.insert(bytes.end(), crc.begin(), crc.end());
    const auto pdu = parse_lzone_clear(bytes);
    EXPECT_EQ(error_of(pdu), ParseError::extended_group_truncated);
}

TEST(LzonePdu, LengthHasToBeTheSize)
{
    const auto example = with_crc(kExamples[1], CrcForm::ofdma);
    for (std::size_t size = 0; size < example.size(); ++size) {
        const auto error =
            protected_error_of({example.begin(), example.begin() + static_cast<long>(size)});
        EXPECT_EQ(error, size < 6 ? ParseError::truncated : ParseError::length_mismatch) << size;
    }
    auto longer = example;
    longer.push_back(0);
    EXPECT_EQ(protected_error_of(longer), ParseError::length_mismatch);
}

TEST(LzonePdu, ThatCannotHoldItsCrcOrIcvIsRefused)
{
    auto no_crc = with_hcs("0040 090300");
    no_crc.resize(9);
    const auto clear = parse_lzone_clear(no_crc);
    EXPECT_EQ(error_of(clear), ParseError::truncated);

    auto no_icv = with_hcs("4000 110300");
    no_icv.resize(17);
    EXPECT_EQ(protected_error_of(no_icv), ParseError::truncated);
}

TEST(LzonePdu, EverySingleBitErrorIsFoundByTheCrc)
{
    const auto good = with_crc(kExamples[0], CrcForm::ofdma);
    for (std::size_t bit = 48; bit < 8 * good.size(); ++bit) {
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
        EXPECT_EQ(protected_error_of(bad), ParseError::crc_mismatch) << bit;
    }
}

TEST(LzonePdu, IsAtMost2047BytesLong)
{
    std::vector<std::uint8_t> room(4096);
    LzoneFields fields{.cid = {}, .crc = Crc::present, .payload_bytes = 2047 - 6 - 12 - 4};
    EXPECT_EQ(lzone_protected_bytes(fields), 2047U);
    EXPECT_TRUE(build_lzone_protected(fields, {}, {}, room));
    ++fields.payload_bytes;
    const auto longer = build_lzone_protected(fields, {}, {}, room);
    EXPECT_EQ(error_of(longer), ParseError::too_long);
    fields.payload_bytes = SIZE_MAX;
    const auto huge = build_lzone_clear(fields, room);
    EXPECT_EQ(error_of(huge), ParseError::too_long);
}

TEST(LzonePdu, IsNotBuiltWithATypeOfMoreThanSixBits)
{
    std::vector<std::uint8_t> room(6);
    EXPECT_EQ(error_of(build_lzone_clear({.cid = {}, .type = 0x40}, room)),
              ParseError::field_too_large);
    EXPECT_TRUE(build_lzone_clear({.cid = {}, .type = 0x3f}, room));
}

TEST(LzonePdu, IsNotBuiltIntoTooSmallABuffer)
{
    std::vector<std::uint8_t> room(6 + 12 + 3, 0xee);
    const LzoneFields fields{.cid = {}, .payload_bytes = 4};
    const auto pdu = build_lzone_protected(fields, {}, {}, room);
    EXPECT_EQ(error_of(pdu), ParseError::no_room);
    EXPECT_EQ(room, std::vector<std::uint8_t>(room.size(), 0xee));
}

TEST(LzonePn, DirectionsHaveSeparateHalves)
{
    using enum LinkDirection;
    const auto pn = [](std::uint32_t value) { return LzonePn::from_field(value); };
    EXPECT_EQ(direction_of(pn(0x7fffffff)), downlink);
    EXPECT_EQ(direction_of(pn(0x80000000)), uplink);
    EXPECT_TRUE(may_use(downlink, pn(1)));
    EXPECT_TRUE(may_use(downlink, pn(0x7fffffff)));
    EXPECT_FALSE(may_use(downlink, pn(0)));
    EXPECT_FALSE(may_use(downlink, pn(0x80000001)));
    EXPECT_TRUE(may_use(uplink, pn(0x80000001)));
    EXPECT_TRUE(may_use(uplink, pn(0xffffffff)));
    EXPECT_FALSE(may_use(uplink, pn(0x80000000)));
    EXPECT_FALSE(may_use(uplink, pn(1)));
}

TEST(Hcs, MatchesThePublishedHeaders)
{
    EXPECT_EQ(hcs(hex("00400a06c4")), 0x30);
    EXPECT_EQ(hcs(hex("40401a06c4")), 0x5a);
    EXPECT_EQ(hcs(hex("0040277eb2")), 0xad);
    EXPECT_EQ(hcs(hex("4040377eb2")), 0xc7);
}

} // namespace
} // namespace aaigw::pdu
