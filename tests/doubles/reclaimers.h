// Reclaimers for tests: one that destroys at once, and one that waits for the word.
#pragma once

#include "dataplane/sa/reclaimer.h"

#include <deque>
#include <utility>

namespace aaigw::sa::doubles {

/// For tests without workers.
class ImmediateReclaimer final : public Reclaimer {
  public:
    void retire_raw(void* object, Destroy destroy) override { destroy(object); }
    std::size_t reap() override { return 0; }
};

/// Keeps what is retired until end_grace_period(), as a worker that holds pointers would make it.
class DeferredReclaimer final : public Reclaimer {
  public:
    DeferredReclaimer() = default;
    ~DeferredReclaimer() override { end_grace_period(); }
    DeferredReclaimer(const DeferredReclaimer&) = delete;
    DeferredReclaimer& operator=(const DeferredReclaimer&) = delete;

    void retire_raw(void* object, Destroy destroy) override
    {
        retired_.emplace_back(object, destroy);
    }
    /// Destroys nothing by itself.
    std::size_t reap() override { return retired_.size(); }

    /// Destroys everything that was retired so far, in that order, and what that retires.
    void end_grace_period()
    {
        while (!retired_.empty()) {
            const auto [object, destroy] = retired_.front();
            retired_.pop_front();
            destroy(object);
        }
    }

    [[nodiscard]] std::size_t waiting() const noexcept { return retired_.size(); }

  private:
    std::deque<std::pair<void*, Destroy>> retired_;
};

} // namespace aaigw::sa::doubles
