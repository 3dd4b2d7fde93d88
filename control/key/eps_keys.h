// The EPS keys of TS 33.401 on the KDF of TS 33.220 Annex B, and K_ASME' for a change of MME.
//
//     CK, IK -> K_ASME -> NAS keys
//                      -> K_eNB -> RRC and UP keys, K_eNB*; NH
//                      -> K_ASME' (handover or idle mobility) -> the same below it
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "control/key/key_types.h"
#include "control/key/labels.h"
#include "crypto/provider.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aaigw::key {

using KdfOutput = crypto::Secret<32>;
using Kasme = TypedKey<struct KasmeTag, 32>;
using Kenb = TypedKey<struct KenbTag, 32>;
using NextHop = TypedKey<struct NextHopTag, 32>;
using CipherKey = TypedKey<struct CipherKeyTag, 16>;             ///< CK
using IntegrityKey = TypedKey<struct IntegrityKeyTag, 16>;       ///< IK
using EpsAlgorithmKey = TypedKey<struct EpsAlgorithmKeyTag, 16>; ///< K_NASenc .. K_UPint

/// NAS COUNT: 16 bits of overflow and 8 of sequence number. Derivations take it as four octets.
using NasCount = BoundedUint<struct NasCountTag, std::uint32_t, 24>;
/// Physical cell identity of the target (0..503) and its downlink carrier, as K_eNB* takes them.
using Pci = BoundedUint<struct PciTag, std::uint16_t, 9>;
using Earfcn = BoundedUint<struct EarfcnTag, std::uint32_t, 18>;

using PlmnId = std::array<std::uint8_t, 3>; ///< serving network identity as TS 33.401 A.2 codes it
using SqnXorAk = std::array<std::uint8_t, 6>;

/// FC values: the first octet of the KDF's input says which key it makes.
enum class Fc : std::uint8_t {
    kasme = 0x10,            // TS 33.401 A.2
    kenb = 0x11,             // A.3
    nh = 0x12,               // A.4
    kenb_star = 0x13,        // A.5
    algorithm_key = 0x15,    // A.7
    s_kenb = 0x1c,           // A.15; S-K_gNB too
    algorithm_key_5g = 0x69, // TS 33.501 A.8
    kausf = 0x6a,            // A.2
    res_star = 0x6b,         // A.4
    kseaf = 0x6c,            // A.6
    kamf = 0x6d,             // A.7
    kgnb = 0x6e,             // A.9
    kamf_prime = 0x72,       // A.13
    kasme_prime = labels::kKasmePrimeFc,
    kasme_from_kamf_idle = 0x73,     // A.14.1
    kasme_from_kamf_handover = 0x74, // A.14.2
};

/// HMAC-SHA-256(key, FC || P0 || L0 || P1 || L1 ..) of TS 33.220 B.2. Each parameter has at most 65,535 octets.
[[nodiscard]] KdfOutput ts33220_kdf(crypto::Provider& provider, Bytes key, Fc fc,
                                    std::span<const Bytes> parameters);

/// A 128-bit key: the last 16 octets of the output (TS 33.401 A.7, TS 33.501 A.8).
[[nodiscard]] EpsAlgorithmKey algorithm_key_of(const KdfOutput& output) noexcept;

[[nodiscard]] Kasme derive_kasme(crypto::Provider& provider, const CipherKey& ck,
                                 const IntegrityKey& ik, const PlmnId& serving_network,
                                 const SqnXorAk& sqn_xor_ak);

/// What moved the station to another MME; the number is the DIRECTION octet of TS 33.501 A.13.
enum class MobilityDirection : std::uint8_t {
    idle = 0,     ///< tracking area update; the count is the uplink one of the request
    handover = 1, ///< the count is the downlink one of the source, which then takes the next
};

/// K_ASME': K_ASME changed one way, so that the next MME cannot go back to the key of this one.
[[nodiscard]] Kasme derive_kasme_prime(crypto::Provider& provider, const Kasme& kasme,
                                       MobilityDirection direction, NasCount count);

/// KCV: shows which K_ASME' somebody holds without showing it.
using KeyCheckValue = std::array<std::uint8_t, 8>;

/// IMSI, 6 to 15 decimal digits.
class Imsi {
  public:
    [[nodiscard]] static std::optional<Imsi> from(std::string_view digits);
    [[nodiscard]] std::string_view digits() const noexcept { return digits_; }

  private:
    explicit Imsi(std::string_view digits) : digits_{digits} {}

    std::string digits_;
};

/// `chain_index` counts the K_ASME' since the last AKA, from 1.
[[nodiscard]] KeyCheckValue derive_kcv(crypto::Provider& provider, const Kasme& kasme_prime,
                                       const Imsi& imsi, std::uint32_t chain_index);

/// 128-EEA<n> and 128-EIA<n>.
enum class EpsAlgorithm : std::uint8_t { null = 0, snow_3g = 1, aes = 2, zuc = 3 };

/// Nothing for a number that names no algorithm.
[[nodiscard]] std::optional<EpsAlgorithm> eps_algorithm(std::uint64_t number) noexcept;

// Algorithm type distinguishers of TS 33.401 A.7.
enum class NasKeyUse : std::uint8_t { encryption = 1, integrity = 2 };
enum class AsKeyUse : std::uint8_t {
    rrc_encryption = 3,
    rrc_integrity = 4,
    up_encryption = 5,
    up_integrity = 6,
};

[[nodiscard]] EpsAlgorithmKey derive_nas_key(crypto::Provider& provider, const Kasme& kasme,
                                             NasKeyUse use, EpsAlgorithm algorithm);
[[nodiscard]] EpsAlgorithmKey derive_as_key(crypto::Provider& provider, const Kenb& kenb,
                                            AsKeyUse use, EpsAlgorithm algorithm);

[[nodiscard]] Kenb derive_kenb(crypto::Provider& provider, const Kasme& kasme, NasCount uplink);

/// K_eNB that goes with a fresh K_ASME': COUNT is 2^32 - 1, which no NAS message can have.
[[nodiscard]] Kenb derive_first_kenb(crypto::Provider& provider, const Kasme& kasme_prime);

/// The first NH of a K_eNB, and each next one.
[[nodiscard]] NextHop derive_nh(crypto::Provider& provider, const Kasme& kasme, const Kenb& kenb);
[[nodiscard]] NextHop derive_nh(crypto::Provider& provider, const Kasme& kasme,
                                const NextHop& previous);

/// K_eNB*: from the K_eNB in use (horizontal) or from NH (vertical).
[[nodiscard]] Kenb derive_kenb_star(crypto::Provider& provider, const Kenb& kenb, Pci pci,
                                    Earfcn earfcn_dl);
[[nodiscard]] Kenb derive_kenb_star(crypto::Provider& provider, const NextHop& nh, Pci pci,
                                    Earfcn earfcn_dl);

} // namespace aaigw::key
