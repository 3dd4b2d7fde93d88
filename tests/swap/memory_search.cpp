#include "tests/swap/memory_search.h"

#include "common/check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <sstream>

namespace aaigw::swap {

namespace {

// Any numbers do that no memory is full of.
constexpr std::uint64_t kFrontMask = 0x6a09e667f3bcc908;
constexpr std::uint64_t kBackMask = 0xbb67ae8584caa73b;

constexpr std::uintptr_t kPageBytes = 4096;
constexpr std::uintptr_t kLargestMapping = std::uintptr_t{1} << 36;
constexpr std::size_t kChunkPages = 256;

std::uint64_t load(const std::uint8_t* at) noexcept
{
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

struct Mapping {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::string line;
};

std::vector<Mapping> writable_mappings()
{
    std::vector<Mapping> all;
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);) {
        Mapping mapping;
        std::string permissions;
        char dash = 0;
        std::istringstream fields{line};
        fields >> std::hex >> mapping.begin >> dash >> mapping.end >> permissions;
        AAIGW_CHECK(fields.good() && dash == '-');
        mapping.line = line;
        if (permissions.starts_with("rw") && mapping.end - mapping.begin < kLargestMapping)
            all.push_back(std::move(mapping));
    }
    AAIGW_CHECK(!all.empty());
    return all;
}

/// A file of /proc/self that is read at places.
class ProcFile {
  public:
    explicit ProcFile(const char* path) : file_{::open(path, O_RDONLY | O_CLOEXEC)}
    {
        AAIGW_CHECK(file_ >= 0);
    }
    ~ProcFile() { ::close(file_); }
    ProcFile(const ProcFile&) = delete;
    ProcFile& operator=(const ProcFile&) = delete;

    [[nodiscard]] bool read(void* to, std::size_t bytes, std::uintptr_t at) const
    {
        return ::pread(file_, to, bytes, static_cast<off_t>(at)) == static_cast<ssize_t>(bytes);
    }

  private:
    int file_;
};

} // namespace

void Needles::add(std::span<const std::uint8_t, kNeedleBytes> bytes, std::uint64_t name)
{
    masked_.push_back({.front = load(bytes.data()) ^ kFrontMask,
                       .back = load(bytes.data() + 8) ^ kBackMask,
                       .name = name});
}

/// One pass. Memory is copied into a buffer of its own mapping, which is not searched.
class MemorySearch {
  public:
    explicit MemorySearch(const Needles& needles)
        : sorted_{needles.masked_}, filter_bits_{std::bit_ceil(kBitsPerNeedle * sorted_.size())},
          filter_(filter_bits_ / 64)
    {
        AAIGW_CHECK(!sorted_.empty());
        std::ranges::sort(sorted_, {}, &Needles::Masked::front);
        for (const Needles::Masked& one : sorted_) {
            const std::uint64_t bit = filter_bit(one.front, filter_bits_);
            filter_[bit / 64] |= std::uint64_t{1} << bit % 64;
        }
        void* const mapped = ::mmap(nullptr, kBufferBytes, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        AAIGW_CHECK(mapped != MAP_FAILED);
        buffer_ = static_cast<std::uint8_t*>(mapped);
    }
    ~MemorySearch() { ::munmap(buffer_, kBufferBytes); }
    MemorySearch(const MemorySearch&) = delete;
    MemorySearch& operator=(const MemorySearch&) = delete;

    SearchResult run()
    {
        result_.needles = sorted_.size();
        for (const Mapping& mapping : writable_mappings())
            search(mapping);
        return std::move(result_);
    }

  private:
    /// As few as stay in the cache, as many as make a hit rare where nothing is.
    static constexpr std::size_t kBitsPerNeedle = 64;
    /// A needle may begin in one piece of memory and end in the next.
    static constexpr std::size_t kOverlap = kNeedleBytes - 1;
    static constexpr std::size_t kBufferBytes = (kChunkPages + 1) * kPageBytes;

    [[nodiscard]] static std::uint64_t filter_bit(std::uint64_t masked_front,
                                                  std::size_t bits) noexcept
    {
        return (masked_front * 0x9e3779b97f4a7c15U >> 32) & (bits - 1);
    }

    void search(const Mapping& mapping)
    {
        std::array<std::uint64_t, kChunkPages> pages;
        std::size_t carried = 0;
        for (std::uintptr_t at = mapping.begin; at < mapping.end; at += kChunkPages * kPageBytes) {
            const std::size_t count =
                std::min<std::size_t>(kChunkPages, (mapping.end - at) / kPageBytes);
            // A mapping may be gone by now, or be one that the kernel keeps for itself ([vvar]).
            if (!pagemap_.read(pages.data(), count * sizeof(pages[0]), at / kPageBytes * 8))
                return;
            for (std::size_t i = 0; i < count; ++i) {
                const std::uintptr_t page = at + i * kPageBytes;
                carried = is_searched(pages[i], page) ? search_page(mapping, page, carried) : 0;
            }
        }
    }

    [[nodiscard]] bool is_searched(std::uint64_t pagemap_entry, std::uintptr_t page) const noexcept
    {
        constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
        constexpr std::uint64_t kSwapped = std::uint64_t{1} << 62;
        const auto buffer = reinterpret_cast<std::uintptr_t>(buffer_);
        return (pagemap_entry & (kPresent | kSwapped)) != 0 &&
               (page < buffer || page >= buffer + kBufferBytes);
    }

    /// `carried` bytes of the page before stand in front in the buffer; gives how many do for the next.
    std::size_t search_page(const Mapping& mapping, std::uintptr_t page, std::size_t carried)
    {
        std::uint8_t* const begin = buffer_ + kPageBytes;
        if (!memory_.read(begin, kPageBytes, page))
            return 0;
        result_.bytes += kPageBytes;
        const std::uint8_t* const end = begin + kPageBytes - kOverlap;
        const std::size_t bits = filter_bits_;
        const std::uint64_t* const filter = filter_.data();
        for (const std::uint8_t* at = begin - carried; at != end; ++at) {
            const std::uint64_t front = load(at) ^ kFrontMask;
            const std::uint64_t bit = filter_bit(front, bits);
            if ((filter[bit / 64] >> bit % 64 & 1) != 0) [[unlikely]]
                compare(mapping, at, page + static_cast<std::uintptr_t>(at - begin), front);
        }
        std::memcpy(begin - kOverlap, begin + kPageBytes - kOverlap, kOverlap);
        return kOverlap;
    }

    void compare(const Mapping& mapping, const std::uint8_t* at, std::uintptr_t address,
                 std::uint64_t front)
    {
        const std::uint64_t back = load(at + 8) ^ kBackMask;
        for (auto one = std::ranges::lower_bound(sorted_, front, {}, &Needles::Masked::front);
             one != sorted_.end() && one->front == front; ++one)
            if (one->back == back && result_.finds.size() < kMaxFinds)
                result_.finds.push_back(
                    {.name = one->name, .address = address, .mapping = mapping.line});
    }

    ProcFile memory_{"/proc/self/mem"};
    ProcFile pagemap_{"/proc/self/pagemap"};
    std::vector<Needles::Masked> sorted_;
    std::size_t filter_bits_; ///< a power of two, at most 2^32
    std::vector<std::uint64_t> filter_;
    std::uint8_t* buffer_ = nullptr;
    SearchResult result_{};
};

SearchResult search_memory(const Needles& needles)
{
    return MemorySearch{needles}.run();
}

} // namespace aaigw::swap
