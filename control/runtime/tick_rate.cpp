#include "control/runtime/tick_rate.h"

#include <x86intrin.h>

#include <chrono>
#include <thread>

namespace aaigw::runtime {

std::uint64_t ticks_per_second()
{
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const std::uint64_t first = __rdtsc();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    const auto end = Clock::now();
    const std::uint64_t last = __rdtsc();
    const std::chrono::duration<double> seconds = end - start;
    return static_cast<std::uint64_t>(static_cast<double>(last - first) / seconds.count());
}

} // namespace aaigw::runtime
