// The rate of the time-stamp counter, by which workers tell the time.
#pragma once

#include <cstdint>

namespace aaigw::runtime {

/// Measured against the system's clock, which takes 20 ms; good to a tenth of a per mille or so.
[[nodiscard]] std::uint64_t ticks_per_second();

} // namespace aaigw::runtime
