// Frames for tests, written byte by byte: nothing in here uses the product's builders of outer headers.
#pragma once

#include "common/bytes.h"
#include "common/hex.h"
#include "common/ids.h"
#include "common/ipv4.h"
#include "tests/doubles/plain_checksum.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::doubles {

/// Its capacity is its size: AddressSanitizer sees the first byte past the end.
using Buffer = std::vector<std::uint8_t>;

/// Of a literal in a test, spaces allowed: a wrong one stops the test program.
inline Buffer hex(std::string_view text)
{
    std::string digits;
    for (const char c : text)
        if (c != ' ')
            digits.push_back(c);
    return from_hex(digits).value();
}

inline Buffer join(std::initializer_list<Bytes> parts)
{
    Buffer all;
    for (const Bytes part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// `count` bytes that differ from one another, and with another `seed` from others.
inline Buffer pattern(std::size_t count, std::uint8_t seed = 0)
{
    Buffer bytes(count);
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = static_cast<std::uint8_t>(seed + i * 7 + i / 256);
    return bytes;
}

struct Host {
    MacAddress mac{};
    Ipv4Address ip{};
};

inline Buffer ethernet(const MacAddress& to, const MacAddress& from, std::uint16_t type,
                       Bytes payload)
{
    return join({to, from, be_bytes<2>(type), payload});
}

struct Ipv4Extras {
    Buffer options{}; ///< a multiple of four bytes
    std::uint16_t flags_and_offset = 0x4000;
    std::uint8_t ttl = 64;
};

inline Buffer ipv4(Ipv4Address from, Ipv4Address to, std::uint8_t protocol, Bytes payload,
                   const Ipv4Extras& extras = {})
{
    const std::size_t header_bytes = 20 + extras.options.size();
    Buffer packet =
        join({be_bytes<1>(0x40 + header_bytes / 4), be_bytes<1>(0),
              be_bytes<2>(header_bytes + payload.size()), be_bytes<2>(0),
              be_bytes<2>(extras.flags_and_offset), be_bytes<1>(extras.ttl), be_bytes<1>(protocol),
              be_bytes<2>(0), be_bytes<4>(from.value), be_bytes<4>(to.value), extras.options});
    const auto sum = be_bytes<2>(plain_checksum(packet));
    packet[10] = sum[0];
    packet[11] = sum[1];
    packet.insert(packet.end(), payload.begin(), payload.end());
    return packet;
}

/// Without a checksum.
inline Buffer udp(std::uint16_t from, std::uint16_t to, Bytes payload)
{
    return join({be_bytes<2>(from), be_bytes<2>(to), be_bytes<2>(8 + payload.size()),
                 be_bytes<2>(0), payload});
}

enum class Sort : std::uint8_t { lzone = 0x13, mzone = 0x41 };

/// decisions.md 3: the header of a burst of `stid` (0 in the LZone), and the burst.
inline Buffer gsmtap(Sort sort, LinkDirection direction, std::uint16_t stid, std::uint8_t sector,
                     Bytes burst, std::uint32_t frame_number = 0)
{
    const unsigned arfcn = (direction == LinkDirection::uplink ? 0x4000U : 0U) | stid;
    return join({hex("020407 00"), be_bytes<2>(arfcn), hex("0000"), be_bytes<4>(frame_number),
                 be_bytes<1>(static_cast<std::uint8_t>(sort)), be_bytes<1>(sector), hex("0000"),
                 burst});
}

/// RFC 2890 with a key and nothing else.
inline Buffer gre(std::uint32_t key, Bytes payload, std::uint16_t protocol = 0x0800)
{
    return join({hex("2000"), be_bytes<2>(protocol), be_bytes<4>(key), payload});
}

/// A whole IPv4 packet of `size` bytes (20 at least) between two hosts behind the gateway, UDP by its number only.
inline Buffer inner_ipv4(std::size_t size, std::uint8_t seed = 0)
{
    return ipv4({0x0a010001}, {0x0a020002}, 17, pattern(size - 20, seed));
}

/// A whole IPv6 packet of `size` bytes (40 at least).
inline Buffer inner_ipv6(std::size_t size, std::uint8_t seed = 0)
{
    return join({hex("60000000"), be_bytes<2>(size - 40),
                 hex("11 40 20010db8000000000000000000000001 20010db8000000000000000000000002"),
                 pattern(size - 40, seed)});
}

} // namespace aaigw::doubles
