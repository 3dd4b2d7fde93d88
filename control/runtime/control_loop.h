// ControlLoop: the control thread's event loop: signals, what workers tell, neighbours, and what has to be done now and then.
#pragma once

#include "common/counter.h"
#include "control/runtime/gateway.h"
#include "control/runtime/neighbours.h"
#include "control/runtime/supervisor.h"

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace aaigw::runtime {

/// Of path::EventKind.
inline constexpr std::size_t kEventKinds = 8;

struct LoopOptions {
    /// Set: ends when no frame has come for so long, as over captures; then nothing is sent unasked.
    std::optional<std::chrono::milliseconds> exit_when_idle{};
};

/// Lives on the control thread, between Gateway::build() and Gateway::stop().
class ControlLoop {
  public:
    ControlLoop(Gateway& gateway, LoopOptions options);

    /// Starts the workers, and returns when the gateway is to be stopped. After that another SIGINT or SIGTERM ends the
    /// process at once.
    void run();
    void stop();

    /// For those who serve others on this thread. Handlers that change tables do so under a Working.
    [[nodiscard]] asio::io_context& io() noexcept { return io_; }

    /// While it lives the control thread takes part in RCU; grace periods do not wait for it otherwise.
    class Working {
      public:
        explicit Working(Gateway& gateway) noexcept : reader_{gateway.reader()}
        {
            reader_.online();
        }
        ~Working() { reader_.offline(); }
        Working(const Working&) = delete;
        Working& operator=(const Working&) = delete;

      private:
        rcu::ReaderThread& reader_;
    };

    [[nodiscard]] std::uint64_t events(path::EventKind kind) const noexcept
    {
        return events_[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] const Neighbours& neighbours() const noexcept { return neighbours_; }
    [[nodiscard]] const Supervisor& supervisor() const noexcept { return supervisor_; }

  private:
    using Time = std::chrono::steady_clock::time_point;

    void wait_for_signal();
    void wait_for_tick();
    void tick(Time now);
    void take_events(std::size_t worker, Time now);
    void take(const path::Event& event, Time now);
    void watch_workers(Time now);
    void watch_links(Time now);
    [[nodiscard]] bool is_idle(Time now);

    Gateway& gateway_;
    LoopOptions options_;
    asio::io_context io_{1};
    asio::signal_set signals_;
    asio::steady_timer timer_;
    Neighbours neighbours_;
    Supervisor supervisor_;
    std::array<std::uint64_t, kEventKinds> events_{};
    std::vector<std::optional<bool>> links_up_; ///< by port; none: not looked at yet
    Time next_link_look_{};

    std::uint64_t frames_seen_ = 0;
    Time last_frame_{};
    std::vector<std::uint64_t> polls_then_; ///< of each worker, when the last frame was seen
};

} // namespace aaigw::runtime
