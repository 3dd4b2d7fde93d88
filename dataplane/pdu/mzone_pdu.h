// The layout of one MZone PDU: where its headers, payload and ICV lie. No cryptography in here.
#pragma once

#include "dataplane/pdu/security_header.h"

#include <cstring>

namespace aaigw::pdu {

/// One PDU in the caller's buffer: | AGMH or SPMH | extended header group | payload |.
/// The spans are parts of that buffer; they are mutable because the transform works in place.
struct MzonePdu {
    MacHeader header;
    Bytes extended; ///< the extended header group, empty when there is none
    MutableBytes payload;
    MutableBytes whole;
};

/// | AGMH or SPMH | extended header group | EKS PN(3) | payload | ICV(0, 4 or 8) |, IEEE 802.16.1-2012 6.2.5.2.3.
/// `payload` holds the ciphertext or the plaintext, whichever the caller has put there.
struct MzoneProtectedPdu : MzonePdu {
    SecurityHeader security;
    MutableBytes icv; ///< empty in a CTR-only SA
};

/// Reads `pdu`, which is one whole PDU. Its FID is not judged: which FIDs are clear, signaling or encrypted, and
/// with which kind of header, is what the caller knows from the burst cursor and the flow table.
///
/// The length field must equal the size. With an AGMH and EH=1 it is only the low 11 of 14 bits, and the other 3
/// are in an extended header (MLEH) whose layout is unconfirmed and which the gateway does not read: there the
/// size may be any of at most 14 bits that agrees with the field modulo 2048. Nothing is gained by a forged
/// length: the header as transmitted is part of the nonce.
[[nodiscard]] Parsed<MzonePdu> parse_mzone_clear(MutableBytes pdu, HeaderKind kind) noexcept;
[[nodiscard]] Parsed<MzoneProtectedPdu> parse_mzone_protected(MutableBytes pdu, HeaderKind kind,
                                                              Protection protection) noexcept;

/// The nonce of a protected PDU sent to or by `stid`.
[[nodiscard]] inline crypto::CcmNonce mzone_nonce(const MzoneProtectedPdu& pdu, Stid stid) noexcept
{
    return mzone_nonce(Bytes{pdu.whole}.first<kMacHeaderBytes>(), stid, pdu.security);
}

/// What a builder has to know of a PDU besides its protection.
struct MzoneFields {
    HeaderKind kind = HeaderKind::agmh;
    Fid fid;
    std::uint8_t sn = 0; ///< SPMH only, taken modulo 16
    Bytes extended{};    ///< a whole extended header group, or nothing
    std::size_t payload_bytes = 0;
};

/// The size of the whole PDU, whether or not a header could say it.
[[nodiscard]] constexpr std::size_t mzone_clear_bytes(const MzoneFields& fields) noexcept
{
    return kMacHeaderBytes + fields.extended.size() + fields.payload_bytes;
}
[[nodiscard]] constexpr std::size_t mzone_protected_bytes(const MzoneFields& fields,
                                                          Protection protection) noexcept
{
    return mzone_clear_bytes(fields) + overhead_bytes(protection);
}

/// Writes everything before the payload to the front of `room` and says where payload and ICV go; those bytes are
/// left as they are, so a payload that stands in its place already can be protected there. `room` may be larger
/// than the PDU. The header never claims more than its own bits can say: such a PDU is refused, since the
/// gateway does not send the extended header that would carry the rest.
[[nodiscard]] Parsed<MzonePdu> build_mzone_clear(const MzoneFields& fields,
                                                 MutableBytes room) noexcept;
[[nodiscard]] Parsed<MzoneProtectedPdu> build_mzone_protected(const MzoneFields& fields,
                                                              SecurityHeader security,
                                                              Protection protection,
                                                              MutableBytes room) noexcept;

/// What stands before the payload of a protected PDU without extended headers.
inline constexpr std::size_t kMzonePrefixBytes = kMacHeaderBytes + kSecurityHeaderBytes;

/// build_mzone_protected() for the PDU that the fast path sends, of which the caller has checked that its length fits.
/// Gives the MAC header as a number, for the nonce.
inline std::uint16_t write_mzone_prefix(std::span<std::uint8_t, kMzonePrefixBytes> out,
                                        const MacHeader& header, SecurityHeader security) noexcept
{
    const std::uint16_t field = mac_header_field(header);
    const auto bytes =
        be_bytes<kMzonePrefixBytes>(std::uint64_t{field} << 24 | security_field(security));
    std::memcpy(out.data(), bytes.data(), bytes.size());
    return field;
}

} // namespace aaigw::pdu
