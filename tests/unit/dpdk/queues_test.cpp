// A port's queues and the hand-over ring, through the interfaces that a worker knows.
#include "dataplane/dpdk/buffer.h"
#include "dataplane/dpdk/eal.h"
#include "dataplane/dpdk/hand_over.h"
#include "dataplane/dpdk/queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace aaigw::dpdk {
namespace {

using path::Batch;
using path::Packet;

class Queues : public testing::Test {
  protected:
    Queues() : pool_{make_pool()} {}
    ~Queues() override { EXPECT_EQ(pool_.in_use(), 0U); }

    static PacketPool make_pool()
    {
        static int count = 0;
        return PacketPool::create({.name = "queues" + std::to_string(++count), .packets = 1023})
            .value();
    }

    /// As many packets, numbered in their `pn`.
    std::vector<Packet*> make_packets(std::size_t count)
    {
        std::vector<Packet*> packets(count);
        EXPECT_EQ(pool_.take(packets), count);
        for (std::size_t i = 0; i < count; ++i) {
            packets[i]->pn = static_cast<std::uint32_t>(i);
            packets[i]->length = 60;
        }
        return packets;
    }

    PacketPool pool_;
};

TEST_F(Queues, CarryBatches)
{
    Port port = Port::open({.name = "a", .device = "net_ring0"}, pool_).value();
    RxQueue rx{port, 0, 5};
    TxQueue tx{port, 0};
    const auto packets = make_packets(100);
    EXPECT_EQ(tx.send(packets), 100U);

    std::size_t came = 0;
    for (const std::size_t expected : {32U, 32U, 32U, 4U, 0U}) {
        Batch batch;
        EXPECT_EQ(rx.receive(batch, 32), 0U);
        ASSERT_EQ(batch.size(), expected);
        for (Packet* packet : batch.packets()) {
            EXPECT_EQ(packet, packets[came++]);
            EXPECT_EQ(packet->port, 5);
            EXPECT_EQ(packet->length, 60);
            EXPECT_EQ(packet->pn, 0U); // a new packet
        }
        pool_.give_back(batch.packets());
    }
}

TEST_F(Queues, WhatAFullQueueRefusesIsStillTheSenders)
{
    Port port =
        Port::open({.name = "a", .device = "net_ring0", .rx_ring = 64, .tx_ring = 64}, pool_)
            .value();
    RxQueue rx{port, 0, 0};
    TxQueue tx{port, 0};
    const auto packets = make_packets(pool_.capacity());
    port.down();
    EXPECT_EQ(tx.send(packets), 0U);
    port.up();
    const std::size_t sent = tx.send(packets);
    EXPECT_GE(sent, 64U);
    if (sent < packets.size()) {
        EXPECT_EQ(tx.send(std::span{packets}.subspan(sent)), 0U);
    }
    pool_.give_back(std::span{packets}.subspan(sent));
    std::size_t came = 0;
    for (Batch batch; rx.receive(batch, Batch::kMax) == 0 && !batch.empty(); batch.clear()) {
        came += batch.size();
        pool_.give_back(batch.packets());
    }
    EXPECT_EQ(came, sent);
}

TEST_F(Queues, FramesWithoutRoomAreRefusedAndNoOthers)
{
    Port port = Port::open({.name = "a", .device = "net_ring0"}, pool_).value();
    RxQueue rx{port, 0, 0};
    const auto packets = make_packets(4);
    std::array<rte_mbuf*, 4> mbufs{};
    std::ranges::transform(packets, mbufs.begin(),
                           [](Packet* packet) { return before_send(*packet); });
    mbufs[0]->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_BAD;
    mbufs[2]->data_off = path::kMinHeadroom - 1;
    ASSERT_EQ(port.tx_burst(0, mbufs), 4U);
    Batch batch;
    EXPECT_EQ(rx.receive(batch, 32), 1U);
    // The path counts what is wrong with a header.
    EXPECT_THAT(batch.packets(), testing::ElementsAre(packets[0], packets[1], packets[3]));
    EXPECT_EQ(pool_.in_use(), 3U);
    pool_.give_back(batch.packets());
}

TEST_F(Queues, AHandOverRingKeepsTheOrderAndSaysHowManyFitted)
{
    HandOverRing ring = HandOverRing::create("order", 100).value();
    const auto packets = make_packets(150);
    Batch batch;
    ring.take(batch, 32);
    EXPECT_TRUE(batch.empty());

    EXPECT_EQ(ring.put(std::span{packets}.first(60)), 60U);
    EXPECT_EQ(ring.put(std::span{packets}.subspan(60)), 40U);
    EXPECT_EQ(ring.put(std::span{packets}.subspan(100)), 0U);
    std::size_t came = 0;
    for (ring.take(batch, 32); !batch.empty(); ring.take(batch, 32)) {
        EXPECT_LE(batch.size(), 32U);
        for (Packet* packet : batch.packets())
            EXPECT_EQ(packet->pn, came++); // still the packet that it was
        batch.clear();
    }
    EXPECT_EQ(came, 100U);
    pool_.give_back(packets);
}

TEST_F(Queues, AHandOverRingAddsToABatch)
{
    HandOverRing ring = HandOverRing::create("adds", 8).value();
    const auto packets = make_packets(3);
    EXPECT_EQ(ring.put(std::span{packets}.first(2)), 2U);
    Batch batch;
    batch.add(*packets[2]);
    ring.take(batch, 1);
    EXPECT_THAT(batch.packets(), testing::ElementsAre(packets[2], packets[0]));
    // What nobody took goes back with the ring.
    pool_.give_back(batch.packets());
}

TEST_F(Queues, ManyWorkersHandOverToOne)
{
    constexpr std::uint32_t kEach = 5000;
    constexpr std::uint8_t kWorkers = 3;
    HandOverRing ring = HandOverRing::create("many", 64).value();
    const auto produce = [&](std::uint8_t worker) {
        const auto registered = register_thread();
        ASSERT_TRUE(registered) << registered.error().message;
        for (std::uint32_t number = 0; number < kEach;) {
            std::array<Packet*, 5> burst{};
            const std::size_t taken = pool_.take(burst);
            for (std::size_t i = 0; i < taken; ++i) {
                burst[i]->worker = worker;
                burst[i]->pn = number + static_cast<std::uint32_t>(i);
            }
            const std::size_t wanted = std::min<std::size_t>(taken, kEach - number);
            const std::size_t put = ring.put(std::span{burst}.first(wanted));
            number += static_cast<std::uint32_t>(put);
            pool_.give_back(std::span{burst}.first(taken).subspan(put));
            if (put == 0)
                std::this_thread::yield();
        }
    };
    std::vector<std::thread> workers;
    for (std::uint8_t worker = 0; worker < kWorkers; ++worker)
        workers.emplace_back(produce, worker);

    std::array<std::uint32_t, kWorkers> next{};
    std::uint32_t out_of_order = 0;
    for (std::uint32_t came = 0; came < kWorkers * kEach;) {
        Batch batch;
        ring.take(batch, 32);
        for (Packet* packet : batch.packets()) {
            if (packet->pn != next.at(packet->worker)++)
                ++out_of_order;
        }
        came += static_cast<std::uint32_t>(batch.size());
        pool_.give_back(batch.packets());
        if (batch.empty())
            std::this_thread::yield();
    }
    for (std::thread& worker : workers)
        worker.join();
    EXPECT_EQ(out_of_order, 0U);
    EXPECT_THAT(next, testing::Each(kEach));
}

TEST_F(Queues, AHandOverRingThatCannotBeMadeSaysWhy)
{
    const auto message = [](const std::string& name, std::size_t packets) {
        const auto ring = HandOverRing::create(name, packets);
        return ring ? "made" : ring.error().message;
    };
    const HandOverRing there = HandOverRing::create("there", 8).value();
    EXPECT_THAT(message("there", 8), testing::HasSubstr("hand-over ring there: File exists"));
    EXPECT_EQ(message("none", 0), "hand-over ring none: 0 packets");
    EXPECT_THAT(message(std::string(40, 'x'), 8), testing::HasSubstr("too long"));
}

} // namespace
} // namespace aaigw::dpdk
