// Bursts of several PDUs: cut, counted one by one, and carried in their order however many there are.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using pdu::Zone;

class Bursts : public testing::TestWithParam<Zone> {
  protected:
    Bursts() { far_.add_to(rig_); }

    [[nodiscard]] static Zone zone() { return GetParam(); }

    /// `count` PDUs with the PNs from `first` on, each with a packet of its own.
    [[nodiscard]] Buffer burst_of(std::uint32_t first, std::uint32_t count,
                                  std::size_t inner_bytes = 24) const
    {
        Buffer burst;
        for (std::uint32_t i = first; i < first + count; ++i) {
            const Buffer pdu = far_.pdu(zone(), i, packet(i, inner_bytes));
            burst.insert(burst.end(), pdu.begin(), pdu.end());
        }
        return burst;
    }
    [[nodiscard]] static Buffer packet(std::uint32_t index, std::size_t bytes = 24)
    {
        return inner_ipv4(bytes, static_cast<std::uint8_t>(index));
    }
    [[nodiscard]] Frames expected(std::uint32_t count, std::size_t inner_bytes = 24) const
    {
        Frames frames;
        for (std::uint32_t i = 0; i < count; ++i)
            frames.push_back(
                FarStation::expected_core_frame(far_.flows[0], packet(i, inner_bytes)));
        return frames;
    }

    PathRig rig_;
    FarStation far_{7};
};

INSTANTIATE_TEST_SUITE_P(Zones, Bursts, testing::Values(Zone::mzone, Zone::lzone), zone_name);

TEST_P(Bursts, PdusAreCarriedInTheirOrder)
{
    for (const std::uint32_t count : {2U, 3U, 10U}) {
        PathRig rig;
        FarStation far{7};
        far.add_to(rig);
        const auto run = rig.run(kAccessPort, far.frame(zone(), burst_of(0, count)));
        EXPECT_EQ(run.sent(kCorePort), expected(count));
        EXPECT_EQ(rig.stats().frames.value(), 1U);
        EXPECT_EQ(rig.stats().further_pdus.value(), count - 1);
    }
}

/// More than a batch holds: the rest of the burst is cut when the first part is done.
TEST_P(Bursts, MayHoldMorePdusThanABatch)
{
    for (const std::uint32_t count : {63U, 64U, 65U, 128U, 129U, 200U}) {
        PathRig rig;
        FarStation far{7};
        far.add_to(rig);
        const auto run = rig.run(kAccessPort, far.frame(zone(), burst_of(0, count)));
        EXPECT_EQ(run.sent(kCorePort), expected(count)) << count;
        EXPECT_EQ(rig.stats().further_pdus.value(), count - 1);
    }
}

TEST_P(Bursts, ManyFullOnesMayComeAtOnce)
{
    constexpr std::uint32_t kFrames = 32;
    constexpr std::uint32_t kPerFrame = 70;
    Frames in;
    for (std::uint32_t i = 0; i < kFrames; ++i)
        in.push_back(far_.frame(zone(), burst_of(i * kPerFrame, kPerFrame)));
    const auto run = rig_.run(kAccessPort, in);
    EXPECT_EQ(run.sent(kCorePort), expected(kFrames * kPerFrame));
}

TEST_P(Bursts, LongPdusAreCopiedWhole)
{
    const auto run = rig_.run(kAccessPort, far_.frame(zone(), burst_of(0, 4, 1400)));
    EXPECT_EQ(run.sent(kCorePort), expected(4, 1400));
}

/// With options in front of it a frame keeps less room for others, and everything lies elsewhere.
TEST_P(Bursts, MayComeBehindIpv4Options)
{
    for (std::size_t words = 1; words <= 10; ++words) {
        PathRig rig;
        FarStation far{7};
        far.add_to(rig);
        far.host.ip = {0x0a0a0a0a};
        Buffer frame = far.frame(zone(), burst_of(0, 3));
        const Buffer options(4 * words, 1);
        frame = ethernet(doubles::kGatewayAccess.mac, far.host.mac, 0x0800,
                         ipv4(far.host.ip, doubles::kGatewayAccess.ip, 17, Bytes{frame}.subspan(34),
                              {.options = options}));
        const auto run = rig.run(kAccessPort, frame);
        EXPECT_EQ(run.sent(kCorePort), expected(3));
        EXPECT_EQ(rig.station(far.ref).address.get(), (sa::StationAddress{.ip = far.host.ip,
                                                                          .udp_port = far.udp_port,
                                                                          .port = kAccessPort,
                                                                          .mac = far.host.mac}));
    }
}

TEST_P(Bursts, EachPduHasItsOwnVerdict)
{
    const Buffer good = far_.pdu(zone(), 0, packet(0));
    Buffer forged = far_.pdu(zone(), 1, packet(1));
    forged[forged.size() - 10] ^= 1;
    const Buffer next = far_.pdu(zone(), 2, packet(2));
    const auto run = rig_.run(kAccessPort, far_.frame(zone(), join({good, forged, good, next})));
    EXPECT_EQ(run.verdicts(), (Verdicts{Verdict::forwarded, Verdict::drop_icv, Verdict::drop_replay,
                                        Verdict::forwarded}));
}

TEST_P(Bursts, WhatFollowsABrokenPduIsLost)
{
    const Buffer good = far_.pdu(zone(), 0, packet(0));
    const Buffer next = far_.pdu(zone(), 1, packet(1));
    for (const Buffer& broken : {hex("40"), hex("4001"), hex("4fff"), hex("000000")}) {
        PathRig rig;
        FarStation far{7};
        far.add_to(rig);
        const auto run = rig.run(kAccessPort, far.frame(zone(), join({good, next, broken})));
        EXPECT_EQ(run.count(Verdict::forwarded), 2U);
        EXPECT_EQ(run.count(Verdict::drop_pdu), 1U);
        EXPECT_EQ(rig.stats().received(), 3U);
    }
}

TEST_P(Bursts, PduThatFindsNoBufferIsCounted)
{
    rig_.packets().set_most(3); // the frame itself, and two copies
    const auto run = rig_.run(kAccessPort, far_.frame(zone(), burst_of(0, 5)));
    EXPECT_EQ(run.count(Verdict::forwarded), 3U);
    EXPECT_EQ(run.count(Verdict::drop_no_buffer), 2U);
    // The last one needs none.
    EXPECT_EQ(run.sent(kCorePort).back(),
              FarStation::expected_core_frame(far_.flows[0], packet(4)));
}

TEST_P(Bursts, PduThatIsTooLongForABufferIsCounted)
{
    rig_.packets().set_buffer_bytes(600);
    const Buffer burst = join({far_.pdu(zone(), 0, packet(0, 600)), far_.pdu(zone(), 1, packet(1)),
                               far_.pdu(zone(), 2, packet(2))});
    const auto run = rig_.run(kAccessPort, far_.frame(zone(), burst));
    EXPECT_EQ(run.count(Verdict::forwarded), 2U);
    EXPECT_EQ(run.count(Verdict::drop_no_buffer), 1U);
}

// Signaling and padding

class OneBurst : public testing::Test {
  protected:
    OneBurst() { far_.add_to(rig_); }

    PathRig rig_;
    FarStation far_{7};
};

TEST_F(OneBurst, MzoneSignalingHeadersAreCounted)
{
    const Buffer inner = inner_ipv4(40);
    const Buffer burst = join(
        {hex("2a20"), far_.mzone_pdu(0, inner), hex("2a6111223344"), far_.mzone_pdu(1, inner)});
    const auto run = rig_.run(kAccessPort, far_.frame(Zone::mzone, burst));
    EXPECT_EQ(run.count(Verdict::signaling), 2U);
    EXPECT_EQ(run.count(Verdict::forwarded), 2U);
    const auto last = rig_.run(kAccessPort, far_.frame(Zone::mzone, hex("2a20 2a20")));
    EXPECT_EQ(last.count(Verdict::signaling), 2U);
    EXPECT_EQ(last.verdicts(), (Verdicts{Verdict::signaling}));
}

TEST_F(OneBurst, LzoneSignalingHeadersAndPaddingAreKnown)
{
    const Buffer inner = inner_ipv4(40);
    const Buffer bandwidth_request = hex("800000 4007 00");
    Buffer request = bandwidth_request;
    request[5] = pdu::parse_lzone_signaling(request) ? request[5] : std::uint8_t{0};
    for (unsigned sum = 0; sum < 256 && !pdu::parse_lzone_signaling(request); ++sum)
        request[5] = static_cast<std::uint8_t>(sum);
    const Buffer burst = join({request, far_.lzone_pdu(0, inner), hex("ff00ff00")});
    const auto run = rig_.run(kAccessPort, far_.frame(Zone::lzone, burst));
    EXPECT_EQ(run.count(Verdict::signaling), 1U);
    EXPECT_EQ(run.count(Verdict::forwarded), 1U);
    EXPECT_EQ(rig_.stats().received(), 2U);
    const auto padding = rig_.run(kAccessPort, far_.frame(Zone::lzone, hex("ffffff")));
    EXPECT_EQ(padding.verdicts(), (Verdicts{Verdict::drop_pdu}));
}

TEST_F(OneBurst, LzonePdusOfSeveralStationsMayShareIt)
{
    FarStation other{8};
    other.add_to(rig_, Zone::lzone);
    const Buffer inner = inner_ipv4(40);
    const Buffer burst = join({far_.lzone_pdu(0, inner), other.lzone_pdu(0, inner)});
    const auto run = rig_.run(kAccessPort, far_.frame(Zone::lzone, burst));
    EXPECT_EQ(run.sent(kCorePort),
              (Frames{FarStation::expected_core_frame(far_.flows[0], inner),
                      FarStation::expected_core_frame(other.flows[0], inner)}));
}

TEST_F(OneBurst, MzoneFlowsWithShortHeadersAreCutByThem)
{
    FarStation short_one{8};
    short_one.flows[0].header = pdu::HeaderKind::spmh;
    short_one.flows.push_back({.slot = 5, .gre_key = 5, .cid = Cid::from_field(5)});
    short_one.add_to(rig_);
    const Buffer inner = inner_ipv4(40);
    const Buffer agmh =
        protect_mzone(short_one.mzone, short_one.stid,
                      {.fid = Fid::from_field(5), .pn = short_one.pn(Zone::mzone, 1)}, inner);
    const Buffer burst = join({short_one.mzone_pdu(0, inner), agmh, short_one.mzone_pdu(2, inner)});
    const auto run = rig_.run(kAccessPort, short_one.frame(Zone::mzone, burst));
    EXPECT_EQ(run.verdicts(), Verdicts(3, Verdict::forwarded));
}

} // namespace
} // namespace aaigw::path
