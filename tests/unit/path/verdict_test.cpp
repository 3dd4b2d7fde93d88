// The list of verdicts: names and fates, and that a packet can come to each of them.
#include "tests/unit/path/path_testing.h"

#include <functional>
#include <set>

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using doubles::kCorePeer;
using doubles::kGatewayAccess;
using doubles::kGatewayCore;
using doubles::must;
using pdu::Zone;

constexpr auto kAll = [] {
    std::array<Verdict, kVerdicts> all{};
    for (std::size_t i = 0; i < kVerdicts; ++i)
        all[i] = static_cast<Verdict>(i);
    return all;
}();

TEST(VerdictList, NamesAndSentencesAreThereAndDistinct)
{
    std::set<std::string_view> names;
    std::set<std::string_view> sentences;
    for (const Verdict verdict : kAll) {
        names.insert(name(verdict));
        sentences.insert(describe(verdict));
        EXPECT_FALSE(name(verdict).empty());
        EXPECT_FALSE(describe(verdict).empty());
    }
    EXPECT_EQ(names.size(), kVerdicts);
    EXPECT_EQ(sentences.size(), kVerdicts);
    EXPECT_EQ(name(Verdict::drop_icv), "drop_icv");
}

TEST(VerdictList, EveryDropIsDropped)
{
    for (const Verdict verdict : kAll) {
        const bool is_drop = name(verdict).starts_with("drop_");
        EXPECT_TRUE(!is_drop || fate(verdict) == Fate::drop) << name(verdict);
    }
    EXPECT_EQ(fate(Verdict::forwarded), Fate::send);
    EXPECT_EQ(fate(Verdict::answered), Fate::send);
    EXPECT_EQ(fate(Verdict::too_big_answered), Fate::send);
    EXPECT_EQ(fate(Verdict::handed_over), Fate::hand_over);
}

/// One station in a gateway of its own, and what may be done to it.
struct Scene {
    PathRig rig{{.owner_of = [](std::uint8_t, std::uint16_t station) {
        return static_cast<std::uint8_t>(station == 0x1ff ? 1 : 0);
    }}};
    FarStation far{7};

    Outcome up(const Buffer& pdu, Zone zone = Zone::mzone)
    {
        return rig.run(kAccessPort, far.frame(zone, pdu));
    }
    Outcome access(const Buffer& frame) { return rig.run(kAccessPort, frame); }
    Outcome core(const Buffer& frame) { return rig.run(kCorePort, frame); }
    [[nodiscard]] Buffer good(std::uint32_t index = 0) const
    {
        return far.mzone_pdu(index, inner_ipv4(60));
    }
    [[nodiscard]] Buffer good_frame() const { return far.frame(Zone::mzone, good()); }
    [[nodiscard]] Buffer good_downlink() const
    {
        return FarStation::core_frame(far.flows[0], inner_ipv4(60));
    }
    [[nodiscard]] Buffer arp(std::uint8_t operation) const
    {
        return ethernet(kGatewayAccess.mac, far.host.mac, 0x0806,
                        join({hex("0001 0800 06 04 00"), be_bytes<1>(operation), far.host.mac,
                              be_bytes<4>(far.host.ip.value), MacAddress{},
                              be_bytes<4>(kGatewayAccess.ip.value)}));
    }
    /// Sends with these limits from now on.
    void limit(const sa::PnLimits& limits)
    {
        const FarTek tek{.key = key_of(4000), .eks = Eks::from_field(3)};
        sa::ContextSpec spec = doubles::context_of(Zone::mzone, tek);
        spec.sas[0].teks[0].send = limits;
        must(rig.tables().retire_context(far.lzone_context));
        const auto context = rig.tables().install_context(far.ref, spec).value();
        const sa::SendChoice choice{.said = 1, .eks = tek.eks};
        must(rig.tables().switch_transmit(context, {&choice, 1}));
    }
    void fill_event_queue()
    {
        while (rig.events().claim() != nullptr)
            rig.events().publish();
    }
};

Buffer changed(Buffer bytes, std::size_t at, unsigned flip)
{
    bytes.at(at) ^= static_cast<std::uint8_t>(flip);
    return bytes;
}

/// The shortest way to a verdict.
using Plays = std::vector<std::pair<Verdict, std::function<Outcome(Scene&)>>>;

Plays plays_of_frames()
{
    return {
        {Verdict::forwarded, [](Scene& s) { return s.up(s.good()); }},
        {Verdict::answered, [](Scene& s) { return s.access(s.arp(1)); }},
        {Verdict::too_big_answered,
         [](Scene& s) { return s.core(FarStation::core_frame(s.far.flows[0], inner_ipv4(1450))); }},
        {Verdict::punted, [](Scene& s) { return s.access(s.arp(2)); }},
        {Verdict::handed_over,
         [](Scene& s) {
             FarStation other{0xff};
             other.add_to(s.rig);
             auto outcome = s.access(other.frame(Zone::mzone, other.mzone_pdu(0, inner_ipv4(60))));
             s.rig.give_back(outcome.handed_over);
             return outcome;
         }},
        {Verdict::signaling, [](Scene& s) { return s.up(hex("2a20")); }},
        {Verdict::drop_runt, [](Scene& s) { return s.access(hex("00")); }},
        {Verdict::drop_not_for_us,
         [](Scene& s) { return s.access(changed(s.good_frame(), 5, 8)); }},
        {Verdict::drop_protocol, [](Scene& s) { return s.access(changed(s.good_frame(), 12, 8)); }},
        {Verdict::drop_ip_header,
         [](Scene& s) { return s.access(changed(s.good_frame(), 24, 8)); }},
        {Verdict::drop_ip_fragment,
         [](Scene& s) { return s.access(changed(changed(s.good_frame(), 20, 0x20), 24, 0x20)); }},
        {Verdict::drop_udp, [](Scene& s) { return s.access(changed(s.good_frame(), 38, 0x80)); }},
        {Verdict::drop_arp, [](Scene& s) { return s.access(s.arp(3)); }},
        {Verdict::drop_icmp,
         [](Scene& s) {
             return s.access(
                 ethernet(kGatewayAccess.mac, s.far.host.mac, 0x0800,
                          ipv4(s.far.host.ip, kGatewayAccess.ip, 1, hex("0000ffff 00000000"))));
         }},
        {Verdict::drop_gre, [](Scene& s) { return s.core(changed(s.good_downlink(), 34, 0x20)); }},
        {Verdict::drop_gsmtap, [](Scene& s) { return s.access(changed(s.good_frame(), 42, 1)); }},
        {Verdict::drop_direction,
         [](Scene& s) { return s.access(changed(s.good_frame(), 46, 0x40)); }},
    };
}

Plays plays_of_uplink()
{
    return {
        {Verdict::drop_pdu, [](Scene& s) { return s.up(hex("4001")); }},
        {Verdict::drop_clear_data,
         [](Scene& s) { return s.up(clear_lzone(s.far.flows[0].cid, hex("00")), Zone::lzone); }},
        {Verdict::drop_unknown_data_path,
         [](Scene& s) { return s.core(changed(s.good_downlink(), 41, 1)); }},
        {Verdict::drop_foreign_peer,
         [](Scene& s) {
             return s.core(ethernet(kGatewayCore.mac, kCorePeer.mac, 0x0800,
                                    ipv4({0x01020304}, kGatewayCore.ip, 47,
                                         gre(s.far.flows[0].gre_key, inner_ipv4(60)))));
         }},
        {Verdict::drop_unknown_station,
         [](Scene& s) { return s.access(changed(s.good_frame(), 47, 0x40)); }},
        {Verdict::drop_unknown_flow, [](Scene& s) { return s.up(changed(s.good(), 0, 0x10)); }},
        {Verdict::drop_no_key, [](Scene& s) { return s.up(changed(s.good(), 2, 0x80)); }},
        {Verdict::drop_wrong_half, [](Scene& s) { return s.up(changed(s.good(), 2, 0x20)); }},
        {Verdict::drop_replay,
         [](Scene& s) {
             s.up(s.good());
             return s.up(s.good());
         }},
        {Verdict::drop_pn_jump,
         [](Scene& s) {
             must(s.rig.tables().retire_context(s.far.lzone_context));
             const FarTek tek{
                 .key = key_of(77), .eks = Eks::from_field(2), .protection = pdu::Protection::ctr};
             s.rig.tables()
                 .install_context(s.far.ref, doubles::context_of(Zone::mzone, tek))
                 .value();
             s.far.mzone = tek;
             return s.up(s.good(1000));
         }},
        {Verdict::drop_icv, [](Scene& s) { return s.up(changed(s.good(), 20, 1)); }},
        {Verdict::drop_sa_halted,
         [](Scene& s) {
             const Frames forged(sa::kIcvFailuresHard,
                                 s.far.frame(Zone::mzone, changed(s.good(), 20, 1)));
             s.rig.run(kAccessPort, forged);
             return s.up(s.good());
         }},
    };
}

Plays plays_of_queues_and_sending()
{
    return {
        {Verdict::drop_pn_exhausted,
         [](Scene& s) {
             s.limit({.first = 5, .soft = 5, .hard = 5, .ceiling = 5});
             s.core(s.good_downlink());
             return s.core(s.good_downlink());
         }},
        {Verdict::drop_pn_ceiling,
         [](Scene& s) {
             s.limit({.first = 5, .soft = 9, .hard = 9, .ceiling = 4});
             return s.core(s.good_downlink());
         }},
        {Verdict::drop_cmac,
         [](Scene& s) {
             Buffer pdu = sign_mzone(s.far.mzone_cmac, s.far.stid, 1, hex("8001"));
             return s.up(changed(pdu, pdu.size() - 1, 1));
         }},
        {Verdict::drop_cmac_replay,
         [](Scene& s) { return s.up(sign_mzone(s.far.mzone_cmac, s.far.stid, 0, hex("8001"))); }},
        {Verdict::drop_rate_limited,
         [](Scene& s) {
             const Buffer frame =
                 s.far.frame(Zone::mzone, clear_mzone(Fid::from_field(0), hex("01")));
             s.rig.run(kAccessPort, Frames(150, frame));
             return s.access(frame);
         }},
        {Verdict::drop_inner_packet, [](Scene& s) { return s.up(s.far.mzone_pdu(0, hex("00"))); }},
        {Verdict::drop_too_big,
         [](Scene& s) { return s.core(FarStation::core_frame(s.far.flows[0], pattern(1450))); }},
        {Verdict::drop_no_address,
         [](Scene& s) {
             must(s.rig.tables().place_station(s.far.ref, {}));
             return s.core(s.good_downlink());
         }},
        {Verdict::drop_no_buffer,
         [](Scene& s) {
             s.rig.packets().set_most(0);
             return s.up(join({s.good(0), s.good(1)}));
         }},
        {Verdict::drop_event_queue_full,
         [](Scene& s) {
             s.fill_event_queue();
             return s.access(s.arp(2));
         }},
    };
}

TEST(VerdictList, EachIsReached)
{
    // The worker gives these, when a queue or a port takes no more.
    std::set<Verdict> reached{Verdict::drop_handover_full, Verdict::drop_tx_full};
    for (const Plays& plays : {plays_of_frames(), plays_of_uplink(), plays_of_queues_and_sending()})
        for (const auto& [verdict, play] : plays) {
            Scene scene;
            scene.far.add_to(scene.rig);
            const auto outcome = play(scene);
            EXPECT_GE(outcome.count(verdict), 1U) << name(verdict);
            EXPECT_TRUE(reached.insert(verdict).second) << name(verdict);
        }
    for (const Verdict verdict : kAll)
        EXPECT_TRUE(reached.contains(verdict)) << name(verdict) << " has no play";
}

} // namespace
} // namespace aaigw::path
