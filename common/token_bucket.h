// TokenBucket: lets through so many things a second, and a burst of so many at once.
#pragma once

#include <algorithm>
#include <cstdint>

namespace aaigw {

/// Time comes in as ticks of any clock that does not go back. One thread.
class TokenBucket {
  public:
    constexpr TokenBucket() noexcept = default;
    /// `ticks_per_token` > 0; starts full.
    constexpr TokenBucket(std::uint64_t ticks_per_token, std::uint64_t burst) noexcept
        : ticks_per_token_{ticks_per_token}, capacity_{ticks_per_token * burst}
    {
    }

    [[nodiscard]] constexpr bool take(std::uint64_t now) noexcept
    {
        // `empty_since_` is when the bucket would have been empty to hold now what it holds, on a clock that is ahead by
        // the time to fill it: that moment may lie before the clock began.
        empty_since_ = std::max(empty_since_, now);
        if (empty_since_ + ticks_per_token_ > now + capacity_)
            return false;
        empty_since_ += ticks_per_token_;
        return true;
    }

    /// Gives the last token back.
    constexpr void refund() noexcept { empty_since_ -= std::min(empty_since_, ticks_per_token_); }

  private:
    std::uint64_t ticks_per_token_ = 1;
    std::uint64_t capacity_ = 0;
    std::uint64_t empty_since_ = 0;
};

} // namespace aaigw
