#include "dataplane/pdu/gsmtap.h"

namespace aaigw::pdu {

namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kHeaderWords = kGsmtapHeaderBytes / 4;
constexpr std::uint8_t kTypeWimaxBurst = 7;
constexpr std::uint8_t kSubTypeLzone =
    0x13; ///< a PDU burst, as registered and as Wireshark decodes it
constexpr std::uint8_t kSubTypeMzone = 0x41; ///< ours: nothing is registered for IEEE 802.16.1

constexpr std::uint16_t kArfcnUplink = 0x4000;

/// Bytes of the header that have no meaning here.
constexpr std::size_t kTimeslotBytes = 1;
constexpr std::size_t kSignalAndNoiseBytes = 2;

} // namespace

Parsed<GsmtapDatagram> parse_gsmtap(MutableBytes datagram) noexcept
{
    Reader in{datagram};
    const std::uint8_t version = in.u8();
    const std::uint8_t words = in.u8();
    const std::uint8_t type = in.u8();
    in.bytes(kTimeslotBytes);
    const std::uint16_t arfcn = in.u16();
    in.bytes(kSignalAndNoiseBytes);
    const std::uint32_t frame_number = in.u32();
    const std::uint8_t sub_type = in.u8();
    const std::uint8_t antenna = in.u8();
    in.u16(); // sub-slot and a reserved byte
    if (!in.ok())
        return reject(ParseError::truncated);
    if (version != kVersion)
        return reject(ParseError::gsmtap_bad_version);
    if (words != kHeaderWords)
        return reject(ParseError::gsmtap_bad_header_length);
    if (type != kTypeWimaxBurst)
        return reject(ParseError::gsmtap_bad_type);
    if (sub_type != kSubTypeLzone && sub_type != kSubTypeMzone)
        return reject(ParseError::gsmtap_bad_sub_type);
    if (in.rest().empty())
        return reject(ParseError::gsmtap_empty_burst);

    const Zone zone = sub_type == kSubTypeMzone ? Zone::mzone : Zone::lzone;
    const GsmtapHeader header{.zone = zone,
                              .direction = (arfcn & kArfcnUplink) != 0 ? LinkDirection::uplink
                                                                       : LinkDirection::downlink,
                              .stid = zone == Zone::mzone ? Stid::from_field(arfcn) : Stid{},
                              .frame_number = frame_number,
                              .sector = antenna};
    return GsmtapDatagram{header, datagram.subspan(kGsmtapHeaderBytes)};
}

std::array<std::uint8_t, kGsmtapHeaderBytes> build_gsmtap(const GsmtapHeader& header) noexcept
{
    unsigned arfcn = header.direction == LinkDirection::uplink ? kArfcnUplink : 0U;
    if (header.zone == Zone::mzone)
        arfcn |= header.stid.value();

    std::array<std::uint8_t, kGsmtapHeaderBytes> bytes{};
    Writer out{bytes};
    out.u8(kVersion);
    out.u8(kHeaderWords);
    out.u8(kTypeWimaxBurst);
    out.u8(0);
    out.u16(static_cast<std::uint16_t>(arfcn));
    out.u16(0);
    out.u32(header.frame_number);
    out.u8(header.zone == Zone::mzone ? kSubTypeMzone : kSubTypeLzone);
    out.u8(header.sector);
    return bytes;
}

} // namespace aaigw::pdu
