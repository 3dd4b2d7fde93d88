// The layout of one LZone PDU (IEEE 802.16-2009): generic MAC header, PN, nonce, payload, ICV, CRC-32. No cryptography.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "crypto/provider.h"
#include "dataplane/pdu/parse_error.h"

namespace aaigw::pdu {

inline constexpr std::size_t kGenericHeaderBytes = 6;
using GenericHeaderBytes = std::array<std::uint8_t, kGenericHeaderBytes>;

/// HT(1)=0 | EC(1) | Type(6) | ESF(1) | CI(1) | EKS(2) | rsv(1) | LEN(11) | CID(16) | HCS(8): 6.3.2.1.1.
struct GenericMacHeader {
    bool encrypted = false;   ///< EC
    std::uint8_t type = 0;    ///< 6 bits: which subheaders the payload begins with
    bool extended = false;    ///< ESF: an extended subheader group follows
    bool has_crc = false;     ///< CI
    Eks eks;                  ///< means nothing without EC
    std::uint16_t length = 0; ///< 11 bits: of the whole PDU, header and CRC included
    Cid cid;

    friend bool operator==(const GenericMacHeader&, const GenericMacHeader&) = default;
};

/// HT of any LZone header: set in the six bytes of a bandwidth request and its like.
[[nodiscard]] constexpr bool is_lzone_signaling(std::uint8_t first_byte) noexcept
{
    return (first_byte & 0x80) != 0;
}

/// Refuses a wrong HCS and a signaling header (HT=1). The reserved bit is ignored.
[[nodiscard]] Parsed<GenericMacHeader>
parse_generic_header(std::span<const std::uint8_t, kGenericHeaderBytes> bytes) noexcept;

/// With its HCS. Keeps the low bits of a type or length that is wider than its field: the builders of whole PDUs
/// check before.
[[nodiscard]] GenericHeaderBytes build_generic_header(const GenericMacHeader& header) noexcept;

/// Recognises a header with HT=1 (bandwidth request and the like, 6.3.2.1.2) at the front of `bytes`, checks its
/// HCS and gives its six bytes. It has no payload, and the gateway has no use for what it says.
[[nodiscard]] Parsed<Bytes> parse_lzone_signaling(Bytes bytes) noexcept;

/// The bit order of the PHY in which the CRC-32 is computed and stored (6.3.3.5.2).
enum class CrcForm : std::uint8_t {
    ofdma, ///< most significant bit first, stored big-endian: the form that is sent
    ofdm,  ///< least significant bit first, stored little-endian
};

inline constexpr std::size_t kLzonePnBytes = 4;
inline constexpr std::size_t kLzoneIcvBytes = 8;
inline constexpr std::size_t kLzoneOverheadBytes = kLzonePnBytes + kLzoneIcvBytes;
inline constexpr std::size_t kLzoneCrcBytes = 4;
inline constexpr std::size_t kMaxLzonePduBytes = 0x7ff;

/// One PDU in the caller's buffer: | GMH(6) | extended subheader group | payload | CRC(0 or 4) |.
/// The spans are parts of that buffer; they are mutable because the transform works in place.
struct LzonePdu {
    GenericMacHeader header;
    Bytes extended;       ///< the extended subheader group, empty when there is none
    MutableBytes payload; ///< from the first subheader on
    MutableBytes crc;     ///< empty when CI=0
    MutableBytes whole;
};

/// | GMH(6) | extended subheader group | PN(4) | payload | ICV(8) | CRC(0 or 4) |: 7.5.1.2.
/// Unconfirmed: that the extended subheader group is in clear, before the PN.
struct LzoneProtectedPdu : LzonePdu {
    LzonePn pn;
    MutableBytes icv;
};

/// Reads `pdu`, which is one whole PDU; checks HCS, length and, when there is one, the CRC.
[[nodiscard]] Parsed<LzonePdu> parse_lzone_clear(MutableBytes pdu,
                                                 CrcForm form = CrcForm::ofdma) noexcept;
[[nodiscard]] Parsed<LzoneProtectedPdu>
parse_lzone_protected(MutableBytes pdu, CrcForm form = CrcForm::ofdma) noexcept;

/// First five bytes of the protected PDU's header, so without HCS | 00 x 4 | PN little-endian as on the wire.
[[nodiscard]] crypto::CcmNonce
lzone_nonce(std::span<const std::uint8_t, kGenericHeaderBytes> header, LzonePn pn) noexcept;
[[nodiscard]] inline crypto::CcmNonce lzone_nonce(const LzoneProtectedPdu& pdu) noexcept
{
    return lzone_nonce(Bytes{pdu.whole}.first<kGenericHeaderBytes>(), pdu.pn);
}

/// Whether a PDU ends with a CRC-32; it is the CI bit.
enum class Crc : std::uint8_t { absent, present };

/// What a builder has to know of a PDU besides its protection.
struct LzoneFields {
    Cid cid;
    std::uint8_t type = 0; ///< 6 bits
    Bytes extended{};      ///< a whole extended subheader group, or nothing
    Crc crc = Crc::absent;
    std::size_t payload_bytes = 0;
};

/// The size of the whole PDU, whether or not LEN could say it.
[[nodiscard]] constexpr std::size_t lzone_clear_bytes(const LzoneFields& fields) noexcept
{
    return kGenericHeaderBytes + fields.extended.size() + fields.payload_bytes +
           (fields.crc == Crc::present ? kLzoneCrcBytes : 0);
}
[[nodiscard]] constexpr std::size_t lzone_protected_bytes(const LzoneFields& fields) noexcept
{
    return lzone_clear_bytes(fields) + kLzoneOverheadBytes;
}

/// Writes everything before the payload to the front of `room` and says where payload, ICV and CRC go; those bytes
/// are left as they are. `room` may be larger than the PDU. write_crc() has to follow once the rest is in place.
[[nodiscard]] Parsed<LzonePdu> build_lzone_clear(const LzoneFields& fields,
                                                 MutableBytes room) noexcept;
[[nodiscard]] Parsed<LzoneProtectedPdu>
build_lzone_protected(const LzoneFields& fields, Eks eks, LzonePn pn, MutableBytes room) noexcept;

/// Completes a built PDU: the CRC covers everything before it, ICV included. Does nothing when CI=0.
void write_crc(const LzonePdu& pdu, CrcForm form = CrcForm::ofdma) noexcept;

/// The PNs one direction may use under one TEK.
struct LzonePnRange {
    LzonePn first;
    LzonePn last;
};

/// Unconfirmed: the uplink sets the top bit, so that the directions never share a nonce. The published examples
/// both lie in the downlink half and do not settle it.
inline constexpr LzonePnRange kLzoneDownlinkPns{LzonePn::from_field(0x00000001),
                                                LzonePn::from_field(0x7fffffff)};
inline constexpr LzonePnRange kLzoneUplinkPns{LzonePn::from_field(0x80000001),
                                              LzonePn::from_field(0xffffffff)};

[[nodiscard]] constexpr LzonePnRange lzone_pn_range(LinkDirection direction) noexcept
{
    return direction == LinkDirection::uplink ? kLzoneUplinkPns : kLzoneDownlinkPns;
}

/// The direction whose half `pn` lies in.
[[nodiscard]] constexpr LinkDirection direction_of(LzonePn pn) noexcept
{
    return pn.value() >> 31 != 0 ? LinkDirection::uplink : LinkDirection::downlink;
}

/// Whether a sender of that direction may use `pn`: right half, and not the zero of the half.
[[nodiscard]] constexpr bool may_use(LinkDirection direction, LzonePn pn) noexcept
{
    const LzonePnRange range = lzone_pn_range(direction);
    return range.first <= pn && pn <= range.last;
}

} // namespace aaigw::pdu
