// The MAC headers of the MZone: AGMH, SPMH and the signaling header (IEEE 802.16.1-2012 6.2.2).
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "dataplane/pdu/parse_error.h"

namespace aaigw::pdu {

inline constexpr std::size_t kMacHeaderBytes = 2;
using MacHeaderBytes = std::array<std::uint8_t, kMacHeaderBytes>;

/// Which of the two layouts a flow uses. The header does not say: the station's flow table does.
enum class HeaderKind : std::uint8_t {
    agmh, ///< advanced generic MAC header:  FID(4) | EH(1) | Length(11)
    spmh, ///< short-packet MAC header:      FID(4) | EH(1) | Length(7) | SN(4)
};

/// FIDs with a meaning of their own; 4..15 are transport flows.
inline constexpr Fid kClearControlFid = Fid::from_field(0b0000);
inline constexpr Fid kEncryptedControlFid = Fid::from_field(0b0001);
inline constexpr Fid kSignalingFid = Fid::from_field(0b0010);
inline constexpr Fid kDefaultFlowFid = Fid::from_field(0b0011);

/// The longest PDU, headers included, whose length the header itself can say.
[[nodiscard]] constexpr std::size_t max_pdu_bytes(HeaderKind kind) noexcept
{
    return kind == HeaderKind::agmh ? 0x7ff : 0x7f;
}

/// An AGMH or an SPMH.
struct MacHeader {
    HeaderKind kind = HeaderKind::agmh;
    Fid fid;
    bool extended = false;    ///< EH: an extended header group follows
    std::uint16_t length = 0; ///< of the whole PDU; with an AGMH and EH the low 11 of 14 bits
    std::uint8_t sn = 0;      ///< SPMH only, 4 bits

    friend bool operator==(const MacHeader&, const MacHeader&) = default;
};

/// Every two bytes are a header of either kind; whether its length is right is for the PDU's parser to say.
[[nodiscard]] constexpr MacHeader
parse_mac_header(std::span<const std::uint8_t, kMacHeaderBytes> bytes, HeaderKind kind) noexcept
{
    const auto field = static_cast<std::uint16_t>(load_be(bytes));
    MacHeader header{.kind = kind, .fid = Fid::from_field(field >> 12)};
    header.extended = (field & 0x800) != 0;
    if (kind == HeaderKind::agmh) {
        header.length = field & 0x7ff;
    } else {
        header.length = field >> 4 & 0x7f;
        header.sn = field & 0xf;
    }
    return header;
}

/// The sixteen bits of a header as a number. Keeps the low bits of a length or SN that is wider than its field: the
/// builders of whole PDUs check before.
[[nodiscard]] constexpr std::uint16_t mac_header_field(const MacHeader& header) noexcept
{
    const unsigned low = header.kind == HeaderKind::agmh
                             ? header.length & 0x7ffU
                             : (header.length & 0x7fU) << 4 | (header.sn & 0xfU);
    const unsigned fid = header.fid.value();
    return static_cast<std::uint16_t>(fid << 12U | (header.extended ? 0x800U : 0U) | low);
}

[[nodiscard]] constexpr MacHeaderBytes build_mac_header(const MacHeader& header) noexcept
{
    return be_bytes<kMacHeaderBytes>(mac_header_field(header));
}

inline constexpr std::size_t kMinSignalingBytes = 2;
inline constexpr std::size_t kMaxSignalingBytes = 6;

/// FID 0010 | Type(5) | Length(3) | contents. It stands alone, without payload, and is never encrypted.
struct SignalingHeader {
    std::uint8_t type = 0;      ///< 5 bits
    std::uint8_t length = 2;    ///< of the whole header: 2..6 bytes
    std::uint64_t contents = 0; ///< right-aligned, 8 * length - 12 bits

    friend bool operator==(const SignalingHeader&, const SignalingHeader&) = default;
};

/// Reads the header at the front of `bytes`; what follows it is not looked at.
[[nodiscard]] Parsed<SignalingHeader> parse_signaling_header(Bytes bytes) noexcept;

/// Writes the header to the front of `room` and gives the part written.
[[nodiscard]] Parsed<MutableBytes> build_signaling_header(const SignalingHeader& header,
                                                          MutableBytes room) noexcept;

} // namespace aaigw::pdu
