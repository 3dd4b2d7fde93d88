// What the memory of the process still holds of keys.
#pragma once

#include "tests/swap/keys.h"
#include "tests/swap/memory_search.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace aaigw::swap {

/// TEKs `first` to `last` of a station.
struct TekRange {
    std::uint32_t station = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

struct Leftovers {
    std::size_t teks = 0;  ///< that were looked for
    std::size_t bytes = 0; ///< that were looked through
    std::vector<std::string> finds{};
    std::size_t teks_found = 0; ///< of those, how many TEKs have left a round key
    std::size_t whole_keys_found =
        0; ///< finds of TEKs as they are, which the gateway keeps nowhere
};

/// Looks for each TEK as it is, and for the first and the last round key that are made of it: whoever has one of these has
/// the TEK. Sixteen bytes of the same kind are planted and have to be found, or the process stops.
[[nodiscard]] Leftovers search_for_keys(std::uint64_t seed, std::span<const TekRange> ranges);

} // namespace aaigw::swap
