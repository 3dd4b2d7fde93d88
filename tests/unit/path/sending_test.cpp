// Where sending ends: PN limits and what is told of them, sizes that fit to the byte, and the ICMP errors for others.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using pdu::Zone;

class Sending : public testing::TestWithParam<Zone> {
  protected:
    [[nodiscard]] static Zone zone() { return GetParam(); }

    void add_with(const sa::PnLimits& limits)
    {
        far_.add_to(rig_, zone());
        FarTek tek = zone() == Zone::mzone ? far_.mzone : far_.lzone;
        tek.key = key_of(4000);
        tek.eks = Eks::from_field(3);
        sa::ContextSpec spec = doubles::context_of(zone(), tek);
        spec.sas[0].teks[0].send = limits;
        ASSERT_TRUE(rig_.tables().retire_context(zone() == Zone::mzone ? far_.lzone_context
                                                                       : far_.mzone_context));
        context_ = rig_.tables().install_context(far_.ref, spec).value();
        const sa::SendChoice choice{.said = 1, .eks = tek.eks};
        ASSERT_TRUE(rig_.tables().switch_transmit(context_, {&choice, 1}));
    }
    Verdicts send(std::size_t count)
    {
        return rig_
            .run(kCorePort, Frames(count, FarStation::core_frame(far_.flows[0], inner_ipv4(60))))
            .verdicts();
    }
    [[nodiscard]] sa::TekCounters counters()
    {
        const auto all = rig_.tables().counters(far_.ref).value();
        for (const auto& tek : all)
            if (tek.tek.context == context_.context)
                return tek;
        return {};
    }

    PathRig rig_;
    FarStation far_{7};
    sa::ContextRef context_{};
};

INSTANTIATE_TEST_SUITE_P(Zones, Sending, testing::Values(Zone::mzone, Zone::lzone), zone_name);

TEST_P(Sending, EndsAtTheHardLimit)
{
    add_with({.first = 10, .soft = 1000, .hard = 12, .ceiling = 12});
    EXPECT_EQ(send(5), (Verdicts{Verdict::drop_pn_exhausted, Verdict::drop_pn_exhausted,
                                 Verdict::forwarded, Verdict::forwarded, Verdict::forwarded}));
    EXPECT_EQ(counters().next_pn, 13U);
    EXPECT_EQ(counters().refused, 2U);
}

TEST_P(Sending, WaitsAtTheCeiling)
{
    add_with({.first = 10, .soft = 1000, .hard = 12, .ceiling = 10});
    EXPECT_EQ(send(2), (Verdicts{Verdict::drop_pn_ceiling, Verdict::forwarded}));
    ASSERT_TRUE(rig_.tables().raise_ceiling(context_, 1, Eks::from_field(3), 11));
    EXPECT_EQ(send(2), (Verdicts{Verdict::drop_pn_ceiling, Verdict::forwarded}));
    EXPECT_EQ(counters().refused, 2U);
}

TEST_P(Sending, TellsOfTheSoftLimitOnce)
{
    add_with({.first = 1, .soft = 3, .hard = 100, .ceiling = 100});
    send(2);
    EXPECT_EQ(rig_.next_event(), nullptr);
    send(5);
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::soft_limit);
    EXPECT_EQ(event->zone, zone());
    EXPECT_EQ(event->station, far_.ref);
    EXPECT_EQ(event->tek, counters().tek);
    EXPECT_EQ(event->number, 3U);
    EXPECT_EQ(event->source, sa::StationAddress{});
    EXPECT_EQ(rig_.next_event(), nullptr);
}

TEST_P(Sending, TellsOfTheSoftLimitAgainWhenTheQueueWasFull)
{
    add_with({.first = 1, .soft = 2, .hard = 100, .ceiling = 100});
    while (rig_.events().claim() != nullptr)
        rig_.events().publish();
    EXPECT_EQ(send(3), Verdicts(3, Verdict::forwarded));
    EXPECT_EQ(rig_.stats().events_lost.value(), 2U);
    rig_.drop_events();
    send(1);
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->number, 4U);
    EXPECT_EQ(rig_.next_event(), nullptr);
}

TEST_P(Sending, WithoutKeyOrAddressIsRefused)
{
    far_.add_to(rig_, zone());
    ASSERT_TRUE(rig_.tables().place_station(far_.ref, {}));
    EXPECT_EQ(send(1), (Verdicts{Verdict::drop_no_address}));
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::no_address);
    EXPECT_EQ(event->station, far_.ref);
    EXPECT_EQ(event->number, 0U);
    EXPECT_EQ(far_.counters_in(rig_, zone()).next_pn, 1U);
    ASSERT_TRUE(rig_.tables().retire_context(zone() == Zone::mzone ? far_.mzone_context
                                                                   : far_.lzone_context));
    EXPECT_EQ(send(1), (Verdicts{Verdict::drop_no_key}));
}

TEST_P(Sending, ToACorePeerWithoutMacIsRefused)
{
    far_.add_to(rig_, zone());
    rig_.links().core_peers[0].mac_bits = 0;
    const auto up = rig_.run(kAccessPort, far_.frame(zone(), far_.pdu(zone(), 0, inner_ipv4(60))));
    EXPECT_EQ(up.verdicts(), (Verdicts{Verdict::drop_no_address}));
    auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::first_use);
    event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::no_address);
}

// Sizes

struct Size {
    const char* name;
    Zone zone = Zone::mzone;
    pdu::Protection protection = pdu::Protection::ccm_icv8;
    pdu::HeaderKind header = pdu::HeaderKind::agmh;
    pdu::Crc crc = pdu::Crc::absent;
    std::uint16_t mtu = 1500;
    std::uint16_t max_packet = 0;
    std::size_t largest; ///< inner packet that fits
};

class Sizes : public testing::TestWithParam<Size> {
  protected:
    Sizes() : rig_{{.mtu = GetParam().mtu}}
    {
        far_.mzone.protection = GetParam().protection;
        far_.flows[0].header = GetParam().header;
        far_.flows[0].crc = GetParam().crc;
        far_.flows[0].max_packet = GetParam().max_packet;
        far_.add_to(rig_, GetParam().zone);
    }

    PathRig rig_;
    FarStation far_{7};
};

TEST_P(Sizes, LargestThatFitsIsSentAndOneMoreIsNot)
{
    const std::size_t largest = GetParam().largest;
    const auto fits =
        rig_.run(kCorePort, FarStation::core_frame(far_.flows[0], inner_ipv4(largest)));
    ASSERT_EQ(fits.verdicts(), (Verdicts{Verdict::forwarded}));
    const std::size_t sent = fits.sent(kAccessPort).at(0).size() - 14;
    EXPECT_LE(sent, GetParam().mtu);
    const auto too_big =
        rig_.run(kCorePort, FarStation::core_frame(far_.flows[0], inner_ipv4(largest + 1)));
    EXPECT_EQ(too_big.verdicts(), (Verdicts{Verdict::too_big_answered}));
    ASSERT_EQ(too_big.sent(kCorePort).size(), 1U);
    // Ethernet, IPv4, GRE, IPv4, ICMP: type and code, checksum, 0, MTU.
    const Buffer error = too_big.sent(kCorePort)[0];
    EXPECT_EQ(load_be(Bytes{error}.subspan<62, 2>()), 0x0304U);
    EXPECT_EQ(load_be(Bytes{error}.subspan<68, 2>()), largest);
    EXPECT_EQ(far_.counters_in(rig_, GetParam().zone).next_pn, 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Flows, Sizes,
    // An IP packet holds 44 bytes of headers, then the PDU: 5 or 10 bytes, the packet, the ICV, the CRC.
    testing::Values(
        Size{.name = "Mzone", .largest = 1500 - 44 - 5 - 8},
        Size{.name = "MzoneIcv4",
             .protection = pdu::Protection::ccm_icv4,
             .largest = 1500 - 44 - 5 - 4},
        Size{.name = "MzoneCtr", .protection = pdu::Protection::ctr, .largest = 1500 - 44 - 5},
        Size{.name = "MzoneSpmh", .header = pdu::HeaderKind::spmh, .largest = 127 - 5 - 8},
        Size{.name = "MzoneJumbo", .mtu = 9000, .largest = 2047 - 5 - 8},
        Size{.name = "MzoneSmallMtu", .mtu = 576, .largest = 576 - 44 - 5 - 8},
        Size{.name = "MzoneLimited", .max_packet = 700, .largest = 700},
        Size{.name = "MzoneLimitedInVain", .max_packet = 1444, .largest = 1500 - 44 - 5 - 8},
        Size{.name = "Lzone", .zone = Zone::lzone, .largest = 1500 - 44 - 10 - 8},
        Size{.name = "LzoneCrc",
             .zone = Zone::lzone,
             .crc = pdu::Crc::present,
             .largest = 1500 - 44 - 10 - 8 - 4},
        Size{.name = "LzoneJumbo", .zone = Zone::lzone, .mtu = 9000, .largest = 2047 - 10 - 8}),
    [](const auto& size) { return std::string{size.param.name}; });

class TooBig : public testing::Test {
  protected:
    explicit TooBig(PathRigOptions options = {}) : rig_{std::move(options)} { far_.add_to(rig_); }

    Outcome send(const Buffer& inner, std::uint16_t protocol = 0x0800)
    {
        return rig_.run(kCorePort, FarStation::core_frame(far_.flows[0], inner, protocol));
    }

    PathRig rig_;
    FarStation far_{7};
};

TEST_F(TooBig, SenderIsToldOfTheLargestPacket)
{
    const Buffer inner = inner_ipv4(1480);
    const auto run = send(inner);
    ASSERT_EQ(run.verdicts(), (Verdicts{Verdict::too_big_answered}));
    const Bytes quoted = Bytes{inner}.first(576 - 28);
    Buffer icmp = join({hex("0304 0000 0000 05a3"), quoted}); // 1443
    const auto sum = be_bytes<2>(plain_checksum(icmp));
    icmp[2] = sum[0];
    icmp[3] = sum[1];
    Buffer error = ipv4({0x0a020002}, {0x0a010001}, 1, icmp);
    error[1] = 0xc0; // internetwork control
    error[10] = error[11] = 0;
    const auto header_sum = be_bytes<2>(plain_checksum(Bytes{error}.first(20)));
    error[10] = header_sum[0];
    error[11] = header_sum[1];
    EXPECT_EQ(run.sent(kCorePort), (Frames{FarStation::expected_core_frame(far_.flows[0], error)}));
}

TEST_F(TooBig, Ipv6SenderIsToldToo)
{
    const auto run = send(inner_ipv6(1480), 0x86dd);
    ASSERT_EQ(run.verdicts(), (Verdicts{Verdict::too_big_answered}));
    const Buffer frame = run.sent(kCorePort).at(0);
    EXPECT_EQ(load_be(Bytes{frame}.subspan<34, 8>()), 0x200086dd'da7a0007U);
    EXPECT_EQ(load_be(Bytes{frame}.subspan<82, 2>()), 0x0200U);
    EXPECT_EQ(load_be(Bytes{frame}.subspan<86, 4>()), 1443U);
}

TEST_F(TooBig, SenderThatMustNotBeToldIsNot)
{
    Buffer fragment = inner_ipv4(1480);
    fragment[6] = 0;
    fragment[7] = 9;
    for (const Buffer& inner : {fragment, pattern(1480, 0x45), pattern(1480)})
        EXPECT_EQ(send(inner).verdicts(), (Verdicts{Verdict::drop_too_big}));
}

TEST_F(TooBig, NeedsABuffer)
{
    rig_.packets().set_most(1);
    EXPECT_EQ(send(inner_ipv4(1480)).verdicts(), (Verdicts{Verdict::drop_too_big}));
    rig_.packets().set_most(2);
    EXPECT_EQ(send(inner_ipv4(1480)).verdicts(), (Verdicts{Verdict::too_big_answered}));
}

TEST_F(TooBig, NeedsTheWayBack)
{
    rig_.links().core_peers[0].mac_bits = 0;
    EXPECT_EQ(send(inner_ipv4(1480)).verdicts(), (Verdicts{Verdict::drop_too_big}));
}

TEST_F(TooBig, UplinkPacketThatDoesNotFitTheCoreIsDropped)
{
    rig_.links().ports[kCorePort].mtu = 1000;
    std::uint32_t index = 0;
    const auto up = [&](std::size_t size) {
        return rig_
            .run(kAccessPort, far_.frame(Zone::mzone, far_.mzone_pdu(index++, inner_ipv4(size))))
            .verdicts();
    };
    EXPECT_EQ(up(1000 - 28), (Verdicts{Verdict::forwarded}));
    EXPECT_EQ(up(1000 - 27), (Verdicts{Verdict::drop_too_big}));
}

class TooBigAtARate : public TooBig {
  protected:
    TooBigAtARate() : TooBig{{.limits = {.icmp_errors_per_s = 100}}} {}
};

TEST_F(TooBigAtARate, ErrorsAreLimited)
{
    const Frames many(100, FarStation::core_frame(far_.flows[0], inner_ipv4(1480)));
    const auto first = rig_.run(kCorePort, many);
    EXPECT_EQ(first.count(Verdict::too_big_answered), 16U);
    EXPECT_EQ(first.count(Verdict::drop_too_big), 84U);
    rig_.advance(50'000'000); // 50 ms
    EXPECT_EQ(rig_.run(kCorePort, many).count(Verdict::too_big_answered), 5U);
    rig_.advance(10'000'000'000);
    EXPECT_EQ(rig_.run(kCorePort, many).count(Verdict::too_big_answered), 16U);
}

} // namespace
} // namespace aaigw::path
