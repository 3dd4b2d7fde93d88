// RAII, capability checks and the job queue around the IPsec-MB library. Included by crypto/mb_*.cpp only.
#pragma once

#include "common/result.h"
#include "crypto/job_fence.h"

#include <intel-ipsec-mb.h>

#include <array>
#include <memory>
#include <span>

namespace aaigw::crypto {

struct FreeManager {
    void operator()(IMB_MGR* manager) const noexcept { free_mb_mgr(manager); }
};
using ManagerPtr = std::unique_ptr<IMB_MGR, FreeManager>;

/// Instruction sets for which IPsec-MB has its own code; `best` is the widest that this CPU has.
enum class MbArch : std::uint8_t { best, sse, avx2, avx512 };

/// A fresh manager. Refused when the CPU lacks the instructions, or when the library's own self-test failed.
[[nodiscard]] Result<ManagerPtr> make_manager(MbArch arch);

/// The library's stateless functions (key expansion, one-block hashes), shared by all threads.
[[nodiscard]] const IMB_MGR& mb_functions();

/// The job queue of one manager: fill slots, issue them as a burst, take what is finished, in order.
///
/// It replaces two calls of the library. IPsec-MB 1.3 counts its queue with an unsigned division that goes wrong as
/// soon as the ring has wrapped (corrected in 1.4): IMB_GET_NEXT_BURST then hands out slots that are in use, and
/// IMB_FLUSH_BURST returns jobs twice. Neither shows as long as each burst is flushed, which is what we avoid.
class MbQueue {
  public:
    static constexpr std::size_t kMaxBurst = IMB_MAX_BURST_SIZE;
    /// One less than the ring: the library takes a completely full ring for an empty one.
    static constexpr std::size_t kCapacity = IMB_MAX_JOBS - 1;

    [[nodiscard]] static Result<std::unique_ptr<MbQueue>> create(MbArch arch);

    [[nodiscard]] IMB_MGR& manager() noexcept { return *manager_; }
    [[nodiscard]] QueueSlot& slot() noexcept { return slot_; }
    /// Slots that can still be taken.
    [[nodiscard]] std::size_t room() const noexcept { return kCapacity - issued_ - staged_; }
    /// Slots taken and not yet issued.
    [[nodiscard]] std::size_t staged() const noexcept { return staged_; }

    /// Where the next staged job goes; wraps at 256, as the ring does.
    [[nodiscard]] std::uint8_t next_free() const noexcept { return fill_; }
    /// Counts the `count` slots from next_free() on as staged: they have been filled. count <= room().
    void stage(std::size_t count) noexcept
    {
        slot_.took(count);
        staged_ += count;
        fill_ = static_cast<std::uint8_t>(fill_ + count);
    }

    /// Hands the `count` oldest staged slots to the library; count <= min(staged(), kMaxBurst). Returns finished
    /// jobs; the view holds until the next call.
    [[nodiscard]] std::span<IMB_JOB* const> issue(std::size_t count) noexcept
    {
        auto at = static_cast<std::uint8_t>(fill_ - staged_);
        if (manager_->earliest_job <
            0) // the library restarts an empty queue at slot 0; ours goes on
            manager_->next_job = static_cast<int>(at * sizeof(IMB_JOB));
        for (std::size_t i = 0; i < count; ++i)
            burst_[i] = &manager_->jobs[at++];
        const std::size_t finished = IMB_SUBMIT_BURST_NOCHECK(
            manager_.get(), static_cast<std::uint32_t>(count), burst_.data());
        staged_ -= count;
        issued_ += count - finished;
        return std::span{burst_}.first(finished);
    }

    /// Finishes issued jobs; returns some of them, none when there are none.
    [[nodiscard]] std::span<IMB_JOB* const> flush() noexcept;

  private:
    static_assert(IMB_MAX_JOBS == 256, "fill_ wraps with the ring");

    MbQueue(ManagerPtr manager, QueueSlot slot) noexcept
        : manager_{std::move(manager)}, slot_{std::move(slot)}
    {
    }

    ManagerPtr manager_;
    QueueSlot slot_;
    std::size_t staged_ = 0;
    std::size_t issued_ = 0;
    std::uint8_t fill_ = 0;
    std::array<IMB_JOB*, kMaxBurst> burst_{};
};

} // namespace aaigw::crypto
