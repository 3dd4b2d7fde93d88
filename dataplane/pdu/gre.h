// GRE with a key (RFC 2784, RFC 2890), which carries a flow's IP packets on the R6 data path.
#pragma once

#include "common/bytes.h"
#include "dataplane/pdu/parse_error.h"

namespace aaigw::pdu {

inline constexpr std::uint8_t kGreIpProtocol = 47;

/// What the gateway sends: flags, protocol and key, no checksum, no sequence number.
inline constexpr std::size_t kGreHeaderBytes = 8;

/// The inner packet, by its EtherType.
enum class GreProtocol : std::uint16_t { ipv4 = 0x0800, ipv6 = 0x86dd };

struct GreHeader {
    std::uint32_t key = 0; ///< data path id
    GreProtocol protocol = GreProtocol::ipv4;

    friend bool operator==(const GreHeader&, const GreHeader&) = default;
};

struct GrePacket {
    GreHeader header;
    Bytes payload; ///< the inner IP packet; it may be empty and is not looked at
};

/// Reads the payload of an IP packet of protocol 47. The key is required. A checksum is verified, since the
/// payload cannot be trusted to be for this flow when it is wrong; a sequence number is skipped, which RFC 2890
/// leaves to the receiver. The routing bit and the other flags of RFC 1701 are refused as RFC 2784 2.3 demands.
[[nodiscard]] Parsed<GrePacket> parse_gre(Bytes packet) noexcept;

/// The header as one big-endian number.
[[nodiscard]] constexpr std::uint64_t gre_word(const GreHeader& header) noexcept
{
    constexpr std::uint64_t kKeyPresent = 0x2000;
    return (kKeyPresent << 16 | static_cast<std::uint16_t>(header.protocol)) << 32 | header.key;
}

[[nodiscard]] constexpr std::array<std::uint8_t, kGreHeaderBytes>
build_gre(const GreHeader& header) noexcept
{
    return be_bytes<kGreHeaderBytes>(gre_word(header));
}

} // namespace aaigw::pdu
