// Next hops and stations are asked for by ARP, learned from answers only, and asked again.
#include "control/runtime/neighbours.h"
#include "dataplane/net/arp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace aaigw::runtime {

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr MacAddress kOwnMac{2, 0, 0, 0, 0, 1};
constexpr MacAddress kPeerMac{2, 0, 0, 0, 2, 9};
constexpr MacAddress kOtherMac{2, 0, 0, 0, 2, 10};
constexpr Ipv4Address kOwn{0x0a000001};
constexpr Ipv4Address kGateway{0x0a0000fe};
constexpr Ipv4Address kPeer{0x0a000009};
constexpr Ipv4Address kFar{0xc0000201};

struct Sent {
    std::uint8_t port = 0;
    MacAddress to{};
    net::ArpPacket arp{};
};

/// Keeps what it is told, as long as there is room.
class RecordingOrders final : public WorkerOrders {
  public:
    bool send_frame(std::uint8_t port, Bytes frame) override
    {
        if (!has_room())
            return false;
        std::vector<std::uint8_t> copy{frame.begin(), frame.end()};
        const auto ethernet = net::parse_ethernet(copy);
        EXPECT_TRUE(ethernet && ethernet->header.type == net::EtherType::arp);
        const auto arp = net::parse_arp(ethernet->payload);
        EXPECT_TRUE(arp);
        sent.push_back({.port = port, .to = ethernet->header.destination, .arp = *arp});
        return true;
    }
    bool set_address(sa::StationRef station, const sa::StationAddress& address) override
    {
        if (!has_room())
            return false;
        told.emplace_back(station, address);
        return true;
    }
    std::vector<Sent> take() { return std::exchange(sent, {}); }

    std::vector<Sent> sent;
    std::vector<std::pair<sa::StationRef, sa::StationAddress>> told;
    std::size_t room = 1000;

  private:
    bool has_room()
    {
        if (room == 0)
            return false;
        --room;
        return true;
    }
};

class NeighboursTest : public testing::Test {
  protected:
    /// The times, in ms from the start, of the requests within `time`.
    std::vector<long> asked_within(std::chrono::milliseconds time)
    {
        std::vector<long> times;
        for (const auto end = now_ + time; now_ < end; now_ += 10ms) {
            const std::size_t before = orders_.sent.size();
            neighbours_.tick(now_);
            for (std::size_t i = before; i < orders_.sent.size(); ++i)
                times.push_back((now_ - start_) / 1ms);
        }
        return times;
    }

    void answer(Ipv4Address from, const MacAddress& mac = kPeerMac, std::uint8_t port = 1)
    {
        neighbours_.learn({.ip = from, .port = port, .mac = mac}, now_);
    }

    static sa::StationAddress station_at(Ipv4Address address)
    {
        return {.ip = address, .udp_port = 4729, .port = 1};
    }

    RecordingOrders orders_;
    Neighbours neighbours_{{{.mac = kPeerMac, .address = {{0x0b000001}, 8}},
                            {.mac = kOwnMac, .address = {kOwn, 24}, .gateway = kGateway}},
                           orders_};
    path::CorePeer peer_{.address = kPeer, .port = 1};
    Neighbours::Time start_{1h};
    Neighbours::Time now_ = start_;
};

TEST_F(NeighboursTest, AsksAtOnceAgainSoonAndThenEverySecond)
{
    neighbours_.add_core_peer(peer_);
    EXPECT_THAT(asked_within(3500ms), ElementsAre(0, 100, 300, 1300, 2300, 3300));
    for (const Sent& one : orders_.sent) {
        EXPECT_EQ(one.port, 1);
        EXPECT_EQ(one.to, net::kBroadcastMac);
        EXPECT_EQ(one.arp.operation, net::ArpOperation::request);
        EXPECT_EQ(one.arp.sender, (net::ArpParty{kOwnMac, kOwn}));
        EXPECT_EQ(one.arp.target.address, kPeer);
    }
    EXPECT_EQ(neighbours_.unresolved(), 1U);
}

TEST_F(NeighboursTest, WritesTheAddressOfACorePeer)
{
    neighbours_.add_core_peer(peer_);
    asked_within(50ms);
    EXPECT_EQ(peer_.mac_bits.load(), 0U);
    answer(kPeer);
    EXPECT_EQ(peer_.mac_bits.load(), load_be<6>(kPeerMac));
    EXPECT_EQ(neighbours_.unresolved(), 0U);
    EXPECT_THAT(asked_within(29s), IsEmpty());
}

TEST_F(NeighboursTest, AsksAgainByUnicastAndFollowsAMove)
{
    neighbours_.add_core_peer(peer_);
    asked_within(10ms);
    answer(kPeer);
    orders_.take();
    EXPECT_THAT(asked_within(35s), ElementsAre(30010, 31010, 32010, 33010, 34010));
    const auto sent = orders_.take();
    for (std::size_t i = 0; i < sent.size(); ++i)
        EXPECT_EQ(sent[i].to, i < Neighbours::kUnicastTries ? kPeerMac : net::kBroadcastMac) << i;
    EXPECT_EQ(peer_.mac_bits.load(), load_be<6>(kPeerMac)) << "better an old address than none";
    EXPECT_FALSE(neighbours_.list().front().answers);
    answer(kPeer, kOtherMac);
    EXPECT_EQ(peer_.mac_bits.load(), load_be<6>(kOtherMac));
    EXPECT_TRUE(neighbours_.list().front().answers);
}

TEST_F(NeighboursTest, LearnsOnlyWhatItAskedFor)
{
    neighbours_.add_core_peer(peer_);
    answer(kPeer); // before the question
    asked_within(10ms);
    answer(kOwn);
    answer(kPeer, kPeerMac, 0); // on another port
    EXPECT_EQ(peer_.mac_bits.load(), 0U);
    EXPECT_EQ(neighbours_.unasked_replies(), 3U);
    answer(kPeer);
    answer(kPeer, kOtherMac); // a second answer to one question
    EXPECT_EQ(peer_.mac_bits.load(), load_be<6>(kPeerMac));
    EXPECT_EQ(neighbours_.unasked_replies(), 4U);
}

TEST_F(NeighboursTest, AsksTheGatewayForWhatIsNotOnTheLink)
{
    path::CorePeer far{.address = kFar, .port = 1};
    neighbours_.add_core_peer(far);
    neighbours_.add_station({.index = 4, .generation = 1}, station_at({kFar.value + 1}));
    EXPECT_THAT(asked_within(50ms), ElementsAre(0));
    EXPECT_EQ(orders_.sent[0].arp.target.address, kGateway);
    answer(kGateway);
    EXPECT_EQ(far.mac_bits.load(), load_be<6>(kPeerMac));
    asked_within(50ms);
    ASSERT_EQ(orders_.told.size(), 1U);
    EXPECT_EQ(orders_.told[0].second.ip, (Ipv4Address{kFar.value + 1}));
    EXPECT_EQ(orders_.told[0].second.mac, kPeerMac);
}

TEST_F(NeighboursTest, TellsTheWorkerOfAStationOnce)
{
    neighbours_.add_station({.index = 4, .generation = 2}, station_at(kPeer));
    asked_within(50ms);
    EXPECT_THAT(orders_.told, IsEmpty());
    answer(kPeer);
    EXPECT_THAT(asked_within(120s), IsEmpty()) << "PDUs tell where it is from now on";
    ASSERT_EQ(orders_.told.size(), 1U);
    EXPECT_EQ(orders_.told[0].first, (sa::StationRef{4, 2}));
    sa::StationAddress expected = station_at(kPeer);
    expected.mac = kPeerMac;
    EXPECT_EQ(orders_.told[0].second, expected);
}

TEST_F(NeighboursTest, LosesNothingWhenQueuesAreFull)
{
    neighbours_.add_core_peer(peer_);
    neighbours_.add_station({.index = 4, .generation = 2}, station_at(kPeer));
    neighbours_.announce();
    orders_.room = 0;
    EXPECT_THAT(asked_within(50ms), IsEmpty());
    orders_.room = 1; // the announcement of the first port
    EXPECT_THAT(asked_within(50ms), ElementsAre(50));
    orders_.room = 1000;
    EXPECT_THAT(asked_within(50ms), ElementsAre(100, 100));
    EXPECT_EQ(orders_.sent[1].port, 1);
    EXPECT_EQ(orders_.sent[2].arp.target.address, kPeer);
    answer(kPeer);
    orders_.room = 0;
    asked_within(50ms);
    EXPECT_THAT(orders_.told, IsEmpty());
    orders_.room = 1000;
    asked_within(50ms);
    EXPECT_EQ(orders_.told.size(), 1U);
}

TEST_F(NeighboursTest, SpreadsManyQuestions)
{
    for (std::uint32_t i = 0; i < 100; ++i)
        neighbours_.add_station({.index = i, .generation = 1}, station_at({0x0a000010 + i}));
    neighbours_.tick(now_);
    EXPECT_EQ(orders_.sent.size(), Neighbours::kRequestsPerTick);
    asked_within(80ms);
    EXPECT_EQ(orders_.sent.size(), 100U);
}

TEST_F(NeighboursTest, AnnouncesTheOwnAddressesTwiceWhenTold)
{
    EXPECT_THAT(asked_within(50ms), IsEmpty());
    neighbours_.announce();
    EXPECT_THAT(asked_within(10s), ElementsAre(50, 50, 2050, 2050));
    const auto sent = orders_.take();
    EXPECT_EQ(sent[0].port, 0);
    EXPECT_EQ(sent[1].port, 1);
    EXPECT_EQ(sent[1].to, net::kBroadcastMac);
    EXPECT_EQ(sent[1].arp.sender, (net::ArpParty{kOwnMac, kOwn}));
    EXPECT_EQ(sent[1].arp.target.address, kOwn);
}

} // namespace
} // namespace aaigw::runtime
