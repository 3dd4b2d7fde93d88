// Secret memory: aligned, wiped when freed, reused, left out of core dumps.
#include "crypto/aes_key.h"
#include "crypto/secret_heap.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace aaigw::crypto {
namespace {

TEST(SecretHeap, BlocksAreAlignedAndDistinct)
{
    std::set<void*> blocks;
    for (int i = 0; i < 20000; ++i) {
        void* block = secret_allocate(192);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0U);
        std::memset(block, 0xa5, 192);
        EXPECT_TRUE(blocks.insert(block).second);
    }
    for (void* block : blocks)
        secret_free(block, 192);
}

TEST(SecretHeap, FreedMemoryIsWipedAndUsedAgain)
{
    auto* block = static_cast<std::uint8_t*>(secret_allocate(256));
    std::memset(block, 0xa5, 256);
    secret_free(block, 256);
    auto* again = static_cast<std::uint8_t*>(secret_allocate(256));
    ASSERT_EQ(again, block);
    // The first word links the free list while the block is free; a key never starts before it is written.
    for (std::size_t i = sizeof(void*); i < 256; ++i)
        EXPECT_EQ(again[i], 0) << "byte " << i;
    secret_free(again, 256);
}

/// The VmFlags line of the mapping that holds `address`.
std::string vm_flags(const void* address)
{
    std::ifstream smaps{"/proc/self/smaps"};
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(smaps, line);) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        std::istringstream head{line};
        if (line.find('-') < 20 && head >> std::hex >> begin >> dash >> end && dash == '-')
            inside = begin <= wanted && wanted < end;
        else if (inside && line.starts_with("VmFlags:"))
            return line + ' ';
    }
    return {};
}

TEST(SecretHeap, ExpandedKeysAreLeftOutOfCoreDumps)
{
    const std::array<std::uint8_t, kAesKeyBytes> key{1};
    const auto expanded = std::make_unique<AesKey>(key);
    EXPECT_NE(vm_flags(expanded.get()).find(" dd "), std::string::npos) << vm_flags(expanded.get());
}

} // namespace
} // namespace aaigw::crypto
