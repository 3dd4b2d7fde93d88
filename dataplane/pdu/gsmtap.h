// GSMTAP version 2, which carries a burst of MAC PDUs over UDP on the access and relay links.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "dataplane/pdu/parse_error.h"

namespace aaigw::pdu {

inline constexpr std::uint16_t kGsmtapPort = 4729; ///< UDP destination port in both directions
inline constexpr std::size_t kGsmtapHeaderBytes = 16;

/// The zone that the PDUs of a burst belong to: IEEE 802.16-2009 (L) or IEEE 802.16.1-2012 (M).
enum class Zone : std::uint8_t { lzone, mzone };

/// What the header says. All its other fields are sent as 0 and ignored on receipt.
struct GsmtapHeader {
    Zone zone = Zone::mzone;
    LinkDirection direction = LinkDirection::downlink;
    Stid stid;                      ///< MZone only; 0 as long as none is assigned
    std::uint32_t frame_number = 0; ///< the sender's count of 5 ms frames
    std::uint8_t sector = 0;        ///< which of the gateway's ABSIDs

    friend bool operator==(const GsmtapHeader&, const GsmtapHeader&) = default;
};

struct GsmtapDatagram {
    GsmtapHeader header;
    MutableBytes burst; ///< what follows the header, at least one byte
};

/// Reads the payload of a UDP datagram. A header of more than four words is refused: version 2 defines no fifth
/// word, so its sender is not one of ours, and the burst begins at one place for every receiver.
[[nodiscard]] Parsed<GsmtapDatagram> parse_gsmtap(MutableBytes datagram) noexcept;

/// The header as two big-endian numbers:
/// version(8) words(8) type(8) 0(8) ARFCN(16) 0(16) | frame number(32) sub-type(8) antenna(8) 0(16).
/// The fast path reads and writes it with two loads and two stores.
struct GsmtapWords {
    std::uint64_t front = 0;
    std::uint64_t back = 0;

    static constexpr std::uint64_t kVersion = 2;
    static constexpr std::uint64_t kHeaderWords = kGsmtapHeaderBytes / 4;
    static constexpr std::uint64_t kTypeWimaxBurst = 7;
    /// A PDU burst, as registered and as Wireshark decodes it.
    static constexpr std::uint8_t kSubTypeLzone = 0x13;
    /// Ours: nothing is registered for IEEE 802.16.1.
    static constexpr std::uint8_t kSubTypeMzone = 0x41;
    static constexpr std::uint64_t kArfcnUplink = 0x4000;

    [[nodiscard]] static constexpr GsmtapWords of(const GsmtapHeader& header) noexcept
    {
        std::uint64_t arfcn = header.direction == LinkDirection::uplink ? kArfcnUplink : 0;
        if (header.zone == Zone::mzone)
            arfcn |= header.stid.value();
        const std::uint64_t sub_type = header.zone == Zone::mzone ? kSubTypeMzone : kSubTypeLzone;
        return {kVersion << 56 | kHeaderWords << 48 | kTypeWimaxBurst << 40 | arfcn << 16,
                std::uint64_t{header.frame_number} << 32 | sub_type << 24 |
                    std::uint64_t{header.sector} << 16};
    }

    [[nodiscard]] constexpr std::uint8_t version() const noexcept { return byte(front, 56); }
    [[nodiscard]] constexpr std::uint8_t words() const noexcept { return byte(front, 48); }
    [[nodiscard]] constexpr std::uint8_t type() const noexcept { return byte(front, 40); }
    [[nodiscard]] constexpr std::uint8_t sub_type() const noexcept { return byte(back, 24); }
    [[nodiscard]] constexpr std::uint8_t sector() const noexcept { return byte(back, 16); }
    [[nodiscard]] constexpr std::uint32_t frame_number() const noexcept
    {
        return static_cast<std::uint32_t>(back >> 32);
    }
    [[nodiscard]] constexpr LinkDirection direction() const noexcept
    {
        return (front >> 16 & kArfcnUplink) != 0 ? LinkDirection::uplink : LinkDirection::downlink;
    }
    /// MZone only.
    [[nodiscard]] constexpr Stid stid() const noexcept { return Stid::from_field(front >> 16); }
    [[nodiscard]] constexpr Zone zone() const noexcept
    {
        return sub_type() == kSubTypeMzone ? Zone::mzone : Zone::lzone;
    }
    /// Whether it is a header that parse_gsmtap() accepts.
    [[nodiscard]] constexpr bool is_burst() const noexcept
    {
        return front >> 40 == (kVersion << 16 | kHeaderWords << 8 | kTypeWimaxBurst) &&
               (sub_type() == kSubTypeMzone || sub_type() == kSubTypeLzone);
    }

  private:
    [[nodiscard]] static constexpr std::uint8_t byte(std::uint64_t word, unsigned shift) noexcept
    {
        return static_cast<std::uint8_t>(word >> shift);
    }
};

[[nodiscard]] std::array<std::uint8_t, kGsmtapHeaderBytes>
build_gsmtap(const GsmtapHeader& header) noexcept;

/// The UDP source port of a station: 0xC000 and 14 bits of a hash, so that a NIC which hashes ports spreads the
/// stations over its queues and keeps each of them on one.
///
/// The hash is Knuth's multiplicative one: the top 14 of the 32 bits of 0x9E3779B1 * (sector << 16 | station),
/// modulo 2^32. Neighbouring numbers, which is how stations are numbered, land far apart.
/// `station` is the STID in the MZone and the CID in the LZone.
[[nodiscard]] constexpr std::uint16_t station_port(std::uint8_t sector,
                                                   std::uint16_t station) noexcept
{
    const std::uint32_t input = std::uint32_t{sector} << 16 | station;
    return static_cast<std::uint16_t>(0xc000U | (input * 0x9e3779b1U) >> 18);
}

} // namespace aaigw::pdu
