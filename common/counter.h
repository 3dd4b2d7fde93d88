// Counter: a number that one thread counts up and any thread may read, at the price of a plain addition.
#pragma once

#include <atomic>
#include <cstdint>

namespace aaigw {

/// One writer. A reader sees some value between the last one it saw and the present one.
template <class Rep>
class BasicCounter {
  public:
    constexpr BasicCounter() noexcept = default;
    constexpr explicit BasicCounter(Rep start) noexcept : value_{start} {}

    /// Only the writer. Not an atomic addition: there is nobody to add at the same time.
    void add(Rep count = 1) noexcept
    {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    /// Only the writer.
    void set(Rep value) noexcept { value_.store(value, std::memory_order_relaxed); }

    [[nodiscard]] Rep value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<Rep> value_{0};
};

using Counter = BasicCounter<std::uint64_t>;
using Counter32 = BasicCounter<std::uint32_t>;

} // namespace aaigw
