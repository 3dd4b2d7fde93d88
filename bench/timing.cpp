#include "bench/timing.h"

#include "common/check.h"

#include <sched.h>
#include <x86intrin.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace aaigw::bench {

std::uint64_t tsc() noexcept
{
    unsigned aux = 0;
    return __rdtscp(&aux);
}

double tsc_hz()
{
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    const std::uint64_t first = tsc();
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    const std::uint64_t last = tsc();
    const std::chrono::duration<double> passed = Clock::now() - begin;
    return static_cast<double>(last - first) / passed.count();
}

void pin_to_core(std::size_t core) noexcept
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    static_cast<void>(::sched_setaffinity(0, sizeof(set), &set));
}

double median(std::vector<double> values)
{
    AAIGW_CHECK(!values.empty());
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace aaigw::bench
