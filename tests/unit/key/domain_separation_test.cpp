// No two derivations under one AES key may ever have the same input: what Dot16KDF's short key leaves to the astrings.
#include "control/key/astrings.h"
#include "control/key/lzone_keys.h"
#include "control/key/mzone_keys.h"
#include "tests/unit/key/hex_keys.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace aaigw::key {
namespace {

/// One derivation: its astring as a function of a byte that fills each of its variable fields.
struct Use {
    std::string name;
    std::function<crypto::AString(std::uint8_t fill)> astring;
};

template <std::size_t N>
std::array<std::uint8_t, N> filled(std::uint8_t fill)
{
    std::array<std::uint8_t, N> bytes{};
    bytes.fill(fill);
    return bytes;
}

/// Whether the two differ whatever the fields hold: another length, or another byte of a label in one place.
bool never_equal(const Use& a, const Use& b)
{
    const auto a0 = a.astring(0);
    const auto a1 = a.astring(0xff);
    const auto b0 = b.astring(0);
    const auto b1 = b.astring(0xff);
    if (a0.view().size() != b0.view().size())
        return true;
    for (std::size_t i = 0; i < a0.view().size(); ++i) {
        const bool fixed_in_both = a0.view()[i] == a1.view()[i] && b0.view()[i] == b1.view()[i];
        if (fixed_in_both && a0.view()[i] != b0.view()[i])
            return true;
    }
    return false;
}

void expect_never_equal(const std::vector<Use>& uses)
{
    for (std::size_t i = 0; i < uses.size(); ++i) {
        for (std::size_t j = i + 1; j < uses.size(); ++j)
            EXPECT_TRUE(never_equal(uses[i], uses[j])) << uses[i].name << " and " << uses[j].name;
    }
}

// Fields of `fill`.
MacAddress address(std::uint8_t fill)
{
    return filled<6>(fill);
}

Nonce64 nonce(std::uint8_t fill)
{
    return filled<8>(fill);
}

template <class Field>
Field field(std::uint8_t fill)
{
    return Field::from_field(fill == 0 ? 0 : Field::kMax);
}

const Use kDraftAk{"draft AK", [](auto fill) {
                       return astrings::ak(address(fill), address(fill), field<CmacKeyCount>(fill));
                   }};
const Use kAk{"LZone and final AK",
              [](auto fill) { return astrings::ak(address(fill), address(fill)); }};
const Use kCmacKeys{"CMAC keys", [](auto) { return astrings::cmac_keys(); }};
const Use kTek{"TEK", [](auto fill) {
                   return astrings::tek(field<MzoneSaid>(fill), field<CounterTek>(fill));
               }};

// The MSK and the PMK that is its right end are one AES key, and any PMK can be the root of the next.
TEST(DomainSeparation, UnderMskAndPmk)
{
    expect_never_equal({
        {"draft PMK", [](auto fill) { return astrings::pmk(nonce(fill), nonce(fill)); }},
        kDraftAk,
        kAk,
        {"PMK_LZONE", [](auto) { return astrings::pmk_for_lzone(); }},
    });
}

TEST(DomainSeparation, UnderAk)
{
    expect_never_equal({
        {"AKID",
         [](auto fill) { return astrings::akid(field<AkSn>(fill), address(fill), address(fill)); }},
        {"LZone CMAC prekeys and KEK",
         [](auto fill) { return astrings::cmac_keys_and_kek(address(fill), address(fill)); }},
        {"CMAC-TEK prekey",
         [](auto fill) { return astrings::cmac_tek_prekey(field<CmacKeyCount>(fill)); }},
        kCmacKeys,
        kTek,
    });
}

TEST(DomainSeparation, UnderCmacTekPrekey)
{
    expect_never_equal({kCmacKeys, kTek});
}

TEST(DomainSeparation, UnderKek)
{
    const auto seamless = [](std::size_t index) {
        return [index](auto fill) {
            return astrings::seamless_tek(field<CmacKeyCount>(fill), field<LzoneSaid>(fill), index);
        };
    };
    expect_never_equal({{"seamless TEK0", seamless(0)}, {"seamless TEK1", seamless(1)}});
}

TEST(DomainSeparation, UnderTheAmsid)
{
    expect_never_equal({
        {"draft AMSID*",
         [](auto fill) { return astrings::amsid_star(address(fill), nonce(fill)); }},
        {"final AMSID*", [](auto fill) { return astrings::amsid_star(nonce(fill)); }},
    });
}

TEST(DomainSeparation, TheComparisonFindsAClash)
{
    const Use other_fields{"a label where an address ends", [](auto fill) {
                               return crypto::AString{} << address(fill) << address(fill)
                                                        << filled<2>(fill) << "AK";
                           }};
    EXPECT_FALSE(never_equal(kDraftAk, other_fields));
    const Use no_label{"fields only",
                       [](auto fill) { return crypto::AString{} << address(fill) << nonce(fill); }};
    EXPECT_FALSE(never_equal(kAk, no_label));
    EXPECT_TRUE(never_equal(kAk, kDraftAk));
}

// The one known overlap: without MSID privacy the final text's AK is the LZone's AK of the same BSID.
TEST(DomainSeparation, OneAkInBothZonesGivesDifferentKeysBelow)
{
    const auto provider = crypto::make_openssl_provider();
    const Pmk pmk = key_of<Pmk>("f43ce2ccb56bf2f1862c2aac724c20db437d62ad");
    const MzoneStation station{.amsid = array_of<6>("00ed04a5105b"),
                               .absid = array_of<6>("0000bb020003"),
                               .nonces = {},
                               .count = {},
                               .ak_sn = {},
                               .said = MzoneSaid::from_field(1),
                               .amsid_form = AmsidForm::plain};
    const MzoneKeySet mzone = derive_mzone_handover(*provider, KdfProfile::final_, {pmk, station});
    const LzoneKeySet lzone =
        derive_lzone(*provider, {pmk, station.amsid, station.absid, station.ak_sn, station.count});
    ASSERT_EQ(hex_of(mzone.ak_context.ak), hex_of(lzone.ak));

    for (const auto& mzone_key : {hex_of(mzone.link.cmac.uplink), hex_of(mzone.link.cmac.downlink),
                                  hex_of(mzone.link.teks[0]), hex_of(mzone.link.teks[1])}) {
        for (const auto& lzone_key :
             {hex_of(lzone.cmac_prekeys.uplink), hex_of(lzone.cmac_prekeys.downlink),
              hex_of(lzone.kek), hex_of(lzone.cmac.uplink), hex_of(lzone.cmac.downlink)})
            EXPECT_NE(mzone_key, lzone_key);
    }
}

} // namespace
} // namespace aaigw::key
