// A packet and the DPDK buffer that it lives in: the Packet is the buffer's private area, right behind the rte_mbuf.
#pragma once

#include "common/check.h"
#include "dataplane/dpdk/happens_before.h"
#include "dataplane/path/packet.h"

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace aaigw::dpdk {

static_assert(sizeof(rte_mbuf) % alignof(path::Packet) == 0,
              "the private area starts a cache line");
static_assert(RTE_PKTMBUF_HEADROOM >= path::kMinHeadroom, "where drivers put a frame's first byte");

/// Only of a PacketPool's buffers, and only after received() or PacketPool::take().
[[nodiscard]] inline path::Packet* packet_of(rte_mbuf* mbuf) noexcept
{
    return static_cast<path::Packet*>(rte_mbuf_to_priv(mbuf));
}

[[nodiscard]] inline rte_mbuf* mbuf_of(path::Packet& packet) noexcept
{
    return reinterpret_cast<rte_mbuf*>(&packet) - 1;
}

/// The Packet of a buffer with an empty frame behind its headroom or, as received, with the frame that is in it.
inline path::Packet* make_packet(rte_mbuf* mbuf, std::uint8_t port) noexcept
{
    auto* packet = new (rte_mbuf_to_priv(mbuf)) path::Packet{};
    packet->data = static_cast<std::uint8_t*>(mbuf->buf_addr) + mbuf->data_off;
    packet->frame = packet->data;
    packet->length = mbuf->data_len;
    packet->headroom = mbuf->data_off;
    packet->tailroom = static_cast<std::uint16_t>(mbuf->buf_len - mbuf->data_off - mbuf->data_len);
    packet->port = port;
    return packet;
}

/// Makes a Packet of what a port received, and prefetches the start of the frame. A frame in several buffers is moved
/// together into the first one. Null when the frame leaves less room around it than a Packet promises, or does not fit
/// one buffer: the buffer stays as it is, to be freed with give_back_mbuf().
[[nodiscard]] inline path::Packet* received(rte_mbuf* mbuf, std::uint8_t port) noexcept
{
    if (mbuf->nb_segs != 1 && rte_pktmbuf_linearize(mbuf) != 0) [[unlikely]]
        return nullptr;
    const std::size_t end = std::size_t{mbuf->data_off} + mbuf->data_len;
    if (mbuf->data_off < path::kMinHeadroom || mbuf->buf_len < end + path::kMinTailroom)
        [[unlikely]]
        return nullptr;
    path::Packet* packet = make_packet(mbuf, port);
    rte_prefetch0(packet->data);
    return packet;
}

/// Puts the packet's place and length back into its buffer, and what its old contents said of checksums and tags out of
/// it. The buffer then holds the frame to send.
inline rte_mbuf* before_send(path::Packet& packet) noexcept
{
    rte_mbuf* mbuf = mbuf_of(packet);
    const auto offset =
        static_cast<std::size_t>(packet.data - static_cast<std::uint8_t*>(mbuf->buf_addr));
    AAIGW_CHECK(offset + packet.length <= mbuf->buf_len && offset <= mbuf->buf_len);
    mbuf->data_off = static_cast<std::uint16_t>(offset);
    mbuf->data_len = packet.length;
    mbuf->pkt_len = packet.length;
    mbuf->ol_flags &= RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL; // whose memory it is
    mbuf->tx_offload = 0;
    return mbuf;
}

/// Frees a buffer that never became a Packet, with all that hangs on it.
inline void give_back_mbuf(rte_mbuf* mbuf) noexcept
{
    if constexpr (kThreadSanitizer) {
        for (rte_mbuf* segment = mbuf; segment != nullptr; segment = segment->next)
            goes_to_dpdk(segment);
    }
    rte_pktmbuf_free(mbuf);
}

} // namespace aaigw::dpdk
