#include "crypto/secret_heap.h"

#include "common/check.h"
#include "crypto/secret.h"

#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

namespace aaigw::crypto {

namespace {

constexpr std::size_t kLineBytes = 64;
constexpr std::size_t kAreaBytes = std::size_t{2} << 20; // one huge page

/// A 2 MiB area at a 2 MiB boundary, so that one huge page can back it. Never given back: areas are reused.
std::uint8_t* map_area()
{
    void* mapped =
        ::mmap(nullptr, 2 * kAreaBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        throw std::bad_alloc{};
    const auto address = reinterpret_cast<std::uintptr_t>(mapped);
    const std::uintptr_t aligned = (address + kAreaBytes - 1) & ~(kAreaBytes - 1);
    auto* area = static_cast<std::uint8_t*>(mapped) + (aligned - address);
    if (aligned > address)
        ::munmap(mapped, aligned - address);
    ::munmap(area + kAreaBytes, address + kAreaBytes - aligned);

    // Each of these may be refused without harm to correctness.
    ::madvise(area, kAreaBytes, MADV_HUGEPAGE);
    ::madvise(area, kAreaBytes, MADV_DONTDUMP);
    ::mlock(area, kAreaBytes);
    return area;
}

/// Bump allocation from the newest area, free lists by size in cache lines.
class SecretHeap {
  public:
    void* allocate(std::size_t lines)
    {
        const std::scoped_lock lock{mutex_};
        if (FreeBlock*& list = free_[lines]; list != nullptr)
            return std::exchange(list, list->next);
        const std::size_t size = lines * kLineBytes;
        if (left_ < size) {
            next_ = map_area();
            left_ = kAreaBytes;
        }
        left_ -= size;
        return std::exchange(next_, next_ + size);
    }

    void free(void* block, std::size_t lines) noexcept
    {
        const std::scoped_lock lock{mutex_};
        free_[lines] = new (block) FreeBlock{free_[lines]};
    }

  private:
    struct FreeBlock {
        FreeBlock* next;
    };

    std::mutex mutex_;
    std::uint8_t* next_ = nullptr;
    std::size_t left_ = 0;
    std::array<FreeBlock*, kMaxSecretBlock / kLineBytes + 1> free_{};
};

SecretHeap& heap()
{
    // Never destroyed: keys of static storage may outlive any order of destruction we could choose.
    static auto* const instance = new SecretHeap;
    return *instance;
}

std::size_t lines_of(std::size_t size) noexcept
{
    AAIGW_CHECK(size > 0 && size <= kMaxSecretBlock);
    return (size + kLineBytes - 1) / kLineBytes;
}

} // namespace

void* secret_allocate(std::size_t size)
{
    return heap().allocate(lines_of(size));
}

void secret_free(void* block, std::size_t size) noexcept
{
    if (block == nullptr)
        return;
    wipe({static_cast<std::uint8_t*>(block), size});
    heap().free(block, lines_of(size));
}

} // namespace aaigw::crypto
