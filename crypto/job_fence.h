// Tells when every job that was in flight at some moment has finished, at no price a job.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace aaigw::crypto {

/// A job queue's place in a process-wide table of how many jobs each queue has taken and finished. A queue finishes its
/// jobs in the order in which it took them. A place goes on counting when it passes to a later queue.
class QueueSlot {
  public:
    /// Queues in one process: three for each engine, and more engines than cores that would run one.
    static constexpr std::size_t kMaxQueues = 512;

    /// Nothing when kMaxQueues exist.
    [[nodiscard]] static std::optional<QueueSlot> acquire() noexcept;

    QueueSlot(QueueSlot&& other) noexcept;
    QueueSlot& operator=(QueueSlot&&) = delete;
    ~QueueSlot();

    // Only the queue's thread, once a burst.
    void took(std::size_t count) noexcept;
    void finished(std::size_t count) noexcept;

  private:
    explicit QueueSlot(std::size_t index) noexcept : index_{index} {}

    std::size_t index_;
};

/// A moment: passed() once all jobs that any queue had taken by then have finished. Made by a thread that knows that no
/// new job can come to use what it waits for (for a published key: after the grace period). Any thread.
class JobFence {
  public:
    [[nodiscard]] static JobFence now();
    [[nodiscard]] bool passed() const noexcept;

  private:
    struct Awaited {
        std::size_t queue;
        std::uint64_t count;
    };

    std::vector<Awaited> awaited_; ///< queues that had jobs in flight
};

} // namespace aaigw::crypto
