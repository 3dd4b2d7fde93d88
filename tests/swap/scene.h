// Scene: what the gateway, its stations, the core and the control thread of a run have agreed on.
#pragma once

#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/security_header.h"
#include "dataplane/sa/installer.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace aaigw::swap {

inline constexpr std::uint16_t kSaid = 1;
inline constexpr std::uint32_t kNoContext = 0xffffffff;

/// Stations are numbered from 0, and so are the contexts (or, in a TEK refresh, the TEKs) of each of them.
struct Scene {
    std::uint64_t seed = 0; ///< of the TEKs
    std::uint32_t stations = 1;
    std::uint32_t flows_per_station = 2;
    std::uint8_t workers = 1;
    /// Frames come to another worker than the one that owns their station.
    bool comes_in_elsewhere = false;
    /// All contexts use the same EKS.
    bool one_eks = false;
    /// Contexts of the MZone and of the LZone in turn.
    bool zones_alternate = false;
    /// The first worker never runs out of frames: what the others leave room for, the core sends to a guest.
    bool is_saturated = false;
    std::size_t buffers = 6144;
    /// Of the frames to a station, each of so many is opened, besides the first one under each TEK and the last of all.
    std::uint32_t open_every = 8;
    /// Of the uplink frames, each of so many is sent once more at some later time; 0: none.
    std::uint32_t replay_every = 0;
    /// The core sends so many downlink packets as may have to go out under one TEK, and waits for the next; 0: any number.
    std::uint32_t downlink_budget = 0;
    /// Packets for a station may be refused; all that come out are opened then.
    bool may_be_refused = false;
    /// A station is left in peace until so many packets have come to it under its present context.
    std::uint32_t packets_per_context = 1;
    /// Downlink PNs of each TEK; 0: all that its zone has.
    std::uint32_t soft_pn = 0;
    std::uint32_t hard_pn = 0;
    std::uint32_t ceiling_pn = 0;

    [[nodiscard]] Eks eks_of(std::uint32_t context) const noexcept
    {
        return Eks::from_field(one_eks ? 2 : context);
    }
    [[nodiscard]] pdu::Zone zone_of(std::uint32_t context) const noexcept
    {
        return zones_alternate && context % 2 == 1 ? pdu::Zone::lzone : pdu::Zone::mzone;
    }
    [[nodiscard]] sa::PnLimits downlink_limits(std::uint32_t context) const noexcept
    {
        const std::uint32_t last = zone_of(context) == pdu::Zone::mzone
                                       ? pdu::kDownlinkPns.last.value()
                                       : pdu::kLzoneDownlinkPns.last.value();
        const std::uint32_t hard = hard_pn == 0 ? last : hard_pn;
        return {.first = 1,
                .soft = soft_pn == 0 ? hard : soft_pn,
                .hard = hard,
                .ceiling = ceiling_pn == 0 ? hard : ceiling_pn};
    }
    [[nodiscard]] std::uint32_t first_uplink_pn(std::uint32_t context) const noexcept
    {
        return zone_of(context) == pdu::Zone::mzone ? pdu::kUplinkPns.first.value()
                                                    : pdu::kLzoneUplinkPns.first.value();
    }

    // Names of stations and flows.

    static constexpr std::uint32_t kSectors = 4;
    static constexpr std::uint8_t kFirstFid = 3;
    static constexpr std::uint32_t kFirstGreKey = 0x10000;
    static constexpr std::uint32_t kFirstTransportCid = 0x2000;
    static constexpr std::uint32_t kFirstPrimaryCid = 0x1000;
    static constexpr std::uint8_t kGuestSector = kSectors;
    static constexpr std::uint8_t kGuestFid = kFirstFid;
    static constexpr std::uint32_t kGuestGreKey = 0x1000;
    static constexpr Cid kGuestBasicCid = Cid::from_field(1);
    static constexpr Cid kGuestPrimaryCid = Cid::from_field(2);
    static constexpr Cid kGuestTransportCid = Cid::from_field(3);

    [[nodiscard]] std::uint32_t flows() const noexcept { return stations * flows_per_station; }
    [[nodiscard]] static std::uint8_t sector_of(std::uint32_t station) noexcept
    {
        return static_cast<std::uint8_t>(station % kSectors);
    }
    [[nodiscard]] static Stid stid_of(std::uint32_t station) noexcept
    {
        return Stid::from_field(1 + station / kSectors);
    }
    [[nodiscard]] static sa::ManagementCids cids_of(std::uint32_t station) noexcept
    {
        return {.basic = Cid::from_field(1 + station / kSectors),
                .primary = Cid::from_field(kFirstPrimaryCid + station / kSectors)};
    }
    [[nodiscard]] Fid fid_of(std::uint32_t flow) const noexcept
    {
        return Fid::from_field(kFirstFid + flow % flows_per_station);
    }
    [[nodiscard]] Cid cid_of(std::uint32_t flow) const noexcept
    {
        return Cid::from_field(kFirstTransportCid + flow);
    }
    [[nodiscard]] static std::uint32_t gre_key_of(std::uint32_t flow) noexcept
    {
        return kFirstGreKey + flow;
    }
    [[nodiscard]] std::uint8_t owner_of(std::uint32_t station) const noexcept
    {
        return static_cast<std::uint8_t>(station / kSectors % workers);
    }
    /// Of an STID or a basic CID: the guest is the first worker's.
    [[nodiscard]] std::uint8_t owner_of_stid(std::uint16_t stid) const noexcept
    {
        return static_cast<std::uint8_t>((stid - 1U) % workers);
    }
    [[nodiscard]] std::uint8_t entry_of(std::uint32_t station) const noexcept
    {
        return static_cast<std::uint8_t>((owner_of(station) + (comes_in_elsewhere ? 1U : 0U)) %
                                         workers);
    }
    /// Nothing for names that no station has.
    [[nodiscard]] std::optional<std::uint32_t> station_of(std::uint8_t sector, Stid stid) const
    {
        const std::uint32_t station = (stid.value() - 1U) * kSectors + sector;
        return stid.value() == 0 || sector >= kSectors || station >= stations
                   ? std::nullopt
                   : std::optional{station};
    }
    [[nodiscard]] std::optional<std::uint32_t> flow_of(Cid cid) const
    {
        const std::uint32_t flow = cid.value() - kFirstTransportCid;
        return flow < flows() ? std::optional{flow} : std::nullopt;
    }
    [[nodiscard]] std::optional<std::uint32_t> flow_of_gre_key(std::uint32_t gre_key) const
    {
        const std::uint32_t flow = gre_key - kFirstGreKey;
        return flow < flows() ? std::optional{flow} : std::nullopt;
    }
};

} // namespace aaigw::swap
