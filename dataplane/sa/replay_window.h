// ReplayWindow: which PNs of one TEK and direction were accepted already (IEEE 802.16.1-2012 6.2.5.2.3, RFC 6479).
#pragma once

#include "common/check.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace aaigw::sa {

inline constexpr std::uint16_t kMinWindow = 32;
inline constexpr std::uint16_t kMaxWindow = 1024;
inline constexpr std::uint16_t kDefaultWindow = 128;

/// What record() did with a PN.
enum class Arrival : std::uint8_t {
    replayed, ///< nothing: it was seen, or is older than the window
    late,     ///< accepted, inside the window
    newest,   ///< accepted; the window now ends with it
};

/// A ring of bits, of which only whole words are ever cleared: advancing costs a store, not a shift. There is one word
/// more than the window needs, so that the bits of its oldest numbers are still there when its newest word begins.
/// Owned by one worker. may_accept() changes nothing and comes before the ICV is known; record() comes after.
class ReplayWindow {
  public:
    /// `size` in [kMinWindow, kMaxWindow]; `before_first` is the number before the first that may come. It and those
    /// before it count as seen: the zero of a half of the PNs is nobody's.
    ReplayWindow(std::uint16_t size, std::uint32_t before_first) noexcept
        : highest_{before_first}, size_{size}, mask_{static_cast<std::uint8_t>(
                                                   std::bit_ceil((size + 63U) / 64 + 1) - 1)}
    {
        AAIGW_CHECK(size >= kMinWindow && size <= kMaxWindow);
        words_.fill(~std::uint64_t{0});
        word(before_first) >>= kWordBits - 1 - before_first % kWordBits;
    }

    [[nodiscard]] bool may_accept(std::uint32_t pn) const noexcept
    {
        if (pn > highest_)
            return true;
        return highest_ - pn < size_ && (word(pn) & bit(pn)) == 0;
    }

    [[nodiscard]] Arrival record(std::uint32_t pn) noexcept
    {
        if (!may_accept(pn))
            return Arrival::replayed;
        if (pn <= highest_) {
            word(pn) |= bit(pn);
            return Arrival::late;
        }
        advance_to(pn);
        word(pn) |= bit(pn);
        return Arrival::newest;
    }

    /// Moves the end of the window forward without accepting anything.
    void advance_to(std::uint32_t pn) noexcept
    {
        const std::uint32_t first = highest_ / kWordBits + 1;
        const std::uint32_t last = pn / kWordBits;
        // More than all words need not be cleared twice.
        const std::uint32_t from = last - first > mask_ && last >= first ? last - mask_ : first;
        for (std::uint32_t at = from; at <= last; ++at)
            words_[at & mask_] = 0;
        std::atomic_ref{highest_}.store(pn, std::memory_order_relaxed);
    }

    /// Any thread.
    [[nodiscard]] std::uint32_t highest() const noexcept
    {
        return std::atomic_ref{highest_}.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint16_t size() const noexcept { return size_; }

  private:
    static constexpr std::uint32_t kWordBits = 64;
    static constexpr std::size_t kWords = std::bit_ceil(kMaxWindow / kWordBits + 1);

    [[nodiscard]] static std::uint64_t bit(std::uint32_t pn) noexcept
    {
        return std::uint64_t{1} << pn % kWordBits;
    }
    [[nodiscard]] std::uint64_t& word(std::uint32_t pn) noexcept
    {
        return words_[pn / kWordBits & mask_];
    }
    [[nodiscard]] std::uint64_t word(std::uint32_t pn) const noexcept
    {
        return words_[pn / kWordBits & mask_];
    }

    mutable std::uint32_t highest_; ///< mutable for atomic_ref only
    std::uint16_t size_;
    std::uint8_t mask_;
    /// The usual window of 128 lives in the first four words, so in the cache line of the SA.
    std::array<std::uint64_t, kWords> words_{};
};

} // namespace aaigw::sa
