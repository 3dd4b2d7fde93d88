// User packets in both zones and directions: the bytes of what is sent, held against OpenSSL and plain builders.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

using aaigw::doubles::protect_lzone;
using aaigw::doubles::protect_mzone;
using pdu::Zone;

struct Variant {
    const char* name;
    Zone zone = Zone::mzone;
    pdu::Protection protection = pdu::Protection::ccm_icv8;
    pdu::HeaderKind header = pdu::HeaderKind::agmh;
    pdu::Crc crc = pdu::Crc::absent;
    std::size_t step = 13; ///< the packets' sizes differ by so many bytes
};

class Data : public testing::TestWithParam<Variant> {
  protected:
    Data()
    {
        far_.mzone.protection = GetParam().protection;
        far_.flows[0].header = GetParam().header;
        far_.flows[0].crc = GetParam().crc;
        far_.add_to(rig_, zone());
    }

    [[nodiscard]] static Zone zone() { return GetParam().zone; }
    [[nodiscard]] const FarFlow& flow() const { return far_.flows[0]; }

    [[nodiscard]] Buffer pdu(LinkDirection direction, std::uint32_t index, Bytes inner) const
    {
        const std::uint32_t pn = doubles::all_pns(zone(), direction).first + index;
        if (zone() == Zone::lzone)
            return protect_lzone(far_.lzone, {.cid = flow().cid, .pn = pn, .crc = flow().crc},
                                 inner);
        const bool has_sn = flow().header == pdu::HeaderKind::spmh;
        return protect_mzone(far_.mzone, far_.stid,
                             {.fid = flow().fid(),
                              .pn = pn,
                              .kind = flow().header,
                              .sn = static_cast<std::uint8_t>(has_sn ? index % 16 : 0)},
                             inner);
    }
    [[nodiscard]] std::uint16_t connection() const
    {
        return zone() == Zone::mzone ? far_.stid.value() : flow().cid.value();
    }
    [[nodiscard]] static Buffer inner(std::uint8_t index)
    {
        return inner_ipv4(20 + index * GetParam().step, index);
    }

    PathRig rig_;
    FarStation far_{7};
};

TEST_P(Data, DownlinkPacketsAreProtectedInTheirOrder)
{
    rig_.set_frame_number(0x01020304);
    Frames in;
    Frames expected;
    std::size_t bytes = 0;
    for (std::uint8_t i = 0; i < 90; ++i) {
        in.push_back(FarStation::core_frame(flow(), inner(i)));
        bytes += inner(i).size();
        expected.push_back(far_.expected_frame(
            zone(), connection(), pdu(LinkDirection::downlink, i, inner(i)), 0x01020304));
    }
    const auto run = rig_.run(kCorePort, in);
    EXPECT_EQ(run.count(Verdict::forwarded), 90U);
    EXPECT_EQ(run.sent(kAccessPort), expected);
    EXPECT_EQ(rig_.stats().pdus_protected.value(), 90U);
    EXPECT_EQ(rig_.stats().pdus_opened.value(), 0U);
    const auto tek = far_.counters_in(rig_, zone());
    EXPECT_EQ(tek.next_pn, 91U);
    EXPECT_EQ(tek.sent_bytes, bytes);
    EXPECT_EQ(tek.refused, 0U);
}

TEST_P(Data, UplinkPdusAreOpenedInTheirOrder)
{
    Frames in;
    Frames expected;
    std::size_t bytes = 0;
    for (std::uint8_t i = 0; i < 90; ++i) {
        in.push_back(far_.frame(zone(), pdu(LinkDirection::uplink, i, inner(i))));
        bytes += inner(i).size();
        expected.push_back(FarStation::expected_core_frame(flow(), inner(i)));
    }
    const auto run = rig_.run(kAccessPort, in);
    EXPECT_EQ(run.count(Verdict::forwarded), 90U);
    EXPECT_EQ(run.sent(kCorePort), expected);
    EXPECT_EQ(rig_.stats().pdus_opened.value(), 90U);
    EXPECT_EQ(rig_.stats().pdus_protected.value(), 0U);
    const auto tek = far_.counters_in(rig_, zone());
    EXPECT_EQ(tek.received_packets, 90U);
    EXPECT_EQ(tek.received_bytes, bytes);
    EXPECT_EQ(tek.highest_pn, doubles::all_pns(zone(), LinkDirection::uplink).first + 89);
    EXPECT_EQ(tek.icv_failures, 0U);
}

/// The control thread removes first the name and then the keys: what is received in between must not go to 0, which in the
/// LZone every station listens to for initial ranging (IEEE 802.16-2009 10.4).
TEST_P(Data, NothingIsSentToAStationThatHasLostItsName)
{
    sa::Station& station = rig_.station(far_.ref);
    if (zone() == Zone::mzone)
        station.stid.store(0);
    else
        station.flows[flow().slot].store(0);
    const auto run = rig_.run(kCorePort, FarStation::core_frame(flow(), inner_ipv4(60, 1)));
    EXPECT_EQ(run.verdicts(), Verdicts{Verdict::drop_unknown_flow});
    EXPECT_TRUE(run.sent(kAccessPort).empty());
}

TEST_P(Data, Ipv6IsCarriedAsWell)
{
    const Buffer inner = inner_ipv6(80);
    const auto down = rig_.run(kCorePort, FarStation::core_frame(flow(), inner, 0x86dd));
    EXPECT_EQ(down.sent(kAccessPort),
              (Frames{far_.expected_frame(zone(), connection(),
                                          pdu(LinkDirection::downlink, 0, inner))}));
    const auto up = rig_.run(kAccessPort, far_.frame(zone(), pdu(LinkDirection::uplink, 0, inner)));
    EXPECT_EQ(up.sent(kCorePort), (Frames{FarStation::expected_core_frame(flow(), inner, 0x86dd)}));
}

TEST_P(Data, BothDirectionsShareABurst)
{
    std::vector<PathRig::Arrival> in;
    Frames expected_up;
    Frames expected_down;
    for (std::uint8_t i = 0; i < 30; ++i) {
        const bool up = i % 3 == 0;
        if (up) {
            in.push_back(
                {kAccessPort, far_.frame(zone(), pdu(LinkDirection::uplink, i, inner(i)))});
            expected_up.push_back(FarStation::expected_core_frame(flow(), inner(i)));
            continue;
        }
        in.push_back({kCorePort, FarStation::core_frame(flow(), inner(i))});
        const auto index = static_cast<std::uint32_t>(expected_down.size());
        expected_down.push_back(far_.expected_frame(zone(), connection(),
                                                    pdu(LinkDirection::downlink, index, inner(i))));
    }
    const auto run = rig_.run(in);
    EXPECT_EQ(run.sent(kCorePort), expected_up);
    EXPECT_EQ(run.sent(kAccessPort), expected_down);
}

INSTANTIATE_TEST_SUITE_P(
    Variants, Data,
    testing::Values(Variant{.name = "Mzone"},
                    Variant{.name = "MzoneIcv4", .protection = pdu::Protection::ccm_icv4},
                    Variant{.name = "MzoneCtr", .protection = pdu::Protection::ctr},
                    Variant{.name = "MzoneSpmh", .header = pdu::HeaderKind::spmh, .step = 1},
                    Variant{.name = "MzoneSpmhIcv4",
                            .protection = pdu::Protection::ccm_icv4,
                            .header = pdu::HeaderKind::spmh,
                            .step = 1},
                    Variant{.name = "Lzone", .zone = Zone::lzone},
                    Variant{.name = "LzoneCrc", .zone = Zone::lzone, .crc = pdu::Crc::present}),
    [](const auto& variant) { return std::string{variant.param.name}; });

// What is special to one of them

class OneStation : public testing::Test {
  protected:
    PathRig rig_;
    FarStation far_{7};
};

TEST_F(OneStation, ExtendedHeadersAreSkipped)
{
    far_.add_to(rig_);
    const Buffer inner = inner_ipv4(60);
    std::uint32_t pn = far_.pn(Zone::mzone);
    Frames in;
    for (const char* group : {"01", "0511223344", "0201"})
        in.push_back(far_.frame(
            Zone::mzone,
            protect_mzone(far_.mzone, far_.stid,
                          {.fid = far_.flows[0].fid(), .pn = pn++, .extended = hex(group)},
                          inner)));
    const Buffer lzone_pdu = protect_lzone(
        far_.lzone,
        {.cid = far_.flows[0].cid, .pn = far_.pn(Zone::lzone), .extended = hex("03aabb")}, inner);
    in.push_back(far_.frame(Zone::lzone, lzone_pdu));
    const auto run = rig_.run(kAccessPort, in);
    EXPECT_EQ(run.sent(kCorePort),
              Frames(4, FarStation::expected_core_frame(far_.flows[0], inner)));
}

/// A length of more than eleven bits is in the extended headers, which are not read: which bytes belong to the PDU
/// cannot be known. That its low bits agree with the whole length must not mislead.
TEST_F(OneStation, LengthBeyondElevenBitsIsNotTakenForAPlainHeader)
{
    far_.add_to(rig_);
    Buffer pdu = pattern(0x805);
    pdu[0] = 0x48; // FID 4, EH
    pdu[1] = 0x05;
    pdu[2] = 0x01;
    const auto run = rig_.run(kAccessPort, far_.frame(Zone::mzone, pdu));
    EXPECT_EQ(run.verdicts(), (Verdicts{Verdict::drop_pdu}));
    EXPECT_EQ(far_.counters_in(rig_, Zone::mzone).icv_failures, 0U);
}

TEST_F(OneStation, FlowsOfTheSecondSaUseItsKeys)
{
    far_.flows.push_back({.slot = 9, .gre_key = 77, .cid = Cid::from_field(0x99), .sa = 1});
    far_.add_to(rig_);
    const FarTek second{.key = key_of(1000), .eks = Eks::from_field(3)};
    FarTek first{.key = key_of(1001), .eks = Eks::from_field(3)};
    sa::ContextSpec spec = doubles::context_of(Zone::mzone, first);
    spec.sas.push_back(
        {.said = 2, .protection = pdu::Protection::ccm_icv4, .teks = {spec.sas[0].teks[0]}});
    spec.sas[1].teks[0].key = second.key;
    ASSERT_TRUE(rig_.tables().retire_context(far_.lzone_context));
    const auto context = rig_.tables().install_context(far_.ref, spec).value();
    const std::array choices{sa::SendChoice{.said = 1, .eks = first.eks},
                             sa::SendChoice{.said = 2, .eks = second.eks}};
    ASSERT_TRUE(rig_.tables().switch_transmit(context, choices));

    FarTek second_icv4 = second;
    second_icv4.protection = pdu::Protection::ccm_icv4;
    const FarFlow& flow = far_.flows[1];
    const Buffer inner = inner_ipv4(100);
    const auto down = rig_.run(kCorePort, FarStation::core_frame(flow, inner));
    EXPECT_EQ(down.sent(kAccessPort),
              (Frames{far_.expected_frame(
                  Zone::mzone, far_.stid.value(),
                  protect_mzone(second_icv4, far_.stid, {.fid = flow.fid(), .pn = 1}, inner))}));
    const Buffer up_pdu = protect_mzone(second_icv4, far_.stid,
                                        {.fid = flow.fid(), .pn = far_.pn(Zone::mzone)}, inner);
    const auto up = rig_.run(kAccessPort, far_.frame(Zone::mzone, up_pdu));
    EXPECT_EQ(up.sent(kCorePort), (Frames{FarStation::expected_core_frame(flow, inner)}));
    // The first SA's flow has the first SA's key.
    const Buffer other = protect_mzone(
        first, far_.stid, {.fid = far_.flows[0].fid(), .pn = far_.pn(Zone::mzone)}, inner);
    EXPECT_EQ(rig_.run(kAccessPort, far_.frame(Zone::mzone, other)).count(Verdict::forwarded), 1U);
}

TEST_F(OneStation, FlowWithoutCidIsNotSentInTheLzone)
{
    far_.add_to(rig_, Zone::lzone);
    ASSERT_TRUE(rig_.tables().add_flow(far_.ref, {.slot = 9, .gre_key = 77}));
    const FarFlow without{.slot = 9, .gre_key = 77};
    const auto run = rig_.run(kCorePort, FarStation::core_frame(without, inner_ipv4(60)));
    EXPECT_EQ(run.verdicts(), (Verdicts{Verdict::drop_unknown_flow}));
    EXPECT_EQ(far_.counters_in(rig_, Zone::lzone).next_pn, 1U);
}

TEST_F(OneStation, RelayReceivesDownlinkAndSendsUplink)
{
    PathRig relay{{.receives = LinkDirection::downlink}};
    far_.sends = LinkDirection::downlink; // the far end is the ABS
    far_.add_to(relay);
    const Buffer inner = inner_ipv4(333);
    const auto from_above =
        relay.run(kAccessPort, far_.frame(Zone::mzone, far_.mzone_pdu(0, inner)));
    EXPECT_EQ(from_above.sent(kCorePort),
              (Frames{FarStation::expected_core_frame(far_.flows[0], inner)}));
    const auto to_above = relay.run(kCorePort, FarStation::core_frame(far_.flows[0], inner));
    const Buffer pdu =
        protect_mzone(far_.mzone, far_.stid, {.fid = far_.flows[0].fid(), .pn = 0x200001}, inner);
    EXPECT_EQ(to_above.sent(kAccessPort),
              (Frames{far_.expected_frame(Zone::mzone, far_.stid.value(), pdu)}));
}

TEST_F(OneStation, OpenedPayloadHasToBeAnIpPacket)
{
    far_.add_to(rig_);
    Buffer broken = inner_ipv4(60);
    broken[3] = 61; // longer than it is
    Frames in;
    std::uint32_t index = 0;
    for (const Buffer& payload :
         {Buffer{}, pattern(19, 0x40), hex("5500"), broken, pattern(39, 0x60), pattern(100, 0x70)})
        in.push_back(far_.frame(Zone::mzone, far_.mzone_pdu(index++, payload)));
    const auto run = rig_.run(kAccessPort, in);
    EXPECT_EQ(run.verdicts(), Verdicts(6, Verdict::drop_inner_packet));
    // They were genuine all the same.
    EXPECT_EQ(far_.counters_in(rig_, Zone::mzone).received_packets, 6U);
}

} // namespace
} // namespace aaigw::path
