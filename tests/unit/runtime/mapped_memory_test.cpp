// Memory of the tables: mapped whole, aligned, and given back.
#include "control/runtime/mapped_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <new>

namespace aaigw::runtime {
namespace {

TEST(MappedMemory, GivesWholeLargePagesOfZeros)
{
    MappedMemory pages;
    for (const std::size_t bytes :
         {std::size_t{1}, MappedMemory::kPage, 3 * MappedMemory::kPage + 1}) {
        auto* const memory = static_cast<std::uint8_t*>(pages.allocate(bytes, 64));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % MappedMemory::kPage, 0U);
        EXPECT_EQ(memory[0], 0);
        EXPECT_EQ(memory[bytes - 1], 0);
        std::memset(memory, 1, bytes);
        pages.deallocate(memory, bytes, 64);
    }
}

TEST(MappedMemory, SaysWhenThereIsNone)
{
    MappedMemory pages;
    EXPECT_THROW(static_cast<void>(pages.allocate(std::size_t{1} << 60, 64)), std::bad_alloc);
}

} // namespace
} // namespace aaigw::runtime
