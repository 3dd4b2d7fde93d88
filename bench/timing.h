// The time-stamp counter, and medians.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aaigw::bench {

/// TSC now, after all earlier instructions have finished.
[[nodiscard]] std::uint64_t tsc() noexcept;

/// TSC ticks a second, measured against the steady clock.
[[nodiscard]] double tsc_hz();

/// Keeps the calling thread on one core; without the right to do so the figures are only noisier.
void pin_to_core(std::size_t core) noexcept;

/// The middle value; of an even count the mean of the two in the middle. Not of nothing.
[[nodiscard]] double median(std::vector<double> values);

} // namespace aaigw::bench
