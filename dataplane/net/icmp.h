// ICMP: echo replies for the gateway's own addresses, and errors that tell a sender in a tunnel of its path MTU.
#pragma once

#include "dataplane/net/ethernet.h"
#include "dataplane/net/ipv4.h"

namespace aaigw::net {

inline constexpr std::size_t kIcmpHeaderBytes = 8;

/// Makes the received `frame`, an ICMP echo request, the reply to it, and gives the part of it that is to be sent.
///
/// The data come back whole (RFC 1122 3.2.2.6), so does the DSCP; the TTL is our own. Options are left out of the reply
/// and the data move up. A request with a source route, which RFC 1122 would have us send back the way it came, gets
/// no reply at all: RFC 7126 4.3 advises so, as nobody but an attacker needs one. Nor does a request that was sent to
/// a group or from an address that is not a single host's.
///
/// The caller has seen that the destination is its own address. A frame that is refused is left as it was.
[[nodiscard]] Parsed<MutableBytes> answer_echo(MutableBytes frame) noexcept;

/// Whether an ICMP error may be sent because of the tunnelled packet `inner`: a well-formed IPv4 or IPv6 packet, from
/// a single host to a single host, no fragment but the first, and no ICMP error or redirect (RFC 1122 3.2.2, RFC 4443
/// 2.4 (e)). Of ICMPv4 only what is known to be a query or its answer is taken for no error.
[[nodiscard]] bool may_answer_with_error(Bytes inner) noexcept;

/// The longest message of build_too_big(): an ICMPv4 one ends at 576 bytes (RFC 1812 4.3.2.3), an ICMPv6 one at 1,280
/// (RFC 4443 3.2).
inline constexpr std::size_t kTooBigIpv4Bytes = 576;
inline constexpr std::size_t kTooBigIpv6Bytes = 1280;

/// Writes the IP packet that tells the sender of `inner` that not more than `mtu` bytes fit: "fragmentation needed"
/// with the MTU of RFC 1191, or "packet too big" of ICMPv6. It quotes as much of `inner` as is allowed.
///
/// It comes from the destination of `inner`, since inside the tunnel the gateway has no address. Refused unless
/// may_answer_with_error(). Whether an IPv4 packet may be fragmented instead is the caller's question, so is the rate
/// of errors (RFC 1812 4.3.2.8, RFC 4443 2.4 (f)). Receivers ignore an MTU below 68 (IPv4) or 1,280 (IPv6) bytes.
/// `out` must not overlap `inner`; it needs 1,280 bytes at most.
[[nodiscard]] Parsed<MutableBytes> build_too_big(Bytes inner, std::uint16_t mtu,
                                                 MutableBytes out) noexcept;

} // namespace aaigw::net
