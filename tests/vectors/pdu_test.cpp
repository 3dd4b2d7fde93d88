// Whole PDUs and control message CMACs: the layouts of dataplane/pdu and the primitives together.
#include "common/hex.h"
#include "dataplane/pdu/control_cmac.h"
#include "dataplane/pdu/crc.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"
#include "tests/vectors/known_answer.h"

namespace aaigw::vectors {
namespace {

using testing::ValuesIn;

class MzonePduVector : public KnownAnswer {
  protected:
    [[nodiscard]] pdu::HeaderKind kind() const
    {
        return text("header") == "spmh" ? pdu::HeaderKind::spmh : pdu::HeaderKind::agmh;
    }

    [[nodiscard]] pdu::Protection protection() const
    {
        if (text("mode") == "ctr")
            return pdu::Protection::ctr;
        return number("icv") == 4 ? pdu::Protection::ccm_icv4 : pdu::Protection::ccm_icv8;
    }

    [[nodiscard]] Stid stid() const { return Stid::from_field(number("stid")); }
};

TEST_P(MzonePduVector, IsBuiltByteForByte)
{
    const auto tek = array<crypto::kAesKeyBytes>("tek");
    const auto payload = bytes("payload");
    pdu::MzoneFields fields{.kind = kind(), .fid = Fid::from_field(number("fid"))};
    fields.sn = static_cast<std::uint8_t>(has("sn") ? number("sn") : 0);
    fields.payload_bytes = payload.size();
    const pdu::SecurityHeader security{Eks::from_field(number("eks")),
                                       MzonePn::from_field(number("pn"))};

    std::vector<std::uint8_t> room(pdu::mzone_protected_bytes(fields, protection()));
    const auto built = pdu::build_mzone_protected(fields, security, protection(), room);
    ASSERT_TRUE(built) << pdu::describe(built.error());
    std::copy(payload.begin(), payload.end(), built->payload.begin());
    const crypto::CcmNonce nonce = pdu::mzone_nonce(*built, stid());
    EXPECT_EQ(to_hex(nonce), text("nonce"));
    if (protection() == pdu::Protection::ctr)
        provider().ctr(tek, pdu::first_counter_block(nonce), built->payload);
    else
        provider().ccm_protect({tek, nonce, built->payload, built->icv});
    EXPECT_EQ(to_hex(built->whole), text("pdu"));
}

TEST_P(MzonePduVector, IsOpenedAgain)
{
    const auto tek = array<crypto::kAesKeyBytes>("tek");
    auto bytes_on_air = bytes("pdu");
    const auto parsed = pdu::parse_mzone_protected(bytes_on_air, kind(), protection());
    ASSERT_TRUE(parsed) << pdu::describe(parsed.error());
    EXPECT_EQ(parsed->header.fid.value(), number("fid"));
    EXPECT_EQ(parsed->security.eks.value(), number("eks"));
    EXPECT_EQ(parsed->security.pn.value(), number("pn"));
    const crypto::CcmNonce nonce = pdu::mzone_nonce(*parsed, stid());
    if (protection() == pdu::Protection::ctr)
        provider().ctr(tek, pdu::first_counter_block(nonce), parsed->payload);
    else
        EXPECT_TRUE(provider().ccm_unprotect({tek, nonce, parsed->payload, parsed->icv}));
    EXPECT_EQ(to_hex(parsed->payload), text("payload"));
}

INSTANTIATE_TEST_SUITE_P(Pdus, MzonePduVector, ValuesIn(cases("mzone_pdu.json")), case_name);

class LzonePduVector : public KnownAnswer {
  protected:
    [[nodiscard]] std::string whole(pdu::CrcForm form) const
    {
        const bool ofdma = form == pdu::CrcForm::ofdma;
        return text("pdu_without_crc") + text(ofdma ? "crc_ofdma" : "crc_ofdm");
    }

    void expect_built(pdu::CrcForm form)
    {
        const auto tek = array<crypto::kAesKeyBytes>("tek");
        const auto payload = bytes("payload");
        pdu::LzoneFields fields{.cid = Cid::from_field(number("cid"))};
        fields.crc = pdu::Crc::present;
        fields.payload_bytes = payload.size();
        std::vector<std::uint8_t> room(pdu::lzone_protected_bytes(fields));
        const auto built = pdu::build_lzone_protected(fields, Eks::from_field(number("eks")),
                                                      LzonePn::from_field(number("pn")), room);
        ASSERT_TRUE(built) << pdu::describe(built.error());
        std::copy(payload.begin(), payload.end(), built->payload.begin());
        const crypto::CcmNonce nonce = pdu::lzone_nonce(*built);
        EXPECT_EQ(to_hex(nonce), text("nonce"));
        provider().ccm_protect({tek, nonce, built->payload, built->icv});
        pdu::write_crc(*built, form);
        EXPECT_EQ(to_hex(built->whole), whole(form));
    }

    void expect_opened(pdu::CrcForm form)
    {
        const auto tek = array<crypto::kAesKeyBytes>("tek");
        auto bytes_on_air = unhex(whole(form));
        const auto parsed = pdu::parse_lzone_protected(bytes_on_air, form);
        ASSERT_TRUE(parsed) << pdu::describe(parsed.error());
        EXPECT_EQ(parsed->header.cid.value(), number("cid"));
        EXPECT_EQ(parsed->header.eks.value(), number("eks"));
        EXPECT_EQ(parsed->pn.value(), number("pn"));
        const crypto::CcmRequest request{tek, pdu::lzone_nonce(*parsed), parsed->payload,
                                         parsed->icv};
        EXPECT_TRUE(provider().ccm_unprotect(request));
        EXPECT_EQ(to_hex(parsed->payload), text("payload"));
    }
};

TEST_P(LzonePduVector, IsBuiltByteForByteInBothCrcForms)
{
    expect_built(pdu::CrcForm::ofdma);
    expect_built(pdu::CrcForm::ofdm);
}

TEST_P(LzonePduVector, IsOpenedAgainInBothCrcForms)
{
    expect_opened(pdu::CrcForm::ofdma);
    expect_opened(pdu::CrcForm::ofdm);
}

TEST_P(LzonePduVector, HasTheHcsOfThePublicationInClearToo)
{
    const auto header = array<pdu::kGenericHeaderBytes>("plain_header");
    EXPECT_EQ(pdu::hcs(Bytes{header}.first(5)), header[5]);
    const auto parsed = pdu::parse_generic_header(header);
    ASSERT_TRUE(parsed) << pdu::describe(parsed.error());
    EXPECT_FALSE(parsed->encrypted);
    EXPECT_EQ(parsed->cid.value(), number("cid"));
}

INSTANTIATE_TEST_SUITE_P(Pdus, LzonePduVector, ValuesIn(cases("lzone_pdu.json")), case_name);

class ControlCmacVector : public KnownAnswer {
  protected:
    [[nodiscard]] pdu::CmacPrefix prefix() const
    {
        const auto akid = array<8>("akid");
        const std::uint64_t pn = number("cmac_pn");
        if (text("zone") == "lzone")
            return pdu::lzone_cmac_prefix(akid, LzoneCmacPn::from_field(pn),
                                          Cid::from_field(number("cid")));
        return pdu::mzone_cmac_prefix(akid, MzoneCmacPn::from_field(pn),
                                      Stid::from_field(number("stid")),
                                      Fid::from_field(number("fid")));
    }
};

TEST_P(ControlCmacVector, HasThatInputAndThatValue)
{
    const auto key = array<crypto::kAesKeyBytes>("key");
    const pdu::CmacPrefix front = prefix();
    std::vector<std::uint8_t> input{front.begin(), front.end()};
    const auto message = bytes("message");
    input.insert(input.end(), message.begin(), message.end());
    EXPECT_EQ(to_hex(input), text("input"));

    crypto::AesBlock mac{};
    provider().cmac(std::array{crypto::CmacRequest{key, input, mac}});
    EXPECT_EQ(to_hex(mac), text("aes_cmac"));
    EXPECT_EQ(to_hex(pdu::cmac_value(mac)), text("cmac"));
}

INSTANTIATE_TEST_SUITE_P(Pdus, ControlCmacVector, ValuesIn(cases("control_cmac.json")), case_name);

} // namespace
} // namespace aaigw::vectors
