// The LZone (PKMv2) key hierarchy of IEEE 802.16-2009 7.2.2.2, over whole batches of stations.
//
//     MSK -> PMK -> AK, AKID -> CMAC_PREKEY_U, CMAC_PREKEY_D, KEK -> CMAC_KEY_U, CMAC_KEY_D (per CMAC_KEY_COUNT)
//
// TEKs are random and travel wrapped under the KEK, except at a seamless handover, where both ends derive them.
// Same rules as control/key/mzone_keys.h: pure, input i gives output i, one station is a batch of one.
#pragma once

#include "common/ids.h"
#include "control/key/key_types.h"
#include "crypto/provider.h"

#include <cstdint>
#include <span>

namespace aaigw::key {

using CmacPrekey = TypedKey<struct CmacPrekeyTag, 16>;
using Kek = TypedKey<struct KekTag, 16>;

/// CMAC_PREKEY_U and CMAC_PREKEY_D.
struct CmacPrekeys {
    CmacPrekey uplink;
    CmacPrekey downlink;

    [[nodiscard]] static CmacPrekeys to_be_written() noexcept;
};

/// Everything below the PMK.
struct LzoneKeySet {
    Ak ak;
    AkId akid;
    CmacPrekeys cmac_prekeys;
    Kek kek;
    CmacKeys cmac;

    [[nodiscard]] static LzoneKeySet to_be_written() noexcept;
};

/// PMK of EAP-based authorization: the rightmost 160 bits of the MSK.
[[nodiscard]] Pmk lzone_pmk(const Msk& msk) noexcept;

/// PMK_LZONE for a switch from MZone to LZone (the draft's subclauses of 15.2.5.2.4 on zone switching). The same
/// PMK_MZONE always gives the same PMK_LZONE: it is the caller who must not use it for two switches.
struct LzonePmkInputs {
    const Pmk& mzone_pmk;
};

void derive_lzone_pmks(crypto::Provider& provider, std::span<const LzonePmkInputs> inputs,
                       std::span<Pmk> outputs);
[[nodiscard]] Pmk derive_lzone_pmk(crypto::Provider& provider, const Pmk& mzone_pmk);

/// One station at one BS. The real addresses: the LZone knows no pseudonym.
struct LzoneInputs {
    const Pmk& pmk;
    MacAddress msid;
    MacAddress bsid;
    AkSn ak_sn;
    CmacKeyCount count;
};

void derive_lzone(crypto::Provider& provider, std::span<const LzoneInputs> inputs,
                  std::span<LzoneKeySet> outputs);
[[nodiscard]] LzoneKeySet derive_lzone(crypto::Provider& provider, const LzoneInputs& inputs);

/// CMAC keys of a new CMAC_KEY_COUNT under an AK in use (IEEE 802.16-2009 7.2.2.2.9.1).
struct LzoneCmacInputs {
    const CmacPrekeys& prekeys;
    CmacKeyCount count;
};

void derive_lzone_cmac_keys(crypto::Provider& provider, std::span<const LzoneCmacInputs> inputs,
                            std::span<CmacKeys> outputs);
[[nodiscard]] CmacKeys derive_lzone_cmac_keys(crypto::Provider& provider,
                                              const LzoneCmacInputs& inputs);

/// Which of the two TEKs of an SA at a seamless handover; also its EKS.
enum class SeamlessTek : std::uint8_t { older = 0, newer = 1 };

struct SeamlessTekInputs {
    const Kek& kek; ///< of the target
    CmacKeyCount count;
    LzoneSaid said;
    SeamlessTek which;
};

void derive_seamless_teks(crypto::Provider& provider, std::span<const SeamlessTekInputs> inputs,
                          std::span<Tek> outputs);
[[nodiscard]] Tek derive_seamless_tek(crypto::Provider& provider, const SeamlessTekInputs& inputs);

} // namespace aaigw::key
