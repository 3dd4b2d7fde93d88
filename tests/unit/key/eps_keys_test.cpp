// The EPS keys: published vectors of the KDF, the chain of K_ASME', and the boundaries of its inputs.
#include "control/key/eps_keys.h"
#include "tests/unit/key/hex_keys.h"

#include <gtest/gtest.h>

namespace aaigw::key {
namespace {

NasCount nas_count(std::uint32_t value)
{
    return NasCount::from(value).value();
}

std::string text_hex(std::string_view text)
{
    return to_hex(std::vector<std::uint8_t>{text.begin(), text.end()});
}

class EpsKeys : public testing::Test {
  protected:
    /// The generic KDF, all of it hex.
    std::string kdf(Fc fc, std::string_view key_hex, const std::vector<std::string>& parameters_hex)
    {
        std::vector<std::vector<std::uint8_t>> parameters;
        for (const std::string& hex : parameters_hex)
            parameters.push_back(bytes_of(hex));
        const std::vector<Bytes> views{parameters.begin(), parameters.end()};
        return hex_of(ts33220_kdf(*provider_, bytes_of(key_hex), fc, views));
    }

    std::unique_ptr<crypto::Provider> provider_ = crypto::make_openssl_provider();
};

// Published with srsRAN_4G, lib/test/common/test_security_kdf.cc.
using SrsranEpsKeys = EpsKeys;

constexpr std::string_view kSrsranKasme =
    "6144c681d1bea9dae1b8cf6cd10a686341db8046a1e7a9ab4d1ea0e33c994ac0";
constexpr std::string_view kSrsranKenb =
    "c4c7bc798ab94e3d354cd6608e79aa92f5569df46519507850051e36f018ca5f";

TEST_F(SrsranEpsKeys, KasmeOfPlmn00101)
{
    const Kasme kasme = derive_kasme(
        *provider_, key_of<CipherKey>("7bc15d69309cf3ec5d324404edd6f0f9"),
        key_of<IntegrityKey>("c15d69309cf3ec5d324404edd6f0f97b"), array_of<3>("00f110"),
        array_of<6>("5d69309ce135")); // AK 5d69309cf3ec, SQN 0000000012d9
    EXPECT_EQ(hex_of(kasme), "d5ef4d8f33266902295d42f322a2f2cf11fb2ccc124c09b4d88d361597037990");
}

TEST_F(SrsranEpsKeys, NasKeysAreTheLastHalves)
{
    const Kasme kasme =
        key_of<Kasme>("d5ef4d8f33266902295d42f322a2f2cf11fb2ccc124c09b4d88d361597037990");
    const std::string encryption = kdf(Fc::algorithm_key, hex_of(kasme), {"01", "00"});
    EXPECT_EQ(encryption, "cf7a27beab1e78bf5bb1f95b05829a72e4cf7fecbad4b8c37db4a190e119225c");
    EXPECT_EQ(hex_of(derive_nas_key(*provider_, kasme, NasKeyUse::encryption, EpsAlgorithm::null)),
              "e4cf7fecbad4b8c37db4a190e119225c");
    EXPECT_EQ(
        hex_of(derive_nas_key(*provider_, kasme, NasKeyUse::integrity, EpsAlgorithm::snow_3g)),
        "b79408e243dd367dc8c6392295b3b451");
}

TEST_F(SrsranEpsKeys, FirstAndNextNh)
{
    const Kasme kasme =
        key_of<Kasme>("d5ef4d8f33266902295d42f322a2f2cf11fb2ccc124c09b4d88d361597037990");
    const Kenb kenb = key_of<Kenb>(std::string(62, '0') + "12");
    const NextHop first = derive_nh(*provider_, kasme, kenb);
    EXPECT_EQ(hex_of(first), "c855866413071b74aba01c132b943e7698aa5c11760d9bb1162ab313b11c6051");
    EXPECT_EQ(hex_of(derive_nh(*provider_, kasme, first)),
              kdf(Fc::nh, hex_of(kasme), {hex_of(first)}));
}

TEST_F(SrsranEpsKeys, KenbAndTheKeysBelowIt)
{
    const Kenb kenb = derive_kenb(*provider_, key_of<Kasme>(kSrsranKasme), nas_count(0));
    EXPECT_EQ(hex_of(kenb), kSrsranKenb);
    const auto as_key = [&](AsKeyUse use, EpsAlgorithm algorithm) {
        return hex_of(derive_as_key(*provider_, kenb, use, algorithm));
    };
    EXPECT_EQ(as_key(AsKeyUse::rrc_encryption, EpsAlgorithm::null),
              "86a275788b6f36a5b9b810f5d472a24b");
    EXPECT_EQ(as_key(AsKeyUse::rrc_integrity, EpsAlgorithm::aes),
              "fa1d6d1940f1d879cf0189342a8d73c2");
    EXPECT_EQ(as_key(AsKeyUse::up_encryption, EpsAlgorithm::null),
              "9c3c92e1ddc0c8c5706cbb8f955e8263");
    EXPECT_EQ(as_key(AsKeyUse::up_integrity, EpsAlgorithm::aes),
              "7716c783a53fd3ee582fc569e9c33ca7");
    EXPECT_EQ(kdf(Fc::algorithm_key, kSrsranKenb, {"04", "02"}),
              "42f4f8c585ae8905a50d0f32a979d8b6fa1d6d1940f1d879cf0189342a8d73c2");
}

TEST_F(SrsranEpsKeys, KenbStarTakesAsManyOctetsAsTheCarrierNeeds)
{
    const Kenb kenb = key_of<Kenb>(kSrsranKenb);
    const auto star = [&](std::uint32_t earfcn) {
        return hex_of(derive_kenb_star(*provider_, kenb, Pci::from(32).value(),
                                       Earfcn::from(earfcn).value()));
    };
    EXPECT_EQ(star(561), "6f0454577f555ca76f449c2ac1da0f4fb7de4b9440110ffbd12f3a5d4de17350");
    EXPECT_EQ(star(0xffff), kdf(Fc::kenb_star, kSrsranKenb, {"0020", "ffff"}));
    EXPECT_EQ(star(0x10000), kdf(Fc::kenb_star, kSrsranKenb, {"0020", "010000"}));

    const NextHop nh = key_of<NextHop>(kSrsranKenb); // vertical: same formula, other key
    EXPECT_EQ(
        hex_of(derive_kenb_star(*provider_, nh, Pci::from(32).value(), Earfcn::from(561).value())),
        star(561));
}

// Published with srsRAN_4G for 5G; the keys have no functions of their own here, only the generic KDF.
using SrsranFiveGKeys = EpsKeys;

TEST_F(SrsranFiveGKeys, FromKausfToKgnb)
{
    EXPECT_EQ(kdf(Fc::kausf, "561e05efbdf2efeb2d558f041c53c44501e0f2f5535431312d57279814cfcd89",
                  {text_hex("5G:mnc070.mcc901.3gppnetwork.org"), "305eb06b7307"}),
              "a2ceb20f7928bf154d4b548aee6d10a97601847fd72d2bc901982c086ea0f346");
    EXPECT_EQ(kdf(Fc::kseaf, "d9c8ff91b69e250e256e92466acf80a1d82b65f094b7c071199c0312e067ff3b",
                  {text_hex("5G:mnc070.mcc901.3gppnetwork.org")}),
              "6c50bfa5f32a89ade1ee6c707de6dcfea0790afb6d14f9e55943aeda58334548");
    EXPECT_EQ(kdf(Fc::kamf, "6c50bfa5f32a89ade1ee6c707de6dcfea0790afb6d14f9e55943aeda58334548",
                  {text_hex("901700000021309"), "0000"}),
              "46237ef051d6a16a3927525fa65cc39544cdfd7990b946ad796530e6d787a0da");
    EXPECT_EQ(kdf(Fc::kgnb, "d655f16142035d4d72ca39583d228d2dd2ec0ca7929ad007f53b382d05544405",
                  {"00000000", "01"}),
              "493a16c58b77b627fa3f1ac6344c183039f01ba0cb7636bbccc4365b023bd562");
    EXPECT_EQ(kdf(Fc::s_kenb, "fe7dee808d7f3b882a082cbdc8390d129e5d28af0e8322eb573ada36f21a5a89",
                  {"0000"}),
              "45cbc3f8a81193fd5c5229300d59edf812e998a115ec4e0ce903ba89367e2628");
}

TEST_F(SrsranFiveGKeys, AlgorithmKeysAndResStar)
{
    constexpr std::string_view kKamf =
        "7d861852b42a86b596fe22c8f50b9b895a1e21716b61b8d122785e25bafc0d07";
    EXPECT_EQ(kdf(Fc::algorithm_key_5g, kKamf, {"01", "00"}),
              "83856a0181595521c9d32a193f59c8a8fc7e99b98b8c04201f4f9d81433b6b38");
    EXPECT_EQ(kdf(Fc::algorithm_key_5g, kKamf, {"02", "02"}),
              "25c58e27e7d2c495f3d735293a82bffaa53ee884b98d366b0289231ec4191ed3");
    const std::string res_star =
        kdf(Fc::res_star, "3cba902575ed80cbfa3625aff09daffcba902575ed80cbfa3625aff09daffc3c",
            {text_hex("5G:mnc001.mcc001.3gppnetwork.org"), "fc2d98a361208bf743639c9e632d7350",
             "fc3cba902575ed80"});
    EXPECT_EQ(res_star.substr(32), "b0e35b23dbd7a18c848bfad91135e3fd");
}

// Published with Open5GS, tests/unit/security-test.c.
TEST_F(EpsKeys, KasmeOfOpen5gs)
{
    const Kasme kasme = derive_kasme(
        *provider_, key_of<CipherKey>("b40ba9a3c58b2a05bbf0d987b21bf8cb"),
        key_of<IntegrityKey>("f769bcd751044604127672711c6d3441"), array_of<3>("024830"),
        array_of<6>("57e673245c0d")); // AK aa689c648370, SQN fd8eef40df7d
    EXPECT_EQ(hex_of(kasme), "238e457e0f758badbca8d34bb2612c10428d426757cb5553b2b184fa64bfc549");
}

// From here on consistency vectors: computed by an independent Python model, none being published.
class KasmePrime : public EpsKeys {
  protected:
    Kasme change(const Kasme& from, MobilityDirection direction, std::uint32_t count)
    {
        return derive_kasme_prime(*provider_, from, direction, nas_count(count));
    }

    Kasme first_ =
        key_of<Kasme>("d5ef4d8f33266902295d42f322a2f2cf11fb2ccc124c09b4d88d361597037990");
};

TEST_F(KasmePrime, ChainOfThreeHandovers)
{
    const struct {
        std::uint32_t count;
        std::string_view kasme, kcv, nas_enc, nas_int, kenb;
    } steps[] = {
        {0x000007, "626947e5dd97f0c4ee9e12d415ebb57c3ca347d948f41c32bd9f9c068712c672",
         "c7d0155b182710e1", "32b075bfbad15d0adbcc4d8ad9052f68", "8376abe3011648d9c822bf6292797549",
         "03e6fce524320ec99633ab0ba322776a20ed88d5d7849757ff6b3965dbe5b003"},
        {0x000012, "f40983e4a0fcde937aae0ebe95807777cd2baa2c185a1ba0fa94752ff5a9c7d1",
         "a9d061eb08f21f98", "d03a0ea544ae68eb73f35450bd55b777", "9723bbead708cf35180e6589ddaa1173",
         "e409a9aee2528a207c02d195b1f104a93ae3583ad520aca60a9d28a02c0559ab"},
        {0xffffff, "13790b81de10de5ad17c70f8f4ec115f27b93aea05ff4632c42f08341848a696",
         "b183de809edfd722", "617671a5cd4763675725be3569b3af29", "fc0217084d99af5675da08e37de0677c",
         "0177c3e1705dd7e19247cc67443cac0d97549b915865b28e8e475917d8e619ae"},
    };
    const Imsi imsi = Imsi::from("001010123456789").value();
    Kasme kasme = first_.clone();
    std::uint32_t chain_index = 0;
    for (const auto& step : steps) {
        SCOPED_TRACE(++chain_index);
        kasme = change(kasme, MobilityDirection::handover, step.count);
        EXPECT_EQ(hex_of(kasme), step.kasme);
        EXPECT_EQ(to_hex(derive_kcv(*provider_, kasme, imsi, chain_index)), step.kcv);
        EXPECT_EQ(
            hex_of(derive_nas_key(*provider_, kasme, NasKeyUse::encryption, EpsAlgorithm::aes)),
            step.nas_enc);
        EXPECT_EQ(
            hex_of(derive_nas_key(*provider_, kasme, NasKeyUse::integrity, EpsAlgorithm::aes)),
            step.nas_int);
        EXPECT_EQ(hex_of(derive_first_kenb(*provider_, kasme)), step.kenb);
    }
}

TEST_F(KasmePrime, DirectionAndCountChangeIt)
{
    const std::string handover = hex_of(change(first_, MobilityDirection::handover, 0));
    EXPECT_EQ(handover, "e99b37e7e3448efff238d3cd2fd2eaea3666ee62fbfc4e5a7aaabb40d18fa334");
    EXPECT_EQ(hex_of(change(first_, MobilityDirection::idle, 5)),
              "d28362f689d80493dcbecfe1365f8f1f004ff1e4d256e788c694e1452a5f25f9");
    EXPECT_NE(hex_of(change(first_, MobilityDirection::idle, 0)), handover);
    EXPECT_NE(hex_of(change(first_, MobilityDirection::handover, 1)), handover);
}

TEST_F(KasmePrime, KcvNamesTheSubscriberAndTheChainIndex)
{
    const auto kcv = [this](std::string_view imsi, std::uint32_t chain_index) {
        return to_hex(derive_kcv(*provider_, first_, Imsi::from(imsi).value(), chain_index));
    };
    EXPECT_NE(kcv("001010123456789", 1), kcv("001010123456788", 1));
    EXPECT_NE(kcv("001010123456789", 1), kcv("001010123456789", 2));
}

TEST_F(KasmePrime, FirstKenbIsOfACountThatNoMessageHas)
{
    EXPECT_EQ(hex_of(derive_first_kenb(*provider_, first_)),
              kdf(Fc::kenb, hex_of(first_), {"ffffffff"}));
    EXPECT_FALSE(NasCount::from(0x1000000));
    EXPECT_TRUE(NasCount::from(0xffffff));
}

TEST_F(KasmePrime, KamfPrimeOfTheSameFormulaAndKasmeFromKamf)
{
    constexpr std::string_view kKamf =
        "46237ef051d6a16a3927525fa65cc39544cdfd7990b946ad796530e6d787a0da";
    EXPECT_EQ(kdf(Fc::kamf_prime, kKamf, {"01", "00000000"}),
              "352b22f0818e27eb49f7953eb8151c9b38d298aa804f4f2f98cd2b2f325e74ac");
    EXPECT_EQ(kdf(Fc::kamf_prime, kKamf, {"00", "00000003"}),
              "834c6803aa5abe7969d2089850bfb1a1142691968f43e0e65a1fff8ebea9dce0");
    EXPECT_EQ(kdf(Fc::kasme_from_kamf_handover, kKamf, {"00000001"}),
              "b599fbec1f3be37aa2df068da3b38c4b0076d94fe5bcb0ef28a035022584c47d");
    EXPECT_EQ(hex_of(change(key_of<Kasme>(kKamf), MobilityDirection::handover, 0)),
              kdf(Fc::kamf_prime, kKamf, {"01", "00000000"}));
}

TEST(Imsi, HasSixToFifteenDigits)
{
    EXPECT_EQ(Imsi::from("001010123456789").value().digits(), "001010123456789");
    EXPECT_TRUE(Imsi::from("001011"));
    for (const std::string_view wrong :
         {"", "00101", "0010101234567890", "00101012345678x", "00101 123456789", "-01010123456789"})
        EXPECT_FALSE(Imsi::from(wrong)) << wrong;
}

TEST(EpsAlgorithmNumber, KnowsFourAlgorithms)
{
    EXPECT_EQ(eps_algorithm(0), EpsAlgorithm::null);
    EXPECT_EQ(eps_algorithm(1), EpsAlgorithm::snow_3g);
    EXPECT_EQ(eps_algorithm(2), EpsAlgorithm::aes);
    EXPECT_EQ(eps_algorithm(3), EpsAlgorithm::zuc);
    for (const unsigned unknown : {4U, 0x100U})
        EXPECT_EQ(eps_algorithm(unknown), std::nullopt);
}

} // namespace
} // namespace aaigw::key
