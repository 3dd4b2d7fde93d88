// ARP for IPv4 over Ethernet (RFC 826, RFC 5227).
#pragma once

#include "common/ipv4.h"
#include "dataplane/net/ethernet.h"

namespace aaigw::net {

inline constexpr std::size_t kArpBytes = 28;

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

/// One of the two parties, as far as ARP knows them.
struct ArpParty {
    MacAddress mac{};
    Ipv4Address address;

    friend bool operator==(const ArpParty&, const ArpParty&) = default;
};

struct ArpPacket {
    ArpOperation operation = ArpOperation::request;
    ArpParty
        sender; ///< its address is 0 in a probe (RFC 5227 1.1), from which nothing is to be learned
    ArpParty target; ///< its MAC address means nothing in a request

    friend bool operator==(const ArpPacket&, const ArpPacket&) = default;
};

/// Reads the payload of an Ethernet frame. A sender that could not be a host is refused, so that it never gets into a
/// table: a MAC address of a group or of zeros, an IP address of none. Only a probe may have the address 0.
[[nodiscard]] Parsed<ArpPacket> parse_arp(Bytes payload) noexcept;

/// Makes the received `frame`, an ARP request, the reply to it, and gives the part of it that is to be sent. It has the
/// length of the request, 60 bytes at most.
///
/// The caller has seen that the target's address is its own. A frame that is refused is left as it was.
[[nodiscard]] Parsed<MutableBytes> answer_arp(MutableBytes frame,
                                              const MacAddress& own_mac) noexcept;

using ArpFrame = std::span<std::uint8_t, kEthernetMinimumBytes>;

/// Writes a whole frame that asks who has `target`, by broadcast, or only the one that had it before (RFC 1122 2.3.2.1).
void write_arp_request(ArpFrame out, const ArpParty& self, Ipv4Address target,
                       const MacAddress& to = kBroadcastMac) noexcept;

/// Writes a whole frame that tells everybody of `self` (RFC 5227 2.3), so that old entries for its address go away.
void write_arp_announcement(ArpFrame out, const ArpParty& self) noexcept;

} // namespace aaigw::net
