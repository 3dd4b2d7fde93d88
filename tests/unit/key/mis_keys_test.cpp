// The MIS key hierarchy: consistency vectors of every suite and PRF, and the boundaries of the encodings.
#include "control/key/mis_keys.h"
#include "tests/unit/key/hex_keys.h"

#include <gtest/gtest.h>

namespace aaigw::key {
namespace {

// No vector of IEEE 802.21 key derivation is published. These were computed by an independent Python model and
// their HMAC and CMAC blocks with the openssl command.
class MisKeys : public testing::Test {
  protected:
    Misk misk(MisPrf prf, MisCiphersuite suite) { return {*provider_, prf, k_, nonces_, suite}; }

    /// The three keys in order, which is MISK.
    std::string misk_hex(MisPrf prf, MisCiphersuite suite)
    {
        const Misk keys = misk(prf, suite);
        return to_hex(keys.expose_miak()) + to_hex(keys.expose_miik()) + to_hex(keys.expose_miek());
    }

    std::unique_ptr<crypto::Provider> provider_ = crypto::make_openssl_provider();
    MisK k_ = key_of<MisK>("202122232425262728292a2b2c2d2e2f");
    MisNonces nonces_{.t = array_of<16>("000102030405060708090a0b0c0d0e0f"),
                      .n = array_of<16>("101112131415161718191a1b1c1d1e1f")};
};

TEST_F(MisKeys, AesCcmHasNoIntegrityKey)
{
    const Misk keys = misk(MisPrf::hmac_sha256, MisCiphersuite::aes_ccm);
    EXPECT_EQ(keys.suite(), MisCiphersuite::aes_ccm);
    EXPECT_EQ(to_hex(keys.expose_miak()), "a704756f6f179cfbe25da0ff500bb6e3");
    EXPECT_EQ(to_hex(keys.expose_miik()), "");
    EXPECT_EQ(to_hex(keys.expose_miek()), "aa171b8b1207715852f6ef279f8706d2");
}

TEST_F(MisKeys, AesCbcHasAllThreeKeys)
{
    const Misk keys = misk(MisPrf::hmac_sha256, MisCiphersuite::aes_cbc_hmac_sha1_96);
    EXPECT_EQ(to_hex(keys.expose_miak()), "c30492b43ea5c451a014bfbb1d45bc00");
    EXPECT_EQ(to_hex(keys.expose_miik()), "e3ef462d07976657a477a5c2385a6c2cfa3a4bfc");
    EXPECT_EQ(to_hex(keys.expose_miek()), "8bbe863d64d3048ae2bb3ecc07b12c63");
}

TEST_F(MisKeys, NullSuitesHaveNoEncryptionKey)
{
    const Misk hmac = misk(MisPrf::hmac_sha256, MisCiphersuite::null_hmac_sha1_96);
    EXPECT_EQ(to_hex(hmac.expose_miak()), "bd3dde583e662d386f0504e81e9d8d8a");
    EXPECT_EQ(to_hex(hmac.expose_miik()), "7033fdf5d0d5443dbdf9fad83c126097cf2f3e24");
    EXPECT_TRUE(hmac.expose_miek().empty());

    const Misk cmac = misk(MisPrf::hmac_sha256, MisCiphersuite::null_cmac_aes);
    EXPECT_EQ(to_hex(cmac.expose_miak()), "2e78a9203f51c294b5dc1109dfda296c");
    EXPECT_EQ(to_hex(cmac.expose_miik()), "4740f7d4a42ca81edd92244aa081f871");
    EXPECT_TRUE(cmac.expose_miek().empty());
}

TEST_F(MisKeys, OtherPrfsGiveTheConsistencyVectors)
{
    EXPECT_EQ(misk_hex(MisPrf::hmac_sha1, MisCiphersuite::aes_cbc_hmac_sha1_96),
              "4e76d26e992039a4c5470d99af5c781b303af49e0984d0b82120add9a055ee11e8414b17"
              "6839a50c713bddfa66068c373c27674d");
    EXPECT_EQ(misk_hex(MisPrf::cmac_aes, MisCiphersuite::null_cmac_aes),
              "0e350c3803d294f2122419d2286ab8967a294d24d7c016f48299bd301785d1ec");
}

TEST_F(MisKeys, EachInputChangesTheMisk)
{
    const auto before = misk_hex(MisPrf::hmac_sha256, MisCiphersuite::aes_ccm);
    std::swap(nonces_.t, nonces_.n);
    EXPECT_NE(misk_hex(MisPrf::hmac_sha256, MisCiphersuite::aes_ccm), before);
    std::swap(nonces_.t, nonces_.n);
    EXPECT_EQ(misk_hex(MisPrf::hmac_sha256, MisCiphersuite::aes_ccm), before);
    // Two suites with a MISK of the same size: the code in the derivation keeps them apart.
    EXPECT_NE(misk_hex(MisPrf::hmac_sha256, MisCiphersuite::null_cmac_aes), before);
    k_ = key_of<MisK>("202122232425262728292a2b2c2d2e2e");
    EXPECT_NE(misk_hex(MisPrf::hmac_sha256, MisCiphersuite::aes_ccm), before);
}

TEST_F(MisKeys, MsrkAndMspmkGiveTheConsistencyVector)
{
    const Msrk msrk = derive_msrk(*provider_, MisPrf::hmac_sha256, k_, nonces_);
    EXPECT_EQ(hex_of(msrk), "1ff6ca47fcfdadc86cf5a5b42a540632f8b96a47d2552ba256f55e42f7823679"
                            "e42a3c454bb5a768e0b3652e3674fee11da2f5e16a4733ed2383da636a6d785e");
    const auto mn_link_id = bytes_of("1300000606020000000001");
    const auto poa_link_id = bytes_of("13000006060200000000aa");
    EXPECT_EQ(hex_of(derive_mspmk(*provider_, MisPrf::hmac_sha256, msrk, mn_link_id, poa_link_id)),
              "aa3e9e7cf61d5ba94e614ce2751a4e29123d0ed5011c506d4ffeaec58aeddae5");
    EXPECT_NE(hex_of(derive_mspmk(*provider_, MisPrf::hmac_sha256, msrk, poa_link_id, mn_link_id)),
              "aa3e9e7cf61d5ba94e614ce2751a4e29123d0ed5011c506d4ffeaec58aeddae5");
}

TEST_F(MisKeys, CmacPrfTakesTheFirstBitsOfALongKey)
{
    const Msrk msrk = derive_msrk(*provider_, MisPrf::hmac_sha256, k_, nonces_);
    auto bytes = array_of<64>(hex_of(msrk));
    bytes[16] ^= 1;
    const Msrk same_start = Msrk::copy_of(bytes);
    bytes[15] ^= 1;
    const Msrk other_start = Msrk::copy_of(bytes);
    const auto mspmk = [this](const Msrk& root) {
        return hex_of(derive_mspmk(*provider_, MisPrf::cmac_aes, root, {}, {}));
    };
    EXPECT_EQ(mspmk(same_start), mspmk(msrk));
    EXPECT_NE(mspmk(other_start), mspmk(msrk));
}

TEST_F(MisKeys, SaidGivesTheConsistencyVector)
{
    const Misk keys = misk(MisPrf::hmac_sha256, MisCiphersuite::aes_ccm);
    const MisSaidValue said = derive_mis_said(*provider_, MisPrf::hmac_sha256, keys,
                                              "mn1@example.net", "tpos@tgt.example.net", nonces_);
    EXPECT_EQ(to_hex(said), "76be37dee727ac0b");
}

TEST_F(MisKeys, SaidCodesTheLengthsOfIdentifiersAsTheTlvsDo)
{
    const Misk keys = misk(MisPrf::hmac_sha256, MisCiphersuite::aes_ccm);
    const auto expected = [&](std::string_view length_hex, std::string_view mn_id) {
        std::vector<std::uint8_t> message{'S', 'A', 'I', 'D'};
        const auto append = [&message](const auto& part) {
            message.insert(message.end(), part.begin(), part.end());
        };
        append(bytes_of(length_hex));
        append(mn_id);
        message.push_back(0); // the other identifier is empty
        append(nonces_.t);
        append(nonces_.n);
        std::array<std::uint8_t, 32> mac{};
        provider_->hmac(crypto::HashKind::sha256, keys.expose_miak(), message, mac);
        return to_hex(Bytes{mac}.first(8));
    };
    const struct {
        std::size_t size;
        std::string_view length_hex;
    } cases[] = {{127, "7f"}, {128, "80"}, {129, "8101"}, {383, "81ff"}, {384, "820100"}};
    for (const auto& [size, length_hex] : cases) {
        const std::string mn_id(size, 'm');
        EXPECT_EQ(
            to_hex(derive_mis_said(*provider_, MisPrf::hmac_sha256, keys, mn_id, "", nonces_)),
            expected(length_hex, mn_id))
            << size << " bytes";
    }
}

TEST(MisCiphersuiteCode, KnowsFourSuites)
{
    EXPECT_EQ(mis_ciphersuite(1), MisCiphersuite::aes_cbc_hmac_sha1_96);
    EXPECT_EQ(mis_ciphersuite(2), MisCiphersuite::null_hmac_sha1_96);
    EXPECT_EQ(mis_ciphersuite(3), MisCiphersuite::null_cmac_aes);
    EXPECT_EQ(mis_ciphersuite(4), MisCiphersuite::aes_ccm);
    for (const unsigned unknown : {0U, 5U, 0x101U})
        EXPECT_EQ(mis_ciphersuite(unknown), std::nullopt);
}

} // namespace
} // namespace aaigw::key
