// The LZone key hierarchy: published vectors, the switch from MZone, and what each input must change.
#include "control/key/lzone_keys.h"
#include "tests/unit/key/hex_keys.h"

#include <gtest/gtest.h>

namespace aaigw::key {
namespace {

class LzoneKeys : public testing::Test {
  protected:
    LzoneKeySet derive(const Pmk& pmk, std::string_view msid, std::string_view bsid,
                       std::uint16_t count = 0, std::uint8_t ak_sn = 0)
    {
        return derive_lzone(*provider_, {pmk, array_of<6>(msid), array_of<6>(bsid),
                                         AkSn::from_field(ak_sn), CmacKeyCount::from_field(count)});
    }

    std::unique_ptr<crypto::Provider> provider_ = crypto::make_openssl_provider();
};

// Both sets: published with frankurcrazy/helloworld (wimax/akid.c and wimax/dot16kdf.c).
constexpr std::string_view kMsk1 =
    "d15887db8e5c55502cf7e518c621aa87be93c4941909f8538c49f75e2ea40861"
    "a190fd3ad8fc3039af5572ddf43ce2ccb56bf2f1862c2aac724c20db437d62ad";
constexpr std::string_view kMsk2 =
    "3d8bfc43c8004afb0ff83b6a30ee7d6cbf93b076b93653e9627fe47aef9cb384"
    "caa55b812aad2d7de554cf9eea8487a0f6f4b35fbddb2f232b771d2f71fdda94";

TEST_F(LzoneKeys, FirstPublishedSet)
{
    const Pmk pmk = lzone_pmk(key_of<Msk>(kMsk1));
    EXPECT_EQ(hex_of(pmk), "f43ce2ccb56bf2f1862c2aac724c20db437d62ad");
    const LzoneKeySet keys = derive(pmk, "00ed04a5105b", "0000bb020003");
    EXPECT_EQ(hex_of(keys.ak), "cae0de08e027acb5198ae78c2a2d78ab9945ce74");
    EXPECT_EQ(to_hex(keys.akid), "c056432d94074994");
}

TEST_F(LzoneKeys, SecondPublishedSet)
{
    const Pmk pmk = lzone_pmk(key_of<Msk>(kMsk2));
    EXPECT_EQ(hex_of(pmk), "ea8487a0f6f4b35fbddb2f232b771d2f71fdda94");
    const LzoneKeySet keys = derive(pmk, "001b11c9d50c", "000000000005");
    EXPECT_EQ(hex_of(keys.ak), "d7eaa9683c377b76a2385b8454b57ae7c9ad3224");
    EXPECT_EQ(to_hex(keys.akid), "3b7e354a44b25806");
    EXPECT_EQ(hex_of(keys.kek), "e09389b8f3391dfec8a99af41da147b9");
    EXPECT_EQ(hex_of(keys.cmac.uplink), "f6eed12d93c37271bdb384449cb62467");
    EXPECT_EQ(hex_of(keys.cmac.downlink), "c0f5e67ca3b7e3c31de4222a25836b2b");
}

TEST_F(LzoneKeys, CountChangesTheCmacKeysOnly)
{
    const Pmk pmk = lzone_pmk(key_of<Msk>(kMsk2));
    const LzoneKeySet keys = derive(pmk, "001b11c9d50c", "000000000005", 1);
    EXPECT_EQ(hex_of(keys.ak), "d7eaa9683c377b76a2385b8454b57ae7c9ad3224");
    EXPECT_EQ(hex_of(keys.kek), "e09389b8f3391dfec8a99af41da147b9");
    // The uplink key is published with the RNG-REQ of wimax/cmac_digest.c; the others are consistency vectors.
    EXPECT_EQ(hex_of(keys.cmac.uplink), "cbfba37ff8f9b70e80e6d450c97c199e");
    EXPECT_EQ(hex_of(keys.cmac.downlink), "4226a6b8fc590b54b11baac596415b9c");

    const CmacKeys next =
        derive_lzone_cmac_keys(*provider_, {keys.cmac_prekeys, CmacKeyCount::from_field(2)});
    EXPECT_EQ(hex_of(next.uplink), "b59cf5a11e0018988988462325b7eb5d");
    EXPECT_EQ(hex_of(next.downlink), "7226b59c731c686673c311a4d0a05317");
}

TEST_F(LzoneKeys, TheOtherEndOfTheMskIsNotThePmk)
{
    const Pmk left = key_of<Pmk>(kMsk1.substr(0, 40));
    const LzoneKeySet keys = derive(left, "00ed04a5105b", "0000bb020003");
    EXPECT_NE(hex_of(keys.ak), "cae0de08e027acb5198ae78c2a2d78ab9945ce74");
}

TEST_F(LzoneKeys, SwitchFromMzoneGivesTheConsistencyVector)
{
    const Pmk mzone = key_of<Pmk>("a08684a1c9f70fb9dbddd1a7c70fd356380b2ede");
    const Pmk pmk = derive_lzone_pmk(*provider_, mzone);
    EXPECT_EQ(hex_of(pmk), "efae3050d5ff837ef8dd1f3c97604e7d24cf7ec5");

    const LzoneKeySet keys = derive(pmk, "00ed04a5105b", "0000bb020003");
    EXPECT_EQ(hex_of(keys.ak), "c831b59956f29943911408debb619c62e02522b9");
    EXPECT_EQ(to_hex(keys.akid), "5d29f4aa09e8d4d7");
    EXPECT_EQ(hex_of(keys.cmac_prekeys.uplink), "483c5f88b78ff55d051a3beb13715069");
    EXPECT_EQ(hex_of(keys.cmac_prekeys.downlink), "3f2beda2d685abe430ab0659d19bed46");
    EXPECT_EQ(hex_of(keys.kek), "cfd8c01b636110d8e3cbcf31b93c8e82");
    EXPECT_EQ(hex_of(keys.cmac.uplink), "592b6b91bb6188a48b0babf03e25c52a");
    EXPECT_EQ(hex_of(keys.cmac.downlink), "0fa51486de1e1f648035616a70424aac");

    const CmacKeys next =
        derive_lzone_cmac_keys(*provider_, {keys.cmac_prekeys, CmacKeyCount::from_field(1)});
    EXPECT_EQ(hex_of(next.uplink), "31702bc590acacef5365e31329f16dc7");
    EXPECT_EQ(hex_of(next.downlink), "dc5df6dd18d8afcc4a96c80173c76d14");
}

TEST_F(LzoneKeys, AkSequenceNumberChangesTheAkidOnly)
{
    const Pmk pmk = lzone_pmk(key_of<Msk>(kMsk1));
    const LzoneKeySet first = derive(pmk, "00ed04a5105b", "0000bb020003", 0, 0);
    const LzoneKeySet second = derive(pmk, "00ed04a5105b", "0000bb020003", 0, 9);
    EXPECT_EQ(hex_of(first.ak), hex_of(second.ak));
    EXPECT_EQ(hex_of(first.kek), hex_of(second.kek));
    EXPECT_NE(first.akid, second.akid);
}

class SeamlessTeks : public LzoneKeys {
  protected:
    std::string tek(std::uint16_t count, std::uint16_t said, SeamlessTek which)
    {
        return hex_of(derive_seamless_tek(*provider_, {kek_, CmacKeyCount::from_field(count),
                                                       LzoneSaid::from_field(said), which}));
    }

    Kek kek_ = key_of<Kek>("cfd8c01b636110d8e3cbcf31b93c8e82");
};

TEST_F(SeamlessTeks, GiveTheConsistencyVector)
{
    EXPECT_EQ(tek(0, 0x0102, SeamlessTek::older), "47b9e544ef4631dcce744b5a8b4ace8e");
    EXPECT_EQ(tek(0, 0x0102, SeamlessTek::newer), "be6b6d8573fad36a921ca631f31531f4");
}

TEST_F(SeamlessTeks, DependOnTheCountAndTheSa)
{
    EXPECT_NE(tek(1, 0x0102, SeamlessTek::older), tek(0, 0x0102, SeamlessTek::older));
    EXPECT_NE(tek(0, 0x0103, SeamlessTek::older), tek(0, 0x0102, SeamlessTek::older));
}

} // namespace
} // namespace aaigw::key
