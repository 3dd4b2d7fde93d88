// Batch and Outbox: the packets that are on their way through the stages, and those that have come to their end.
#pragma once

#include "common/check.h"
#include "dataplane/path/packet.h"

#include <array>
#include <cstddef>
#include <span>

namespace aaigw::path {

/// Frames of one receive burst, or the packets and PDUs that were made of them.
class Batch {
  public:
    static constexpr std::size_t kMax = 64;

    void clear() noexcept { size_ = 0; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool full() const noexcept { return size_ == kMax; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Not when full.
    void add(Packet& packet) noexcept { packets_[size_++] = &packet; }

    [[nodiscard]] std::span<Packet* const> packets() const noexcept
    {
        return {packets_.data(), size_};
    }

    /// Keeps the packets for which `stays` says so, in their order.
    template <class Stays>
    void keep_if(Stays stays) noexcept
    {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            Packet* const packet = packets_[i];
            if (stays(*packet)) [[likely]]
                packets_[kept++] = packet;
        }
        size_ = kept;
    }

  private:
    std::size_t size_ = 0;
    std::array<Packet*, kMax> packets_;
};

/// Packets with their verdict, for the worker to send, hand over or free.
class Outbox {
  public:
    /// Room for a batch and everything that the engine had in flight, twice: copies for older keys come on top.
    static constexpr std::size_t kMax = 1024;

    void finish(Packet& packet, Verdict verdict) noexcept
    {
        packet.verdict = verdict;
        AAIGW_CHECK(finished_ < kMax);
        done_[finished_++] = &packet;
    }
    /// For copies, which are not packets of their own: freed and not counted.
    void discard(Packet& packet) noexcept
    {
        AAIGW_CHECK(discarded_ < kMax);
        copies_[discarded_++] = &packet;
    }

    [[nodiscard]] std::span<Packet* const> finished() const noexcept
    {
        return {done_.data(), finished_};
    }
    [[nodiscard]] std::span<Packet* const> discarded() const noexcept
    {
        return {copies_.data(), discarded_};
    }
    void clear() noexcept { finished_ = discarded_ = 0; }

  private:
    std::size_t finished_ = 0;
    std::size_t discarded_ = 0;
    std::array<Packet*, kMax> done_;
    std::array<Packet*, kMax> copies_;
};

} // namespace aaigw::path
