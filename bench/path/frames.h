// Addresses and headers of the frames that a measurement feeds in.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "common/ipv4.h"
#include "dataplane/pdu/gsmtap.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aaigw::bench {

inline constexpr std::uint8_t kAccessPort = 0;
inline constexpr std::uint8_t kCorePort = 1;
inline constexpr std::uint16_t kMtu = 1600;
inline constexpr MacAddress kAccessMac{2, 0, 0, 0, 0, 1};
inline constexpr MacAddress kCoreMac{2, 0, 0, 0, 0, 2};
inline constexpr MacAddress kStationMac{2, 0, 0, 0, 0, 3};
inline constexpr MacAddress kPeerMac{2, 0, 0, 0, 0, 4};
inline constexpr Ipv4Address kAccessAddress{0xc0000201};  // 192.0.2.1
inline constexpr Ipv4Address kStationAddress{0xc0000202}; // 192.0.2.2
inline constexpr Ipv4Address kCoreAddress{0xc6336401};    // 198.51.100.1
inline constexpr Ipv4Address kPeerAddress{0xc6336402};    // 198.51.100.2

/// Ethernet, IPv4, UDP, GSMTAP.
inline constexpr std::size_t kUplinkPduAt = 14 + 20 + 8 + 16;
/// Ethernet, IPv4 and the flags and protocol of GRE.
inline constexpr std::size_t kGreKeyAt = 14 + 20 + 4;

/// An IPv4 packet of `bytes` bytes, UDP inside.
[[nodiscard]] std::vector<std::uint8_t> inner_packet(std::size_t bytes);

/// A GRE frame from the core peer around `inner`; the key is patched at kGreKeyAt.
[[nodiscard]] std::vector<std::uint8_t> downlink_frame(Bytes inner);

/// Writes everything in front of a burst of `pdu_bytes` at out + kUplinkPduAt. Gives the size of the frame.
[[nodiscard]] std::size_t write_uplink_headers(std::uint8_t* out, pdu::Zone zone,
                                               std::uint8_t sector, std::uint16_t connection,
                                               std::size_t pdu_bytes);

} // namespace aaigw::bench
