// For all traffic and all changes of keys under it: nothing is lost, repeated or reordered, and what is forged moves
// nothing. Two gateways back to back: one protects what the other one opens, and the other way round.
#include "tests/doubles/traffic.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <tuple>

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using doubles::FarFlow;
using doubles::FarStation;
using doubles::kAccessPort;
using doubles::kCorePort;
using doubles::kGatewayAccess;
using doubles::must;
using doubles::Outcome;
using doubles::PathRig;
using doubles::Traffic;
using pdu::Zone;

constexpr std::size_t kStations = 3;
constexpr std::size_t kFlows = 3;
constexpr std::size_t kFrontBytes = 14 + 20 + 8; ///< Ethernet, IPv4 and GRE of a frame to the core

/// Two gateways that are each other's only neighbour: what one sends on its access port is for the other's.
struct Ends {
    PathRig abs{{.limits = {.notices_per_s = 1}}};
    PathRig relay{{.receives = LinkDirection::downlink}};
    std::vector<FarStation> below; ///< as the ABS knows them
    std::vector<FarStation> above; ///< as the relay knows them

    explicit Ends(Zone zone)
    {
        for (std::uint16_t number = 0; number < kStations; ++number) {
            FarStation station{number};
            station.host = kGatewayAccess;
            station.flows.clear();
            for (std::uint8_t slot = 4; slot < 4 + kFlows; ++slot) {
                const auto id = static_cast<std::uint16_t>(0x4000 + 16 * number + slot);
                station.flows.push_back({.slot = slot, .gre_key = id, .cid = Cid::from_field(id)});
            }
            below.push_back(station);
            below.back().add_to(abs, zone);
            station.sends = LinkDirection::downlink;
            above.push_back(station);
            above.back().add_to(relay, zone);
            for (auto* const side : {&below.back(), &above.back()}) {
                sa::KeyTables& tables = (side == &below.back() ? abs : relay).tables();
                must(tables.retire_context(zone == Zone::mzone ? side->lzone_context
                                                               : side->mzone_context));
            }
        }
    }
};

/// The keys of one station at both ends, which change as two control planes would change them.
class Rollover {
  public:
    Rollover(Ends& ends, std::size_t station, Zone zone)
        : ends_{ends}, station_{station}, zone_{zone}
    {
        const bool in_mzone = zone == Zone::mzone;
        const FarStation& below = ends.below[station];
        const FarStation& above = ends.above[station];
        active_ = {in_mzone ? below.mzone_context : below.lzone_context,
                   in_mzone ? above.mzone_context : above.lzone_context};
    }

    /// One step of installing, switching and retiring: each end may be the first to send under the new keys, but only
    /// when both receive under them, and the old ones end when nobody sends under them.
    void step(Dice& dice)
    {
        if (!pending_) {
            install(dice);
        } else if (!switched_[0] || !switched_[1]) {
            const std::size_t end = switched_[0] ? 1 : switched_[1] ? 0 : dice.below(2);
            const sa::SendChoice choice{.said = 1, .eks = eks_};
            must(tables(end).switch_transmit((*pending_)[end], {&choice, 1}));
            switched_[end] = true;
        } else {
            for (const std::size_t end : {0U, 1U})
                must(tables(end).retire_context(active_[end]));
            active_ = *std::exchange(pending_, std::nullopt);
            switched_ = {};
        }
    }

    [[nodiscard]] bool retires_next() const { return pending_ && switched_[0] && switched_[1]; }

  private:
    using Contexts = std::array<sa::ContextRef, 2>;

    sa::KeyTables& tables(std::size_t end) { return (end == 0 ? ends_.abs : ends_.relay).tables(); }

    void install(Dice& dice)
    {
        eks_ = Eks::from_field(dice.below(4)); // often that of the context before
        const FarTek tek{.key = key_of(dice.u64()), .eks = eks_};
        Contexts next{};
        for (const std::size_t end : {0U, 1U}) {
            const auto ref = (end == 0 ? ends_.below : ends_.above)[station_].ref;
            const auto sends = end == 0 ? LinkDirection::downlink : LinkDirection::uplink;
            next[end] = tables(end)
                            .install_context(ref, doubles::context_of(zone_, tek, nullptr, sends))
                            .value();
        }
        pending_ = next;
    }

    Ends& ends_;
    std::size_t station_;
    Zone zone_;
    Eks eks_;
    Contexts active_{};
    std::optional<Contexts> pending_;
    std::array<bool, 2> switched_{};
};

/// Packets that were sent on a flow and have not come out yet, in their order.
using Expected = std::map<std::uint32_t, std::vector<Buffer>>;

/// Takes the packets of `frames`, which go to the core, off the front of their flows.
void take_off(Expected& expected, const std::vector<Buffer>& frames)
{
    for (const Buffer& frame : frames) {
        const auto key = static_cast<std::uint32_t>(load_be(Bytes{frame}.subspan<38, 4>()));
        std::vector<Buffer>& flow = expected[key];
        RC_ASSERT(!flow.empty());
        RC_ASSERT(Buffer(frame.begin() + kFrontBytes, frame.end()) == flow.front());
        flow.erase(flow.begin());
    }
}

/// The two gateways and what is on its way: on the link between them, and from each one's core to the other one's.
class Wires {
  public:
    explicit Wires(Ends& ends) : ends_{ends} {}

    /// One of the gateways gets packets from its core, or what is on the link to it.
    void step(Dice& dice)
    {
        const std::size_t end = dice.below(2);
        const bool flush = dice.one_in(2);
        if (dice.one_in(2))
            go(end, kAccessPort, std::exchange(link_to_[end], {}), flush);
        else
            go(end, kCorePort, packets_of_core(dice, end), flush);
    }

    /// Until nothing is on its way any more.
    void settle()
    {
        for (int i = 0; i < 2; ++i)
            for (const std::size_t end : {0U, 1U})
                go(end, kAccessPort, std::exchange(link_to_[end], {}), true);
        for (const auto& flows : expected_at_)
            for (const auto& [key, packets] : flows)
                RC_ASSERT(packets.empty());
    }

  private:
    [[nodiscard]] PathRig& rig(std::size_t end) { return end == 0 ? ends_.abs : ends_.relay; }

    std::vector<Buffer> packets_of_core(Dice& dice, std::size_t end)
    {
        std::vector<Buffer> in;
        for (std::uint32_t count = dice.between(1, 60); count > 0; --count) {
            auto& station = dice.one_of(end == 0 ? ends_.below : ends_.above);
            const FarFlow& flow = dice.one_of(station.flows);
            const Buffer inner = inner_ipv4(dice.between(20, 600), dice.u8());
            in.push_back(FarStation::core_frame(flow, inner));
            expected_at_[1 - end][flow.gre_key].push_back(inner);
        }
        return in;
    }
    void go(std::size_t end, std::uint8_t port, const std::vector<Buffer>& frames, bool flush)
    {
        const Outcome outcome =
            flush ? rig(end).run(port, frames) : rig(end).run_without_flush(port, frames);
        for (Buffer& frame : outcome.sent(kAccessPort))
            link_to_[1 - end].push_back(std::move(frame));
        take_off(expected_at_[end], outcome.sent(kCorePort));
    }

    Ends& ends_;
    std::array<std::vector<Buffer>, 2> link_to_{};
    std::array<Expected, 2> expected_at_{};
};

void check_key_changes(Zone zone, std::uint64_t seed)
{
    Dice dice{seed};
    Ends ends{zone};
    std::vector<Rollover> keys;
    for (std::size_t i = 0; i < kStations; ++i)
        keys.emplace_back(ends, i, zone);
    Wires wires{ends};
    for (int round = 0; round < 50; ++round) {
        wires.step(dice);
        wires.step(dice);
        if (dice.one_in(3)) {
            Rollover& one = dice.one_of(keys);
            // An old key ends only when all that it protected is there.
            if (one.retires_next())
                wires.settle();
            one.step(dice);
        }
        if (dice.one_in(4)) {
            ends.abs.reclaimer().end_grace_period();
            ends.relay.reclaimer().end_grace_period();
        }
        ends.abs.drop_events();
        ends.relay.drop_events();
    }
    wires.settle();
    const std::uint64_t sent = ends.abs.stats().pdus_protected.value();
    RC_ASSERT(ends.relay.stats().pdus_opened.value() == sent);
    RC_ASSERT(ends.relay.stats().verdicts[static_cast<std::size_t>(Verdict::drop_replay)].value() ==
              0);
    RC_ASSERT(ends.relay.stats().verdicts[static_cast<std::size_t>(Verdict::drop_icv)].value() ==
              0);
}

RC_GTEST_PROP(Path, LosesNothingWhileKeysChangeInTheMzone, (std::uint64_t seed))
{
    check_key_changes(Zone::mzone, seed);
}

RC_GTEST_PROP(Path, LosesNothingWhileKeysChangeInTheLzone, (std::uint64_t seed))
{
    check_key_changes(Zone::lzone, seed);
}

/// Everything that packets can change in a gateway, without what merely counts.
std::vector<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>>
state_of(PathRig& rig, const std::vector<FarStation>& stations)
{
    std::vector<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>> state;
    for (const FarStation& far : stations) {
        const sa::Station& station = rig.station(far.ref);
        state.emplace_back(station.address.ip_bits(), station.address.mac_bits(), 0, 0);
        const auto teks = rig.tables().counters(far.ref).value();
        for (const sa::TekCounters& tek : teks)
            state.emplace_back(tek.next_pn, tek.highest_pn, tek.received_packets, tek.sent_bytes);
        for (const auto& zone : station.snapshot.load()->cmac)
            for (const sa::CmacRx* const key : zone)
                if (key != nullptr)
                    state.emplace_back(key->last_pn.value(), key->accepted.value(), 0, 0);
    }
    return state;
}

/// What a frame made a gateway give on: packets to the core and verified messages to the control thread.
struct Given {
    std::vector<Buffer> packets;
    std::vector<Buffer> messages;

    [[nodiscard]] bool nothing() const { return packets.empty() && messages.empty(); }
};

Given give(PathRig& rig, const PathRig::Arrival& frame)
{
    Given given;
    given.packets = rig.run(frame.port, frame.frame).sent(kCorePort);
    while (const auto event = rig.next_event()) {
        if (event->kind != EventKind::control_pdu || event->authenticity != Authenticity::verified)
            continue;
        const Bytes message = Bytes{event->message}.first(event->length);
        // What is in front of the AK's number in a tuple means nothing and is not signed.
        const std::size_t ak_number_at = event->zone == Zone::mzone ? 12 : 13; // from the end
        Buffer& kept = given.messages.emplace_back(message.begin(), message.end());
        if (kept.size() >= ak_number_at)
            kept[kept.size() - ak_number_at] &= 0x0f;
    }
    return given;
}

/// One bit of a frame that would be accepted is turned over. Either the bit says nothing, as in a field that is ignored,
/// and the very same comes out; or nothing comes out, and nothing has moved.
RC_GTEST_PROP(Path, IsNotMovedByFlippedBits, (std::uint64_t seed))
{
    PathRig rig;
    PathRig untouched;
    Traffic traffic{seed};
    traffic.add_to(rig);
    Traffic{seed}.add_to(untouched);
    // Without an ICV a changed PDU cannot be told from a right one.
    const FarStation& without_icv = traffic.stations()[Traffic::kWithoutIcv];
    for (PathRig* const one : {&rig, &untouched})
        must(one->tables().retire_context(without_icv.mzone_context));
    Dice& dice = traffic.dice();
    for (int i = 0; i < 20; ++i) {
        const PathRig::Arrival good = traffic.authenticated();
        if (good.frame.at(11) == without_icv.host.mac[5])
            continue;
        PathRig::Arrival bad = good;
        const auto bit = dice.below(static_cast<std::uint32_t>(8 * bad.frame.size()));
        bad.frame[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
        const auto before = state_of(rig, traffic.stations());
        const Given of_bad = give(rig, bad);
        const bool is_through = state_of(rig, traffic.stations()) != before;
        RC_ASSERT(is_through == !of_bad.nothing());
        // The right one now does the same as the changed one did, or, if that was ignored, is a replay.
        const Given of_good = give(rig, good);
        const Given expected = give(untouched, good);
        RC_ASSERT(!expected.nothing());
        RC_ASSERT((is_through ? of_bad : of_good).packets == expected.packets);
        RC_ASSERT((is_through ? of_bad : of_good).messages == expected.messages);
        RC_ASSERT(!is_through || of_good.nothing());
    }
}

/// No two frames that a gateway sends have the same key and PN, whatever the order of changes.
RC_GTEST_PROP(Path, NeverUsesAPnTwice, (std::uint64_t seed))
{
    Dice dice{seed};
    PathRig rig;
    FarStation far{7};
    far.add_to(rig);
    sa::KeyTables& tables = rig.tables();
    must(tables.retire_context(far.lzone_context));
    struct Tek {
        sa::ContextRef context;
        FarTek tek;
    };
    std::vector<Tek> teks{{far.mzone_context, far.mzone}};
    std::size_t active = 0;
    std::set<std::pair<std::size_t, std::uint32_t>> used;
    std::size_t sent = 0;
    const auto switch_to = [&](std::size_t index) {
        const sa::SendChoice choice{.said = 1, .eks = teks[index].tek.eks};
        if (tables.switch_transmit(teks[index].context, {&choice, 1}))
            active = index;
    };
    for (int step = 0; step < 60; ++step) {
        switch (dice.below(5)) {
        case 0: { // a further TEK, which may be an old one once more
            FarTek tek{.key = key_of(dice.below(20)), .eks = Eks::from_field(dice.below(4))};
            if (tables.install_tek(
                    teks[active].context, 1,
                    {.eks = tek.eks,
                     .key = tek.key,
                     .send = doubles::all_pns(Zone::mzone, LinkDirection::downlink)}))
                teks.push_back({teks[active].context, tek});
            break;
        }
        case 1: {
            FarTek tek{.key = key_of(dice.below(20)), .eks = Eks::from_field(dice.below(4))};
            if (const auto context =
                    tables.install_context(far.ref, doubles::context_of(Zone::mzone, tek)))
                teks.push_back({*context, tek});
            break;
        }
        case 2:
            switch_to(dice.below(static_cast<std::uint32_t>(teks.size())));
            break;
        case 3: {
            const Tek& old = dice.one_of(teks);
            static_cast<void>(dice.one_in(2) ? tables.retire_tek(old.context, 1, old.tek.eks)
                                             : tables.retire_context(old.context));
            break;
        }
        default: {
            const std::vector<Buffer> in(dice.between(1, 5),
                                         FarStation::core_frame(far.flows[0], inner_ipv4(60)));
            for (const Buffer& frame : rig.run(kCorePort, in).sent(kAccessPort)) {
                const Bytes pdu = Bytes{frame}.subspan(58);
                bool is_opened = false;
                for (std::size_t i = 0; i < teks.size() && !is_opened; ++i)
                    if (const auto opened = open_mzone(teks[i].tek, far.stid, pdu)) {
                        // Keys that are equal are one key.
                        std::size_t first = 0;
                        while (teks[first].tek.key != teks[i].tek.key)
                            ++first;
                        RC_ASSERT(used.insert({first, opened->parts.pn}).second);
                        is_opened = true;
                    }
                RC_ASSERT(is_opened);
                ++sent;
            }
            break;
        }
        }
    }
    RC_ASSERT(used.size() == sent);
}

} // namespace
} // namespace aaigw::path
