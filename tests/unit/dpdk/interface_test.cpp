// Port between two ends: interfaces of the kernel, in a network namespace that goes with the test, and shared memory.
#include "dataplane/dpdk/buffer.h"
#include "dataplane/dpdk/port.h"
#include "tests/unit/dpdk/pcap_file.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

/// net_af_xdp of DPDK 22.11 does not free the last umem that it made with libxdp.
extern "C" const char* __lsan_default_suppressions();
const char* __lsan_default_suppressions()
{
    return "leak:xsk_umem__create";
}

namespace aaigw::dpdk {
namespace {

// Before DPDK's threads exist: each thread has a namespace of its own.
const bool kHasInterfaces =
    unshare(CLONE_NEWNET) == 0 &&
    std::system(
        "{ echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6;" // it would send on its own
        "  ip link add v0 type veth peer name v1 && ip link set v0 up mtu 1600 &&"
        "  ip link set v1 up mtu 1600; } >/dev/null 2>&1") == 0;

using path::Packet;

constexpr std::array<std::uint8_t, 2> kOurEthertype{0x88, 0xb5}; // IEEE 802: for experiments

class Interface : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override
    {
        if (!kHasInterfaces)
            GTEST_SKIP() << "no right to make interfaces";
    }
};

Frame numbered_frame(std::uint32_t number)
{
    Frame frame(60 + number % 1400);
    std::ranges::fill(std::span{frame}.first(6), std::uint8_t{0xff});
    std::ranges::copy(kOurEthertype, frame.begin() + 12);
    store_be(std::span<std::uint8_t, 4>{frame.data() + 14, 4}, number);
    return frame;
}

/// Sends `count` frames, a few at a time, and waits for each: a kernel that is slow loses nothing.
void carry(Port& from, Port& to, PacketPool& pool, std::uint32_t count)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    std::uint32_t sent = 0;
    std::uint32_t came = 0;
    while (came < count && std::chrono::steady_clock::now() < deadline) {
        if (sent < count && sent < came + 8) {
            Packet* packet = pool.take();
            ASSERT_NE(packet, nullptr);
            const Frame frame = numbered_frame(sent);
            std::ranges::copy(frame, packet->data);
            packet->length = static_cast<std::uint16_t>(frame.size());
            std::array<rte_mbuf*, 1> mbufs{before_send(*packet)};
            if (from.tx_burst(0, mbufs) == 1)
                ++sent;
            else
                PacketPool::give_back(*packet);
        }
        std::array<rte_mbuf*, 32> mbufs{};
        const std::size_t received_now = to.rx_burst(0, mbufs);
        if (received_now == 0)
            std::this_thread::yield();
        for (rte_mbuf* mbuf : std::span{mbufs}.first(received_now)) {
            Packet* packet = received(mbuf, 0);
            ASSERT_NE(packet, nullptr);
            if (std::ranges::equal(packet->bytes().subspan(12, 2), kOurEthertype)) {
                EXPECT_TRUE(std::ranges::equal(packet->bytes(), numbered_frame(came)));
                ++came;
            }
            PacketPool::give_back(*packet);
        }
    }
    EXPECT_EQ(came, count);
}

TEST_P(Interface, CarriesFramesBothWaysAndLosesNoBuffer)
{
    PacketPool pool = PacketPool::create({.name = GetParam(), .packets = 8191}).value();
    std::size_t kept = 0;
    {
        auto device = Port::open({.name = "a", .device = GetParam() + "0,iface=v0"}, pool);
        if (!device && device.error().message.find("not permitted") != std::string::npos)
            GTEST_SKIP() << device.error().message;
        ASSERT_TRUE(device) << device.error().message;
        auto peer = Port::open({.name = "b", .device = "net_af_packet9,iface=v1"}, pool);
        ASSERT_TRUE(peer) << peer.error().message;
        EXPECT_NE(device->mac(), MacAddress{});
        EXPECT_NE(device->mac(), peer->mac());
        carry(*device, *peer, pool, 1000);
        carry(*peer, *device, pool, 1000);
        // net_af_xdp has lent the kernel a ring of buffers, and a few that were sent may still be there.
        const std::size_t lent = pool.in_use();
        carry(*device, *peer, pool, 1000);
        carry(*peer, *device, pool, 1000);
        EXPECT_LE(pool.in_use(), lent + 8);
        kept = device->kept_at_close();
        EXPECT_GE(kept, device->tx_held());
        EXPECT_EQ(peer->kept_at_close(), 0U);
        EXPECT_EQ(device->counters().tx_packets, 2000U);
        EXPECT_EQ(device->counters().rx_packets, 2000U);
    }
    // What net_af_xdp has lent the kernel it never gives back; the pool is freed with it.
    EXPECT_LE(pool.in_use(), kept);
    EXPECT_EQ(kept > 0, GetParam() == "net_af_xdp");
}

// Both ends in one process; between two it is the same, by shared memory and a socket.
TEST(Memif, CarriesFramesBothWays)
{
    PacketPool pool = PacketPool::create({.name = "memif", .packets = 8191}).value();
    std::string pattern = std::filesystem::temp_directory_path() / "aaigw-memif-XXXXXX";
    const std::filesystem::path folder = mkdtemp(pattern.data());
    const std::string arguments =
        ",socket-abstract=no,bsize=2048,socket=" + (folder / "socket").string();
    {
        auto server =
            Port::open({.name = "a", .device = "net_memif0,role=server" + arguments}, pool);
        ASSERT_TRUE(server) << server.error().message;
        auto client =
            Port::open({.name = "b", .device = "net_memif1,role=client" + arguments}, pool);
        ASSERT_TRUE(client) << client.error().message;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (!(server->link().up && client->link().up) &&
               std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        carry(*server, *client, pool, 1000);
        carry(*client, *server, pool, 1000);
    }
    EXPECT_EQ(pool.in_use(), 0U);
    std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Devices, Interface, testing::Values("net_af_packet", "net_af_xdp"),
                         [](const auto& device) { return device.param; });

} // namespace
} // namespace aaigw::dpdk
