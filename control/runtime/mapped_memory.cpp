#include "control/runtime/mapped_memory.h"

#include "common/check.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace aaigw::runtime {

namespace {

std::size_t whole_pages(std::size_t bytes) noexcept
{
    return (bytes + MappedMemory::kPage - 1) / MappedMemory::kPage * MappedMemory::kPage;
}

} // namespace

void* MappedMemory::do_allocate(std::size_t bytes, std::size_t alignment)
{
    AAIGW_CHECK(alignment <= kPage);
    // One page more, so that a whole number of aligned ones fits; what is left over is given back.
    const std::size_t wanted = whole_pages(bytes);
    const std::size_t mapped = wanted + kPage;
    void* const start =
        ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        throw std::bad_alloc{};
    const auto address = reinterpret_cast<std::uintptr_t>(start);
    const std::size_t before = (kPage - address % kPage) % kPage;
    auto* const memory = static_cast<std::uint8_t*>(start) + before;
    if (before > 0)
        ::munmap(start, before);
    ::munmap(memory + wanted, kPage - before);
    static_cast<void>(::madvise(memory, wanted, MADV_HUGEPAGE)); // works without, only slower
    return memory;
}

void MappedMemory::do_deallocate(void* memory, std::size_t bytes, std::size_t)
{
    ::munmap(memory, whole_pages(bytes));
}

} // namespace aaigw::runtime
