// The frames around the gateway, and what is inside of them: bytes that tell their flow, their place and any change.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "dataplane/path/links.h"
#include "dataplane/path/packet.h"
#include "dataplane/pdu/gsmtap.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace aaigw::swap {

inline constexpr std::uint8_t kAccessPort = 0;
inline constexpr std::uint8_t kCorePort = 1;
inline constexpr std::uint8_t kGuestPort = 2;

/// An access port, a core port with one core peer, and an access port for the guest.
void set_up_links(path::Links& links);

/// Where every station is.
[[nodiscard]] MacAddress station_mac() noexcept;
[[nodiscard]] Ipv4Address station_ip() noexcept;

/// The contents of an IP packet between a station and the core.
struct Inner {
    std::uint32_t flow = 0;
    std::uint64_t order = 0; ///< counts the packets of its station and direction

    friend bool operator==(const Inner&, const Inner&) = default;
};

inline constexpr std::size_t kMinInnerBytes = 32;
inline constexpr std::size_t kMaxInnerBytes = 1400;

/// Fills `out`, of kMinInnerBytes to kMaxInnerBytes.
void write_inner(MutableBytes out, const Inner& inner) noexcept;
/// Nothing when any byte differs from what write_inner() has written.
[[nodiscard]] std::optional<Inner> read_inner(Bytes packet) noexcept;

/// A fresh packet becomes a GRE frame from the core peer; the inner packet is for the caller to fill in.
[[nodiscard]] MutableBytes write_core_frame(path::Packet& packet, std::uint32_t gre_key,
                                            std::size_t inner_bytes) noexcept;

/// Who sent a burst, as GSMTAP says it.
struct Sender {
    pdu::Zone zone = pdu::Zone::mzone;
    std::uint8_t sector = 0;
    Stid stid;
};

/// Where an uplink frame has its PDU.
[[nodiscard]] MutableBytes room_for_pdu(path::Packet& packet) noexcept;
/// A fresh packet with `pdu_bytes` in room_for_pdu() becomes an uplink frame.
void write_access_frame(path::Packet& packet, const Sender& sender, std::size_t pdu_bytes) noexcept;

/// What the gateway has sent to a station: nothing when the frame around it is not as it should be.
struct SentPdu {
    pdu::GsmtapHeader header;
    MutableBytes pdu;
};
[[nodiscard]] std::optional<SentPdu> read_access_frame(const path::Packet& packet) noexcept;

/// What the gateway has sent to the core.
struct SentToCore {
    std::uint32_t gre_key = 0;
    Bytes inner;
};
[[nodiscard]] std::optional<SentToCore> read_core_frame(const path::Packet& packet) noexcept;

} // namespace aaigw::swap
