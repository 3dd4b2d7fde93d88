// aaigwctl derive mzone
#include "control/ctl/commands.h"
#include "control/ctl/engine.h"
#include "control/key/mzone_keys.h"

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{
    Parameter{"--profile", "draft|final", Presence::required, "which text the hierarchy follows"},
    Parameter{"--msk", "H64", Presence::required, "master session key from EAP"},
    Parameter{"--nonce-ams", "H8", Presence::required, "NONCE_AMS of the key agreement"},
    Parameter{"--nonce-abs", "H8", Presence::required, "NONCE_ABS of the key agreement"},
    Parameter{"--amsid", "MAC", Presence::required, "address of the station"},
    Parameter{"--absid", "MAC", Presence::required, "address of the ABS"},
    Parameter{"--count", "N", Presence::required,
              "CMAC_KEY_COUNT (draft), AK_COUNT (final), 16 bits"},
    Parameter{"--ak-sn", "N", Presence::required, "AK sequence number, 4 bits"},
    Parameter{"--said", "N", Presence::required, "security association of the TEK, 8 bits"},
    Parameter{"--counter-tek", "N", Presence::required, "COUNTER_TEK of the TEK, 16 bits"},
};

struct Inputs {
    key::KdfProfile profile;
    key::Msk msk;
    key::MzoneStation station;
    CounterTek counter_tek;
};

Result<Inputs> read(Values& values)
{
    TRY(const auto profile,
        values.choice<key::KdfProfile>(
            "--profile", {{"draft", key::KdfProfile::draft}, {"final", key::KdfProfile::final_}}));
    TRY(key::Msk msk, values.key<key::Msk>("--msk"));
    key::MzoneStation station;
    TRY(station.nonces.ams, values.bytes<std::tuple_size_v<Nonce64>>("--nonce-ams"));
    TRY(station.nonces.abs, values.bytes<std::tuple_size_v<Nonce64>>("--nonce-abs"));
    TRY(station.amsid, values.bytes<std::tuple_size_v<MacAddress>>("--amsid"));
    TRY(station.absid, values.bytes<std::tuple_size_v<MacAddress>>("--absid"));
    TRY(station.count, values.id<CmacKeyCount>("--count"));
    TRY(station.ak_sn, values.id<AkSn>("--ak-sn"));
    TRY(station.said, values.id<MzoneSaid>("--said"));
    TRY(const CounterTek counter_tek, values.id<CounterTek>("--counter-tek"));
    return Inputs{profile, std::move(msk), station, counter_tek};
}

Result<Output> run(Values& values)
{
    TRY(const Inputs inputs, read(values));
    TRY(const auto engine, make_engine(values));

    const key::MzoneEntryKeys entry =
        key::derive_mzone_entry(*engine, inputs.profile, {inputs.msk, inputs.station});
    const key::Tek tek =
        key::derive_tek(*engine, {entry.keys.tek_root(), inputs.station.said, inputs.counter_tek});

    Output output;
    output.hex("pmk", entry.pmk.expose())
        .hex("amsid_star", entry.keys.ak_context.amsid_star)
        .hex("ak", entry.keys.ak_context.ak.expose())
        .hex("akid", entry.keys.ak_context.akid);
    if (entry.keys.link.prekey)
        output.hex("cmac_tek_prekey", entry.keys.link.prekey->expose());
    output.hex("cmac_key_u", entry.keys.link.cmac.uplink.expose())
        .hex("cmac_key_d", entry.keys.link.cmac.downlink.expose())
        .hex("tek", tek.expose())
        .number("eks", key::eks_of(inputs.counter_tek).value());
    return output;
}

} // namespace

const Command kDeriveMzone{
    .path = "derive mzone",
    .description = "Derive the MZone (PKMv3) keys of a station at one ABS.",
    .parameters = kParameters,
    .notes = "Output: pmk amsid_star ak akid [cmac_tek_prekey] cmac_key_u cmac_key_d tek eks\n"
             "cmac_tek_prekey exists in the profile final only.",
    .run = run,
};

} // namespace aaigw::ctl
