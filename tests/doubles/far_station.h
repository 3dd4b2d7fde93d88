// FarStation: a station in both zones as its own end of the link sees it, and how a gateway comes to know it.
#pragma once

#include "tests/doubles/path_rig.h"
#include "tests/doubles/reference_pdus.h"

#include <optional>
#include <vector>

namespace aaigw::path::doubles {

using aaigw::doubles::FarCmac;
using aaigw::doubles::FarTek;
using aaigw::doubles::Key;

/// A flow; in the MZone its slot is the FID.
struct FarFlow {
    std::uint8_t slot = 4;
    std::uint32_t gre_key = 0;
    Cid cid{};
    pdu::HeaderKind header = pdu::HeaderKind::agmh;
    pdu::Crc crc = pdu::Crc::absent;
    std::uint8_t sa = 0;
    std::uint16_t max_packet = 0;

    [[nodiscard]] Fid fid() const noexcept { return Fid::from_field(slot); }
};

[[nodiscard]] constexpr LinkDirection other(LinkDirection direction) noexcept
{
    return direction == LinkDirection::uplink ? LinkDirection::downlink : LinkDirection::uplink;
}

/// The PNs of one direction of a zone, all of them to be used.
[[nodiscard]] sa::PnLimits all_pns(pdu::Zone zone, LinkDirection direction);

/// One context with one SA and one TEK that is used in both directions. The spec points into `tek` and `cmac`.
[[nodiscard]] sa::ContextSpec context_of(pdu::Zone zone, const FarTek& tek,
                                         const FarCmac* cmac = nullptr,
                                         LinkDirection sends = LinkDirection::downlink);

/// Everything about it follows from its number, so that stations of different numbers share nothing. A test changes
/// what it wants to before add_to().
struct FarStation {
    /// `number` < 1000. One flow, on FID 4.
    explicit FarStation(std::uint16_t number = 0);

    std::uint8_t sector = 3;
    Stid stid;
    sa::ManagementCids cids{};
    Host host{};
    std::uint16_t udp_port = 0;
    LinkDirection sends = LinkDirection::uplink; ///< downlink: it is what a relay has above itself
    std::vector<FarFlow> flows{};
    FarTek mzone{};
    FarTek lzone{};
    FarCmac mzone_cmac{};
    FarCmac lzone_cmac{};

    // In the gateway, after add_to().
    sa::StationRef ref{};
    sa::ContextRef mzone_context{};
    sa::ContextRef lzone_context{};

    /// Adds the station with both its sides, its flows and a context in each zone, places it, and lets the gateway send
    /// in `zone`.
    void add_to(PathRig& rig, pdu::Zone zone = pdu::Zone::mzone);

    /// Of the TEK that it was added with.
    [[nodiscard]] sa::TekCounters counters_in(PathRig& rig, pdu::Zone zone) const;

    /// The first PN that it sends with, plus `index`.
    [[nodiscard]] std::uint32_t pn(pdu::Zone zone, std::uint32_t index = 0) const;

    // PDUs that it sends.
    [[nodiscard]] Buffer mzone_pdu(std::uint32_t index, Bytes payload) const;
    [[nodiscard]] Buffer lzone_pdu(std::uint32_t index, Bytes payload) const;
    [[nodiscard]] Buffer pdu(pdu::Zone zone, std::uint32_t index, Bytes payload) const
    {
        return zone == pdu::Zone::mzone ? mzone_pdu(index, payload) : lzone_pdu(index, payload);
    }

    /// The frame with which such PDUs arrive at the gateway's access port.
    [[nodiscard]] Buffer frame(pdu::Zone zone, Bytes burst) const;
    /// An inner packet of `flow`, as the core peer sends it.
    [[nodiscard]] static Buffer core_frame(const FarFlow& flow, Bytes inner,
                                           std::uint16_t protocol = 0x0800);

    /// What the gateway sends to the core for an uplink inner packet.
    [[nodiscard]] static Buffer expected_core_frame(const FarFlow& flow, Bytes inner,
                                                    std::uint16_t protocol = 0x0800);
    /// What the gateway sends to the station for one PDU; `connection` is the STID or CID.
    [[nodiscard]] Buffer expected_frame(pdu::Zone zone, std::uint16_t connection, Bytes pdu,
                                        std::uint32_t frame_number = 0) const;
};

} // namespace aaigw::path::doubles
