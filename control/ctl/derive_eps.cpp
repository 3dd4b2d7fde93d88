// aaigwctl derive eps
#include "common/check.h"
#include "control/ctl/commands.h"
#include "control/ctl/engine.h"
#include "control/key/eps_keys.h"

#include <array>
#include <limits>
#include <optional>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{
    Parameter{"--kasme", "H32", Presence::required, "K_ASME of the source MME"},
    Parameter{"--direction", "handover|idle", Presence::required, "what moves the station"},
    Parameter{"--nas-count", "N", Presence::required, "NAS COUNT, 24 bits"},
    Parameter{"--imsi", "DIGITS", Presence::optional,
              "IMSI, 6 to 15 digits, for the key check value"},
    Parameter{"--index", "N", Presence::optional, "index of K_ASME' since the last AKA, 32 bits"},
    Parameter{"--eea", "N", Presence::optional, "NAS encryption algorithm 0 to 3; default 2, AES"},
    Parameter{"--eia", "N", Presence::optional, "NAS integrity algorithm 0 to 3; default 2, AES"},
};

Result<key::EpsAlgorithm> read_algorithm(Values& values, std::string_view name)
{
    if (!values.given(name))
        return key::EpsAlgorithm::aes;
    TRY(const std::uint64_t number, values.number(name, 0, 3));
    return static_cast<key::EpsAlgorithm>(number);
}

/// Whose K_ASME' it is, and which one of the chain.
struct ChainPlace {
    key::Imsi imsi;
    std::uint32_t index;
};

Result<std::optional<ChainPlace>> read_chain_place(Values& values)
{
    TRY(const bool wanted, values.both_or_neither("--imsi", "--index"));
    if (!wanted)
        return std::nullopt;
    TRY(const std::string digits, values.digits("--imsi", 6, 15));
    TRY(const std::uint64_t index,
        values.number("--index", 0, std::numeric_limits<std::uint32_t>::max()));
    auto imsi = key::Imsi::from(digits);
    AAIGW_CHECK(imsi.has_value());
    return ChainPlace{std::move(*imsi), static_cast<std::uint32_t>(index)};
}

Result<Output> run(Values& values)
{
    TRY(const key::Kasme kasme, values.key<key::Kasme>("--kasme"));
    TRY(const auto direction, values.choice<key::MobilityDirection>(
                                  "--direction", {{"handover", key::MobilityDirection::handover},
                                                  {"idle", key::MobilityDirection::idle}}));
    TRY(const auto nas_count, values.id<key::NasCount>("--nas-count"));
    TRY(const std::optional<ChainPlace> place, read_chain_place(values));
    TRY(const key::EpsAlgorithm eea, read_algorithm(values, "--eea"));
    TRY(const key::EpsAlgorithm eia, read_algorithm(values, "--eia"));
    TRY(const auto engine, make_engine(values));

    const key::Kasme prime = key::derive_kasme_prime(*engine, kasme, direction, nas_count);
    const auto knas_enc = key::derive_nas_key(*engine, prime, key::NasKeyUse::encryption, eea);
    const auto knas_int = key::derive_nas_key(*engine, prime, key::NasKeyUse::integrity, eia);
    const key::Kenb kenb = key::derive_first_kenb(*engine, prime);
    Output output;
    output.hex("kasme_prime", prime.expose())
        .hex("knas_enc", knas_enc.expose())
        .hex("knas_int", knas_int.expose())
        .hex("kenb", kenb.expose());
    if (place)
        output.hex("kcv", key::derive_kcv(*engine, prime, place->imsi, place->index));
    return output;
}

} // namespace

const Command kDeriveEps{
    .path = "derive eps",
    .description = "Derive K_ASME' for a change of MME, and the keys below it.",
    .parameters = kParameters,
    .notes = "The NAS COUNT is the downlink one at a handover, the uplink one when idle.\n"
             "--imsi and --index only together.\n"
             "Output: kasme_prime knas_enc knas_int kenb [kcv]",
    .run = run,
};

} // namespace aaigw::ctl
