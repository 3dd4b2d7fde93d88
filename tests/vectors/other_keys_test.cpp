// The key hierarchies of other standards against the known answers: MIS (IEEE 802.21) and EPS (3GPP).
#include "common/hex.h"
#include "control/key/eps_keys.h"
#include "control/key/milenage.h"
#include "control/key/mis_keys.h"
#include "tests/vectors/key_vector.h"

namespace aaigw::vectors {
namespace {

using testing::ValuesIn;

class MisVector : public KeyVector {
  protected:
    [[nodiscard]] key::MisPrf prf() const
    {
        const std::string name = text("prf");
        if (name == "cmac-aes")
            return key::MisPrf::cmac_aes;
        return name == "hmac-sha1" ? key::MisPrf::hmac_sha1 : key::MisPrf::hmac_sha256;
    }

    [[nodiscard]] key::MisNonces nonces() const
    {
        return {array<16>("nonce_t"), array<16>("nonce_n")};
    }
};

class MisKeyVector : public MisVector {};

TEST_P(MisKeyVector, IsDerived)
{
    const auto suite = key::mis_ciphersuite(number("suite"));
    ASSERT_TRUE(suite.has_value());
    const key::Misk misk{provider(), prf(), key<key::MisK>("k"), nonces(), *suite};
    expect_answers({{"miak", to_hex(misk.expose_miak())},
                    {"miik", to_hex(misk.expose_miik())},
                    {"miek", to_hex(misk.expose_miek())}});
}

INSTANTIATE_TEST_SUITE_P(Keys, MisKeyVector, ValuesIn(cases("mis_keys.json")), case_name);

class MsrkVector : public MisVector {};

TEST_P(MsrkVector, IsDerived)
{
    const key::Msrk msrk = key::derive_msrk(provider(), prf(), key<key::MisK>("k"), nonces());
    EXPECT_EQ(text_of(msrk), text("output"));
}

INSTANTIATE_TEST_SUITE_P(Keys, MsrkVector, ValuesIn(cases("mis_other_keys.json", "kind", "msrk")),
                         case_name);

class MspmkVector : public MisVector {};

TEST_P(MspmkVector, IsDerived)
{
    const key::Mspmk mspmk = key::derive_mspmk(provider(), prf(), key<key::Msrk>("msrk"),
                                               bytes("mn_link_id"), bytes("poa_link_id"));
    EXPECT_EQ(text_of(mspmk), text("output"));
}

INSTANTIATE_TEST_SUITE_P(Keys, MspmkVector, ValuesIn(cases("mis_other_keys.json", "kind", "mspmk")),
                         case_name);

class MisSaidVector : public MisVector {};

TEST_P(MisSaidVector, IsDerived)
{
    const auto suite = key::mis_ciphersuite(number("suite"));
    ASSERT_TRUE(suite.has_value());
    const key::Misk misk{provider(), prf(), key<key::MisK>("k"), nonces(), *suite};
    const auto value =
        key::derive_mis_said(provider(), prf(), misk, text("mn_id"), text("pos_id"), nonces());
    EXPECT_EQ(to_hex(value), text("output"));
}

INSTANTIATE_TEST_SUITE_P(Keys, MisSaidVector,
                         ValuesIn(cases("mis_other_keys.json", "kind", "said")), case_name);

class EpsKeyVector : public KeyVector {};

TEST_P(EpsKeyVector, IsDerived)
{
    const auto direction = text("direction") == "idle" ? key::MobilityDirection::idle
                                                       : key::MobilityDirection::handover;
    const auto eea = key::eps_algorithm(number("eea")).value();
    const auto eia = key::eps_algorithm(number("eia")).value();
    const key::Kasme prime = key::derive_kasme_prime(provider(), key<key::Kasme>("kasme"),
                                                     direction, id<key::NasCount>("nas_count"));
    std::map<std::string, std::string> derived{
        {"kasme_prime", text_of(prime)},
        {"knas_enc",
         text_of(key::derive_nas_key(provider(), prime, key::NasKeyUse::encryption, eea))},
        {"knas_int",
         text_of(key::derive_nas_key(provider(), prime, key::NasKeyUse::integrity, eia))},
        {"kenb", text_of(key::derive_first_kenb(provider(), prime))},
    };
    if (has("imsi")) {
        const auto imsi = key::Imsi::from(text("imsi")).value();
        const auto index = static_cast<std::uint32_t>(number("index"));
        derived["kcv"] = to_hex(key::derive_kcv(provider(), prime, imsi, index));
    }
    expect_answers(derived);
}

INSTANTIATE_TEST_SUITE_P(Keys, EpsKeyVector, ValuesIn(cases("eps_keys.json")), case_name);

class Ts33220KdfVector : public KeyVector {};

TEST_P(Ts33220KdfVector, GivesThatKey)
{
    std::vector<std::vector<std::uint8_t>> owners;
    for (const Json& parameter : vector().at("parameters"))
        owners.push_back(unhex(std::string{parameter}));
    const std::vector<Bytes> parameters{owners.begin(), owners.end()};
    const auto fc = static_cast<key::Fc>(number("fc"));
    const key::KdfOutput output = key::ts33220_kdf(provider(), bytes("key"), fc, parameters);
    EXPECT_TRUE(text_of(output).ends_with(text("output"))) << text_of(output);
}

INSTANTIATE_TEST_SUITE_P(Keys, Ts33220KdfVector, ValuesIn(cases("kdf_33220.json")), case_name);

class MilenageVector : public KeyVector {};

TEST_P(MilenageVector, GivesTheOutputsOfEveryFunction)
{
    const auto k = key<key::SubscriberKey>("k");
    const auto opc = key::derive_opc(provider(), k, key<key::OperatorKey>("op"));
    const auto rand = array<16>("rand");
    const auto keys = key::derive_milenage_keys(provider(), k, opc, rand);
    const auto macs =
        key::derive_milenage_macs(provider(), k, opc, rand, array<6>("sqn"), array<2>("amf"));
    expect_answers({{"opc", text_of(opc)},
                    {"mac_a", to_hex(macs.mac_a)},
                    {"mac_s", to_hex(macs.mac_s)},
                    {"res", text_of(keys.res)},
                    {"ck", text_of(keys.ck)},
                    {"ik", text_of(keys.ik)},
                    {"anonymity_key", text_of(keys.anonymity_key)},
                    {"resync_anonymity_key", text_of(keys.resync_anonymity_key)}});
}

INSTANTIATE_TEST_SUITE_P(Keys, MilenageVector, ValuesIn(cases("milenage.json")), case_name);

} // namespace
} // namespace aaigw::vectors
