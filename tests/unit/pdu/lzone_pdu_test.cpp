// The LZone PDU layout against the two AES-CCM examples of IEEE 802.16-2004.

#include "dataplane/pdu/crc.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "tests/unit/pdu/hex_bytes.h"

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
    ASSERT_FALSE(pdu);
    EXPECT_EQ(pdu.error(), ParseError::crc_mismatch);
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

TEST(Hcs, MatchesThePublishedHeaders)
{
    EXPECT_EQ(hcs(hex("00400a06c4")), 0x30);
    EXPECT_EQ(hcs(hex("40401a06c4")), 0x5a);
    EXPECT_EQ(hcs(hex("0040277eb2")), 0xad);
    EXPECT_EQ(hcs(hex("4040377eb2")), 0xc7);
}

} // namespace
} // namespace aaigw::pdu
