// Read-copy-update for the key tables, on liburcu's QSBR flavour: readers pay nothing but a quiescent state a poll.
#pragma once

#include "crypto/job_fence.h"
#include "dataplane/sa/reclaimer.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace aaigw::rcu {

/// Makes the calling thread one that grace periods wait for. A worker, and the control thread. Lives and dies on its
/// thread.
class ReaderThread {
  public:
    ReaderThread();
    ~ReaderThread();
    ReaderThread(const ReaderThread&) = delete;
    ReaderThread& operator=(const ReaderThread&) = delete;

    /// The thread holds no pointer that it has read from a table.
    void quiescent() noexcept;

    /// Before and after a time in which the thread reads no tables: a grace period does not wait for it. A worker that
    /// sleeps without this would keep every retired key from being wiped.
    void offline() noexcept;
    void online() noexcept;
};

/// The Reclaimer of the running gateway. An object goes through two waits: call_rcu's grace period, after which no
/// thread can come to find it, and a JobFence, after which no packet in flight points to it.
///
/// retire_raw() and reap() belong to the control thread, which must be a ReaderThread. Before the destructor every
/// worker must have stopped or go on passing quiescent states: it waits for all of them once.
class RcuReclaimer final : public sa::Reclaimer {
  public:
    RcuReclaimer();
    ~RcuReclaimer() override;
    RcuReclaimer(const RcuReclaimer&) = delete;
    RcuReclaimer& operator=(const RcuReclaimer&) = delete;

    void retire_raw(void* object, Destroy destroy) override;
    std::size_t reap() override;

    struct Retired;

  private:
    friend struct Retired;

    struct Fenced {
        crypto::JobFence fence;
        std::vector<std::unique_ptr<Retired>> objects;
    };

    /// From call_rcu's thread.
    void grace_period_over(std::unique_ptr<Retired> object);

    std::size_t waiting_ = 0;   ///< in either wait
    std::deque<Fenced> fenced_; ///< oldest first
    std::mutex mutex_;
    std::vector<std::unique_ptr<Retired>> over_; ///< guarded by mutex_
};

} // namespace aaigw::rcu
