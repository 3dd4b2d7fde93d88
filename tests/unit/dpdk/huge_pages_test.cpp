// DPDK in huge pages, where the machine has some free.
#include "dataplane/dpdk/eal.h"
#include "dataplane/dpdk/packet_pool.h"
#include "dataplane/dpdk/preflight.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

namespace aaigw::dpdk {
namespace {

/// What /proc/self/smaps says of the mapping that `address` lies in.
struct Mapping {
    std::string head; ///< the line with its addresses, rights and file
    std::size_t page_kib = 0;
};

Mapping mapping_of(const void* address)
{
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream smaps{"/proc/self/smaps"};
    Mapping mapping;
    bool inside = false;
    for (std::string line; std::getline(smaps, line);) {
        unsigned long begin = 0;
        unsigned long end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
            inside = begin <= wanted && wanted < end;
            if (inside)
                mapping.head = line;
        } else if (inside) {
            static_cast<void>(std::sscanf(line.c_str(), "KernelPageSize: %zu", &mapping.page_kib));
        }
    }
    return mapping;
}

TEST(HugePages, HoldThePacketsAndAreNoFile)
{
    EalOptions options;
    options.huge_pages = HugePages::automatic;
    options.memory_mib = 32;
    if (!enough_huge_pages(huge_page_counts("/sys"), options.memory_mib))
        GTEST_SKIP() << "not enough huge pages are free";
    const auto eal = Eal::start(options);
    ASSERT_TRUE(eal) << eal.error().message;
    EXPECT_TRUE(eal->huge_pages());

    auto pool = PacketPool::create({.packets = 1023});
    ASSERT_TRUE(pool) << pool.error().message;
    path::Packet* packet = pool->take();
    ASSERT_NE(packet, nullptr);
    const Mapping mapping = mapping_of(packet->data);
    EXPECT_GE(mapping.page_kib, 2048U) << mapping.head;
    // No file, or one without a name: the kernel takes the pages back however the process ends.
    EXPECT_TRUE(mapping.head.find('/') == std::string::npos || mapping.head.ends_with("(deleted)"))
        << mapping.head;
    PacketPool::give_back(*packet);
}

} // namespace
} // namespace aaigw::dpdk
