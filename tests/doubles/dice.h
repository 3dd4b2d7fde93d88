// Dice: chance for tests, the same every time for the same seed, and cheap enough for millions of packets.
#pragma once

#include "common/bytes.h"

#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace aaigw::doubles {

/// Sebastiano Vigna's SplitMix64.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) noexcept : state_{seed} {}

    std::uint64_t u64() noexcept
    {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebU;
        return mixed ^ mixed >> 31;
    }
    std::uint32_t u32() noexcept { return static_cast<std::uint32_t>(u64() >> 32); }
    std::uint8_t u8() noexcept { return static_cast<std::uint8_t>(u64() >> 56); }

    /// 0 to `bound` - 1; `bound` > 0.
    std::uint32_t below(std::uint32_t bound) noexcept
    {
        return static_cast<std::uint32_t>(std::uint64_t{u32()} * bound >> 32);
    }
    /// `first` to `last`, both of them included.
    std::uint32_t between(std::uint32_t first, std::uint32_t last) noexcept
    {
        return first + below(last - first + 1);
    }
    /// True once in `count` times.
    bool one_in(std::uint32_t count) noexcept { return below(count) == 0; }

    void fill(MutableBytes bytes) noexcept
    {
        for (std::uint8_t& byte : bytes)
            byte = u8();
    }
    std::vector<std::uint8_t> bytes(std::size_t count)
    {
        std::vector<std::uint8_t> some(count);
        fill(some);
        return some;
    }

    template <class Container>
    [[nodiscard]] auto& one_of(Container& container) noexcept
    {
        return container[below(static_cast<std::uint32_t>(std::size(container)))];
    }
    template <class Container>
    void shuffle(Container& container) noexcept
    {
        for (std::size_t left = std::size(container); left > 1; --left)
            std::swap(container[left - 1], container[below(static_cast<std::uint32_t>(left))]);
    }

  private:
    std::uint64_t state_;
};

} // namespace aaigw::doubles
