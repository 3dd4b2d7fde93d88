// Tells whether any job in flight still uses a key, at the price of one store a job.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace aaigw::crypto {

/// A job queue's place in the process-wide table of finished jobs. A queue finishes its jobs in the order in which
/// they were stamped, so "job n is finished" means that its count has reached n. A place keeps counting when it
/// passes to a later queue, so a stamp never comes to mean another job.
class QueueSlot {
  public:
    /// Queues in one process: two for each engine, and more engines than cores that would run one.
    static constexpr std::size_t kMaxQueues = 256;
    static constexpr unsigned kSequenceBits = 56;

    /// Nothing when kMaxQueues exist.
    [[nodiscard]] static std::optional<QueueSlot> acquire() noexcept;

    QueueSlot(QueueSlot&& other) noexcept;
    QueueSlot& operator=(QueueSlot&&) = delete;
    ~QueueSlot();

    /// The stamp of the next job. Only the queue's thread.
    [[nodiscard]] std::uint64_t next_stamp() noexcept { return ++issued_; }
    /// Makes the end of the `count` oldest jobs in flight known to all threads.
    void finish(std::size_t count) noexcept;

  private:
    explicit QueueSlot(std::size_t index) noexcept;

    std::size_t index_;
    std::uint64_t issued_; ///< index in the top byte, jobs issued so far below it
};

/// The last job that used a key. One writer: the engine of the worker that owns the key's station.
class KeyUse {
  public:
    void stamp(QueueSlot& queue) const noexcept
    {
        last_.store(queue.next_stamp(), std::memory_order_relaxed);
    }

    /// Any thread. Meaningful once no thread can submit new jobs under the key.
    [[nodiscard]] bool in_flight() const noexcept;

  private:
    mutable std::atomic<std::uint64_t> last_{0}; ///< zero: never used
};

} // namespace aaigw::crypto
