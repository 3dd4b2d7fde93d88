// Where packets come from and go to, as a worker sees it: one call a burst. DPDK is behind it, or memory.
#pragma once

#include "dataplane/path/batch.h"

#include <cstddef>
#include <span>

namespace aaigw::path {

/// One receive queue of a port. Used by one worker.
class FrameSource {
  public:
    virtual ~FrameSource() = default;

    /// Adds up to `most` frames to `out`, which has room for them. Returns how many more were received that no Packet
    /// can be made of (chained buffers that do not fit one): those are gone.
    [[nodiscard]] virtual std::size_t receive(Batch& out, std::size_t most) noexcept = 0;
};

/// One transmit queue of a port. Used by one worker.
class FrameSink {
  public:
    virtual ~FrameSink() = default;

    /// Takes frames from the front of `frames` and says how many it took; the rest stay the caller's.
    [[nodiscard]] virtual std::size_t send(std::span<Packet* const> frames) noexcept = 0;
};

/// Buffers for PDUs that are not alone in their burst. Used by one worker.
class PacketSource {
  public:
    virtual ~PacketSource() = default;
    /// An empty packet with kMinHeadroom in front and `tailroom` for the rest, or null.
    [[nodiscard]] virtual Packet* take() noexcept = 0;
};

/// Packet buffers. Any thread.
class PacketStore : public PacketSource {
  public:
    virtual void give_back(std::span<Packet* const> packets) noexcept = 0;
};

/// Packets on their way to the worker that owns their station: many put, one takes.
class HandOverQueue {
  public:
    virtual ~HandOverQueue() = default;

    /// Takes packets from the front of `packets` and says how many it took.
    [[nodiscard]] virtual std::size_t put(std::span<Packet* const> packets) noexcept = 0;
    /// Adds up to `most` packets to `out`.
    virtual void take(Batch& out, std::size_t most) noexcept = 0;
};

} // namespace aaigw::path
