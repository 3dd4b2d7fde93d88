#include "dataplane/dpdk/hand_over.h"

#include "dataplane/dpdk/buffer.h"
#include "dataplane/dpdk/log_stream.h"
#include "dataplane/dpdk/packet_pool.h"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_ring.h>

#include <algorithm>
#include <array>
#include <utility>

namespace aaigw::dpdk {

namespace {

// ThreadSanitizer does not understand how a producer's slots are published by a later one; of the packets it is told.
#define AAIGW_NOT_WATCHED __attribute__((no_sanitize("thread")))

AAIGW_NOT_WATCHED std::size_t enqueue(rte_ring* ring,
                                      std::span<path::Packet* const> packets) noexcept
{
    // The interface is C's: an array of void*.
    auto* const* first = reinterpret_cast<void* const*>(packets.data());
    return rte_ring_enqueue_burst(ring, first, static_cast<unsigned>(packets.size()), nullptr);
}

AAIGW_NOT_WATCHED bool is_empty(const rte_ring* ring) noexcept
{
    return ring->prod.tail == ring->cons.tail; // rte_ring_empty(), which would be watched
}

AAIGW_NOT_WATCHED std::size_t dequeue(rte_ring* ring, std::span<path::Packet*> packets) noexcept
{
    auto** first = reinterpret_cast<void**>(packets.data());
    return rte_ring_dequeue_burst(ring, first, static_cast<unsigned>(packets.size()), nullptr);
}

} // namespace

Result<HandOverRing> HandOverRing::create(const std::string& name, std::size_t packets)
{
    if (packets == 0 || packets > RTE_RING_SZ_MASK / 2)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("hand-over ring {}: {} packets", name, packets));
    const FirstLogLine log;
    // RTS: a worker that is interrupted between taking slots and filling them lets others do the same meanwhile.
    rte_ring* ring = rte_ring_create(name.c_str(), static_cast<unsigned>(packets),
                                     static_cast<int>(SOCKET_ID_ANY),
                                     RING_F_MP_RTS_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ);
    if (ring == nullptr)
        return fail(ErrorCode::unavailable,
                    fmt::format("hand-over ring {}: {}", name, log.explain(rte_errno)));
    return HandOverRing{ring};
}

HandOverRing::HandOverRing(HandOverRing&& other) noexcept
    : ring_{std::exchange(other.ring_, nullptr)}
{
}

HandOverRing::~HandOverRing()
{
    if (ring_ == nullptr)
        return;
    path::Batch left;
    for (take(left, path::Batch::kMax); !left.empty(); take(left, path::Batch::kMax)) {
        for (path::Packet* packet : left.packets())
            PacketPool::give_back(*packet);
        left.clear();
    }
    rte_ring_free(ring_);
}

std::size_t HandOverRing::put(std::span<path::Packet* const> packets) noexcept
{
    for (path::Packet* packet : packets)
        goes_to_dpdk(mbuf_of(*packet));
    return enqueue(ring_, packets);
}

void HandOverRing::take(path::Batch& out, std::size_t most) noexcept
{
    if (is_empty(ring_)) // what it is at nearly every poll
        return;
    std::array<path::Packet*, path::Batch::kMax> packets;
    const std::size_t count =
        dequeue(ring_, std::span{packets}.first(std::min(most, packets.size())));
    for (path::Packet* packet : std::span{packets}.first(count)) {
        came_from_dpdk(mbuf_of(*packet));
        out.add(*packet);
    }
}

} // namespace aaigw::dpdk
