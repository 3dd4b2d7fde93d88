// What the stages of a worker's loop cost, measured in one poll out of many so that measuring costs nothing itself.
#pragma once

#include "common/counter.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aaigw::worker {

enum class Stage : std::uint8_t {
    receive,
    classify,
    locate,
    cut,
    resolve,
    authorize,
    transform,
    commit,
    emit
};
inline constexpr std::size_t kStages = 9;
inline constexpr std::array<std::string_view, kStages> kStageNames{
    "receive", "classify", "locate", "cut", "resolve", "authorize", "transform", "commit", "emit"};

/// Ticks of the polls that were measured, and the packets that went through them.
struct StageCosts {
    std::array<Counter, kStages> ticks{};
    Counter packets;
};

/// Gives the time between two calls to the stage that ends with the second.
class StageClock {
  public:
    using Now = std::uint64_t (*)();

    StageClock(StageCosts& costs, Now now) noexcept : costs_{costs}, now_{now} {}

    void start(bool measure) noexcept
    {
        measures_ = measure;
        if (measures_)
            last_ = now_();
    }
    void end_of(Stage stage) noexcept
    {
        if (!measures_) [[likely]]
            return;
        const std::uint64_t now = now_();
        costs_.ticks[static_cast<std::size_t>(stage)].add(now - last_);
        last_ = now;
    }
    void count(std::size_t packets) noexcept
    {
        if (measures_)
            costs_.packets.add(packets);
    }

  private:
    StageCosts& costs_;
    Now now_;
    std::uint64_t last_ = 0;
    bool measures_ = false;
};

} // namespace aaigw::worker
