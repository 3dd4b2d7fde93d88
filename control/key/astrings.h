// The `astring` of each Dot16KDF derivation, MZone and LZone: every formula's variable part in one place.
//
// Dot16KDF keeps 128 bits of its key, so keys of different length can be one AES key (MSK and PMK, for one).
// What then keeps two derivations apart is the length and the label of these strings, which a test compares.
#pragma once

#include "common/ids.h"
#include "control/key/labels.h"
#include "crypto/dot16kdf.h"

namespace aaigw::key::astrings {

using crypto::AString;

/// AK of the LZone, and of the MZone's final text with AMSID* for the MSID.
inline AString ak(const MacAddress& station, const MacAddress& base_station) noexcept
{
    return AString{} << station << base_station << labels::kAk;
}

/// AK of the MZone's draft.
inline AString ak(const MacAddress& amsid_star, const MacAddress& absid,
                  CmacKeyCount count) noexcept
{
    return AString{} << amsid_star << absid << be_bytes<2>(count.value()) << labels::kAk;
}

/// AKID of both zones. The sequence number is in the low half of its byte.
inline AString akid(AkSn ak_sn, const MacAddress& station, const MacAddress& base_station) noexcept
{
    return AString{} << be_bytes<1>(ak_sn.value()) << station << base_station << labels::kAk;
}

/// AMSID* of the draft.
inline AString amsid_star(const MacAddress& absid, const Nonce64& nonce_abs) noexcept
{
    return AString{} << absid << nonce_abs;
}

/// AMSID* of the final text.
inline AString amsid_star(const Nonce64& nonce_ams) noexcept
{
    return AString{} << nonce_ams;
}

inline AString pmk(const Nonce64& nonce_ams, const Nonce64& nonce_abs) noexcept
{
    return AString{} << nonce_ams << nonce_abs << labels::kPmk;
}

inline AString cmac_tek_prekey(CmacKeyCount ak_count) noexcept
{
    return AString{} << be_bytes<2>(ak_count.value()) << labels::kCmacTekPrekey;
}

inline AString cmac_keys() noexcept
{
    return AString{} << labels::kCmacKeys;
}

inline AString tek(MzoneSaid said, CounterTek counter) noexcept
{
    return AString{} << be_bytes<1>(said.value()) << be_bytes<2>(counter.value()) << labels::kTek;
}

inline AString pmk_for_lzone() noexcept
{
    return AString{} << labels::kPmkForLzone;
}

inline AString cmac_keys_and_kek(const MacAddress& msid, const MacAddress& bsid) noexcept
{
    return AString{} << msid << bsid << labels::kCmacKeysAndKek;
}

/// `index` is 0 or 1.
inline AString seamless_tek(CmacKeyCount count, LzoneSaid said, std::size_t index) noexcept
{
    return AString{} << be_bytes<2>(count.value()) << be_bytes<2>(said.value())
                     << labels::kSeamlessTek[index];
}

} // namespace aaigw::key::astrings
