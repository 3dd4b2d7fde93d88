// Supervisor: notices workers that have stopped moving.
#pragma once

#include "common/counter.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace aaigw::runtime {

/// Looks at heartbeats, and never waits for one. Control thread only; time comes from the caller.
class Supervisor {
  public:
    using Time = std::chrono::steady_clock::time_point;

    enum class Change : std::uint8_t { stalled, recovered };

    /// A worker that has stopped moving, or moves again.
    struct Notice {
        std::size_t worker = 0;
        Change change = Change::stalled;
        std::chrono::milliseconds still{}; ///< how long it has not moved
    };

    /// `heartbeats`, one a worker, outlive this.
    Supervisor(const std::vector<const Counter*>& heartbeats, std::chrono::milliseconds alarm);

    /// Once for each stall and once for its end.
    [[nodiscard]] std::vector<Notice> look(Time now);

    [[nodiscard]] bool is_stalled(std::size_t worker) const noexcept
    {
        return watched_[worker].stalled;
    }
    [[nodiscard]] std::uint64_t stalls(std::size_t worker) const noexcept
    {
        return watched_[worker].stalls;
    }

  private:
    struct Watched {
        const Counter* heartbeat = nullptr;
        std::uint64_t last = 0;
        Time moved{};
        std::uint64_t stalls = 0;
        bool stalled = false;
    };

    std::vector<Watched> watched_;
    std::chrono::milliseconds alarm_;
    bool began_ = false;
    Time last_look_{};
};

} // namespace aaigw::runtime
