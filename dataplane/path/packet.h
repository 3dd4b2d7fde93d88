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

/// What classify() found, and what became of it.
enum class PacketKind : std::uint8_t {
    none,        ///< has its verdict
    downlink,    ///< an IP packet out of GRE; `gre_key` is the data path id
    mzone_burst, ///< MZone PDUs out of GSMTAP, from the station `sector`, `connection`
    lzone_burst, ///< LZone PDUs out of GSMTAP
    mzone_pdu,   ///< one PDU cut out of a burst, in `slot` its FID
    lzone_pdu,   ///< one PDU cut out of a burst
    cmac,        ///< a control message whose CMAC is to be verified
};

/// What a stage has to tell a later one: some of these in one byte.
using PacketNote = std::uint8_t;
inline constexpr PacketNote kNoteLzone = 1; ///< downlink or cmac: of the LZone
inline constexpr PacketNote kNoteControl =
    2; ///< an encrypted control message: for the control thread
inline constexpr PacketNote kNoteUnneeded = 4; ///< a copy: the newer key has opened the original
inline constexpr PacketNote kNoteSecondary =
    8; ///< a copy of a PDU, to be opened with the older key

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
    Packet* older = nullptr; ///< a copy to be opened with the older context when this one fails
    union {
        std::uint32_t gre_key = 0; ///< downlink
        std::uint32_t payload_at;  ///< a PDU: offset of its payload from data
    };
    std::uint32_t pn = 0;         ///< PN or CMAC_PN
    std::uint16_t length = 0;     ///< bytes at data
    std::uint16_t headroom = 0;   ///< as taken or received: bytes before data that may be written
    std::uint16_t tailroom = 0;   ///< the same behind data + length
    std::uint16_t connection = 0; ///< STID or CID
    PacketKind kind = PacketKind::none;
    Verdict verdict = Verdict::forwarded;
    std::uint8_t port = 0;   ///< the port it came from, then the one it goes to
    std::uint8_t sector = 0; ///< GSMTAP antenna_nr
    std::uint8_t slot = 0;   ///< which of the station's flows; in the MZone the FID
    std::uint8_t flags = 0;  ///< the flow's, see sa::kFlowExists
    std::uint8_t worker = 0; ///< with Verdict::handed_over: to whom
    PacketNote note = 0;

    [[nodiscard]] MutableBytes bytes() const noexcept { return {data, length}; }
    [[nodiscard]] bool has(PacketNote what) const noexcept { return (note & what) != 0; }
    void mark(PacketNote what) noexcept { note = static_cast<std::uint8_t>(note | what); }

    /// `part` of bytes() becomes all.
    void narrow_to(Bytes part) noexcept
    {
        data += part.data() - data;
        length = static_cast<std::uint16_t>(part.size());
    }
    /// Takes `front` bytes of the room before and `back` bytes of the room behind.
    void widen(std::size_t front, std::size_t back) noexcept
    {
        data -= front;
        length = static_cast<std::uint16_t>(length + front + back);
    }
};
static_assert(sizeof(Packet) == 64);

} // namespace aaigw::path
