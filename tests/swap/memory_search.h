// Looks through the memory of the running process for bytes that should be gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace aaigw::swap {

inline constexpr std::size_t kNeedleBytes = 16;

/// What is looked for: sixteen bytes each, kept masked so that the list itself is no find.
class Needles {
  public:
    /// `name` comes back with a find. Does not keep the bytes as they are, nor leave them anywhere.
    void add(std::span<const std::uint8_t, kNeedleBytes> bytes, std::uint64_t name);
    [[nodiscard]] std::size_t size() const noexcept { return masked_.size(); }

  private:
    friend class MemorySearch;

    struct Masked {
        std::uint64_t front;
        std::uint64_t back;
        std::uint64_t name;
    };

    std::vector<Masked> masked_;
};

struct Find {
    std::uint64_t name = 0;
    std::uintptr_t address = 0;
    std::string mapping{}; ///< the line of /proc/self/maps
};

struct SearchResult {
    std::vector<Find> finds; ///< at most kMaxFinds
    std::size_t bytes = 0;   ///< that were looked through
    std::size_t needles = 0;
};

inline constexpr std::size_t kMaxFinds = 4096;

/// Every byte offset of every present page that the process can read and write: heap, stacks, data, huge pages, what is
/// locked and what is left out of core dumps. Left out are mappings of 64 GiB and more, which only a sanitizer makes:
/// its shadow holds no copy of anything. Other threads should be at rest.
[[nodiscard]] SearchResult search_memory(const Needles& needles);

} // namespace aaigw::swap
