// MappedMemory: memory for tables that many cores read, in pages as large as the kernel has them.
#pragma once

#include <cstddef>
#include <memory_resource>

namespace aaigw::runtime {

/// Maps whole pages of 2 MiB, and asks the kernel to make them so: a table in small pages costs a TLB miss a packet.
/// Meant below a std::pmr::monotonic_buffer_resource. Throws std::bad_alloc, as memory resources do.
class MappedMemory final : public std::pmr::memory_resource {
  public:
    static constexpr std::size_t kPage = std::size_t{2} << 20;

  private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override;
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override
    {
        return this == &other;
    }
};

} // namespace aaigw::runtime
