// EKS | PN of the MZone, the nonce and first counter block made of it, and the PN ranges of the two directions.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "crypto/provider.h"
#include "dataplane/pdu/mac_header.h"

#include <algorithm>

namespace aaigw::pdu {

inline constexpr std::size_t kSecurityHeaderBytes = 3;

/// EKS(2) | PN(22), big-endian, in clear before the ciphertext (IEEE 802.16.1-2012 6.2.5.2.3).
struct SecurityHeader {
    Eks eks;
    MzonePn pn;

    friend bool operator==(const SecurityHeader&, const SecurityHeader&) = default;
};

[[nodiscard]] constexpr SecurityHeader
parse_security_header(std::span<const std::uint8_t, kSecurityHeaderBytes> bytes) noexcept
{
    const std::uint64_t field = load_be(bytes);
    return {.eks = Eks::from_field(field >> 22), .pn = MzonePn::from_field(field)};
}

/// The 24 bits as a number.
[[nodiscard]] constexpr std::uint32_t security_field(SecurityHeader header) noexcept
{
    return std::uint32_t{header.eks.value()} << 22 | header.pn.value();
}

[[nodiscard]] constexpr std::array<std::uint8_t, kSecurityHeaderBytes>
build_security_header(SecurityHeader header) noexcept
{
    return be_bytes<kSecurityHeaderBytes>(security_field(header));
}

/// What an SA does to the payload, which the PDU itself does not say.
enum class Protection : std::uint8_t {
    ctr = 0,      ///< AES-CTR: no ICV
    ccm_icv4 = 4, ///< AES-CCM with a 4-byte ICV
    ccm_icv8 = 8, ///< AES-CCM with an 8-byte ICV
};

[[nodiscard]] constexpr Protection ccm(crypto::IcvSize icv) noexcept
{
    return icv == crypto::IcvSize::four ? Protection::ccm_icv4 : Protection::ccm_icv8;
}

[[nodiscard]] constexpr std::size_t icv_bytes(Protection protection) noexcept
{
    return static_cast<std::size_t>(protection);
}

/// How many bytes longer the protected PDU is.
[[nodiscard]] constexpr std::size_t overhead_bytes(Protection protection) noexcept
{
    return kSecurityHeaderBytes + icv_bytes(protection);
}

/// MAC header as transmitted(2) | STID(12) FID(4) | 00 x 6 | EKS PN(3): IEEE 802.16.1-2012 6.2.5.2.3, figure 6-22; and
/// three zeros behind it, so that the engine's block is written with two stores. `mac_header` is the field of 16 bits.
/// The FID is that of the header; the STID is zero as long as none is assigned.
///
/// Unconfirmed: that the header's length is the one after expansion. The LZone's published examples prove the
/// same rule there.
[[nodiscard]] constexpr crypto::AesBlock mzone_nonce_block(std::uint16_t mac_header, Stid stid,
                                                           SecurityHeader security) noexcept
{
    const std::uint64_t fid = mac_header >> 12U;
    const auto front = be_bytes<8>(std::uint64_t{mac_header} << 48 |
                                   std::uint64_t{stid.value()} << 36 | fid << 32);
    const auto back = be_bytes<8>(std::uint64_t{security_field(security)} << 24);
    crypto::AesBlock block;
    std::copy(front.begin(), front.end(), block.begin());
    std::copy(back.begin(), back.end(), block.begin() + 8);
    return block;
}

/// The same, thirteen bytes.
[[nodiscard]] constexpr crypto::CcmNonce
mzone_nonce(std::span<const std::uint8_t, kMacHeaderBytes> mac_header, Stid stid,
            SecurityHeader security) noexcept
{
    const crypto::AesBlock block =
        mzone_nonce_block(static_cast<std::uint16_t>(load_be(mac_header)), stid, security);
    crypto::CcmNonce nonce{};
    std::copy_n(block.begin(), nonce.size(), nonce.begin());
    return nonce;
}

/// Ctr_1, with which the keystream of a CTR-only SA begins.
///
/// Unconfirmed: the clause does not say whether it is Ctr_0 or Ctr_1. Ctr_1 is where CCM's payload begins too.
[[nodiscard]] constexpr crypto::AesBlock first_counter_block(const crypto::CcmNonce& nonce) noexcept
{
    crypto::AesBlock block{};
    block[0] = 0x01; // flags: a counter field of two bytes
    for (std::size_t i = 0; i < nonce.size(); ++i)
        block[1 + i] = nonce[i];
    block[15] = 0x01;
    return block;
}

/// The PNs one direction may use under one TEK; the top bit keeps the directions apart (6.2.5.2.3).
struct MzonePnRange {
    MzonePn first;
    MzonePn last;
};

inline constexpr MzonePnRange kDownlinkPns{MzonePn::from_field(0x000001),
                                           MzonePn::from_field(0x1fffff)};
inline constexpr MzonePnRange kUplinkPns{MzonePn::from_field(0x200001),
                                         MzonePn::from_field(0x3fffff)};

[[nodiscard]] constexpr MzonePnRange pn_range(LinkDirection direction) noexcept
{
    return direction == LinkDirection::uplink ? kUplinkPns : kDownlinkPns;
}

/// The direction whose half `pn` lies in.
[[nodiscard]] constexpr LinkDirection direction_of(MzonePn pn) noexcept
{
    return pn >= MzonePn::from_field(0x200000) ? LinkDirection::uplink : LinkDirection::downlink;
}

/// Whether a sender of that direction may use `pn`: right half, and not the zero of the half.
[[nodiscard]] constexpr bool may_use(LinkDirection direction, MzonePn pn) noexcept
{
    const MzonePnRange range = pn_range(direction);
    return range.first <= pn && pn <= range.last;
}

} // namespace aaigw::pdu
