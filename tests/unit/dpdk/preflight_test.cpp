// Preflight and device strings: what is told before DPDK starts, against folders like the system's.
#include "dataplane/dpdk/device.h"
#include "dataplane/dpdk/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace aaigw::dpdk {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// A folder like /sys.
class Preflight : public testing::Test {
  protected:
    Preflight()
    {
        std::string pattern = fs::temp_directory_path() / "aaigw-sysfs-XXXXXX";
        sysfs_ = mkdtemp(pattern.data());
    }
    ~Preflight() override { fs::remove_all(sysfs_); }

    void add_huge_pages(const std::string& size, int pages, int free, int reserved) const
    {
        const fs::path folder = sysfs_ / "kernel/mm/hugepages" / ("hugepages-" + size);
        fs::create_directories(folder);
        std::ofstream{folder / "nr_hugepages"} << pages << '\n';
        std::ofstream{folder / "free_hugepages"} << free << '\n';
        std::ofstream{folder / "resv_hugepages"} << reserved << '\n';
    }

    void add_pci(const std::string& address, const std::string& driver) const
    {
        const fs::path folder = sysfs_ / "bus/pci/devices" / address;
        fs::create_directories(folder);
        if (!driver.empty())
            fs::create_symlink("../../../bus/pci/drivers/" + driver, folder / "driver");
    }

    [[nodiscard]] std::vector<std::string> problems_of(const std::string& device) const
    {
        EalOptions options;
        options.devices = {device};
        return preflight(options, sysfs_);
    }

    fs::path sysfs_;
};

TEST_F(Preflight, HasNothingAgainstTheDefaults)
{
    EXPECT_THAT(preflight({}, sysfs_), IsEmpty());
    EXPECT_THAT(preflight({}), IsEmpty());
}

TEST_F(Preflight, CountsHugePagesThatNobodyReserved)
{
    add_huge_pages("2048kB", 256, 200, 72);
    add_huge_pages("1048576kB", 1, 0, 0);
    EalOptions options;
    options.huge_pages = HugePages::required;
    options.memory_mib = 256;
    EXPECT_THAT(preflight(options, sysfs_), IsEmpty());
    options.memory_mib = 257;
    EXPECT_THAT(preflight(options, sysfs_),
                ElementsAre("huge pages: 257 MiB of one size are needed, 256 MiB in pages of 2048 "
                            "KiB and 0 MiB in pages of 1048576 KiB are free; get more with "
                            "`sysctl vm.nr_hugepages=257`, or do without them"));
    options.huge_pages = HugePages::automatic;
    EXPECT_THAT(preflight(options, sysfs_), IsEmpty());
}

TEST_F(Preflight, SaysSoWhenTheKernelHasNoHugePages)
{
    EalOptions options;
    options.huge_pages = HugePages::required;
    options.memory_mib = 3;
    EXPECT_THAT(preflight(options, sysfs_),
                ElementsAre(AllOf(HasSubstr("none are free"), HasSubstr("vm.nr_hugepages=2"))));
}

TEST_F(Preflight, NamesCoresThatTheProcessMayNotUse)
{
    EalOptions options;
    options.control_cores = allowed_cores();
    EXPECT_THAT(options.control_cores, testing::Not(IsEmpty()));
    EXPECT_THAT(preflight(options, sysfs_), IsEmpty());
    options.control_cores.push_back(-1);
    options.worker_cores = {100000};
    EXPECT_THAT(preflight(options, sysfs_),
                ElementsAre(StartsWith("control core -1: "), StartsWith("worker core 100000: ")));
}

TEST_F(Preflight, WantsAPciDeviceThatDpdkMayDrive)
{
    add_pci("0000:01:00.0", "vfio-pci");
    add_pci("0000:01:00.1", "ixgbe");
    add_pci("0000:0a:00.0", "");
    EXPECT_THAT(problems_of("0000:01:00.0"), IsEmpty());
    EXPECT_THAT(problems_of("01:00.0"), IsEmpty());
    EXPECT_THAT(problems_of("01:00.1"),
                ElementsAre("device 0000:01:00.1: DPDK reaches it through the driver vfio-pci, but "
                            "it has ixgbe; bind it with `modprobe vfio-pci; dpdk-devbind.py "
                            "--bind=vfio-pci 0000:01:00.1`"));
    EXPECT_THAT(problems_of("0000:0A:00.0"), ElementsAre(HasSubstr("it has none")));
    EXPECT_THAT(problems_of("0000:02:00.0"), ElementsAre(HasSubstr("no such PCI device")));
}

TEST_F(Preflight, WantsTheInterfaceAndTheCaptureOfAVirtualDevice)
{
    EXPECT_THAT(problems_of("net_null0"), IsEmpty());
    EXPECT_THAT(problems_of("net_af_packet0,iface=lo"), IsEmpty());
    EXPECT_THAT(problems_of("net_af_packet0,blocksz=4096,iface=no-such"),
                ElementsAre("device net_af_packet0: there is no interface no-such in this network "
                            "namespace; `ip link` lists them"));
    std::ofstream{sysfs_ / "a.pcap"} << "x";
    EXPECT_THAT(problems_of("net_pcap0,rx_pcap=" + (sysfs_ / "a.pcap").string()), IsEmpty());
    EXPECT_THAT(problems_of("net_pcap0,rx_pcap=" + (sysfs_ / "b.pcap").string()),
                ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(Preflight, RefusesWhatIsNoDeviceOrNamedTwice)
{
    EXPECT_THAT(problems_of("eth0"), ElementsAre(HasSubstr("neither a PCI address")));
    EXPECT_THAT(problems_of(""), ElementsAre(HasSubstr("neither a PCI address")));
    add_pci("0000:01:00.0", "vfio-pci");
    EalOptions options;
    options.devices = {"net_null0", "net_null0,size=64", "01:00.0", "0000:01:00.0"};
    EXPECT_THAT(preflight(options, sysfs_), ElementsAre("device net_null0: it is named twice",
                                                        "device 0000:01:00.0: it is named twice"));
    options.devices.clear();
    options.memory_mib = 0;
    EXPECT_THAT(preflight(options, sysfs_), ElementsAre(StartsWith("memory: 0 MiB")));
}

TEST(Device, PciAddressesHaveTwoForms)
{
    for (const char* address : {"0000:01:00.0", "01:00.0", "0001:fF:1f.7", "01:00.0,arg=1"})
        EXPECT_TRUE(is_pci_address(address)) << address;
    for (const char* address : {"", "net_null0", "01:00", "1:00.0", "0000:01:00.", "0000:01:00.g",
                                "00:01:00.0", "0000:01:00.0 "})
        EXPECT_FALSE(is_pci_address(address)) << address;
    EXPECT_EQ(full_pci_address("AB:00.1,x=1"), "0000:ab:00.1");
    EXPECT_EQ(full_pci_address("0001:ab:00.1"), "0001:ab:00.1");
}

TEST(Device, ArgumentsFollowTheName)
{
    constexpr const char* kDevice = "net_af_xdp0,iface=v0,start_queue=1,iface=v1,flag";
    EXPECT_EQ(device_name(kDevice), "net_af_xdp0");
    EXPECT_EQ(device_argument(kDevice, "iface"), "v0");
    EXPECT_EQ(device_argument(kDevice, "start_queue"), "1");
    EXPECT_EQ(device_argument(kDevice, "queue"), std::nullopt);
    EXPECT_EQ(device_argument(kDevice, "start"), std::nullopt);
    EXPECT_EQ(device_argument(kDevice, "flag"), std::nullopt);
    EXPECT_EQ(device_argument("net_null0", "size"), std::nullopt);
}

} // namespace
} // namespace aaigw::dpdk
