// Every label, code and width of the key hierarchies: one place to change when a text says otherwise.
//
// "Unconfirmed" marks a reading that no published text or test vector that could be had settles. Peers agree
// only when both take the same one, so each says why it was chosen.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aaigw::key::labels {

// IEEE 802.16-2009 7.2.2.2 (LZone), all confirmed by published test vectors.
inline constexpr std::string_view kAk = "AK"; ///< of the AK and of the AKID
inline constexpr std::string_view kCmacKeysAndKek = "CMAC_KEYS+KEK";

// The P802.16m zone switch text gives this label as its example, and no other is known.
inline constexpr std::string_view kPmkForLzone = "PMK for LZONE";

// Unconfirmed: the seamless-handover TEK is Dot16KDF(KEK, CMAC_KEY_COUNT || SAID || label, 128) with the label
// "TEK0 Generation" or "TEK1 Generation". Known from patents: it depends on a secret below the target's AK, on
// the count and on a number of the key within the SA; widths are those of the fields on the air.
inline constexpr std::array<std::string_view, 2> kSeamlessTek = {"TEK0 Generation",
                                                                 "TEK1 Generation"};

// Unconfirmed: the draft's PMK is Dot16KDF(MSK, NONCE_AMS || NONCE_ABS || "PMK", 160). That it depends on both
// nonces is the draft's; order and label follow the AK's pattern, station first.
inline constexpr std::string_view kPmk = "PMK";

// Unconfirmed: the MZone's AK and AKID have the formulas of the LZone with AMSID* for the MSID, and in the
// draft's AK the 16-bit CMAC_KEY_COUNT stands before the label; both keep the label kAk.

// Unconfirmed: AMSID* is Dot16KDF(AMSID || zeros, ABSID || NONCE_ABS or NONCE_AMS, 48), without a label. The
// AMSID alone is too short to be Dot16KDF's 128-bit key; zeros after the address are the plainest filling.
inline constexpr std::size_t kAmsidKeyBytes = 16;

// Unconfirmed: Dot16KDF(AK, AK_COUNT || label, 160), the count in 16 bits like the CMAC_KEY_COUNT that an ABS
// converts it to. That there is a "CMAC-TEK prekey" below the AK is IEEE 802.16.1-2012 6.2.5.2.1.1.3.
inline constexpr std::string_view kCmacTekPrekey = "CMAC-TEK prekey";

// Unconfirmed: 256 bits, first CMAC_KEY_U, then CMAC_KEY_D. The LZone's label without its KEK, which the MZone
// does not have; the LZone's order.
inline constexpr std::string_view kCmacKeys = "CMAC_KEYS";

// Unconfirmed: TEK_i is Dot16KDF(root, SAID || i || "TEK", 128). SAID and counter are the inputs that the draft
// and patents name; the counter has 16 bits because 8 would wrap within minutes at line rate, and the EKS is its
// low two bits.
inline constexpr std::string_view kTek = "TEK";

// IEEE 802.21, unconfirmed: counter-mode PRF(key, label || i || context || L) with 32-bit i from 1 and L in bits.
// The names MISK, MSRK and MSPMK and the inputs K, Nonce-T, Nonce-N and ciphersuite code are the draft's.
inline constexpr std::string_view kMisk = "MISK";
inline constexpr std::string_view kMsrk = "MSRK";
inline constexpr std::string_view kMspmk = "MSPMK";
// Unconfirmed: an own rule, so that both ends name the SA without a message field.
inline constexpr std::string_view kMisSaid = "SAID";

// Unconfirmed: the order MIAK, MIIK, MIEK and the sizes, each as long as its algorithm asks.
inline constexpr std::size_t kMiakBytes = 16;
inline constexpr std::size_t kMiikHmacSha1Bytes = 20;
inline constexpr std::size_t kMiikCmacBytes = 16;
inline constexpr std::size_t kMiekBytes = 16;

// Unconfirmed: K_ASME' has the FC and parameters of K_AMF' (TS 33.501 A.13), which took up the same idea ten years
// later: one way, bound to a COUNT. K_ASME is never the key of this FC in a published text.
inline constexpr std::uint8_t kKasmePrimeFc = 0x72;

// Unconfirmed: an own key check value, HMAC-SHA-256(K_ASME', label || IMSI digits || 32-bit chain index).
inline constexpr std::string_view kKeyCheckValue = "KCV";

// COUNT of the K_eNB that goes with a new K_ASME: TS 33.401 A.3 takes 2^32 - 1 at a handover, TS 33.501 6.9.2.3.3
// does so with a new K_AMF.
inline constexpr std::uint32_t kFirstKenbCount = 0xffffffff;

} // namespace aaigw::key::labels
