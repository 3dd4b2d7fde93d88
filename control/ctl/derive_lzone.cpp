// aaigwctl derive lzone
#include "control/ctl/commands.h"
#include "control/ctl/engine.h"
#include "control/key/lzone_keys.h"

#include <array>
#include <optional>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{
    Parameter{"--msk", "H64", Presence::optional, "master session key from EAP"},
    Parameter{"--pmk", "H20", Presence::optional, "or the PMK itself"},
    Parameter{"--pmk-mzone", "H20", Presence::optional, "or the MZone PMK before a zone switch"},
    Parameter{"--msid", "MAC", Presence::required, "address of the station"},
    Parameter{"--bsid", "MAC", Presence::required, "address of the BS"},
    Parameter{"--count", "N", Presence::required, "CMAC_KEY_COUNT, 16 bits"},
    Parameter{"--ak-sn", "N", Presence::required, "AK sequence number, 4 bits"},
    Parameter{"--said", "N", Presence::optional, "security association of a seamless TEK, 16 bits"},
    Parameter{"--tek-index", "0|1", Presence::optional, "the older or the newer seamless TEK"},
};

/// The one of the three keys that was given.
struct RootKey {
    std::optional<key::Msk> msk;
    std::optional<key::Pmk> pmk;
    std::optional<key::Pmk> mzone_pmk;
};

Result<RootKey> read_root(Values& values)
{
    TRY(const std::string_view given, values.exactly_one_of({"--msk", "--pmk", "--pmk-mzone"}));
    RootKey root;
    if (given == "--msk") {
        TRY(root.msk, values.key<key::Msk>(given));
    } else if (given == "--pmk") {
        TRY(root.pmk, values.key<key::Pmk>(given));
    } else {
        TRY(root.mzone_pmk, values.key<key::Pmk>(given));
    }
    return root;
}

key::Pmk pmk_of(crypto::Provider& engine, RootKey root)
{
    if (root.msk)
        return key::lzone_pmk(*root.msk);
    if (root.pmk)
        return std::move(*root.pmk);
    return key::derive_lzone_pmk(engine, *root.mzone_pmk);
}

struct Station {
    MacAddress msid;
    MacAddress bsid;
    CmacKeyCount count;
    AkSn ak_sn;
};

Result<Station> read_station(Values& values)
{
    Station station;
    TRY(station.msid, values.bytes<std::tuple_size_v<MacAddress>>("--msid"));
    TRY(station.bsid, values.bytes<std::tuple_size_v<MacAddress>>("--bsid"));
    TRY(station.count, values.id<CmacKeyCount>("--count"));
    TRY(station.ak_sn, values.id<AkSn>("--ak-sn"));
    return station;
}

struct TekChoice {
    LzoneSaid said;
    key::SeamlessTek which;
};

Result<std::optional<TekChoice>> read_tek_choice(Values& values)
{
    TRY(const bool wanted, values.both_or_neither("--said", "--tek-index"));
    if (!wanted)
        return std::nullopt;
    TRY(const LzoneSaid said, values.id<LzoneSaid>("--said"));
    TRY(const std::uint64_t index, values.number("--tek-index", 0, 1));
    return TekChoice{said, static_cast<key::SeamlessTek>(index)};
}

Result<Output> run(Values& values)
{
    TRY(RootKey root, read_root(values));
    TRY(const Station station, read_station(values));
    TRY(const std::optional<TekChoice> tek_choice, read_tek_choice(values));
    TRY(const auto engine, make_engine(values));

    const key::Pmk pmk = pmk_of(*engine, std::move(root));
    const key::LzoneKeySet keys =
        key::derive_lzone(*engine, {pmk, station.msid, station.bsid, station.ak_sn, station.count});

    Output output;
    output.hex("pmk", pmk.expose())
        .hex("ak", keys.ak.expose())
        .hex("akid", keys.akid)
        .hex("cmac_prekey_u", keys.cmac_prekeys.uplink.expose())
        .hex("cmac_prekey_d", keys.cmac_prekeys.downlink.expose())
        .hex("kek", keys.kek.expose())
        .hex("cmac_key_u", keys.cmac.uplink.expose())
        .hex("cmac_key_d", keys.cmac.downlink.expose());
    if (tek_choice) {
        const key::Tek tek = key::derive_seamless_tek(
            *engine, {keys.kek, station.count, tek_choice->said, tek_choice->which});
        output.hex("seamless_tek", tek.expose());
    }
    return output;
}

} // namespace

const Command kDeriveLzone{
    .path = "derive lzone",
    .description = "Derive the LZone (PKMv2) keys of a station at one BS.",
    .parameters = kParameters,
    .notes = "Exactly one of --msk, --pmk and --pmk-mzone; --said and --tek-index only together.\n"
             "Output: pmk ak akid cmac_prekey_u cmac_prekey_d kek cmac_key_u cmac_key_d "
             "[seamless_tek]\n"
             "With --pmk-mzone, pmk is PMK_LZONE.",
    .run = run,
};

} // namespace aaigw::ctl
