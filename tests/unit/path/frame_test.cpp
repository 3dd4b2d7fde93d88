// Outer headers: what is read, what is answered and what is refused, before anything is known of a station.
#include "tests/unit/path/path_testing.h"

#include <functional>

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using doubles::kCorePeer;
using doubles::kGatewayAccess;
using doubles::kGatewayCore;
using pdu::Zone;

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kGre = 47;
constexpr std::uint16_t kGsmtapPort = 4729;
constexpr MacAddress kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

class Frame : public testing::Test {
  protected:
    Frame() { far_.add_to(rig_); }

    [[nodiscard]] Buffer burst(std::uint32_t index = 0) const
    {
        return far_.mzone_pdu(index, inner_ipv4(60));
    }
    [[nodiscard]] Buffer gsmtap_of(Bytes pdus) const
    {
        return gsmtap(Sort::mzone, LinkDirection::uplink, far_.stid.value(), far_.sector, pdus);
    }
    /// An IPv4 packet of the station in a frame to the access port.
    [[nodiscard]] Buffer up(Bytes packet) const
    {
        return ethernet(kGatewayAccess.mac, far_.host.mac, 0x0800, packet);
    }
    [[nodiscard]] Buffer up_udp(Bytes payload, const Ipv4Extras& extras = {}) const
    {
        return up(ipv4(far_.host.ip, kGatewayAccess.ip, kUdp,
                       udp(far_.udp_port, kGsmtapPort, payload), extras));
    }
    /// An IPv4 packet of the core peer in a frame to the core port.
    [[nodiscard]] static Buffer down(Bytes packet)
    {
        return ethernet(kGatewayCore.mac, kCorePeer.mac, 0x0800, packet);
    }
    [[nodiscard]] static Buffer down_gre(Bytes payload, const Ipv4Extras& extras = {})
    {
        return down(ipv4(kCorePeer.ip, kGatewayCore.ip, kGre, payload, extras));
    }
    [[nodiscard]] Buffer downlink() const { return gre(far_.flows[0].gre_key, inner_ipv4(60)); }

    Verdict verdict_of(std::uint8_t port, const Buffer& frame)
    {
        const auto run = rig_.run(port, frame);
        EXPECT_EQ(run.ended.size(), 1U);
        return run.ended.empty() ? Verdict::drop_tx_full : run.ended[0].verdict;
    }

    PathRig rig_;
    FarStation far_{7};
};

Buffer with_byte(Buffer frame, std::size_t at, unsigned value)
{
    frame.at(at) = static_cast<std::uint8_t>(value);
    return frame;
}

Buffer first(const Buffer& frame, std::size_t size)
{
    return {frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)};
}

// Read

TEST_F(Frame, MayHavePaddingOptionsChecksumsAndSequenceNumbers)
{
    const auto udp_with_checksum = [&](Bytes payload) {
        Buffer datagram = udp(far_.udp_port, kGsmtapPort, payload);
        const Buffer pseudo =
            join({be_bytes<4>(far_.host.ip.value), be_bytes<4>(kGatewayAccess.ip.value),
                  hex("0011"), be_bytes<2>(datagram.size()), datagram});
        const auto sum = be_bytes<2>(plain_checksum(pseudo));
        datagram[6] = sum[0];
        datagram[7] = sum[1];
        return datagram;
    };
    std::uint32_t index = 0;
    const Ipv4Extras options{.options = hex("94040000 01010100")};
    const Ipv4Extras most_options{.options = Buffer(40, 1)};
    const Frames ups{
        join({up_udp(gsmtap_of(burst(index++))), pattern(9)}),
        up_udp(gsmtap_of(burst(index++)), options),
        up_udp(gsmtap_of(burst(index++)), most_options),
        up(ipv4(far_.host.ip, kGatewayAccess.ip, kUdp,
                udp_with_checksum(gsmtap_of(burst(index++))))),
        up(ipv4(far_.host.ip, kGatewayAccess.ip, kUdp,
                join({udp(far_.udp_port, kGsmtapPort, gsmtap_of(burst(index++))), pattern(5)}))),
        up_udp(gsmtap_of(burst(index++)), {.flags_and_offset = 0, .ttl = 1}),
    };
    const auto run = rig_.run(kAccessPort, ups);
    EXPECT_EQ(run.sent(kCorePort),
              Frames(ups.size(), FarStation::expected_core_frame(far_.flows[0], inner_ipv4(60))));

    const auto key = be_bytes<4>(far_.flows[0].gre_key);
    Buffer summed = join({hex("a000 0800 0000 0000"), key, inner_ipv4(61)});
    const auto sum = be_bytes<2>(plain_checksum(summed));
    summed[4] = sum[0];
    summed[5] = sum[1];
    const Frames downs{
        join({down_gre(downlink()), pattern(7)}),
        down_gre(downlink(), options),
        down_gre(join({hex("3000 0800"), key, hex("00000001"), inner_ipv4(60)})),
        down_gre(join({hex("23f8 0800"), key, inner_ipv4(60)})), // bits that have to be ignored
        down_gre(summed),
    };
    EXPECT_EQ(rig_.run(kCorePort, downs).count(Verdict::forwarded), downs.size());
}

// Refused

struct Refused {
    const char* name;
    Verdict verdict;
    std::function<Buffer(const Buffer&)> change; ///< of a frame that would be forwarded
};

void PrintTo(const Refused& refused, std::ostream* out)
{
    *out << refused.name;
}

std::string refused_name(const testing::TestParamInfo<Refused>& info)
{
    return info.param.name;
}

class RefusedUplink : public Frame, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedUplink, HasItsVerdict)
{
    const Buffer good = up_udp(gsmtap_of(burst()));
    EXPECT_EQ(verdict_of(kAccessPort, GetParam().change(good)), GetParam().verdict);
    EXPECT_EQ(verdict_of(kAccessPort, good), Verdict::forwarded);
}

/// `frame` with an IPv4 header whose checksum is right again.
Buffer sum_again(Buffer frame)
{
    const std::size_t bytes = 4 * std::size_t{frame.at(14) & 0xfU};
    frame[24] = frame[25] = 0;
    const auto sum = be_bytes<2>(plain_checksum(Bytes{frame}.subspan(14, bytes)));
    frame[24] = sum[0];
    frame[25] = sum[1];
    return frame;
}

INSTANTIATE_TEST_SUITE_P(
    Headers, RefusedUplink,
    testing::Values(
        Refused{"Empty", Verdict::drop_runt, [](const Buffer&) { return Buffer{}; }},
        Refused{"Runt", Verdict::drop_runt, [](const Buffer& f) { return first(f, 13); }},
        Refused{"NoIp", Verdict::drop_runt, [](const Buffer& f) { return first(f, 14); }},
        Refused{"HalfAnIpHeader", Verdict::drop_runt, [](const Buffer& f) { return first(f, 33); }},
        Refused{"OtherMac", Verdict::drop_not_for_us,
                [](const Buffer& f) { return with_byte(f, 5, 9); }},
        Refused{"BroadcastMac", Verdict::drop_not_for_us,
                [](const Buffer& f) {
                    Buffer frame = f;
                    std::ranges::copy(kBroadcast, frame.begin());
                    return frame;
                }},
        Refused{"OtherType", Verdict::drop_protocol,
                [](const Buffer& f) { return with_byte(with_byte(f, 12, 0x86), 13, 0xdd); }},
        Refused{"Vlan", Verdict::drop_protocol,
                [](const Buffer& f) { return with_byte(f, 12, 0x81); }},
        Refused{"OtherAddress", Verdict::drop_not_for_us,
                [](const Buffer& f) { return sum_again(with_byte(f, 33, 2)); }},
        Refused{"OtherProtocol", Verdict::drop_protocol,
                [](const Buffer& f) { return sum_again(with_byte(f, 23, 6)); }},
        Refused{"GreOnAccessPort", Verdict::drop_protocol,
                [](const Buffer& f) { return sum_again(with_byte(f, 23, 47)); }},
        Refused{"Version", Verdict::drop_ip_header,
                [](const Buffer& f) { return sum_again(with_byte(f, 14, 0x65)); }},
        Refused{"HeaderLength", Verdict::drop_ip_header,
                [](const Buffer& f) { return with_byte(f, 14, 0x44); }},
        Refused{"Checksum", Verdict::drop_ip_header,
                [](const Buffer& f) { return with_byte(f, 24, f.at(24) ^ 1U); }},
        Refused{"TotalLengthTooLong", Verdict::drop_ip_header,
                [](const Buffer& f) { return first(f, f.size() - 1); }},
        Refused{"TotalLengthTooShort", Verdict::drop_ip_header,
                [](const Buffer& f) { return sum_again(with_byte(with_byte(f, 16, 0), 17, 19)); }},
        Refused{"MoreFragments", Verdict::drop_ip_fragment,
                [](const Buffer& f) { return sum_again(with_byte(f, 20, 0x20)); }},
        Refused{"FragmentOffset", Verdict::drop_ip_fragment,
                [](const Buffer& f) { return sum_again(with_byte(f, 21, 1)); }},
        Refused{"UdpLengthPastEnd", Verdict::drop_udp,
                [](const Buffer& f) { return with_byte(f, 38, 0xff); }},
        Refused{"UdpLengthTooShort", Verdict::drop_udp,
                [](const Buffer& f) { return with_byte(with_byte(f, 38, 0), 39, 7); }},
        Refused{"UdpChecksum", Verdict::drop_udp,
                [](const Buffer& f) { return with_byte(f, 41, 1); }},
        Refused{"NoUdpHeader", Verdict::drop_runt,
                [](const Buffer& f) { return sum_again(with_byte(with_byte(f, 16, 0), 17, 27)); }},
        Refused{"OtherUdpPort", Verdict::drop_protocol,
                [](const Buffer& f) { return with_byte(f, 37, 0x7a); }},
        Refused{"GsmtapVersion", Verdict::drop_gsmtap,
                [](const Buffer& f) { return with_byte(f, 42, 3); }},
        Refused{"GsmtapWords", Verdict::drop_gsmtap,
                [](const Buffer& f) { return with_byte(f, 43, 5); }},
        Refused{"GsmtapType", Verdict::drop_gsmtap,
                [](const Buffer& f) { return with_byte(f, 44, 1); }},
        Refused{"GsmtapSubType", Verdict::drop_gsmtap,
                [](const Buffer& f) { return with_byte(f, 54, 0x12); }},
        Refused{"NoBurst", Verdict::drop_gsmtap,
                [](const Buffer& f) {
                    const Buffer header = first(f, 58);
                    return sum_again(with_byte(
                        with_byte(with_byte(with_byte(header, 16, 0), 17, 44), 38, 0), 39, 24));
                }},
        Refused{"Downlink", Verdict::drop_direction,
                [](const Buffer& f) { return with_byte(f, 46, f.at(46) & 0xbfU); }},
        Refused{"OtherSector", Verdict::drop_unknown_station,
                [](const Buffer& f) { return with_byte(f, 55, 99); }},
        Refused{"OtherStid", Verdict::drop_unknown_station,
                [](const Buffer& f) { return with_byte(f, 47, 0xee); }}),
    refused_name);

class RefusedDownlink : public Frame, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedDownlink, HasItsVerdict)
{
    const Buffer good = down_gre(downlink());
    EXPECT_EQ(verdict_of(kCorePort, GetParam().change(good)), GetParam().verdict);
    EXPECT_EQ(verdict_of(kCorePort, good), Verdict::forwarded);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, RefusedDownlink,
    testing::Values(
        Refused{"UdpOnCorePort", Verdict::drop_protocol,
                [](const Buffer& f) { return sum_again(with_byte(f, 23, 17)); }},
        Refused{"Fragment", Verdict::drop_ip_fragment,
                [](const Buffer& f) { return sum_again(with_byte(f, 20, 0x20)); }},
        Refused{"NoKey", Verdict::drop_gre, [](const Buffer& f) { return with_byte(f, 34, 0); }},
        Refused{"Routing", Verdict::drop_gre,
                [](const Buffer& f) { return with_byte(f, 34, 0x60); }},
        Refused{"GreVersion", Verdict::drop_gre,
                [](const Buffer& f) { return with_byte(f, 35, 1); }},
        Refused{"GreChecksum", Verdict::drop_gre,
                [](const Buffer& f) { return with_byte(f, 34, 0xa0); }},
        Refused{"InnerProtocol", Verdict::drop_gre,
                [](const Buffer& f) { return with_byte(f, 37, 6); }},
        Refused{"NoGreHeader", Verdict::drop_gre,
                [](const Buffer& f) { return sum_again(with_byte(with_byte(f, 16, 0), 17, 27)); }},
        Refused{"OtherKey", Verdict::drop_unknown_data_path,
                [](const Buffer& f) { return with_byte(f, 41, f.at(41) ^ 0x55U); }},
        Refused{"OtherPeer", Verdict::drop_foreign_peer,
                [](const Buffer& f) { return sum_again(with_byte(f, 29, 77)); }}),
    refused_name);

TEST_F(Frame, OfAPeerIsForThatPeersFlowsOnly)
{
    rig_.links().core_peers[1].address = {0xc6336411};
    rig_.links().core_peers[1].port = kCorePort;
    rig_.links().core_peer_count = 2;
    ASSERT_TRUE(rig_.tables().add_flow(
        far_.ref, {.slot = 8, .gre_key = 0x888, .core_peer = 1, .cid = Cid::from_field(0x888)}));
    const auto from = [](std::uint32_t ip, std::uint32_t key) {
        return down(ipv4({ip}, kGatewayCore.ip, kGre, gre(key, inner_ipv4(40))));
    };
    const std::uint32_t key = far_.flows[0].gre_key;
    EXPECT_EQ(verdict_of(kCorePort, from(kCorePeer.ip.value, key)), Verdict::forwarded);
    EXPECT_EQ(verdict_of(kCorePort, from(0xc6336411, key)), Verdict::drop_foreign_peer);
    EXPECT_EQ(verdict_of(kCorePort, from(0xc6336411, 0x888)), Verdict::forwarded);
    EXPECT_EQ(verdict_of(kCorePort, from(kCorePeer.ip.value, 0x888)), Verdict::drop_foreign_peer);
}

// ARP and ICMP

Buffer arp(unsigned operation, const Host& sender, const Host& target)
{
    return join({hex("0001 0800 06 04"), be_bytes<2>(operation), sender.mac,
                 be_bytes<4>(sender.ip.value), target.mac, be_bytes<4>(target.ip.value)});
}

TEST_F(Frame, ArpRequestsForThePortAreAnswered)
{
    const Host unknown{{}, kGatewayAccess.ip};
    for (const MacAddress& to : {kBroadcast, kGatewayAccess.mac}) {
        const auto run =
            rig_.run(kAccessPort, ethernet(to, far_.host.mac, 0x0806, arp(1, far_.host, unknown)));
        ASSERT_EQ(run.verdicts(), (Verdicts{Verdict::answered}));
        EXPECT_EQ(run.sent(kAccessPort), (Frames{ethernet(far_.host.mac, kGatewayAccess.mac, 0x0806,
                                                          arp(2, kGatewayAccess, far_.host))}));
    }
    EXPECT_EQ(rig_.next_event(), nullptr);
}

TEST_F(Frame, OtherArpIsRefused)
{
    const auto request = [&](const Host& sender, const Host& target, const MacAddress& to) {
        return ethernet(to, far_.host.mac, 0x0806, arp(1, sender, target));
    };
    EXPECT_EQ(verdict_of(kAccessPort, request(far_.host, kGatewayCore, kBroadcast)),
              Verdict::drop_arp);
    EXPECT_EQ(
        verdict_of(kAccessPort, request({kBroadcast, far_.host.ip}, kGatewayAccess, kBroadcast)),
        Verdict::drop_arp);
    EXPECT_EQ(verdict_of(kAccessPort, request(far_.host, kGatewayAccess, kGatewayCore.mac)),
              Verdict::drop_not_for_us);
    const Buffer good = request(far_.host, kGatewayAccess, kBroadcast);
    EXPECT_EQ(verdict_of(kAccessPort, first(good, good.size() - 1)), Verdict::drop_arp);
    EXPECT_EQ(verdict_of(kAccessPort, with_byte(good, 21, 3)), Verdict::drop_arp);
}

TEST_F(Frame, ArpRepliesGoToTheControlThread)
{
    const Buffer packet = arp(2, kCorePeer, kGatewayCore);
    const Buffer frame = ethernet(kGatewayCore.mac, kCorePeer.mac, 0x0806, packet);
    EXPECT_EQ(verdict_of(kCorePort, frame), Verdict::punted);
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::arp);
    EXPECT_EQ(event->authenticity, Authenticity::none);
    EXPECT_EQ(event->port, kCorePort);
    EXPECT_FALSE(event->has_station);
    EXPECT_EQ(event->source.ip, kCorePeer.ip);
    EXPECT_EQ(event->source.mac, kCorePeer.mac);
    EXPECT_EQ((Buffer{event->message.begin(), event->message.begin() + event->length}), packet);
}

/// Anybody on the link can send any number of them; what stations say has to get through.
TEST_F(Frame, ArpRepliesDoNotFillTheQueueToTheControlThread)
{
    const Frames flood(
        1000, ethernet(kGatewayCore.mac, kCorePeer.mac, 0x0806, arp(2, kCorePeer, kGatewayCore)));
    const auto run = rig_.run(kCorePort, flood);
    EXPECT_EQ(run.count(Verdict::drop_event_queue_full), 0U);
    EXPECT_GT(run.count(Verdict::punted), 0U);
    EXPECT_EQ(run.count(Verdict::punted) + run.count(Verdict::drop_rate_limited), 1000U);
    EXPECT_EQ(rig_.drop_events(), run.count(Verdict::punted));
    rig_.advance(1'000'000'000);
    EXPECT_EQ(verdict_of(kCorePort, flood[0]), Verdict::punted);
}

TEST_F(Frame, EchoRequestsAreAnswered)
{
    const auto icmp = [](Buffer message) {
        const auto sum = be_bytes<2>(plain_checksum(message));
        message[2] = sum[0];
        message[3] = sum[1];
        return message;
    };
    const Buffer rest = join({hex("1234 0001"), pattern(56)});
    const Buffer request = icmp(join({hex("0800 0000"), rest}));
    const Buffer reply = icmp(join({hex("0000 0000"), rest}));
    const auto run = rig_.run(kCorePort, down(ipv4(kCorePeer.ip, kGatewayCore.ip, kIcmp, request)));
    ASSERT_EQ(run.verdicts(), (Verdicts{Verdict::answered}));
    EXPECT_EQ(run.sent(kCorePort),
              (Frames{ethernet(kCorePeer.mac, kGatewayCore.mac, 0x0800,
                               ipv4(kGatewayCore.ip, kCorePeer.ip, kIcmp, reply))}));
    EXPECT_EQ(verdict_of(kCorePort, down(ipv4(kCorePeer.ip, kGatewayCore.ip, kIcmp, reply))),
              Verdict::drop_icmp);
    EXPECT_EQ(verdict_of(kCorePort, down(ipv4(kCorePeer.ip, kGatewayCore.ip, kIcmp,
                                              with_byte(request, 9, 0xee)))),
              Verdict::drop_icmp);
    EXPECT_EQ(verdict_of(kAccessPort, up(ipv4(far_.host.ip, kGatewayAccess.ip, kIcmp, request))),
              Verdict::answered);
}

} // namespace
} // namespace aaigw::path
