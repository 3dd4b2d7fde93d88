#include "dataplane/pdu/gsmtap.h"

#include <algorithm>

namespace aaigw::pdu {

Parsed<GsmtapDatagram> parse_gsmtap(MutableBytes datagram) noexcept
{
    if (datagram.size() < kGsmtapHeaderBytes)
        return reject(ParseError::truncated);
    const Bytes in{datagram};
    const GsmtapWords words{.front = load_be(in.first<8>()), .back = load_be(in.subspan<8, 8>())};
    if (words.version() != GsmtapWords::kVersion)
        return reject(ParseError::gsmtap_bad_version);
    if (words.words() != GsmtapWords::kHeaderWords)
        return reject(ParseError::gsmtap_bad_header_length);
    if (words.type() != GsmtapWords::kTypeWimaxBurst)
        return reject(ParseError::gsmtap_bad_type);
    if (!words.is_burst())
        return reject(ParseError::gsmtap_bad_sub_type);
    if (datagram.size() == kGsmtapHeaderBytes)
        return reject(ParseError::gsmtap_empty_burst);

    const Zone zone = words.zone();
    const GsmtapHeader header{.zone = zone,
                              .direction = words.direction(),
                              .stid = zone == Zone::mzone ? words.stid() : Stid{},
                              .frame_number = words.frame_number(),
                              .sector = words.sector()};
    return GsmtapDatagram{header, datagram.subspan(kGsmtapHeaderBytes)};
}

std::array<std::uint8_t, kGsmtapHeaderBytes> build_gsmtap(const GsmtapHeader& header) noexcept
{
    const GsmtapWords words = GsmtapWords::of(header);
    const auto front = be_bytes<8>(words.front);
    const auto back = be_bytes<8>(words.back);
    std::array<std::uint8_t, kGsmtapHeaderBytes> bytes{};
    std::ranges::copy(back, std::ranges::copy(front, bytes.begin()).out);
    return bytes;
}

} // namespace aaigw::pdu
