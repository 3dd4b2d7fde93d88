// The MZone (PKMv3) key hierarchy, from the MSK down to the TEKs, over whole batches of stations.
//
//     MSK (+ nonces) -> PMK            one per authentication
//     AMSID          -> AMSID*         the pseudonym that stands for the MAC address
//     PMK            -> AK, AKID       one per station and ABS (and count, in the draft)
//     AK             -> CMAC keys, TEKs; in the final text through the CMAC-TEK prekey
//
// All functions are pure: no state but the provider's, any thread that owns the provider. Input and output
// spans of one call have the same size, input i gives output i, and one station is a batch of one. Nothing
// can fail: every input is typed. What the inputs refer to must outlive the call, not more.
#pragma once

#include "common/ids.h"
#include "control/key/key_types.h"
#include "crypto/provider.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace aaigw::key {

/// Which text the hierarchy follows. They differ where the count enters and what the PMK and AMSID* depend on.
enum class KdfProfile : std::uint8_t {
    draft,  ///< P802.16m drafts of 2009: nonces in the PMK, CMAC_KEY_COUNT in the AK
    final_, ///< IEEE 802.16.1-2012: PMK as in PKMv2, AK_COUNT below the AK in the CMAC-TEK prekey
};

/// Which name of the station enters the derivations.
enum class AmsidForm : std::uint8_t {
    pseudonym, ///< AMSID*
    plain,     ///< the AMSID itself: the network configuration says that MSID privacy is off
};

/// The nonces of the last key agreement.
struct KeyAgreementNonces {
    Nonce64 ams;
    Nonce64 abs;
};

/// One station at one ABS.
struct MzoneStation {
    MacAddress amsid;
    MacAddress absid;
    KeyAgreementNonces nonces;
    CmacKeyCount count; ///< CMAC_KEY_COUNT in the draft, AK_COUNT in the final text
    AkSn ak_sn;
    MzoneSaid said; ///< of the SA that TEK_0 and TEK_1 are for
    AmsidForm amsid_form = AmsidForm::pseudonym;
};

/// CMAC-TEK prekey of the final text (IEEE 802.16.1-2012 6.2.5.2.1.1.3).
using CmacTekPrekey = TypedKey<struct CmacTekPrekeyTag, 20>;

/// A view of the key that the PMK comes from: the MSK or, when a zone switch finds the MSK gone, the PMK in use.
class PmkRoot {
  public:
    PmkRoot(const Msk& msk) noexcept : bytes_{msk.expose()} {}
    PmkRoot(const Pmk& pmk) noexcept : bytes_{pmk.expose()} {}

    [[nodiscard]] Bytes expose() const noexcept { return bytes_; }

  private:
    Bytes bytes_;
};

/// A view of the key that TEKs come from: the AK in the draft, the CMAC-TEK prekey in the final text.
class TekRoot {
  public:
    TekRoot(const Ak& ak) noexcept : bytes_{ak.expose()} {}
    TekRoot(const CmacTekPrekey& prekey) noexcept : bytes_{prekey.expose()} {}

    [[nodiscard]] Bytes expose() const noexcept { return bytes_; }

  private:
    Bytes bytes_;
};

/// What the authenticator hands to an ABS.
struct MzoneAkContext {
    MacAddress amsid_star;
    Ak ak;
    AkId akid;

    [[nodiscard]] static MzoneAkContext to_be_written() noexcept;
};

/// What an ABS or ARS makes of an AK.
struct MzoneLinkKeys {
    std::optional<CmacTekPrekey> prekey; ///< final text only
    CmacKeys cmac;
    std::array<Tek, 2> teks; ///< TEK_0 and TEK_1: COUNTER_TEK and EKS 0 and 1

    [[nodiscard]] static MzoneLinkKeys to_be_written() noexcept;
};

/// Everything below the PMK.
struct MzoneKeySet {
    MzoneAkContext ak_context;
    MzoneLinkKeys link;

    [[nodiscard]] static MzoneKeySet to_be_written() noexcept;
    /// For later TEKs of the same AK (derive_teks); valid as long as this set stays where it is.
    [[nodiscard]] TekRoot tek_root() const noexcept;
};

/// Network entry, re-authentication and the switch from LZone: everything below the MSK.
struct MzoneEntryInputs {
    PmkRoot root;
    MzoneStation station;
};

struct MzoneEntryKeys {
    Pmk pmk;
    MzoneKeySet keys;

    [[nodiscard]] static MzoneEntryKeys to_be_written() noexcept;
};

void derive_mzone_entry(crypto::Provider& provider, KdfProfile profile,
                        std::span<const MzoneEntryInputs> inputs,
                        std::span<MzoneEntryKeys> outputs);
[[nodiscard]] MzoneEntryKeys derive_mzone_entry(crypto::Provider& provider, KdfProfile profile,
                                                const MzoneEntryInputs& inputs);

/// Handover, under the PMK in use: `station` has the target's ABSID, the next count and the nonces of the
/// current context (P802.16m draft 15.2.5.2.4.5). No nonces are exchanged.
struct MzoneHandoverInputs {
    const Pmk& pmk;
    MzoneStation station;
};

void derive_mzone_handover(crypto::Provider& provider, KdfProfile profile,
                           std::span<const MzoneHandoverInputs> inputs,
                           std::span<MzoneKeySet> outputs);
[[nodiscard]] MzoneKeySet derive_mzone_handover(crypto::Provider& provider, KdfProfile profile,
                                                const MzoneHandoverInputs& inputs);

/// The authenticator's half of a handover: AMSID*, AK and AKID. `said` is not used.
void derive_mzone_ak_contexts(crypto::Provider& provider, KdfProfile profile,
                              std::span<const MzoneHandoverInputs> inputs,
                              std::span<MzoneAkContext> outputs);
[[nodiscard]] MzoneAkContext derive_mzone_ak_context(crypto::Provider& provider, KdfProfile profile,
                                                     const MzoneHandoverInputs& inputs);

/// The other half, of an ABS or ARS that was given the AK and never sees the PMK.
struct MzoneLinkInputs {
    const Ak& ak;
    CmacKeyCount count; ///< used by the final text; the draft has it in the AK already
    MzoneSaid said;
};

void derive_mzone_link_keys(crypto::Provider& provider, KdfProfile profile,
                            std::span<const MzoneLinkInputs> inputs,
                            std::span<MzoneLinkKeys> outputs);
[[nodiscard]] MzoneLinkKeys derive_mzone_link_keys(crypto::Provider& provider, KdfProfile profile,
                                                   const MzoneLinkInputs& inputs);

/// AKID of an AK that came without it (AK Transfer to an ARS) or that has a new sequence number.
[[nodiscard]] AkId derive_mzone_akid(crypto::Provider& provider, const Ak& ak, AkSn ak_sn,
                                     const MacAddress& amsid_star, const MacAddress& absid);

/// One TEK of one SA: a TEK update, or a second SA of the station.
struct TekInputs {
    TekRoot root;
    MzoneSaid said;
    CounterTek counter;
};

void derive_teks(crypto::Provider& provider, std::span<const TekInputs> inputs,
                 std::span<Tek> outputs);
[[nodiscard]] Tek derive_tek(crypto::Provider& provider, const TekInputs& inputs);

/// The EKS under which the TEK of this COUNTER_TEK goes.
[[nodiscard]] constexpr Eks eks_of(CounterTek counter) noexcept
{
    return Eks::from_field(counter.value());
}

} // namespace aaigw::key
