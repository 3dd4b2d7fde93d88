// The MZone key hierarchy: consistency vectors of both profiles, and what each input must and must not change.
#include "control/key/mzone_keys.h"
#include "tests/unit/key/hex_keys.h"

#include <gtest/gtest.h>

namespace aaigw::key {
namespace {

// The vectors named "consistency" were computed by an independent Python model of the same formulas. No published
// MZone vector is known; MSK and addresses are those of frankurcrazy/helloworld wimax/akid.c.
constexpr std::string_view kMsk =
    "d15887db8e5c55502cf7e518c621aa87be93c4941909f8538c49f75e2ea40861"
    "a190fd3ad8fc3039af5572ddf43ce2ccb56bf2f1862c2aac724c20db437d62ad";

MzoneStation station(std::uint16_t count = 0, std::uint8_t said = 1)
{
    return {
        .amsid = array_of<6>("00ed04a5105b"),
        .absid = array_of<6>("0000bb020003"),
        .nonces = {.ams = array_of<8>("1112131415161718"), .abs = array_of<8>("0102030405060708")},
        .count = CmacKeyCount::from_field(count),
        .ak_sn = AkSn{},
        .said = MzoneSaid::from_field(said)};
}

MzoneStation target(std::uint16_t count)
{
    MzoneStation target = station(count);
    target.absid = array_of<6>("0000bb020004");
    return target;
}

class MzoneKeys : public testing::Test {
  protected:
    MzoneEntryKeys entry(KdfProfile profile, const MzoneStation& at)
    {
        return derive_mzone_entry(*provider_, profile, {msk_, at});
    }

    MzoneKeySet handover(KdfProfile profile, const Pmk& pmk, const MzoneStation& to)
    {
        return derive_mzone_handover(*provider_, profile, {pmk, to});
    }

    std::string tek_of(TekRoot root, std::uint8_t said, std::uint16_t counter)
    {
        return hex_of(derive_tek(
            *provider_, {root, MzoneSaid::from_field(said), CounterTek::from_field(counter)}));
    }

    std::unique_ptr<crypto::Provider> provider_ = crypto::make_openssl_provider();
    Msk msk_ = key_of<Msk>(kMsk);
};

TEST_F(MzoneKeys, DraftEntryGivesTheConsistencyVector)
{
    const auto [pmk, keys] = entry(KdfProfile::draft, station());
    EXPECT_EQ(hex_of(pmk), "a08684a1c9f70fb9dbddd1a7c70fd356380b2ede");
    EXPECT_EQ(to_hex(keys.ak_context.amsid_star), "f36fec981470");
    EXPECT_EQ(hex_of(keys.ak_context.ak), "862a67571bf167479e3657e00853c92102b016ff");
    EXPECT_EQ(to_hex(keys.ak_context.akid), "4e20af07a34f6f55");
    EXPECT_FALSE(keys.link.prekey);
    EXPECT_EQ(hex_of(keys.link.cmac.uplink), "5ffb1fd9d3ac113044700f93a1f65c45");
    EXPECT_EQ(hex_of(keys.link.cmac.downlink), "3b5f969118e366591c32641b285e8c33");
    EXPECT_EQ(hex_of(keys.link.teks[0]), "9873cd30d8cf3f9a56a8097122d22b12");
    EXPECT_EQ(hex_of(keys.link.teks[1]), "4af9cb891c855024c1a543c6ce88640b");
    EXPECT_EQ(tek_of(keys.tek_root(), 2, 0), "30be648d2bb61769a9ab556ef877fa33");
    EXPECT_EQ(tek_of(keys.tek_root(), 2, 1), "3dc8fe6b8abe39a35d1d399becf90f77");
}

TEST_F(MzoneKeys, DraftHandoverGivesTheConsistencyVector)
{
    const Pmk pmk = key_of<Pmk>("a08684a1c9f70fb9dbddd1a7c70fd356380b2ede");
    const MzoneKeySet keys = handover(KdfProfile::draft, pmk, target(1));
    EXPECT_EQ(to_hex(keys.ak_context.amsid_star), "4fce83bef218");
    EXPECT_EQ(hex_of(keys.ak_context.ak), "e24606698447190797f088f1ca4e535a556c0adc");
    EXPECT_EQ(hex_of(keys.link.cmac.uplink), "c285cf6b97d713f5317b889b14cdb436");
    EXPECT_EQ(hex_of(keys.link.cmac.downlink), "7e1c6136bfaffa436870d590fd1454f4");
    EXPECT_EQ(hex_of(keys.link.teks[0]), "590935f5e5d08b200bcd7219afd72840");
    EXPECT_EQ(hex_of(keys.link.teks[1]), "c03e9b51091d53159a62f72939b29a0c");
}

TEST_F(MzoneKeys, FinalEntryGivesTheConsistencyVector)
{
    const auto [pmk, keys] = entry(KdfProfile::final_, station());
    EXPECT_EQ(hex_of(pmk), "f43ce2ccb56bf2f1862c2aac724c20db437d62ad");
    EXPECT_EQ(to_hex(keys.ak_context.amsid_star), "d4cd641eb2c5");
    EXPECT_EQ(hex_of(keys.ak_context.ak), "ae178d6a17a00f8fe51bc6621708d65cc52f8b53");
    EXPECT_EQ(to_hex(keys.ak_context.akid), "f48d6d9fc0535a1f");
    ASSERT_TRUE(keys.link.prekey);
    EXPECT_EQ(hex_of(*keys.link.prekey), "d48ab093b3c1a8492604676c620bb58a28fa684f");
    EXPECT_EQ(hex_of(keys.link.cmac.uplink), "16025839ddf2ed015f73c20aa53cae28");
    EXPECT_EQ(hex_of(keys.link.cmac.downlink), "b1cb412638cd1ea997ee509080a00a4d");
    EXPECT_EQ(hex_of(keys.link.teks[0]), "311d9624748a1e35e56a7b2b51464416");
    EXPECT_EQ(hex_of(keys.link.teks[1]), "149ca5338acbcf0e61beb4541c6a3a0b");
}

TEST_F(MzoneKeys, DraftCountChangesTheAk)
{
    const auto first = entry(KdfProfile::draft, station(0)).keys;
    const auto second = entry(KdfProfile::draft, station(1)).keys;
    EXPECT_EQ(hex_of(second.ak_context.ak), "a2991a56843ee5134ccb217bca2f4af6912bdf29");
    EXPECT_EQ(first.ak_context.amsid_star, second.ak_context.amsid_star);
    EXPECT_NE(first.ak_context.akid, second.ak_context.akid);
    EXPECT_NE(hex_of(first.link.teks[0]), hex_of(second.link.teks[0]));
}

TEST_F(MzoneKeys, FinalCountLeavesTheAkAndChangesWhatIsBelow)
{
    const auto first = entry(KdfProfile::final_, station(0)).keys;
    const auto second = entry(KdfProfile::final_, station(1)).keys;
    EXPECT_EQ(hex_of(first.ak_context.ak), hex_of(second.ak_context.ak));
    EXPECT_EQ(first.ak_context.akid, second.ak_context.akid);
    EXPECT_EQ(hex_of(*second.link.prekey), "36f3e4c05112137c32ffe23623b6d9f87b5e0eec");
    EXPECT_EQ(hex_of(second.link.cmac.uplink), "fefe992ed17a46697cce0496a4a64399");
    EXPECT_EQ(hex_of(second.link.cmac.downlink), "a2cb0d4788db0708a7a25dd8a8563d46");
    EXPECT_EQ(hex_of(second.link.teks[0]), "eb06e0366dd1f12c82f8b3ee1870ea20");
    EXPECT_EQ(hex_of(second.link.teks[1]), "defb536d08b9071f17ce236929935c4d");
}

TEST_F(MzoneKeys, DraftPmkDependsOnBothNonces)
{
    const std::string pmk = hex_of(entry(KdfProfile::draft, station()).pmk);
    MzoneStation other_ams = station();
    other_ams.nonces.ams[7] ^= 1;
    MzoneStation other_abs = station();
    other_abs.nonces.abs[7] ^= 1;
    MzoneStation swapped = station();
    std::swap(swapped.nonces.ams, swapped.nonces.abs);
    for (const MzoneStation& changed : {other_ams, other_abs, swapped})
        EXPECT_NE(hex_of(entry(KdfProfile::draft, changed).pmk), pmk);
}

TEST_F(MzoneKeys, FinalPmkDependsOnNoNonceAndPseudonymOnTheStationsOnly)
{
    const auto before = entry(KdfProfile::final_, station());
    MzoneStation changed = station();
    changed.nonces.abs[0] ^= 1;
    const auto other_abs = entry(KdfProfile::final_, changed);
    EXPECT_EQ(hex_of(other_abs.pmk), hex_of(before.pmk));
    EXPECT_EQ(other_abs.keys.ak_context.amsid_star, before.keys.ak_context.amsid_star);
    changed.nonces.ams[0] ^= 1;
    const auto other_ams = entry(KdfProfile::final_, changed);
    EXPECT_EQ(hex_of(other_ams.pmk), hex_of(before.pmk));
    EXPECT_NE(other_ams.keys.ak_context.amsid_star, before.keys.ak_context.amsid_star);
}

TEST_F(MzoneKeys, FinalPmkIsTheRightEndOfTheMsk)
{
    const auto pmk = entry(KdfProfile::final_, station()).pmk;
    EXPECT_NE(hex_of(pmk), std::string{kMsk.substr(0, 40)});
    EXPECT_EQ(hex_of(pmk), std::string{kMsk.substr(88)});
}

TEST_F(MzoneKeys, ZoneSwitchWithoutMskTakesThePmkAsRoot)
{
    // Dot16KDF keeps the last 128 bits of its key, which MSK and LZone PMK share.
    const Pmk lzone = key_of<Pmk>(kMsk.substr(88));
    const auto from_pmk = derive_mzone_entry(*provider_, KdfProfile::draft, {lzone, station()});
    EXPECT_EQ(hex_of(from_pmk.pmk), hex_of(entry(KdfProfile::draft, station()).pmk));

    const Pmk other = key_of<Pmk>("a08684a1c9f70fb9dbddd1a7c70fd356380b2ede");
    const auto renewed = derive_mzone_entry(*provider_, KdfProfile::draft, {other, station()});
    EXPECT_NE(hex_of(renewed.pmk), hex_of(from_pmk.pmk));
    const auto kept = derive_mzone_entry(*provider_, KdfProfile::final_, {other, station()});
    EXPECT_EQ(hex_of(kept.pmk), hex_of(other));
}

TEST_F(MzoneKeys, WithoutPrivacyTheAmsidStandsForThePseudonym)
{
    MzoneStation plain = station();
    plain.amsid_form = AmsidForm::plain;
    for (const KdfProfile profile : {KdfProfile::draft, KdfProfile::final_}) {
        const auto keys = entry(profile, plain).keys;
        EXPECT_EQ(keys.ak_context.amsid_star, plain.amsid);
        EXPECT_NE(hex_of(keys.ak_context.ak), hex_of(entry(profile, station()).keys.ak_context.ak));
    }
    // The published LZone AK: the final text's formula is the same and so are its inputs now.
    EXPECT_EQ(hex_of(entry(KdfProfile::final_, plain).keys.ak_context.ak),
              "cae0de08e027acb5198ae78c2a2d78ab9945ce74");
}

TEST_F(MzoneKeys, SaidAndCounterChangeTheTekOnly)
{
    const auto first = entry(KdfProfile::draft, station(0, 1)).keys;
    const auto second = entry(KdfProfile::draft, station(0, 2)).keys;
    EXPECT_EQ(hex_of(first.ak_context.ak), hex_of(second.ak_context.ak));
    EXPECT_EQ(hex_of(first.link.cmac.uplink), hex_of(second.link.cmac.uplink));
    EXPECT_NE(hex_of(first.link.teks[0]), hex_of(second.link.teks[0]));
    // SAID and counter are fields of fixed width: 1, 0x0001 is not 0, 0x0101.
    EXPECT_NE(tek_of(first.tek_root(), 1, 0x0001), tek_of(first.tek_root(), 0, 0x0101));
    EXPECT_NE(tek_of(first.tek_root(), 1, 0x0100), tek_of(first.tek_root(), 1, 0x0000));
}

TEST_F(MzoneKeys, AkSequenceNumberChangesTheAkidOnly)
{
    MzoneStation next = station();
    next.ak_sn = AkSn::from_field(5);
    const auto first = entry(KdfProfile::draft, station()).keys;
    const auto second = entry(KdfProfile::draft, next).keys;
    EXPECT_EQ(hex_of(first.ak_context.ak), hex_of(second.ak_context.ak));
    EXPECT_NE(first.ak_context.akid, second.ak_context.akid);
    EXPECT_EQ(second.ak_context.akid, derive_mzone_akid(*provider_, first.ak_context.ak, next.ak_sn,
                                                        first.ak_context.amsid_star, next.absid));
}

TEST_F(MzoneKeys, AuthenticatorAndTargetTogetherDeriveWhatOneDoes)
{
    const Pmk pmk = key_of<Pmk>("a08684a1c9f70fb9dbddd1a7c70fd356380b2ede");
    for (const KdfProfile profile : {KdfProfile::draft, KdfProfile::final_}) {
        const MzoneStation to = target(7);
        const MzoneKeySet whole = handover(profile, pmk, to);
        const MzoneAkContext context = derive_mzone_ak_context(*provider_, profile, {pmk, to});
        const MzoneLinkKeys link =
            derive_mzone_link_keys(*provider_, profile, {context.ak, to.count, to.said});
        EXPECT_EQ(context.amsid_star, whole.ak_context.amsid_star);
        EXPECT_EQ(hex_of(context.ak), hex_of(whole.ak_context.ak));
        EXPECT_EQ(context.akid, whole.ak_context.akid);
        EXPECT_EQ(link.prekey.has_value(), whole.link.prekey.has_value());
        EXPECT_EQ(hex_of(link.cmac.uplink), hex_of(whole.link.cmac.uplink));
        EXPECT_EQ(hex_of(link.cmac.downlink), hex_of(whole.link.cmac.downlink));
        EXPECT_EQ(hex_of(link.teks[0]), hex_of(whole.link.teks[0]));
        EXPECT_EQ(hex_of(link.teks[1]), hex_of(whole.link.teks[1]));
    }
}

TEST_F(MzoneKeys, AKeySetThatIsUsedAgainForTheDraftLosesItsPrekey)
{
    const Pmk pmk = key_of<Pmk>("a08684a1c9f70fb9dbddd1a7c70fd356380b2ede");
    const MzoneHandoverInputs inputs{pmk, target(1)};
    MzoneKeySet keys = handover(KdfProfile::final_, pmk, target(1));
    derive_mzone_handover(*provider_, KdfProfile::draft, {&inputs, 1}, {&keys, 1});
    EXPECT_FALSE(keys.link.prekey);
    EXPECT_EQ(hex_of(keys.link.teks[0]), "590935f5e5d08b200bcd7219afd72840");
}

TEST(Eks, IsTheCounterModuloFour)
{
    EXPECT_EQ(eks_of(CounterTek::from_field(0)), Eks::from_field(0));
    EXPECT_EQ(eks_of(CounterTek::from_field(1)), Eks::from_field(1));
    EXPECT_EQ(eks_of(CounterTek::from_field(3)), Eks::from_field(3));
    EXPECT_EQ(eks_of(CounterTek::from_field(4)), Eks::from_field(0));
    EXPECT_EQ(eks_of(CounterTek::from_field(0xffff)), Eks::from_field(3));
}

} // namespace
} // namespace aaigw::key
