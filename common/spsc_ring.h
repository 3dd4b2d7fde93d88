// SpscRing: a bounded queue between two threads, one that fills slots and one that empties them, without a lock.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

namespace aaigw {

/// `T`s are filled and read in place and live as long as the ring, so that large ones are not copied.
template <class T, std::size_t Slots>
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): each side writes a cache line of its own
class SpscRing {
  public:
    static_assert(std::has_single_bit(Slots));

    SpscRing() : slots_{std::make_unique<std::array<T, Slots>>()} {}

    /// Producer: a slot to fill, as its last use left it, or null when the ring is full. publish() hands it over;
    /// without publish() the next claim() gives the same one.
    [[nodiscard]] T* claim() noexcept
    {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (head - tail_seen_ == Slots) {
            tail_seen_ = tail_.load(std::memory_order_acquire);
            if (head - tail_seen_ == Slots)
                return nullptr;
        }
        return &(*slots_)[head % Slots];
    }
    void publish() noexcept
    {
        head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

    /// Consumer: the oldest slot, or null when there is none. pop() gives it back.
    [[nodiscard]] T* front() noexcept
    {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        return tail == head_.load(std::memory_order_acquire) ? nullptr : &(*slots_)[tail % Slots];
    }
    void pop() noexcept
    {
        tail_.store(tail_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

  private:
    std::unique_ptr<std::array<T, Slots>> slots_;
    alignas(64) std::atomic<std::size_t> head_{0};
    std::size_t tail_seen_ = 0; ///< the producer's
    alignas(64) std::atomic<std::size_t> tail_{0};
};

} // namespace aaigw
