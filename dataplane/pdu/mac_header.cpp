#include "dataplane/pdu/mac_header.h"

namespace aaigw::pdu {

namespace {

/// FID(4) | Type(5) | Length(3), before the contents.
constexpr unsigned kFixedBits = 12;

constexpr bool is_signaling_length(std::size_t length) noexcept
{
    return length >= kMinSignalingBytes && length <= kMaxSignalingBytes;
}

} // namespace

Parsed<SignalingHeader> parse_signaling_header(Bytes bytes) noexcept
{
    if (bytes.size() < kMinSignalingBytes)
        return reject(ParseError::truncated);
    const std::uint64_t fixed = load_be(bytes.first<2>()) >> 4;
    if (Fid::from_field(fixed >> 8) != kSignalingFid)
        return reject(ParseError::not_signaling_header);
    const std::uint8_t length = fixed & 0x7;
    if (!is_signaling_length(length))
        return reject(ParseError::length_reserved);
    if (bytes.size() < length)
        return reject(ParseError::truncated);

    std::uint64_t whole = 0;
    for (const std::uint8_t byte : bytes.first(length))
        whole = whole << 8 | byte;
    const unsigned content_bits = 8U * length - kFixedBits;
    return SignalingHeader{.type = static_cast<std::uint8_t>(fixed >> 3 & 0x1f),
                           .length = length,
                           .contents = whole & ((std::uint64_t{1} << content_bits) - 1)};
}

Parsed<MutableBytes> build_signaling_header(const SignalingHeader& header,
                                            MutableBytes room) noexcept
{
    if (!is_signaling_length(header.length))
        return reject(ParseError::length_reserved);
    const unsigned content_bits = 8U * header.length - kFixedBits;
    if (header.contents >> content_bits != 0 || header.type > 0x1f)
        return reject(ParseError::field_too_large);
    if (room.size() < header.length)
        return reject(ParseError::no_room);

    std::uint64_t whole = kSignalingFid.value();
    whole = whole << 5 | header.type;
    whole = whole << 3 | header.length;
    whole = whole << content_bits | header.contents;
    const MutableBytes written = room.first(header.length);
    for (std::size_t i = written.size(); i-- > 0; whole >>= 8)
        written[i] = static_cast<std::uint8_t>(whole);
    return written;
}

} // namespace aaigw::pdu
