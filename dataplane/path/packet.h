// Packet: what the path knows of one packet on its way, in one cache line beside the buffer that holds its bytes.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "dataplane/path/verdict.h"

#include <cstddef>
#include <cstdint>

namespace aaigw::sa {
struct Station;
struct SaTx;
struct SaRx;
struct CmacRx;
} // namespace aaigw::sa

namespace aaigw::path {

/// What classify() found.
enum class PacketKind : std::uint8_t {
    none,        ///< has its verdict
    downlink,    ///< an IP packet out of GRE; `key` is the data path id
    mzone_burst, ///< MZone PDUs out of GSMTAP, from the station `sector`, `connection`
    lzone_burst, ///< LZone PDUs out of GSMTAP
    mzone_pdu,   ///< one PDU cut out of a burst
    lzone_pdu,   ///< one PDU cut out of a burst; `connection` is its CID
};

/// Room that every received packet has in front of its first byte and behind its last one: enough for the headers and
/// the ICV that protection adds (an outer IPv4 header, UDP, GSMTAP, GMH, PN, and ICV and CRC-32).
inline constexpr std::size_t kMinHeadroom = 128;
inline constexpr std::size_t kMinTailroom = 32;

/// Filled and read by one worker. The bytes belong to whoever holds the packet; the pointers to stations and SAs are
/// good until the worker's next quiescent state, and longer while the packet's job is in flight (see JobFence).
struct alignas(64) Packet {
    /// Received: the frame. Later: what is left of it to work on. At the end: the frame to send.
    std::uint8_t* data = nullptr;
    std::uint8_t* frame = nullptr; ///< the received frame's first byte
    sa::Station* station = nullptr;
    union {
        void* sa = nullptr;
        sa::SaTx* tx;
        sa::SaRx* rx;
        sa::CmacRx* cmac;
    };
    Packet* older = nullptr;    ///< a copy to be opened with the older context when this one fails
    std::uint32_t key = 0;      ///< GRE key
    std::uint32_t pn = 0;       ///< PN or CMAC_PN
    std::uint16_t length = 0;   ///< bytes at data
    std::uint16_t headroom = 0; ///< bytes before data that may be written
    std::uint16_t tailroom = 0; ///< bytes behind data + length that may be written
    std::uint16_t connection = 0; ///< STID or CID
    PacketKind kind = PacketKind::none;
    Verdict verdict = Verdict::forwarded;
    std::uint8_t port = 0;   ///< the port it came from, then the one it goes to
    std::uint8_t sector = 0; ///< GSMTAP antenna_nr
    std::uint8_t slot = 0;   ///< which of the station's flows; in the MZone the FID
    std::uint8_t flags = 0;  ///< the flow's, see sa::FlowFlags
    std::uint8_t worker = 0; ///< with Verdict::handed_over: to whom
    std::uint8_t note = 0;   ///< the stages' own

    [[nodiscard]] MutableBytes bytes() const noexcept { return {data, length}; }
};
static_assert(sizeof(Packet) == 64);

} // namespace aaigw::path
