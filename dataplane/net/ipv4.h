// IPv4 (RFC 791), as far as the outer packets of the gateway need it: no options sent, no fragments either way.
#pragma once

#include "common/bytes.h"
#include "common/ipv4.h"
#include "dataplane/net/checksum.h"
#include "dataplane/net/net_error.h"

namespace aaigw::net {

inline constexpr std::size_t kIpv4HeaderBytes = 20; ///< without options
inline constexpr std::size_t kIpv4MaximumBytes = 65535;
inline constexpr std::uint8_t kIpv4Ttl = 64; ///< of what we send: RFC 1700, and RFC 1122 3.2.1.7

/// What follows the IP header. A parsed header may hold any other number as well.
enum class IpProtocol : std::uint8_t { icmp = 1, udp = 17, gre = 47, icmpv6 = 58 };

/// Who looks at a checksum. A NIC that has found one to be wrong says so with the packet, and it is the driver's
/// reader who refuses that.
enum class ChecksumBy : std::uint8_t { us, nic };

struct Ipv4Header {
    Ipv4Address source;
    Ipv4Address destination;
    IpProtocol protocol = IpProtocol::udp;
    std::uint8_t ttl = kIpv4Ttl;
    std::uint8_t type_of_service = 0; ///< DSCP and ECN

    friend bool operator==(const Ipv4Header&, const Ipv4Header&) = default;
};

struct Ipv4Packet {
    Ipv4Header header;
    std::uint8_t header_bytes = kIpv4HeaderBytes; ///< 20..60: more than 20 when there are options
    MutableBytes payload;                         ///< up to the total length, without padding
};

/// Reads the payload of an Ethernet frame. Options are skipped: they ask for nothing that an end point has to do.
/// A fragment is refused, since both carriages know their MTU and nothing is reassembled here.
[[nodiscard]] inline Parsed<Ipv4Packet> parse_ipv4(MutableBytes bytes,
                                                   ChecksumBy checksum = ChecksumBy::us) noexcept
{
    constexpr std::uint8_t kVersion4WithoutOptions = 0x45;
    constexpr std::uint64_t kMoreFragmentsAndOffset = 0x3fff;

    const Bytes in{bytes};
    if (in.size() < kIpv4HeaderBytes) [[unlikely]]
        return reject(NetError::truncated);
    std::size_t header_bytes = kIpv4HeaderBytes;
    InternetSum sum;
    if (in[0] != kVersion4WithoutOptions) [[unlikely]] {
        if (in[0] >> 4 != 4)
            return reject(NetError::ipv4_bad_version);
        header_bytes = 4 * std::size_t{in[0] & 0xfU};
        if (header_bytes < kIpv4HeaderBytes)
            return reject(NetError::ipv4_bad_header_length);
        if (header_bytes > in.size())
            return reject(NetError::truncated);
        sum.add(in.subspan(kIpv4HeaderBytes, header_bytes - kIpv4HeaderBytes));
    }
    sum.add_ipv4_header(in.first<kIpv4HeaderBytes>());
    if (checksum == ChecksumBy::us && !sum.is_right()) [[unlikely]]
        return reject(NetError::ipv4_checksum_mismatch);

    const std::size_t total_bytes = load_be(in.subspan<2, 2>());
    if (total_bytes < header_bytes) [[unlikely]]
        return reject(NetError::ipv4_length_too_small);
    if (total_bytes > in.size()) [[unlikely]]
        return reject(NetError::ipv4_length_past_end);
    if ((load_be(in.subspan<6, 2>()) & kMoreFragmentsAndOffset) != 0) [[unlikely]]
        return reject(NetError::ipv4_fragment);

    return Ipv4Packet{
        .header = {.source = {static_cast<std::uint32_t>(load_be(in.subspan<12, 4>()))},
                   .destination = {static_cast<std::uint32_t>(load_be(in.subspan<16, 4>()))},
                   .protocol = static_cast<IpProtocol>(in[9]),
                   .ttl = in[8],
                   .type_of_service = in[1]},
        .header_bytes = static_cast<std::uint8_t>(header_bytes),
        .payload = bytes.first(total_bytes).subspan(header_bytes)};
}

/// Writes headers that differ in destination and length only. What they share is summed once.
///
/// They forbid fragmentation and have the identification 0, which an atomic datagram does not need (RFC 6864 4.1).
class Ipv4Writer {
  public:
    constexpr Ipv4Writer(Ipv4Address source, IpProtocol protocol,
                         std::uint8_t type_of_service = 0) noexcept
        : front_{0x45 | std::uint64_t{type_of_service} << 8 | kDoNotFragment},
          back_{kIpv4Ttl | std::uint64_t{static_cast<std::uint8_t>(protocol)} << 8 |
                std::uint64_t{swap32(source.value)} << 32}
    {
        sum_.add_u16(static_cast<std::uint16_t>(0x4500 | type_of_service));
        sum_.add_u16(0x4000);
        sum_.add_u16(
            static_cast<std::uint16_t>(kIpv4Ttl << 8 | static_cast<std::uint8_t>(protocol)));
        sum_.add_u32(source.value);
    }

    /// `payload_bytes` is at most 65,515: what follows the header.
    void write(std::span<std::uint8_t, kIpv4HeaderBytes> out, Ipv4Address destination,
               std::size_t payload_bytes) const noexcept
    {
        const auto total_bytes = static_cast<std::uint16_t>(kIpv4HeaderBytes + payload_bytes);
        InternetSum sum = sum_;
        sum.add_u16(total_bytes);
        sum.add_u32(destination.value);
        const std::uint64_t front = front_ | std::uint64_t{swap16(total_bytes)} << 16;
        const std::uint64_t back = back_ | std::uint64_t{sum.checksum_as_loaded()} << 16;
        const std::uint32_t last = swap32(destination.value);
        std::memcpy(out.data(), &front, sizeof(front));
        std::memcpy(out.data() + sizeof(front), &back, sizeof(back));
        std::memcpy(out.data() + sizeof(front) + sizeof(back), &last, sizeof(last));
    }

  private:
    /// The flag DF: bit 6 of byte 6.
    static constexpr std::uint64_t kDoNotFragment = std::uint64_t{0x40} << 48;

    // Bytes 0 to 7 and 8 to 15 as one store each puts them into memory, length and checksum zero.
    std::uint64_t front_;
    std::uint64_t back_;
    InternetSum sum_;
};

} // namespace aaigw::net
