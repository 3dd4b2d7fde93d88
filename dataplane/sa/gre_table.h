// GreTable: GRE key -> flow, for downlink packets. Read by every worker without a lock, changed by the control thread.
#pragma once

#include "common/check.h"
#include "dataplane/sa/station.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

namespace aaigw::sa {

/// One entry: GRE key(32) | station(23) | slot(4) | flags(5). All in one word, so that readers never see half of it.
class GreEntry {
  public:
    static constexpr std::uint32_t kMaxStations = 1U << 23;

    constexpr GreEntry() noexcept = default;
    constexpr explicit GreEntry(std::uint64_t bits) noexcept : bits_{bits} {}
    constexpr GreEntry(std::uint32_t gre_key, std::uint32_t station, std::uint8_t slot,
                       std::uint8_t flow_flags) noexcept
        : bits_{std::uint64_t{gre_key} << 32 | std::uint64_t{station} << 9 |
                std::uint64_t{slot} << 5 | (flow_flags & 0x1fU)}
    {
    }

    [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr std::uint32_t gre_key() const noexcept
    {
        return static_cast<std::uint32_t>(bits_ >> 32);
    }
    [[nodiscard]] constexpr std::uint32_t station() const noexcept
    {
        return static_cast<std::uint32_t>(bits_ >> 9) & (kMaxStations - 1);
    }
    [[nodiscard]] constexpr std::uint8_t slot() const noexcept
    {
        return static_cast<std::uint8_t>(bits_ >> 5 & 0xf);
    }
    [[nodiscard]] constexpr std::uint8_t flags() const noexcept
    {
        return static_cast<std::uint8_t>(bits_ & 0x1f);
    }
    [[nodiscard]] constexpr bool exists() const noexcept { return (bits_ & kFlowExists) != 0; }

  private:
    std::uint64_t bits_ = 0;
};

/// A hash table with linear probing in one array of words. At most half of it is in use, and a search is bounded, so
/// that no choice of keys makes packets slow: a key that finds no place near its own is refused.
class GreTable {
  public:
    static constexpr std::size_t kMaxProbes = 64;

    GreTable(std::size_t max_flows, std::pmr::memory_resource& memory)
        : memory_{memory}, size_{std::bit_ceil(std::max<std::size_t>(2 * max_flows, kMaxProbes))},
          shift_{64 - static_cast<unsigned>(std::bit_width(size_ - 1))},
          entries_{static_cast<Slot*>(memory.allocate(size_ * sizeof(Slot), 64))}
    {
        std::uninitialized_value_construct_n(entries_, size_);
    }
    ~GreTable() { memory_.deallocate(entries_, size_ * sizeof(Slot), 64); }
    GreTable(const GreTable&) = delete;
    GreTable& operator=(const GreTable&) = delete;

    /// Where find() begins, to be fetched ahead.
    [[nodiscard]] const void* place_of(std::uint32_t gre_key) const noexcept
    {
        return &entries_[hash(gre_key)];
    }

    /// An entry that does not exist when there is none.
    [[nodiscard]] GreEntry find(std::uint32_t gre_key) const noexcept
    {
        std::size_t at = hash(gre_key);
        for (std::size_t probe = 0; probe < kMaxProbes; ++probe) {
            const GreEntry entry{entries_[at].load(std::memory_order_acquire)};
            if (entry.gre_key() == gre_key && entry.exists()) [[likely]]
                return entry;
            if (entry.bits() == 0)
                break;
            at = (at + 1) & (size_ - 1);
        }
        return {};
    }

    /// Adds or replaces; false when there is no place near enough. Control thread.
    [[nodiscard]] bool insert(GreEntry entry) noexcept
    {
        Slot* place = nullptr;
        std::size_t at = hash(entry.gre_key());
        for (std::size_t probe = 0; probe < kMaxProbes; ++probe) {
            const GreEntry there{entries_[at].load(std::memory_order_relaxed)};
            if (there.exists() && there.gre_key() == entry.gre_key()) {
                place = &entries_[at];
                break;
            }
            if (!there.exists() && place == nullptr)
                place = &entries_[at];
            if (there.bits() == 0)
                break;
            at = (at + 1) & (size_ - 1);
        }
        if (place == nullptr)
            return false;
        if (place->load(std::memory_order_relaxed) == kErased)
            --marks_;
        place->store(entry.bits(), std::memory_order_release);
        return true;
    }

    /// Control thread. The place stays marked, so that keys behind it are still found. With none behind it, it becomes
    /// empty, and so do the marks before it: a search for what is not there ends at the first empty place.
    void erase(std::uint32_t gre_key) noexcept
    {
        std::size_t at = hash(gre_key);
        for (std::size_t probe = 0; probe < kMaxProbes; ++probe) {
            const GreEntry there{entries_[at].load(std::memory_order_relaxed)};
            if (there.exists() && there.gre_key() == gre_key) {
                entries_[at].store(kErased, std::memory_order_release);
                ++marks_;
                clear_marks(at);
                return;
            }
            if (there.bits() == 0)
                return;
            at = (at + 1) & (size_ - 1);
        }
    }

    /// Erased entries that searches still have to pass. Control thread.
    [[nodiscard]] std::size_t marks() const noexcept { return marks_; }

  private:
    using Slot = std::atomic<std::uint64_t>;
    static constexpr std::uint64_t kErased = kFlowSecondSa; // not 0, and without kFlowExists

    /// Empties the marked places from `at` backwards when the one behind `at` is empty. A search that has passed one of
    /// them would have ended at that one at the latest.
    void clear_marks(std::size_t at) noexcept
    {
        if (entries_[(at + 1) & (size_ - 1)].load(std::memory_order_relaxed) != 0)
            return;
        while (entries_[at].load(std::memory_order_relaxed) == kErased) {
            entries_[at].store(0, std::memory_order_release);
            --marks_;
            at = (at - 1) & (size_ - 1);
        }
    }

    [[nodiscard]] std::size_t hash(std::uint32_t gre_key) const noexcept
    {
        // Fibonacci hashing: data path ids are numbered in sequence or carry structure; both spread well.
        return static_cast<std::size_t>(gre_key * 0x9e3779b97f4a7c15U >> shift_);
    }

    std::pmr::memory_resource& memory_;
    std::size_t size_;
    unsigned shift_;
    Slot* entries_;
    std::size_t marks_ = 0;
};

} // namespace aaigw::sa
