// A port's queues as a worker uses them.
#pragma once

#include "dataplane/dpdk/port.h"
#include "dataplane/path/io.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aaigw::dpdk {

/// One receive queue. Each packet is marked with `port_number`, the gateway's number of the port.
class RxQueue final : public path::FrameSource {
  public:
    RxQueue(Port& port, std::uint16_t queue, std::uint8_t port_number) noexcept
        : port_{port}, queue_{queue}, port_number_{port_number}
    {
    }

    /// Refused are frames that do not fit one buffer with the room that a Packet promises. What the device says of
    /// checksums is not asked: the path sums the few bytes of a header itself, and knows the verdict.
    [[nodiscard]] std::size_t receive(path::Batch& out, std::size_t most) noexcept override;

  private:
    Port& port_;
    std::uint16_t queue_;
    std::uint8_t port_number_;
    std::array<rte_mbuf*, path::Batch::kMax>
        mbufs_{}; ///< of the burst; here, so that it is not cleared for each
};

/// One transmit queue.
class TxQueue final : public path::FrameSink {
  public:
    TxQueue(Port& port, std::uint16_t queue) noexcept : port_{port}, queue_{queue} {}

    [[nodiscard]] std::size_t send(std::span<path::Packet* const> frames) noexcept override;

  private:
    Port& port_;
    std::uint16_t queue_;
    std::array<rte_mbuf*, path::Batch::kMax> mbufs_{};
};

} // namespace aaigw::dpdk
