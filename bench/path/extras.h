// What a plain row cannot show: keys that change under traffic, and two workers at once.
#pragma once

#include <cstddef>

namespace aaigw::bench {

struct SwapCost {
    std::size_t stations = 0;
    double still_cycles = 0;    ///< a packet, while no key changes
    double swapping_cycles = 0; ///< while every station gets a new context once a second
    std::size_t swaps = 0;      ///< of one station each
};
[[nodiscard]] SwapCost measure_swaps(std::size_t inner_bytes, std::size_t seconds);

struct RollResult {
    std::size_t packets = 0; ///< under one SA; every one was forwarded
    std::size_t rolls = 0;   ///< TEKs that were replaced meanwhile
    double seconds = 0;      ///< of the worker's time
};
/// One SA under full load; each soft limit event brings the next TEK.
[[nodiscard]] RollResult measure_rolls(std::size_t packets);

struct Scaling {
    double alone_cycles = 0;
    double together_cycles = 0; ///< mean of two workers that run at once
    double factor = 0;          ///< packets a second of two workers over those of one
};
[[nodiscard]] Scaling measure_two_workers(std::size_t inner_bytes, std::size_t rounds);

} // namespace aaigw::bench
