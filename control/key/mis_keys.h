// The MIS key hierarchy of IEEE 802.21: keys of a mobile node and a point of service, from the key K or an MSK.
//
//     K -> MISK = MIAK | MIIK | MIEK      the MIS security association
//     K -> MSRK -> MSPMK                  per link and point of attachment
#pragma once

#include "common/bytes.h"
#include "control/key/key_types.h"
#include "crypto/provider.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aaigw::key {

enum class MisPrf : std::uint8_t { hmac_sha256, hmac_sha1, cmac_aes };

/// The ciphersuites of an MIS SA; the numbers are the ciphersuite code on the wire and in the MISK. The set of
/// four is published, with AES-CCM as default; their numbers are unconfirmed.
enum class MisCiphersuite : std::uint8_t {
    aes_cbc_hmac_sha1_96 = 1,
    null_hmac_sha1_96 = 2,
    null_cmac_aes = 3,
    aes_ccm = 4,
};

/// Nothing for a code that names no suite.
[[nodiscard]] std::optional<MisCiphersuite> mis_ciphersuite(std::uint64_t code) noexcept;

using MisNonce = std::array<std::uint8_t, 16>;

/// Nonce-T of the mobile node and Nonce-N of the network.
struct MisNonces {
    MisNonce t;
    MisNonce n;
};

/// K: what the serving point of service makes for the target, in place of an MSK.
using MisK = TypedKey<struct MisKTag, 16>;
using Msrk = TypedKey<struct MsrkTag, 64>;
using Mspmk = TypedKey<struct MspmkTag, 32>;

/// MISK, split as its ciphersuite says.
class Misk {
  public:
    static constexpr std::size_t kMaxSize = 52;

    Misk(crypto::Provider& provider, MisPrf prf, const MisK& k, const MisNonces& nonces,
         MisCiphersuite suite);

    [[nodiscard]] MisCiphersuite suite() const noexcept { return suite_; }

    // The bytes, for a primitive or a derivation; empty when the suite has no such key.
    [[nodiscard]] Bytes expose_miak() const noexcept;
    [[nodiscard]] Bytes expose_miik() const noexcept;
    [[nodiscard]] Bytes expose_miek() const noexcept;

  private:
    crypto::Secret<kMaxSize> bytes_ = crypto::Secret<kMaxSize>::to_be_written();
    MisCiphersuite suite_;
};

[[nodiscard]] Msrk derive_msrk(crypto::Provider& provider, MisPrf prf, const MisK& k,
                               const MisNonces& nonces);

/// Both identifiers in their wire encoding (LINK_ID).
[[nodiscard]] Mspmk derive_mspmk(crypto::Provider& provider, MisPrf prf, const Msrk& msrk,
                                 Bytes mn_link_id, Bytes poa_link_id);

/// ID_VALUE of the SAID, which both ends derive so that no message has to carry it.
using MisSaidValue = std::array<std::uint8_t, 8>;

/// `mn_id` and `pos_id` are MISF identifiers of at most 65,663 bytes (what two length octets can say).
[[nodiscard]] MisSaidValue derive_mis_said(crypto::Provider& provider, MisPrf prf, const Misk& misk,
                                           std::string_view mn_id, std::string_view pos_id,
                                           const MisNonces& nonces);

} // namespace aaigw::key
