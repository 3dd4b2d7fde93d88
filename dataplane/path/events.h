// What a worker tells the control thread, and what it is told: two queues a worker, each between two threads.
#pragma once

#include "common/spsc_ring.h"
#include "dataplane/pdu/gsmtap.h"
#include "dataplane/sa/station.h"

#include <array>
#include <cstdint>

namespace aaigw::path {

/// The longest message in a queue: whatever one MAC PDU can hold.
inline constexpr std::size_t kMaxMessageBytes = 2048;

enum class EventKind : std::uint8_t {
    control_pdu,  ///< a control message for the station, or for the sector when no station is known
    soft_limit,   ///< a TEK that is sent with has reached its soft limit: once a TEK
    icv_failures, ///< a TEK has failed kIcvFailuresSoft times: once a TEK
    first_use,    ///< the first PDU under a TEK was verified: the peer has it. Once a TEK
    unknown_station, ///< a PDU for an STID or CID that no station has; rate-limited
    unknown_key,     ///< a PDU under an EKS that the station has no TEK for; rate-limited
    arp,             ///< an ARP packet that the control thread may learn from
    no_address,      ///< a packet for a station or peer whose address is not known; rate-limited
};

/// How far a control message can be trusted.
enum class Authenticity : std::uint8_t {
    none,       ///< it carries no CMAC tuple
    unverified, ///< it carries one, but there is no key here to verify it with
    verified,   ///< CMAC or ICV matched, and the number was new
};

struct Event {
    EventKind kind = EventKind::control_pdu;
    Authenticity authenticity = Authenticity::none;
    pdu::Zone zone = pdu::Zone::mzone;
    std::uint8_t sector = 0;
    std::uint8_t port = 0;
    bool has_station = false;
    sa::StationRef station{};
    sa::TekRef tek{};             ///< of the TEK, or with the context of the CMAC key
    std::uint16_t connection = 0; ///< STID or CID
    std::uint8_t fid = 0;
    std::uint32_t number = 0;    ///< PN or CMAC_PN of a verified message; the PN at a limit
    sa::StationAddress source{}; ///< where the frame came from
    std::uint16_t length = 0;
    std::array<std::uint8_t, kMaxMessageBytes> message; ///< the first `length` bytes of it
};

enum class CommandKind : std::uint8_t {
    control_pdu, ///< send a message to a station: FID 0 in clear, FID 1 protected; LZone: see is_protected
    set_address, ///< where a station is, unless a verified PDU has said so already
    frame,       ///< send this Ethernet frame
};

struct Command {
    CommandKind kind = CommandKind::frame;
    pdu::Zone zone = pdu::Zone::mzone;
    std::uint8_t port = 0;
    sa::StationRef station{};
    std::uint8_t fid = 0;
    Cid cid{};
    bool is_protected = false; ///< LZone: under the first SA, as on the secondary management CID
    sa::StationAddress address{};
    std::uint16_t length = 0;
    std::array<std::uint8_t, kMaxMessageBytes> message;
};

using EventRing = SpscRing<Event, 256>;
using CommandRing = SpscRing<Command, 128>;

} // namespace aaigw::path
