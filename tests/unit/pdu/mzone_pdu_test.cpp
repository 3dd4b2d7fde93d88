// MZone PDU layout: nonces and headers of the consistency vectors, and what is refused.

#include "dataplane/pdu/mzone_pdu.h"
#include "tests/unit/pdu/hex_bytes.h"

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

TEST(MzoneNonce, FirstCounterBlockIsCtr1)
{
    crypto::CcmNonce nonce{};
    const auto bytes = hex("60251236000000000000000003");
    std::copy(bytes.begin(), bytes.end(), nonce.begin());
    EXPECT_EQ(to_hex(first_counter_block(nonce)), "01602512360000000000000000030001");
}

} // namespace
} // namespace aaigw::pdu
