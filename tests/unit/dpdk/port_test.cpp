// Port: frames through virtual devices, what a device cannot do, errors, accounting.
#include "dataplane/dpdk/buffer.h"
#include "dataplane/dpdk/port.h"
#include "tests/unit/dpdk/eal_environment.h"
#include "tests/unit/dpdk/pcap_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace aaigw::dpdk {
namespace {

namespace fs = std::filesystem;
using path::Packet;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PortTest : public testing::Test {
  protected:
    PortTest() : pool_{make_pool(1500)}
    {
        std::string pattern = fs::temp_directory_path() / "aaigw-port-XXXXXX";
        folder_ = mkdtemp(pattern.data());
    }
    ~PortTest() override
    {
        fs::remove_all(folder_);
        EXPECT_EQ(pool_.in_use(), 0U);
    }

    static PacketPool make_pool(std::uint16_t mtu)
    {
        static int count = 0;
        auto pool = PacketPool::create(
            {.name = "port" + std::to_string(++count), .packets = 2047, .mtu = mtu});
        EXPECT_TRUE(pool) << pool.error().message;
        return std::move(pool).value();
    }

    [[nodiscard]] Port open(const PortOptions& options)
    {
        auto port = Port::open(options, pool_);
        EXPECT_TRUE(port) << port.error().message;
        return std::move(port).value();
    }

    [[nodiscard]] std::string refusal(const PortOptions& options)
    {
        const auto port = Port::open(options, pool_);
        return port ? "opened" : port.error().message;
    }

    /// Sends one frame; whether the port took it.
    bool send(Port& port, const Frame& frame)
    {
        Packet* packet = pool_.take();
        std::ranges::copy(frame, packet->data);
        packet->length = static_cast<std::uint16_t>(frame.size());
        std::array<rte_mbuf*, 1> mbufs{before_send(*packet)};
        if (port.tx_burst(0, mbufs) == 1)
            return true;
        PacketPool::give_back(*packet);
        return false;
    }

    /// All that one burst brings, each frame checked for the room around it.
    static std::vector<Frame> receive(Port& port, std::uint16_t queue = 0)
    {
        std::array<rte_mbuf*, 32> mbufs{};
        std::vector<Frame> frames;
        for (rte_mbuf* mbuf : std::span{mbufs}.first(port.rx_burst(queue, mbufs))) {
            Packet* packet = received(mbuf, 0);
            if (packet == nullptr) {
                give_back_mbuf(mbuf);
                continue;
            }
            EXPECT_GE(packet->headroom, path::kMinHeadroom);
            EXPECT_GE(packet->tailroom, path::kMinTailroom);
            frames.emplace_back(packet->data, packet->data + packet->length);
            PacketPool::give_back(*packet);
        }
        return frames;
    }

    [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }

    PacketPool pool_;
    fs::path folder_;
};

Frame frame_of(std::size_t size, std::uint8_t start)
{
    Frame frame(size);
    std::ranges::generate(frame, [&start] { return start++; });
    return frame;
}

TEST_F(PortTest, ARingGivesBackWhatWasSent)
{
    Port port = open({.name = "a", .device = "net_ring0"});
    EXPECT_EQ(port.name(), "a");
    EXPECT_EQ(port.driver(), "net_ring");
    EXPECT_EQ(port.mtu(), 1500);
    EXPECT_TRUE(port.link().up);
    EXPECT_THAT(receive(port), IsEmpty());

    const std::vector frames{frame_of(60, 1), frame_of(1518, 2), frame_of(14, 3)};
    for (const Frame& frame : frames)
        EXPECT_TRUE(send(port, frame));
    EXPECT_EQ(pool_.in_use(), 3U);
    EXPECT_EQ(receive(port), frames);
    EXPECT_EQ(pool_.in_use(), 0U);
    const PortCounters counters = port.counters();
    EXPECT_EQ(counters.rx_packets, 3U);
    EXPECT_EQ(counters.tx_packets, 3U);
}

TEST_F(PortTest, NothingMovesWhileItIsDown)
{
    Port port = open({.name = "a", .device = "net_ring0"});
    EXPECT_TRUE(port.is_up());
    EXPECT_TRUE(send(port, frame_of(60, 1)));
    port.down();
    EXPECT_FALSE(port.is_up());
    EXPECT_FALSE(port.link().up);
    EXPECT_THAT(receive(port), IsEmpty());
    EXPECT_FALSE(send(port, frame_of(60, 2)));
    port.up();
    EXPECT_TRUE(port.link().up);
    EXPECT_THAT(receive(port), ElementsAre(frame_of(60, 1)));
    EXPECT_TRUE(send(port, frame_of(60, 3)));
    EXPECT_THAT(receive(port), ElementsAre(frame_of(60, 3)));
}

TEST_F(PortTest, ARingThatIsClosedKeepsNothing)
{
    for (const bool down : {false, true}) {
        Port port = open({.name = "a", .device = "net_ring0", .rx_queues = 2, .tx_queues = 2});
        for (std::uint8_t i = 0; i < 100; ++i)
            EXPECT_TRUE(send(port, frame_of(60, i)));
        if (down)
            port.down();
        EXPECT_EQ(pool_.in_use(), 100U); // and nothing of the port before
    }
    EXPECT_EQ(pool_.in_use(), 0U);
}

TEST_F(PortTest, AMovedPortIsTheSamePort)
{
    Port first = open({.name = "a", .device = "net_ring0"});
    EXPECT_TRUE(send(first, frame_of(60, 1)));
    Port second = std::move(first);
    EXPECT_THAT(receive(second), ElementsAre(frame_of(60, 1)));
}

TEST_F(PortTest, AClosedDeviceCanBeOpenedAgain)
{
    for (int i = 0; i < 3; ++i) {
        Port port = open({.name = "a", .device = "net_null0,size=64"});
        EXPECT_EQ(receive(port).size(), 32U);
    }
}

TEST_F(PortTest, AFullPoolIsCountedAndRecovers)
{
    Port port = open({.name = "a", .device = "net_null0,size=64"});
    std::vector<Packet*> all(pool_.capacity());
    ASSERT_EQ(pool_.take(all), all.size());
    EXPECT_THAT(receive(port), IsEmpty());
    pool_.give_back(all);
    EXPECT_EQ(receive(port).size(), 32U);
    EXPECT_EQ(port.counters().rx_packets, 32U);
}

TEST_F(PortTest, ACaptureComesInAndGoesOut)
{
    const std::vector frames{frame_of(60, 1), frame_of(1518, 2), frame_of(300, 3)};
    write_pcap(file("in.pcap"), frames);
    {
        Port port = open(
            {.name = "a",
             .device = "net_pcap0,rx_pcap=" + file("in.pcap") + ",tx_pcap=" + file("out.pcap")});
        const auto came = receive(port);
        EXPECT_EQ(came, frames);
        for (const Frame& frame : came)
            EXPECT_TRUE(send(port, frame));
        EXPECT_THAT(receive(port), IsEmpty());
    }
    EXPECT_EQ(read_pcap(file("out.pcap")), frames);
}

TEST_F(PortTest, AFrameInSeveralBuffersIsReceivedWholeOrNotAtAll)
{
    // Longer than the MTU says, as only a capture brings it: 2,048 and more bytes need a second buffer.
    write_pcap(file("in.pcap"), {frame_of(2100, 1), frame_of(60, 2)});
    {
        Port port = open({.name = "a", .device = "net_pcap0,rx_pcap=" + file("in.pcap")});
        EXPECT_THAT(receive(port), ElementsAre(frame_of(60, 2)));
    }
    EXPECT_EQ(pool_.in_use(), 0U);
}

TEST_F(PortTest, JumboFramesPassWithTheirRoom)
{
    PacketPool jumbo = make_pool(9000);
    const std::vector frames{frame_of(9018, 1), frame_of(9014, 2)};
    write_pcap(file("in.pcap"), frames);
    const std::string device = "net_pcap0,rx_pcap=" + file("in.pcap");
    EXPECT_THAT(refusal({.name = "a", .device = device, .mtu = 9000}),
                "port a: MTU 9000: its packet pool is made for 576 to 1500");
    {
        auto port = Port::open({.name = "a", .device = device, .mtu = 9000}, jumbo);
        ASSERT_TRUE(port) << port.error().message;
        EXPECT_EQ(port->mtu(), 9000);
        EXPECT_EQ(receive(*port), frames);
    }
    EXPECT_EQ(jumbo.in_use(), 0U);
}

TEST_F(PortTest, HasTheMacAddressThatItIsGiven)
{
    constexpr MacAddress kMac{0x02, 0, 0, 0, 0x12, 0x34};
    for (const char* device : {"net_null0", "net_ring0"}) {
        const Port port = open({.name = "a", .device = device, .mac = kMac});
        EXPECT_EQ(port.mac(), kMac) << device;
    }
    EXPECT_THAT(refusal({.name = "a", .device = "net_null0", .mac = MacAddress{}}),
                "port a: 00:00:00:00:00:00 is not the MAC address of one device");
    EXPECT_THAT(refusal({.name = "a", .device = "net_null0", .mac = MacAddress{1}}),
                HasSubstr("01:00:00:00:00:00"));
}

TEST_F(PortTest, HasFewerQueuesThanAskedWhenTheDeviceHas)
{
    const Port port = open({.name = "a", .device = "net_ring0", .rx_queues = 64, .tx_queues = 32});
    EXPECT_EQ(port.rx_queues(), 16);
    EXPECT_EQ(port.tx_queues(), 16);
    EXPECT_THAT(port.notes(), testing::IsSupersetOf({"net_ring has 16 receive queues, not 64",
                                                     "net_ring has 16 transmit queues, not 32"}));
    EXPECT_EQ(port.queue_of_source_port(0xc000), std::nullopt); // rings do not hash
}

TEST_F(PortTest, KnowsTheQueueOfASourcePortWhenTheDeviceHashesWithOurKey)
{
    const Port hashing = open({.name = "a", .device = "net_null0", .rx_queues = 3});
    const Steering steering{128, 3};
    for (const std::uint16_t port : std::array<std::uint16_t, 4>{0xc000, 0xc001, 0xd234, 0xffff})
        EXPECT_EQ(hashing.queue_of_source_port(port), steering.queue_of_source_port(port));

    const Port single = open({.name = "b", .device = "net_ring0"});
    EXPECT_EQ(single.queue_of_source_port(0xc000), 0);
}

TEST_F(PortTest, ErrorsSayWhatTheDriverSays)
{
    EXPECT_THAT(refusal({.name = "a", .device = "net_pcap0,rx_pcap=" + file("none.pcap")}),
                testing::AllOf(testing::StartsWith("port a: net_pcap0 cannot be opened: "),
                               HasSubstr("No such file")));
    EXPECT_THAT(refusal({.name = "a", .device = "net_no_such0"}), HasSubstr("net_no_such0"));
    EXPECT_THAT(refusal({.name = "a", .device = "0000:99:00.0"}),
                HasSubstr("0000:99:00.0 cannot be opened"));
    EXPECT_THAT(refusal({.name = "a", .device = "net_af_packet0,iface=no-such"}),
                HasSubstr("net_af_packet0 cannot be opened"));
    EXPECT_THAT(refusal({.name = "a", .device = "net_null0", .mtu = 575}), HasSubstr("MTU 575"));
    EXPECT_EQ(refusal({.name = "a", .device = "net_memif0,role=client,bsize=1517"}),
              "port a: MTU 1500: net_memif needs a bsize of at least 1518");
    EXPECT_THAT(refusal({.name = "a", .device = "net_null0", .rx_queues = 0}),
                "port a: it needs a queue in each direction");
    const Port port = open({.name = "a", .device = "net_null0"});
    EXPECT_EQ(refusal({.name = "b", .device = "net_null0"}),
              "port b: net_null0: another port has it");
}

TEST_F(PortTest, ADeviceThatWasRefusedIsNotLeftBehind)
{
    EXPECT_THAT(refusal({.name = "a", .device = "net_null0", .mac = MacAddress{}}),
                HasSubstr("MAC"));
    EXPECT_EQ(refusal({.name = "a", .device = "net_null0"}), "opened");
}

} // namespace
} // namespace aaigw::dpdk
