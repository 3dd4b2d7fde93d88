// User packets in both zones and directions: the bytes of what is sent, held against OpenSSL and plain builders.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

class Data : public testing::TestWithParam<pdu::Zone> {
  protected:
    [[nodiscard]] static pdu::Zone zone() { return GetParam(); }
    [[nodiscard]] std::uint16_t connection() const
    {
        return zone() == pdu::Zone::mzone ? far_.stid.value() : far_.flows[0].cid.value();
    }
    /// The PDU with the `index`th downlink PN.
    [[nodiscard]] Buffer downlink_pdu(std::uint32_t index, Bytes inner) const
    {
        FarStation gateway = far_;
        gateway.sends = LinkDirection::downlink;
        return gateway.pdu(zone(), index, inner);
    }

    PathRig rig_;
    FarStation far_{7};
};

TEST_P(Data, DownlinkPacketsAreProtectedInTheirOrder)
{
    far_.add_to(rig_, zone());
    rig_.set_frame_number(0x01020304);
    Frames in;
    Frames expected;
    for (std::uint8_t i = 0; i < 100; ++i) {
        const Buffer inner = inner_ipv4(20U + i * 13U, i);
        in.push_back(FarStation::core_frame(far_.flows[0], inner));
        expected.push_back(
            far_.expected_frame(zone(), connection(), downlink_pdu(i, inner), 0x01020304));
    }
    const auto run = rig_.run(kCorePort, in);
    EXPECT_EQ(run.count(Verdict::forwarded), 100U);
    EXPECT_EQ(run.sent(kAccessPort), expected);
    EXPECT_EQ(rig_.stats().pdus_protected.value(), 100U);
}

TEST_P(Data, UplinkPdusAreOpenedInTheirOrder)
{
    far_.add_to(rig_, zone());
    Frames in;
    Frames expected;
    for (std::uint8_t i = 0; i < 100; ++i) {
        const Buffer inner = inner_ipv4(20U + i * 13U, i);
        in.push_back(far_.frame(zone(), far_.pdu(zone(), i, inner)));
        expected.push_back(FarStation::expected_core_frame(far_.flows[0], inner));
    }
    const auto run = rig_.run(kAccessPort, in);
    EXPECT_EQ(run.count(Verdict::forwarded), 100U);
    EXPECT_EQ(run.sent(kCorePort), expected);
    EXPECT_EQ(rig_.stats().pdus_opened.value(), 100U);
}

/// The control thread removes first the name and then the keys: what is received in between must not go to 0, which in the
/// LZone every station listens to for initial ranging (IEEE 802.16-2009 10.4).
TEST_P(Data, NothingIsSentToAStationThatHasLostItsName)
{
    far_.add_to(rig_, zone());
    sa::Station& station = rig_.station(far_.ref);
    if (zone() == pdu::Zone::mzone)
        station.stid.store(0);
    else
        station.flows[far_.flows[0].slot].store(0);
    const auto run = rig_.run(kCorePort, FarStation::core_frame(far_.flows[0], inner_ipv4(100, 1)));
    EXPECT_EQ(run.verdicts(), Verdicts{Verdict::drop_unknown_flow});
    EXPECT_TRUE(run.sent(kAccessPort).empty());
}

INSTANTIATE_TEST_SUITE_P(Zones, Data, testing::Values(pdu::Zone::mzone, pdu::Zone::lzone),
                         zone_name);

} // namespace
} // namespace aaigw::path
