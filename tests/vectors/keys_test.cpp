// The key hierarchies of the MZone and the LZone against the known answers.
#include "common/hex.h"
#include "control/key/lzone_keys.h"
#include "control/key/mzone_keys.h"
#include "tests/vectors/key_vector.h"

namespace aaigw::vectors {
namespace {

using testing::ValuesIn;

class MzoneKeyVector : public KeyVector {
  protected:
    [[nodiscard]] key::KdfProfile profile() const
    {
        return text("profile") == "final" ? key::KdfProfile::final_ : key::KdfProfile::draft;
    }

    [[nodiscard]] key::MzoneStation station() const
    {
        key::MzoneStation station{};
        station.amsid = array<6>("amsid");
        station.absid = array<6>("absid");
        station.nonces = {array<8>("nonce_ams"), array<8>("nonce_abs")};
        station.count = id<CmacKeyCount>("count");
        station.ak_sn = id<AkSn>("ak_sn");
        station.said = id<MzoneSaid>("said");
        return station;
    }

    void expect_keys(const key::Pmk& pmk, const key::MzoneAkContext& context,
                     const key::MzoneLinkKeys& link, const key::Tek& tek) const
    {
        std::map<std::string, std::string> derived{
            {"pmk", text_of(pmk)},
            {"amsid_star", to_hex(context.amsid_star)},
            {"ak", text_of(context.ak)},
            {"akid", to_hex(context.akid)},
            {"cmac_key_u", text_of(link.cmac.uplink)},
            {"cmac_key_d", text_of(link.cmac.downlink)},
            {"tek", text_of(tek)},
            {"eks", std::to_string(key::eks_of(id<CounterTek>("counter_tek")).value())},
        };
        EXPECT_EQ(link.prekey.has_value(), profile() == key::KdfProfile::final_);
        if (link.prekey)
            derived["cmac_tek_prekey"] = text_of(*link.prekey);
        expect_answers(derived);
    }
};

TEST_P(MzoneKeyVector, IsDerivedAtNetworkEntry)
{
    const auto msk = key<key::Msk>("msk");
    const key::MzoneEntryKeys entry =
        key::derive_mzone_entry(provider(), profile(), {key::PmkRoot{msk}, station()});
    const key::Tek tek = key::derive_tek(
        provider(), {entry.keys.tek_root(), station().said, id<CounterTek>("counter_tek")});
    expect_keys(entry.pmk, entry.keys.ak_context, entry.keys.link, tek);
}

// At a handover the authenticator derives the AK and the target ABS all below it.
TEST_P(MzoneKeyVector, IsDerivedInTwoHalves)
{
    const std::string known_pmk = vector().at("expect").at("pmk");
    const auto pmk = key::Pmk::copy_of(unhex_array<key::Pmk::kSize>(known_pmk));
    const key::MzoneAkContext context =
        key::derive_mzone_ak_context(provider(), profile(), {pmk, station()});
    const key::MzoneLinkKeys link = key::derive_mzone_link_keys(
        provider(), profile(), {context.ak, station().count, station().said});
    expect_keys(pmk, context, link, link.teks.at(number("counter_tek")));
}

INSTANTIATE_TEST_SUITE_P(Keys, MzoneKeyVector, ValuesIn(cases("mzone_keys.json")), case_name);

class LzoneKeyVector : public KeyVector {
  protected:
    [[nodiscard]] key::Pmk pmk()
    {
        if (has("msk"))
            return key::lzone_pmk(key<key::Msk>("msk"));
        if (has("pmk"))
            return key<key::Pmk>("pmk");
        return key::derive_lzone_pmk(provider(), key<key::Pmk>("pmk_mzone"));
    }
};

TEST_P(LzoneKeyVector, IsDerived)
{
    const key::Pmk root = pmk();
    const auto count = id<CmacKeyCount>("count");
    const key::LzoneKeySet keys = key::derive_lzone(
        provider(), {root, array<6>("msid"), array<6>("bsid"), id<AkSn>("ak_sn"), count});
    std::map<std::string, std::string> derived{
        {"pmk", text_of(root)},
        {"ak", text_of(keys.ak)},
        {"akid", to_hex(keys.akid)},
        {"cmac_prekey_u", text_of(keys.cmac_prekeys.uplink)},
        {"cmac_prekey_d", text_of(keys.cmac_prekeys.downlink)},
        {"kek", text_of(keys.kek)},
        {"cmac_key_u", text_of(keys.cmac.uplink)},
        {"cmac_key_d", text_of(keys.cmac.downlink)},
    };
    if (has("said")) {
        const auto which =
            number("tek_index") == 0 ? key::SeamlessTek::older : key::SeamlessTek::newer;
        derived["seamless_tek"] = text_of(
            key::derive_seamless_tek(provider(), {keys.kek, count, id<LzoneSaid>("said"), which}));
    }
    expect_answers(derived);
}

INSTANTIATE_TEST_SUITE_P(Keys, LzoneKeyVector, ValuesIn(cases("lzone_keys.json")), case_name);

} // namespace
} // namespace aaigw::vectors
