#include "dataplane/pdu/gre.h"

namespace aaigw::pdu {

namespace {

// RFC 2784 2, RFC 2890 2, counted from the most significant bit: 0 C, 1 R, 2 K, 3 S, 4 s, 5 recursion, 13..15 version.
constexpr std::uint16_t kChecksumPresent = 0x8000;
constexpr std::uint16_t kKeyPresent = 0x2000;
constexpr std::uint16_t kSequencePresent = 0x1000;
/// Bits 1, 4 and 5; bits 6..12 have to be ignored.
constexpr std::uint16_t kRefused = 0x4c00;
constexpr std::uint16_t kVersion = 0x0007;

/// RFC 1071 over the whole GRE packet, its checksum field included: zero when that is right.
bool checksum_is_right(Bytes packet) noexcept
{
    std::uint64_t sum = 0;
    while (packet.size() >= 2) {
        sum += load_be(packet.first<2>());
        packet = packet.subspan(2);
    }
    if (!packet.empty())
        sum += std::uint64_t{packet.front()} << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}

} // namespace

Parsed<GrePacket> parse_gre(Bytes packet) noexcept
{
    Reader in{packet};
    const std::uint16_t flags = in.u16();
    const std::uint16_t protocol = in.u16();
    if (!in.ok())
        return reject(ParseError::truncated);
    if ((flags & kVersion) != 0)
        return reject(ParseError::gre_bad_version);
    if ((flags & kRefused) != 0)
        return reject(ParseError::gre_bad_flags);
    if ((flags & kKeyPresent) == 0)
        return reject(ParseError::gre_no_key);

    if ((flags & kChecksumPresent) != 0)
        in.u32(); // the checksum and Reserved1
    const std::uint32_t key = in.u32();
    if ((flags & kSequencePresent) != 0)
        in.u32();
    if (!in.ok())
        return reject(ParseError::truncated);
    if ((flags & kChecksumPresent) != 0 && !checksum_is_right(packet))
        return reject(ParseError::gre_checksum_mismatch);

    const auto inner = static_cast<GreProtocol>(protocol);
    if (inner != GreProtocol::ipv4 && inner != GreProtocol::ipv6)
        return reject(ParseError::gre_bad_protocol);
    return GrePacket{{.key = key, .protocol = inner}, in.rest()};
}

} // namespace aaigw::pdu
