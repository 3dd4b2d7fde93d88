// PacketPool and buffers: the room around a frame, accounting, chains made whole, threads that pass packets on.
#include "dataplane/dpdk/buffer.h"
#include "dataplane/dpdk/eal.h"
#include "dataplane/dpdk/packet_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

namespace aaigw::dpdk {
namespace {

using path::kMinHeadroom;
using path::kMinTailroom;
using path::Packet;

PacketPool make_pool(std::size_t packets, std::uint16_t mtu = 1500)
{
    static int count = 0;
    auto pool = PacketPool::create(
        {.name = "pool" + std::to_string(++count), .packets = packets, .mtu = mtu});
    EXPECT_TRUE(pool) << pool.error().message;
    return std::move(pool).value();
}

class PoolMtu : public testing::TestWithParam<std::uint16_t> {};

TEST_P(PoolMtu, APacketHasRoomForTheLongestFrameAndAroundIt)
{
    PacketPool pool = make_pool(15, GetParam());
    Packet* packet = pool.take();
    ASSERT_NE(packet, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(packet) % 64, 0U);
    EXPECT_EQ(packet_of(mbuf_of(*packet)), packet);
    EXPECT_EQ(packet->length, 0);
    EXPECT_EQ(packet->frame, packet->data);
    EXPECT_GE(packet->headroom, kMinHeadroom);
    constexpr std::size_t kXdpHeadroom = 256; // so much further behind net_af_xdp puts it
    EXPECT_GE(packet->tailroom, kXdpHeadroom + max_frame_bytes(GetParam()) + kMinTailroom);
    // All of it is memory of the buffer: the sanitizers and the next test would notice.
    std::fill_n(packet->data - packet->headroom, packet->headroom + packet->tailroom,
                std::uint8_t{0xa5});
    PacketPool::give_back(*packet);
    EXPECT_EQ(pool.in_use(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Mtu, PoolMtu, testing::Values(576, 1500, 2016, 2030, 9000, 16000));

TEST(PacketPool, HandsOutEveryPacketOnceAndCountsThem)
{
    PacketPool pool = make_pool(100);
    EXPECT_EQ(pool.capacity(), 100U);
    EXPECT_EQ(pool.in_use(), 0U);

    std::vector<Packet*> packets(150);
    const std::size_t taken = pool.take(packets);
    EXPECT_EQ(taken, 100U);
    EXPECT_EQ(pool.in_use(), 100U);
    EXPECT_EQ(pool.take(), nullptr);
    std::sort(packets.begin(), packets.begin() + 100);
    EXPECT_EQ(std::adjacent_find(packets.begin(), packets.begin() + 100), packets.begin() + 100);

    PacketPool::give_back(*packets[0]);
    EXPECT_EQ(pool.in_use(), 99U);
    pool.give_back(std::span{packets}.subspan(1, 99));
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(PacketPool, GivesBackToEachPacketsOwnPool)
{
    PacketPool one = make_pool(15);
    PacketPool other = make_pool(15);
    const std::array<Packet*, 4> packets{one.take(), other.take(), one.take(), other.take()};
    one.give_back(packets);
    EXPECT_EQ(one.in_use(), 0U);
    EXPECT_EQ(other.in_use(), 0U);
}

TEST(PacketPool, ARegisteredThreadGetsBackFirstWhatItGaveLast)
{
    PacketPool pool = make_pool(1023);
    std::thread{[&] {
        const auto registered = register_thread();
        ASSERT_TRUE(registered) << registered.error().message;
        EXPECT_FALSE(register_thread()); // it is registered already
        std::array<Packet*, 3> packets{};
        ASSERT_EQ(pool.take(packets), packets.size());
        pool.give_back(packets);
        EXPECT_EQ(pool.take(), packets[2]);
        PacketPool::give_back(*packets[2]);
    }}.join();
    // What lies in a thread's cache is not in use.
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(PacketPool, ManyThreadsTakeAndGiveBack)
{
    PacketPool pool = make_pool(255);
    std::atomic<bool> torn = false;
    const auto work = [&](std::uint8_t mark, bool registers) {
        auto registered = registers ? std::optional{register_thread()} : std::nullopt;
        std::array<Packet*, 24> packets{};
        for (int round = 0; round < 2000; ++round) {
            const std::size_t taken = pool.take(packets);
            for (std::size_t i = 0; i < taken; ++i) {
                packets[i]->port = mark;
                std::fill_n(packets[i]->data, 60, mark);
            }
            for (std::size_t i = 0; i < taken; ++i) {
                const bool mine = packets[i]->port == mark &&
                                  std::count(packets[i]->data, packets[i]->data + 60, mark) == 60;
                if (!mine)
                    torn = true;
            }
            pool.give_back(std::span{packets}.first(taken));
        }
    };
    std::vector<std::thread> threads;
    for (const std::uint8_t mark : std::array<std::uint8_t, 3>{1, 2, 3})
        threads.emplace_back(work, mark, mark != 3);
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_FALSE(torn);
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(PacketPool, RefusesWhatItCannotMake)
{
    const PacketPool there = make_pool(15);
    const auto message = [](const PoolOptions& options) {
        const auto pool = PacketPool::create(options);
        return pool ? "made" : pool.error().message;
    };
    EXPECT_EQ(message({.name = ""}), "packet pool '': the name has 1 to 25 characters");
    EXPECT_EQ(message({.name = "none", .packets = 0}), "packet pool none: 0 packets");
    EXPECT_EQ(message({.name = "vast", .mtu = 65000}), "packet pool vast: MTU 65000 is too large");
    EXPECT_THAT(message({.name = "many", .packets = 1000000}), testing::HasSubstr("MiB"));
    const PacketPool named = *PacketPool::create({.name = "named", .packets = 15});
    EXPECT_THAT(message({.name = "named", .packets = 15}), testing::HasSubstr("exists"));
}

/// As a driver gives it: bytes 0, 1, 2... in segments of the sizes given.
rte_mbuf* frame_of(PacketPool& pool, std::initializer_list<std::uint16_t> sizes)
{
    rte_mbuf* first = nullptr;
    std::uint8_t next = 0;
    for (const std::uint16_t size : sizes) {
        rte_mbuf* segment = rte_pktmbuf_alloc(pool.mempool());
        auto* bytes = reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(segment, size));
        std::iota(bytes, bytes + size, next);
        next = static_cast<std::uint8_t>(next + size);
        if (first == nullptr)
            first = segment;
        else
            EXPECT_EQ(rte_pktmbuf_chain(first, segment), 0);
    }
    return first;
}

TEST(Buffer, AReceivedFrameBecomesAPacket)
{
    PacketPool pool = make_pool(15);
    rte_mbuf* mbuf = frame_of(pool, {1518});
    Packet* packet = received(mbuf, 3);
    ASSERT_NE(packet, nullptr);
    EXPECT_EQ(packet, packet_of(mbuf));
    EXPECT_EQ(packet->port, 3);
    EXPECT_EQ(packet->length, 1518);
    EXPECT_EQ(packet->data, packet->frame);
    EXPECT_EQ(packet->data[5], 5);
    EXPECT_GE(packet->headroom, kMinHeadroom);
    EXPECT_GE(packet->tailroom, kMinTailroom);
    PacketPool::give_back(*packet);
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(Buffer, NothingOfABuffersLastPacketIsLeft)
{
    PacketPool pool = make_pool(1);
    Packet* packet = pool.take();
    packet->kind = path::PacketKind::mzone_pdu;
    packet->verdict = path::Verdict::drop_icv;
    packet->note = 7;
    PacketPool::give_back(*packet);
    Packet* again = received(frame_of(pool, {60}), 0);
    ASSERT_EQ(again, packet);
    EXPECT_EQ(again->kind, path::PacketKind::none);
    EXPECT_EQ(again->verdict, path::Verdict::forwarded);
    EXPECT_EQ(again->note, 0);
    PacketPool::give_back(*again);
}

TEST(Buffer, AChainIsMadeWhole)
{
    PacketPool pool = make_pool(15);
    Packet* packet = received(frame_of(pool, {100, 1, 200}), 0);
    ASSERT_NE(packet, nullptr);
    ASSERT_EQ(packet->length, 301);
    for (std::size_t i = 0; i < 301; ++i)
        ASSERT_EQ(packet->data[i], static_cast<std::uint8_t>(i)) << "byte " << i;
    EXPECT_EQ(pool.in_use(), 1U); // the other segments are free again
    PacketPool::give_back(*packet);
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(Buffer, AChainThatDoesNotFitOneBufferIsRefused)
{
    PacketPool pool = make_pool(15);
    rte_mbuf* mbuf = frame_of(pool, {1500, 1500});
    EXPECT_EQ(received(mbuf, 0), nullptr);
    EXPECT_EQ(pool.in_use(), 2U);
    give_back_mbuf(mbuf);
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(Buffer, AFrameThatLeavesTooLittleRoomAroundItIsRefused)
{
    PacketPool pool = make_pool(15);
    rte_mbuf* mbuf = frame_of(pool, {60});
    const auto room = rte_pktmbuf_tailroom(mbuf);
    rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(room - kMinTailroom));
    EXPECT_NE(received(mbuf, 0), nullptr);
    rte_pktmbuf_append(mbuf, 1);
    EXPECT_EQ(received(mbuf, 0), nullptr);
    rte_pktmbuf_reset(mbuf);
    EXPECT_NE(received(mbuf, 0), nullptr);
    rte_pktmbuf_prepend(mbuf, 1);
    EXPECT_EQ(received(mbuf, 0), nullptr);
    give_back_mbuf(mbuf);
}

TEST(Buffer, BeforeSendPutsTheFrameWhereThePacketEnded)
{
    PacketPool pool = make_pool(15);
    rte_mbuf* mbuf = frame_of(pool, {100});
    mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_VLAN;
    Packet* packet = received(mbuf, 0);
    ASSERT_NE(packet, nullptr);
    packet->data -= kMinHeadroom;
    packet->length = static_cast<std::uint16_t>(100 + kMinHeadroom + kMinTailroom);
    EXPECT_EQ(before_send(*packet), mbuf);
    EXPECT_EQ(rte_pktmbuf_mtod(mbuf, std::uint8_t*), packet->data);
    EXPECT_EQ(mbuf->data_len, packet->length);
    EXPECT_EQ(mbuf->pkt_len, packet->length);
    EXPECT_EQ(mbuf->ol_flags, 0U);
    EXPECT_EQ(rte_mbuf_check(mbuf, 1, nullptr), 0);
    PacketPool::give_back(*packet);
    EXPECT_EQ(pool.in_use(), 0U);
}

TEST(BufferDeathTest, BeforeSendStopsAPacketThatLeftItsBuffer)
{
    PacketPool pool = make_pool(15);
    Packet* packet = pool.take();
    packet->data -= packet->headroom + 1;
    EXPECT_DEATH(before_send(*packet), "check failed");
    packet->data = packet->frame;
    packet->length = static_cast<std::uint16_t>(packet->tailroom + 1);
    EXPECT_DEATH(before_send(*packet), "check failed");
    PacketPool::give_back(*packet);
}

} // namespace
} // namespace aaigw::dpdk
