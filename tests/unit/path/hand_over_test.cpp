// Frames of stations that another worker owns: handed over, taken over there, and finished as if they had come there.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using pdu::Zone;

/// Even station numbers belong to worker 0, odd ones to worker 1.
std::uint8_t owner_of(std::uint8_t, std::uint16_t station)
{
    return static_cast<std::uint8_t>(station % 2);
}

class HandOver : public testing::TestWithParam<Zone> {
  protected:
    HandOver()
    {
        even_.add_to(zero_, zone());
        odd_.add_to(zero_, zone());
    }

    [[nodiscard]] static Zone zone() { return GetParam(); }

    PathRig zero_{{.owner_of = owner_of}};
    PathRig one_{zero_, 1};
    FarStation even_{6};
    FarStation odd_{7};
};

INSTANTIATE_TEST_SUITE_P(Zones, HandOver, testing::Values(Zone::mzone, Zone::lzone), zone_name);

TEST_P(HandOver, UplinkFramesGoOnAtTheOwner)
{
    Frames in;
    Frames expected;
    for (std::uint32_t i = 0; i < 10; ++i) {
        const Buffer inner = inner_ipv4(40 + i * 10, static_cast<std::uint8_t>(i));
        in.push_back(odd_.frame(zone(), odd_.pdu(zone(), i, inner)));
        expected.push_back(FarStation::expected_core_frame(odd_.flows[0], inner));
    }
    const auto here = zero_.run(kAccessPort, in);
    EXPECT_EQ(here.count(Verdict::handed_over), 10U);
    ASSERT_EQ(here.handed_over.size(), 10U);
    EXPECT_EQ(here.handed_over[0]->worker, 1);
    EXPECT_EQ(odd_.counters_in(zero_, zone()).received_packets, 0U);
    const auto there = one_.take_over(here.handed_over);
    EXPECT_EQ(there.sent(kCorePort), expected);
    EXPECT_EQ(one_.stats().taken_over.value(), 10U);
    EXPECT_EQ(odd_.counters_in(zero_, zone()).received_packets, 10U);
}

TEST_P(HandOver, DownlinkFramesGoOnAtTheOwner)
{
    const Buffer inner = inner_ipv4(200);
    const auto here = zero_.run(kCorePort, FarStation::core_frame(odd_.flows[0], inner));
    ASSERT_EQ(here.handed_over.size(), 1U);
    EXPECT_EQ(odd_.counters_in(zero_, zone()).next_pn, 1U);
    FarStation gateway = odd_;
    gateway.sends = LinkDirection::downlink;
    const std::uint16_t connection =
        zone() == Zone::mzone ? odd_.stid.value() : odd_.flows[0].cid.value();
    EXPECT_EQ(one_.take_over(here.handed_over).sent(kAccessPort),
              (Frames{odd_.expected_frame(zone(), connection, gateway.pdu(zone(), 0, inner))}));
}

TEST_P(HandOver, BurstsAreCutByTheOwner)
{
    Buffer burst;
    for (std::uint32_t i = 0; i < 5; ++i)
        burst = join({burst, odd_.pdu(zone(), i, inner_ipv4(60))});
    const auto here = zero_.run(kAccessPort, odd_.frame(zone(), burst));
    ASSERT_EQ(here.handed_over.size(), 1U);
    EXPECT_EQ(zero_.stats().further_pdus.value(), 0U);
    EXPECT_EQ(one_.take_over(here.handed_over).count(Verdict::forwarded), 5U);
    EXPECT_EQ(one_.stats().further_pdus.value(), 4U);
}

TEST_P(HandOver, ControlMessagesReachTheOwnersQueue)
{
    const Buffer text = join({hex("84"), pattern(20)});
    const Buffer pdu = zone() == Zone::mzone
                           ? sign_mzone(odd_.mzone_cmac, odd_.stid, 1, text)
                           : sign_lzone(odd_.lzone_cmac, odd_.cids.basic, 1, text);
    const auto here = zero_.run(kAccessPort, odd_.frame(zone(), pdu));
    ASSERT_EQ(here.handed_over.size(), 1U);
    EXPECT_EQ(one_.take_over(here.handed_over).verdicts(), (Verdicts{Verdict::punted}));
    EXPECT_EQ(zero_.next_event(), nullptr);
    const auto event = one_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->authenticity, Authenticity::verified);
    EXPECT_EQ(event->source.ip, odd_.host.ip);
}

TEST_P(HandOver, StationThatIsGoneMeanwhileIsUnknownThere)
{
    const auto up = zero_.run(kAccessPort, odd_.frame(zone(), odd_.pdu(zone(), 0, inner_ipv4(60))));
    const auto down = zero_.run(kCorePort, FarStation::core_frame(odd_.flows[0], inner_ipv4(60)));
    ASSERT_TRUE(zero_.tables().remove_station(odd_.ref));
    EXPECT_EQ(one_.take_over(up.handed_over).verdicts(), (Verdicts{Verdict::drop_unknown_station}));
    EXPECT_EQ(one_.take_over(down.handed_over).verdicts(),
              (Verdicts{Verdict::drop_unknown_data_path}));
}

/// LZone PDUs of several stations may share a burst: each goes to its owner, and none is lost.
TEST(SharedBurst, EachPduGoesToItsOwner)
{
    PathRig zero{{.owner_of = owner_of}};
    PathRig one{zero, 1};
    FarStation even{6};
    FarStation odd{7};
    even.add_to(zero, Zone::lzone);
    odd.add_to(zero, Zone::lzone);
    const Buffer inner = inner_ipv4(60);
    const Buffer burst = join({even.lzone_pdu(0, inner), odd.lzone_pdu(0, inner),
                               even.lzone_pdu(1, inner), odd.lzone_pdu(1, inner)});
    const auto here = zero.run(kAccessPort, even.frame(Zone::lzone, burst));
    EXPECT_EQ(here.sent(kCorePort),
              Frames(2, FarStation::expected_core_frame(even.flows[0], inner)));
    ASSERT_EQ(here.handed_over.size(), 2U);
    const auto there = one.take_over(here.handed_over);
    EXPECT_EQ(there.sent(kCorePort),
              Frames(2, FarStation::expected_core_frame(odd.flows[0], inner)));
    EXPECT_EQ(odd.counters_in(zero, Zone::lzone).received_packets, 2U);

    // The same frame at the other worker: all of it is handed over by its first PDU, and then the rest back.
    const Buffer again = join({even.lzone_pdu(2, inner), odd.lzone_pdu(2, inner)});
    const auto first = one.run(kAccessPort, even.frame(Zone::lzone, again));
    ASSERT_EQ(first.handed_over.size(), 1U);
    const auto second = zero.take_over(first.handed_over);
    EXPECT_EQ(second.count(Verdict::forwarded), 1U);
    ASSERT_EQ(second.handed_over.size(), 1U);
    EXPECT_EQ(one.take_over(second.handed_over).count(Verdict::forwarded), 1U);
}

} // namespace
} // namespace aaigw::path
