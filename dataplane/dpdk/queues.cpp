#include "dataplane/dpdk/queues.h"

#include "dataplane/dpdk/buffer.h"

#include <algorithm>

namespace aaigw::dpdk {

namespace {

// The driver has just written a buffer's descriptor; its Packet, on the line behind, is still somewhere else.
constexpr std::size_t kAhead = 4;

void prefetch_packet(rte_mbuf* mbuf) noexcept
{
    __builtin_prefetch(rte_mbuf_to_priv(mbuf), 1);
}

} // namespace

std::size_t RxQueue::receive(path::Batch& out, std::size_t most) noexcept
{
    const std::size_t count =
        port_.rx_burst(queue_, std::span{mbufs_}.first(std::min(most, mbufs_.size())));
    for (std::size_t i = 0; i < std::min(kAhead, count); ++i)
        prefetch_packet(mbufs_[i]);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i + kAhead < count)
            prefetch_packet(mbufs_[i + kAhead]);
        path::Packet* packet = received(mbufs_[i], port_number_);
        if (packet != nullptr) [[likely]] {
            out.add(*packet);
        } else {
            ++refused;
            give_back_mbuf(mbufs_[i]);
        }
    }
    return refused;
}

std::size_t TxQueue::send(std::span<path::Packet* const> frames) noexcept
{
    std::size_t sent = 0;
    while (sent < frames.size()) {
        const std::size_t count = std::min(mbufs_.size(), frames.size() - sent);
        for (std::size_t i = 0; i < count; ++i)
            mbufs_[i] = before_send(*frames[sent + i]);
        const std::size_t taken = port_.tx_burst(queue_, std::span{mbufs_}.first(count));
        sent += taken;
        if (taken < count)
            break;
    }
    return sent;
}

} // namespace aaigw::dpdk
