// What would keep DPDK from starting, found before it is asked: a failed start cannot be repeated in the same process.
#pragma once

#include "dataplane/dpdk/eal.h"

#include <filesystem>
#include <string>
#include <vector>

namespace aaigw::dpdk {

/// The huge pages of one size.
struct HugePageCount {
    std::size_t page_kib = 0;
    std::size_t pages = 0;
    std::size_t free = 0;
};

[[nodiscard]] std::vector<HugePageCount> huge_page_counts(const std::filesystem::path& sysfs);

/// Whether one page size has `memory_mib` free.
[[nodiscard]] bool enough_huge_pages(const std::vector<HugePageCount>& counts,
                                     std::size_t memory_mib) noexcept;

/// The cores that the process may use, in order.
[[nodiscard]] std::vector<int> allowed_cores();

/// The numbers with commas between them.
[[nodiscard]] std::string core_list(const std::vector<int>& cores);

/// One sentence a problem: what is needed, what is there and what to do. None when Eal::start() and the ports have
/// what they need from the machine; a device may still refuse.
[[nodiscard]] std::vector<std::string> preflight(const EalOptions& options,
                                                 const std::filesystem::path& sysfs = "/sys");

} // namespace aaigw::dpdk
