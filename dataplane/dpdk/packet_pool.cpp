#include "dataplane/dpdk/packet_pool.h"

#include "dataplane/dpdk/buffer.h"
#include "dataplane/dpdk/log_stream.h"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_mempool.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace aaigw::dpdk {

namespace {

// At a time on its way between the pool and a caller.
constexpr std::size_t kBulk = 32;

constexpr std::size_t round_up(std::size_t value, std::size_t step) noexcept
{
    return (value + step - 1) / step * step;
}

/// Bytes of a buffer behind its Packet.
///
/// Behind the headroom at least 2 KiB, as net_af_packet wants, and whole KiB for a frame: what several NICs are told of
/// a buffer's size is in that unit, and the rest would be lost. The kernel puts the frames of net_af_xdp further behind,
/// and takes buffers of one page at most, so that other room is not rounded.
constexpr std::size_t data_room(std::uint16_t mtu) noexcept
{
    constexpr std::size_t kXdpHeadroom = 256; // linux/bpf.h: XDP_PACKET_HEADROOM
    const std::size_t frame = max_frame_bytes(mtu) + path::kMinTailroom;
    return RTE_PKTMBUF_HEADROOM + std::max({std::size_t{2048}, round_up(frame, 1024),
                                            round_up(frame + kXdpHeadroom, RTE_CACHE_LINE_SIZE)});
}

path::Packet* fresh_packet(rte_mbuf* mbuf) noexcept
{
    came_from_dpdk(mbuf);
    return make_packet(mbuf, 0);
}

} // namespace

std::size_t pool_bytes(const PoolOptions& options) noexcept
{
    // Without huge pages a buffer that is larger than half a page has whole pages for itself.
    constexpr std::size_t kPage = 4096;
    constexpr std::size_t kCaches = sizeof(rte_mempool) + RTE_MAX_LCORE * sizeof(rte_mempool_cache);
    const std::size_t buffer =
        RTE_CACHE_LINE_SIZE + sizeof(rte_mbuf) + sizeof(path::Packet) + data_room(options.mtu);
    const std::size_t ring = std::bit_ceil(options.packets + 1) * sizeof(void*);
    return kCaches + ring + options.packets * round_up(buffer, kPage);
}

Result<PacketPool> PacketPool::create(const PoolOptions& options)
{
    if (options.name.empty() || options.name.size() >= RTE_MEMPOOL_NAMESIZE)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("packet pool '{}': the name has 1 to {} characters", options.name,
                                RTE_MEMPOOL_NAMESIZE - 1));
    if (options.packets == 0 || options.packets > UINT32_MAX)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("packet pool {}: {} packets", options.name, options.packets));
    if (data_room(options.mtu) > UINT16_MAX)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("packet pool {}: MTU {} is too large", options.name, options.mtu));
    // DPDK lets a cache grow to one and a half times its size, and wants that to fit the pool.
    const std::size_t cache =
        std::min<std::size_t>({options.cache, options.packets * 2 / 3, RTE_MEMPOOL_CACHE_MAX_SIZE});

    const FirstLogLine log;
    rte_mempool* mempool = rte_pktmbuf_pool_create(
        options.name.c_str(), static_cast<unsigned>(options.packets), static_cast<unsigned>(cache),
        sizeof(path::Packet), static_cast<std::uint16_t>(data_room(options.mtu)),
        options.numa_node);
    if (mempool == nullptr)
        return fail(ErrorCode::unavailable,
                    fmt::format("packet pool {}: {} packets, which take {} MiB: {}", options.name,
                                options.packets, (pool_bytes(options) >> 20) + 1,
                                log.explain(rte_errno)));
    return PacketPool{mempool, options.mtu};
}

PacketPool::PacketPool(PacketPool&& other) noexcept
    : mempool_{std::exchange(other.mempool_, nullptr)}, mtu_{other.mtu_}
{
}

PacketPool::~PacketPool()
{
    rte_mempool_free(mempool_);
}

path::Packet* PacketPool::take() noexcept
{
    rte_mbuf* mbuf = rte_pktmbuf_alloc(mempool_);
    return mbuf == nullptr ? nullptr : fresh_packet(mbuf);
}

std::size_t PacketPool::take(std::span<path::Packet*> out) noexcept
{
    std::array<rte_mbuf*, kBulk> mbufs;
    std::size_t taken = 0;
    while (taken < out.size()) {
        const std::size_t count = std::min(kBulk, out.size() - taken);
        if (rte_pktmbuf_alloc_bulk(mempool_, mbufs.data(), static_cast<unsigned>(count)) != 0)
            break;
        for (std::size_t i = 0; i < count; ++i)
            out[taken + i] = fresh_packet(mbufs[i]);
        taken += count;
    }
    // A bulk comes whole or not at all; the pool may still have a few.
    while (taken < out.size()) {
        path::Packet* packet = take();
        if (packet == nullptr)
            break;
        out[taken++] = packet;
    }
    return taken;
}

void PacketPool::give_back(path::Packet& packet) noexcept
{
    rte_mbuf* mbuf = mbuf_of(packet);
    goes_to_dpdk(mbuf);
    rte_pktmbuf_free(mbuf);
}

void PacketPool::give_back(std::span<path::Packet* const> packets) noexcept
{
    std::array<rte_mbuf*, kBulk> mbufs;
    while (!packets.empty()) {
        const std::size_t count = std::min(kBulk, packets.size());
        for (std::size_t i = 0; i < count; ++i) {
            mbufs[i] = mbuf_of(*packets[i]);
            goes_to_dpdk(mbufs[i]);
        }
        rte_pktmbuf_free_bulk(mbufs.data(), static_cast<unsigned>(count));
        packets = packets.subspan(count);
    }
}

std::size_t PacketPool::in_use() const noexcept
{
    return rte_mempool_in_use_count(mempool_);
}

std::size_t PacketPool::capacity() const noexcept
{
    return mempool_->size;
}

} // namespace aaigw::dpdk
