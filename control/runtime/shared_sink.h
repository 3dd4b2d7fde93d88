// SharedSink: a transmit queue of a device that has fewer of them than there are workers.
#pragma once

#include "dataplane/path/io.h"

#include <atomic>
#include <memory>

namespace aaigw::runtime {

/// Kept by one sender at a time.
class SpinLock {
  public:
    void lock() noexcept
    {
        while (taken_.test_and_set(std::memory_order_acquire))
            __builtin_ia32_pause();
    }
    void unlock() noexcept { taken_.clear(std::memory_order_release); }

  private:
    std::atomic_flag taken_;
};

/// One lock for each transmit queue of a port.
using SinkLocks = std::unique_ptr<SpinLock[]>;

/// Sends through `Sink` under a lock. For virtual devices: a NIC has a queue for each worker, and no lock.
template <class Sink>
class SharedSink final : public path::FrameSink {
  public:
    SharedSink(Sink sink, SpinLock& lock) noexcept : sink_{sink}, lock_{lock} {}

    [[nodiscard]] std::size_t send(std::span<path::Packet* const> frames) noexcept override
    {
        lock_.lock();
        const std::size_t sent = sink_.send(frames);
        lock_.unlock();
        return sent;
    }

  private:
    Sink sink_;
    SpinLock& lock_;
};

} // namespace aaigw::runtime
