// Station: one AMS (or ARS) as packets see it: its keys, where it is, and its flows.
#pragma once

#include "common/ipv4.h"
#include "dataplane/sa/snapshot.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace aaigw::sa {

/// Transport flows and the two control FIDs: in the MZone the slot is the FID.
inline constexpr std::size_t kFlowSlots = 16;

/// Core peers that there can be; a flow has one of them.
inline constexpr std::size_t kMaxCorePeers = 64;

// Flags of a flow, in one byte.
inline constexpr std::uint8_t kFlowExists = 1;
inline constexpr std::uint8_t kFlowSecondSa = 2; ///< the second SA of the context, else the first
inline constexpr std::uint8_t kFlowSpmh = 4;     ///< MZone: short-packet MAC header
inline constexpr std::uint8_t kFlowCrc = 8;      ///< LZone: sent with a CRC-32
inline constexpr std::uint8_t kFlowLimited = 16; ///< Station::max_packet has a limit

/// One flow in eight bytes, so that it changes in one store: GRE key(32) | CID(16) | core peer(8) | flags(8).
class FlowWord {
  public:
    constexpr FlowWord() noexcept = default;
    constexpr explicit FlowWord(std::uint64_t bits) noexcept : bits_{bits} {}
    constexpr FlowWord(std::uint32_t gre_key, Cid cid, std::uint8_t core_peer,
                       std::uint8_t flow_flags) noexcept
        : bits_{std::uint64_t{gre_key} << 32 | std::uint64_t{cid.value()} << 16 |
                std::uint64_t{core_peer} << 8 | flow_flags}
    {
    }

    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr std::uint32_t gre_key() const noexcept
    {
        return static_cast<std::uint32_t>(bits_ >> 32);
    }
    [[nodiscard]] constexpr Cid cid() const noexcept { return Cid::from_field(bits_ >> 16); }
    [[nodiscard]] constexpr std::uint8_t core_peer() const noexcept
    {
        return static_cast<std::uint8_t>(bits_ >> 8);
    }
    [[nodiscard]] constexpr std::uint8_t flags() const noexcept
    {
        return static_cast<std::uint8_t>(bits_);
    }
    [[nodiscard]] constexpr bool exists() const noexcept { return (bits_ & kFlowExists) != 0; }

  private:
    std::uint64_t bits_ = 0;
};

/// Where frames to a station go. Known from the configuration at first, then from PDUs that were verified.
struct StationAddress {
    Ipv4Address ip{};
    std::uint16_t udp_port =
        0; ///< that the station sent from; told, not used: frames go to the GSMTAP port
    std::uint8_t port = 0; ///< of the gateway
    MacAddress mac{};

    friend bool operator==(const StationAddress&, const StationAddress&) = default;
};

/// A station's address in two words, written by the owner worker and read by it and, for people, by others.
class AddressCell {
  public:
    /// Whether frames can be sent there.
    [[nodiscard]] bool known() const noexcept { return mac_.load(std::memory_order_relaxed) != 0; }

    /// The MAC address in the low 48 bits.
    [[nodiscard]] std::uint64_t mac_bits() const noexcept
    {
        return mac_.load(std::memory_order_relaxed);
    }
    /// IP(32) | UDP port(16) | port(8) | 0.
    [[nodiscard]] std::uint64_t ip_bits() const noexcept
    {
        return ip_.load(std::memory_order_relaxed);
    }

    /// Owner worker only.
    void set(std::uint64_t ip_bits, std::uint64_t mac_bits) noexcept
    {
        ip_.store(ip_bits, std::memory_order_relaxed);
        mac_.store(mac_bits, std::memory_order_relaxed);
    }
    void set(const StationAddress& to) noexcept { set(ip_bits_of(to), load_be<6>(to.mac)); }

    [[nodiscard]] StationAddress get() const noexcept
    {
        const std::uint64_t ip = ip_bits();
        return {.ip = {static_cast<std::uint32_t>(ip >> 32)},
                .udp_port = static_cast<std::uint16_t>(ip >> 16),
                .port = static_cast<std::uint8_t>(ip >> 8),
                .mac = be_bytes<6>(mac_bits())};
    }

    [[nodiscard]] static constexpr std::uint64_t ip_bits_of(const StationAddress& at) noexcept
    {
        return std::uint64_t{at.ip.value} << 32 | std::uint64_t{at.udp_port} << 16 |
               std::uint64_t{at.port} << 8;
    }

  private:
    std::atomic<std::uint64_t> ip_{0};
    std::atomic<std::uint64_t> mac_{0};
};

/// A place in the station table. The control thread fills it before any table leads to it.
struct alignas(64) Station {
    std::atomic<const Snapshot*> snapshot{nullptr};
    AddressCell address;
    std::atomic<std::uint16_t> stid{0}; ///< 0 without an MZone side
    std::atomic<std::uint16_t> spmh_fids{0};
    std::atomic<std::uint16_t> basic_cid{0};
    std::uint8_t sector = 0;
    std::uint8_t owner = 0; ///< the worker that alone changes what packets change
    LinkDirection sends = LinkDirection::downlink; ///< the way this gateway sends on the link
    std::uint32_t index = 0;
    std::atomic<std::uint32_t> generation{0};

    alignas(64) std::array<std::atomic<std::uint64_t>, kFlowSlots> flows{}; ///< FlowWord bits

    std::array<std::atomic<std::uint16_t>, kFlowSlots>
        max_packet{};                               ///< inner bytes, with kFlowLimited
    std::array<std::uint8_t, kFlowSlots> spmh_sn{}; ///< the owner worker's

    [[nodiscard]] FlowWord flow(std::size_t slot) const noexcept
    {
        return FlowWord{flows[slot].load(std::memory_order_relaxed)};
    }
    [[nodiscard]] StationRef ref() const noexcept
    {
        return {index, generation.load(std::memory_order_relaxed)};
    }
};
static_assert(offsetof(Station, flows) == 64);
static_assert(sizeof(Station) == 256);

} // namespace aaigw::sa
