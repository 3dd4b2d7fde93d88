// PacketPool: the buffers that packets live in, allocated once; each has its Packet beside it.
#pragma once

#include "common/result.h"
#include "dataplane/path/io.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

struct rte_mempool;

namespace aaigw::dpdk {

struct PoolOptions {
    std::string name = "packets"; ///< of no other pool; at most 25 characters
    std::size_t packets = 8191;   ///< best one less than a power of two
    std::uint16_t mtu = 1500;     ///< the largest of all ports that receive into it
    std::size_t cache =
        256;            ///< free packets that a registered thread keeps for itself; at most 512
    int numa_node = -1; ///< -1: any
};

/// Longest frame of a port: its MTU, an Ethernet header and one VLAN tag.
[[nodiscard]] constexpr std::size_t max_frame_bytes(std::uint16_t mtu) noexcept
{
    return std::size_t{mtu} + 14 + 4;
}

/// Memory that a pool takes, rounded up, for EalOptions::memory_mib.
[[nodiscard]] std::size_t pool_bytes(const PoolOptions& options) noexcept;

/// Any number of threads may take and give back; those of register_thread() do so without meeting each other, and get
/// back first what they gave last. To outlive every port that receives into it and every packet of it.
class PacketPool final : public path::PacketStore {
  public:
    [[nodiscard]] static Result<PacketPool> create(const PoolOptions& options);

    PacketPool(PacketPool&& other) noexcept;
    PacketPool& operator=(PacketPool&&) = delete;
    ~PacketPool() override;

    /// A packet without bytes, with at least kMinHeadroom in front and max_frame_bytes() behind; null when none is free.
    [[nodiscard]] path::Packet* take() noexcept override;
    /// Fills `out` from its beginning with as many as are free; returns how many.
    [[nodiscard]] std::size_t take(std::span<path::Packet*> out) noexcept;

    /// Each to the pool it came from, whichever that is.
    void give_back(std::span<path::Packet* const> packets) noexcept override;
    static void give_back(path::Packet& packet) noexcept;

    /// Packets that are taken, received or on their way out: exact while no thread is busy. Walks over all caches.
    [[nodiscard]] std::size_t in_use() const noexcept;
    [[nodiscard]] std::size_t capacity() const noexcept;
    [[nodiscard]] std::uint16_t mtu() const noexcept { return mtu_; }

    [[nodiscard]] rte_mempool* mempool() noexcept { return mempool_; }

  private:
    PacketPool(rte_mempool* mempool, std::uint16_t mtu) noexcept : mempool_{mempool}, mtu_{mtu} {}

    rte_mempool* mempool_;
    std::uint16_t mtu_;
};

} // namespace aaigw::dpdk
