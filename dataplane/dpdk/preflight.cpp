#include "dataplane/dpdk/preflight.h"

#include "dataplane/dpdk/device.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <set>

namespace aaigw::dpdk {

namespace fs = std::filesystem;

namespace {

using Problems = std::vector<std::string>;

// Kernel drivers through which DPDK reaches a device; Mellanox cards stay with their own.
constexpr std::array<std::string_view, 5> kPciDrivers{"vfio-pci", "uio_pci_generic", "igb_uio",
                                                      "mlx5_core", "mlx4_core"};

constexpr std::string_view kHugePageFolder = "hugepages-";

std::size_t read_number(const fs::path& file)
{
    std::ifstream in{file};
    std::size_t number = 0;
    in >> number;
    return in ? number : 0;
}

void check_huge_pages(const EalOptions& options, const fs::path& sysfs, Problems& problems)
{
    if (options.huge_pages != HugePages::required)
        return;
    const auto counts = huge_page_counts(sysfs);
    if (enough_huge_pages(counts, options.memory_mib))
        return;
    std::string there;
    for (const auto& count : counts)
        there += fmt::format("{}{} MiB in pages of {} KiB", there.empty() ? "" : " and ",
                             count.free * count.page_kib / 1024, count.page_kib);
    // More pages of 2 MiB than there are, by as many as are missing.
    constexpr std::size_t kUsualPageKib = 2048;
    const auto usual = std::find_if(counts.begin(), counts.end(),
                                    [](auto& count) { return count.page_kib == kUsualPageKib; });
    const std::size_t needed = (options.memory_mib * 1024 + kUsualPageKib - 1) / kUsualPageKib;
    const std::size_t used = usual == counts.end() ? 0 : usual->pages - usual->free;
    problems.push_back(fmt::format("huge pages: {} MiB of one size are needed, {} are free; get "
                                   "more with `sysctl vm.nr_hugepages={}`, or do without them",
                                   options.memory_mib, there.empty() ? "none" : there,
                                   used + needed));
}

void check_cores(std::string_view what, const std::vector<int>& cores, Problems& problems)
{
    const auto allowed = allowed_cores();
    for (const int core : cores) {
        if (!std::binary_search(allowed.begin(), allowed.end(), core))
            problems.push_back(fmt::format("{} core {}: the process may run on {} only; name one "
                                           "of these, or give it more cores (`taskset`, cpuset)",
                                           what, core, core_list(allowed)));
    }
}

void check_pci(const std::string& device, const fs::path& sysfs, Problems& problems)
{
    const std::string address = full_pci_address(device);
    const fs::path folder = sysfs / "bus/pci/devices" / address;
    std::error_code error;
    if (!fs::exists(folder, error)) {
        problems.push_back(fmt::format(
            "device {}: there is no such PCI device; `dpdk-devbind.py --status` lists them",
            address));
        return;
    }
    const std::string driver = fs::read_symlink(folder / "driver", error).filename();
    if (std::find(kPciDrivers.begin(), kPciDrivers.end(), driver) == kPciDrivers.end())
        problems.push_back(fmt::format(
            "device {}: DPDK reaches it through the driver vfio-pci, but {}; bind it with "
            "`modprobe vfio-pci; dpdk-devbind.py --bind=vfio-pci {}`",
            address, driver.empty() ? "it has none" : fmt::format("it has {}", driver), address));
}

void check_virtual(const std::string& device, Problems& problems)
{
    const std::string_view name = device_name(device);
    if (const auto interface = device_argument(device, "iface")) {
        if (if_nametoindex(std::string{*interface}.c_str()) == 0)
            problems.push_back(
                fmt::format("device {}: there is no interface {} in this network namespace; "
                            "`ip link` lists them",
                            name, *interface));
    }
    if (const auto file = device_argument(device, "rx_pcap")) {
        if (!std::ifstream{std::string{*file}})
            problems.push_back(
                fmt::format("device {}: the capture {} cannot be read", name, *file));
    }
}

void check_devices(const EalOptions& options, const fs::path& sysfs, Problems& problems)
{
    std::set<std::string> names;
    for (const std::string& device : options.devices) {
        const std::string name =
            is_pci_address(device) ? full_pci_address(device) : std::string{device_name(device)};
        if (!names.insert(name).second)
            problems.push_back(fmt::format("device {}: it is named twice", name));
        if (is_pci_address(device))
            check_pci(device, sysfs, problems);
        else if (device.starts_with("net_"))
            check_virtual(device, problems);
        else
            problems.push_back(
                fmt::format("device {}: neither a PCI address, such as 0000:01:00.0, nor a virtual "
                            "device, such as net_af_xdp0,iface=eth1",
                            name));
    }
}

} // namespace

std::vector<HugePageCount> huge_page_counts(const fs::path& sysfs)
{
    std::vector<HugePageCount> counts;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{sysfs / "kernel/mm/hugepages", error}) {
        const std::string name = entry.path().filename();
        HugePageCount count;
        if (!name.starts_with(kHugePageFolder))
            continue;
        std::from_chars(name.data() + kHugePageFolder.size(), name.data() + name.size(),
                        count.page_kib);
        count.pages = read_number(entry.path() / "nr_hugepages");
        // Reserved pages are still free, but promised to somebody else.
        const std::size_t free = read_number(entry.path() / "free_hugepages");
        count.free = free - std::min(free, read_number(entry.path() / "resv_hugepages"));
        counts.push_back(count);
    }
    std::sort(counts.begin(), counts.end(),
              [](auto& a, auto& b) { return a.page_kib < b.page_kib; });
    return counts;
}

bool enough_huge_pages(const std::vector<HugePageCount>& counts, std::size_t memory_mib) noexcept
{
    return std::any_of(counts.begin(), counts.end(), [&](auto& count) {
        return count.free * count.page_kib >= memory_mib * 1024;
    });
}

std::vector<int> allowed_cores()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cores;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return cores;
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(static_cast<std::size_t>(core), &set))
            cores.push_back(core);
    }
    return cores;
}

std::string core_list(const std::vector<int>& cores)
{
    std::string list;
    for (const int core : cores)
        list += fmt::format("{}{}", list.empty() ? "" : ",", core);
    return list;
}

std::vector<std::string> preflight(const EalOptions& options, const fs::path& sysfs)
{
    Problems problems;
    if (options.memory_mib == 0)
        problems.emplace_back("memory: 0 MiB; a pool of 8,192 packets needs 32 MiB");
    check_huge_pages(options, sysfs, problems);
    check_cores("control", options.control_cores, problems);
    check_cores("worker", options.worker_cores, problems);
    check_devices(options, sysfs, problems);
    return problems;
}

} // namespace aaigw::dpdk
