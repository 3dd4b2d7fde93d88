// Stations, their names in both zones and their flows: what packets find, what is refused, and when places come free.
#include "tests/unit/sa/sa_testing.h"

#include <set>

namespace aaigw::sa {
namespace {

ManagementCids cids_of(std::uint16_t basic, std::uint16_t primary,
                       std::optional<std::uint16_t> secondary = {})
{
    ManagementCids cids{.basic = Cid::from_field(basic), .primary = Cid::from_field(primary)};
    if (secondary)
        cids.secondary = Cid::from_field(*secondary);
    return cids;
}

FlowSpec flow_of(std::uint8_t slot, std::uint32_t gre_key)
{
    return {.slot = slot, .gre_key = gre_key};
}

// Stations

TEST_F(Tables, StationIsFoundByItsNames)
{
    EXPECT_EQ(at_stid(9), -1);
    const auto ref = tables_.add_station(
        {.sector = kSector, .stid = Stid::from_field(9), .cids = cids_of(0x11, 0x12, 0x13)});
    ASSERT_TRUE(ref);
    EXPECT_EQ(at_stid(9), static_cast<int>(ref->index));
    EXPECT_EQ(at_stid(9, kSector + 1), -1);
    EXPECT_EQ(at_stid(10), -1);
    EXPECT_EQ(at_cid(0x11).use(), CidUse::basic);
    EXPECT_EQ(at_cid(0x12).use(), CidUse::primary);
    EXPECT_EQ(at_cid(0x13).use(), CidUse::secondary);
    for (std::uint16_t cid = 0x11; cid <= 0x13; ++cid) {
        EXPECT_TRUE(at_cid(cid).exists());
        EXPECT_EQ(at_cid(cid).station(), ref->index);
    }
    EXPECT_FALSE(at_cid(0x14).exists());

    const Station& station = tables_.station(ref->index);
    EXPECT_EQ(station.ref(), *ref);
    EXPECT_EQ(station.stid.load(), 9);
    EXPECT_EQ(station.basic_cid.load(), 0x11);
    EXPECT_EQ(station.sector, kSector);
    EXPECT_EQ(station.owner, kSector + 9);
    EXPECT_EQ(station.sends, LinkDirection::downlink);
    EXPECT_FALSE(station.address.known());
    ASSERT_NE(station.snapshot.load(), nullptr);
    EXPECT_EQ(snapshot(*ref).transmit[0], nullptr);
}

TEST_F(Tables, OwnerOfAStationWithoutStidFollowsFromItsBasicCid)
{
    const auto ref = tables_.add_station({.sector = kSector, .cids = cids_of(0x21, 0x22)});
    ASSERT_TRUE(ref);
    EXPECT_EQ(tables_.station(ref->index).owner, kSector + 0x21);
}

TEST_F(Tables, StationsThatCannotBeAreRefused)
{
    add(9);
    ASSERT_TRUE(tables_.add_station({.sector = kSector, .cids = cids_of(0x11, 0x12, 0x13)}));
    const std::array<StationSpec, 8> wrong{{
        {.sector = kSector},
        {.sector = kSector, .stid = Stid::from_field(0)},
        {.sector = kSector, .stid = Stid::from_field(9)},
        {.sector = kSector, .cids = cids_of(0x12, 0x30)},
        {.sector = kSector, .cids = cids_of(0x30, 0x30)},
        {.sector = kSector, .cids = cids_of(0x30, 0)},
        {.sector = kSector, .cids = cids_of(0x30, 0x31, 0x30)},
        {.sector = kSector, .stid = Stid::from_field(10), .cids = cids_of(0x30, 0x31, 0x13)},
    }};
    for (std::size_t i = 0; i < wrong.size(); ++i)
        EXPECT_EQ(code_of(tables_.add_station(wrong[i])), kRefused) << i;
    EXPECT_EQ(at_stid(10), -1);
    EXPECT_FALSE(at_cid(0x30).exists());
    EXPECT_EQ(tables_.stations().size(), 2U);
    // The same numbers in another sector are other stations'.
    EXPECT_TRUE(tables_.add_station(
        {.sector = kSector + 1, .stid = Stid::from_field(9), .cids = cids_of(0x11, 0x12)}));
}

TEST_F(Tables, PlacesAreLimitedAndComeFreeOnlyAfterTheGracePeriod)
{
    const StationRef first = add(1);
    for (std::uint16_t stid = 2; stid <= kLimits.stations; ++stid)
        add(stid);
    EXPECT_EQ(code_of(tables_.add_station({.sector = kSector, .stid = Stid::from_field(99)})),
              kNoRoom);
    ASSERT_TRUE(tables_.remove_station(first));
    EXPECT_EQ(at_stid(1), -1);
    EXPECT_EQ(tables_.station(first.index).snapshot.load(), nullptr);
    EXPECT_EQ(code_of(tables_.add_station({.sector = kSector, .stid = Stid::from_field(99)})),
              kNoRoom);
    reclaimer_.end_grace_period();
    const StationRef next = add(99);
    EXPECT_EQ(next.index, first.index);
    EXPECT_NE(next.generation, first.generation);
    EXPECT_EQ(tables_.station(next.index).ref(), next);
}

TEST_F(Tables, StationThatIsGoneIsRefusedEverywhere)
{
    const Key key = key_of(1);
    const StationRef ref = add();
    const ContextRef context = tables_.install_context(ref, context_of(key)).value();
    ASSERT_TRUE(tables_.remove_station(ref));
    reclaimer_.end_grace_period();
    const StationRef other = add(10); // in the same place
    ASSERT_EQ(other.index, ref.index);
    for (const StationRef gone : {ref, StationRef{.index = kLimits.stations, .generation = 1}}) {
        const ContextRef no_context{.station = gone, .context = context.context};
        EXPECT_EQ(code_of(tables_.remove_station(gone)), kRefused);
        EXPECT_EQ(code_of(tables_.set_stid(gone, Stid::from_field(11))), kRefused);
        EXPECT_EQ(code_of(tables_.set_cids(gone, cids_of(1, 2))), kRefused);
        EXPECT_EQ(code_of(tables_.add_flow(gone, flow_of(4, 1))), kRefused);
        EXPECT_EQ(code_of(tables_.remove_flow(gone, 4)), kRefused);
        EXPECT_EQ(code_of(tables_.install_context(gone, context_of(key))), kRefused);
        EXPECT_EQ(code_of(tables_.install_tek(no_context, 1, tek_of(key))), kRefused);
        EXPECT_EQ(code_of(tables_.switch_transmit(no_context, {})), kRefused);
        EXPECT_EQ(code_of(tables_.retire_tek(no_context, 1, kEks0)), kRefused);
        EXPECT_EQ(code_of(tables_.retire_context(no_context)), kRefused);
        EXPECT_EQ(code_of(tables_.raise_ceiling(no_context, 1, kEks0, 5)), kRefused);
        EXPECT_EQ(code_of(tables_.counters(gone)), kRefused);
        EXPECT_EQ(code_of(tables_.place_station(gone, {})), kRefused);
    }
    EXPECT_EQ(tables_.stations(), (std::vector<StationRef>{other}));
}

TEST_F(Tables, StationTakesEverythingWithIt)
{
    const Key key = key_of(1);
    const StationRef ref = add();
    ASSERT_TRUE(tables_.set_cids(ref, cids_of(0x11, 0x12, 0x13)));
    FlowSpec flow = flow_of(4, 0xabc);
    flow.cid = Cid::from_field(0x14);
    flow.header = pdu::HeaderKind::spmh;
    flow.max_packet = 700;
    ASSERT_TRUE(tables_.add_flow(ref, flow));
    const ContextRef context = tables_.install_context(ref, context_of(key)).value();
    const SendChoice choice{.said = 1, .eks = kEks0};
    ASSERT_TRUE(tables_.switch_transmit(context, {&choice, 1}));
    ASSERT_TRUE(tables_.place_station(ref, {.ip = {1}, .mac = {2, 2, 2, 2, 2, 2}}));

    ASSERT_TRUE(tables_.remove_station(ref));
    EXPECT_EQ(at_stid(9), -1);
    for (std::uint16_t cid = 0x11; cid <= 0x14; ++cid)
        EXPECT_FALSE(at_cid(cid).exists()) << cid;
    EXPECT_FALSE(tables_.gre().find(0xabc).exists());
    EXPECT_EQ(tables_.flow_count(), 0U);

    reclaimer_.end_grace_period();
    const StationRef next = add(10);
    ASSERT_EQ(next.index, ref.index);
    const Station& station = tables_.station(next.index);
    EXPECT_FALSE(station.flow(4).exists());
    EXPECT_EQ(station.spmh_fids.load(), 0);
    EXPECT_EQ(station.basic_cid.load(), 0);
    EXPECT_FALSE(station.address.known());
    EXPECT_EQ(tables_.counters(next).value().size(), 0U);
}

// Names

TEST_F(Tables, StidChangesAndGoes)
{
    const StationRef ref = add(9);
    add(10);
    EXPECT_TRUE(tables_.set_stid(ref, Stid::from_field(9)));
    EXPECT_EQ(code_of(tables_.set_stid(ref, Stid::from_field(10))), kRefused);
    EXPECT_EQ(at_stid(9), static_cast<int>(ref.index));
    ASSERT_TRUE(tables_.set_stid(ref, Stid::from_field(11)));
    EXPECT_EQ(at_stid(9), -1);
    EXPECT_EQ(at_stid(11), static_cast<int>(ref.index));
    EXPECT_EQ(tables_.station(ref.index).stid.load(), 11);
    ASSERT_TRUE(tables_.set_stid(ref, std::nullopt));
    EXPECT_EQ(at_stid(11), -1);
    EXPECT_EQ(tables_.station(ref.index).stid.load(), 0);
    EXPECT_TRUE(tables_.set_stid(ref, std::nullopt));
    EXPECT_TRUE(tables_.set_stid(ref, Stid::from_field(9)));
}

/// The secondary management CID is assigned when the others have been in use for a while (IEEE 802.16-2009 6.3.9).
TEST_F(Tables, CidsMayGrowKeepAndChange)
{
    const StationRef ref =
        tables_.add_station({.sector = kSector, .cids = cids_of(0x11, 0x12)}).value();
    const std::uint32_t basic = at_cid(0x11).bits();
    ASSERT_TRUE(tables_.set_cids(ref, cids_of(0x11, 0x12, 0x13)));
    EXPECT_EQ(at_cid(0x11).bits(), basic);
    EXPECT_EQ(at_cid(0x13).use(), CidUse::secondary);
    EXPECT_TRUE(tables_.set_cids(ref, cids_of(0x11, 0x12, 0x13)));

    // Exchanged, and one of them gone.
    ASSERT_TRUE(tables_.set_cids(ref, cids_of(0x13, 0x11)));
    EXPECT_EQ(at_cid(0x13).use(), CidUse::basic);
    EXPECT_EQ(at_cid(0x11).use(), CidUse::primary);
    EXPECT_FALSE(at_cid(0x12).exists());
    EXPECT_EQ(tables_.station(ref.index).basic_cid.load(), 0x13);

    ASSERT_TRUE(tables_.set_cids(ref, std::nullopt));
    EXPECT_FALSE(at_cid(0x11).exists());
    EXPECT_FALSE(at_cid(0x13).exists());
    EXPECT_EQ(tables_.station(ref.index).basic_cid.load(), 0);
}

TEST_F(Tables, CidsOfOthersAreRefusedAndNothingChanges)
{
    const StationRef ref =
        tables_.add_station({.sector = kSector, .cids = cids_of(0x11, 0x12)}).value();
    const StationRef other =
        tables_.add_station({.sector = kSector, .cids = cids_of(0x21, 0x22)}).value();
    FlowSpec flow = flow_of(4, 1);
    flow.cid = Cid::from_field(0x15);
    ASSERT_TRUE(tables_.add_flow(ref, flow));
    for (const auto& wrong : {cids_of(0x11, 0x22), cids_of(0x11, 0), cids_of(0x11, 0x11),
                              cids_of(0x11, 0x12, 0x21), cids_of(0x11, 0x12, 0x15)})
        EXPECT_EQ(code_of(tables_.set_cids(ref, wrong)), kRefused);
    EXPECT_EQ(at_cid(0x11).use(), CidUse::basic);
    EXPECT_EQ(at_cid(0x12).use(), CidUse::primary);
    EXPECT_EQ(at_cid(0x15).use(), CidUse::transport);
    EXPECT_EQ(at_cid(0x21).station(), other.index);
}

TEST_F(Tables, SideThatIsSentOnCannotBeTakenAway)
{
    const Key mzone_key = key_of(1);
    const Key lzone_key = key_of(2);
    const StationRef ref = add();
    const ContextRef mzone = tables_.install_context(ref, context_of(mzone_key)).value();
    ContextSpec spec = context_of(lzone_key);
    spec.zone = pdu::Zone::lzone;
    const ContextRef lzone = tables_.install_context(ref, spec).value();
    const SendChoice choice{.said = 1, .eks = kEks0};

    EXPECT_EQ(code_of(tables_.switch_transmit(lzone, {&choice, 1})), kRefused);
    ASSERT_TRUE(tables_.switch_transmit(mzone, {&choice, 1}));
    EXPECT_EQ(code_of(tables_.set_stid(ref, std::nullopt)), kRefused);
    EXPECT_TRUE(tables_.set_stid(ref, Stid::from_field(10)));
    ASSERT_TRUE(tables_.set_cids(ref, cids_of(0x11, 0x12)));
    ASSERT_TRUE(tables_.switch_transmit(lzone, {&choice, 1}));
    EXPECT_EQ(code_of(tables_.set_cids(ref, std::nullopt)), kRefused);
    EXPECT_TRUE(tables_.set_stid(ref, std::nullopt));
    EXPECT_EQ(code_of(tables_.switch_transmit(mzone, {&choice, 1})), kRefused);
    EXPECT_EQ(snapshot(ref).transmit_zone, pdu::Zone::lzone);
    // When nothing is sent any more, both may go.
    ASSERT_TRUE(tables_.retire_context(lzone));
    EXPECT_TRUE(tables_.set_cids(ref, std::nullopt));
}

// Flows

TEST_F(Tables, FlowIsFoundByDataPathSlotAndCid)
{
    const StationRef ref = add();
    FlowSpec spec = flow_of(5, 0xabcdef01);
    spec.core_peer = 3;
    spec.sa = 1;
    spec.cid = Cid::from_field(0x777);
    spec.header = pdu::HeaderKind::spmh;
    spec.crc = pdu::Crc::present;
    spec.max_packet = 1300;
    ASSERT_TRUE(tables_.add_flow(ref, spec));
    ASSERT_TRUE(tables_.add_flow(ref, flow_of(15, 0)));
    EXPECT_EQ(tables_.flow_count(), 2U);

    constexpr std::uint8_t kAll = kFlowExists | kFlowSecondSa | kFlowSpmh | kFlowCrc | kFlowLimited;
    const GreEntry entry = tables_.gre().find(0xabcdef01);
    EXPECT_EQ(entry.station(), ref.index);
    EXPECT_EQ(entry.slot(), 5);
    EXPECT_EQ(entry.flags(), kAll);
    const Station& station = tables_.station(ref.index);
    const FlowWord flow = station.flow(5);
    EXPECT_EQ(flow.gre_key(), 0xabcdef01U);
    EXPECT_EQ(flow.cid().value(), 0x777);
    EXPECT_EQ(flow.core_peer(), 3);
    EXPECT_EQ(flow.flags(), kAll);
    EXPECT_EQ(station.max_packet[5].load(), 1300);
    EXPECT_EQ(station.spmh_fids.load(), 1U << 5);
    EXPECT_EQ(at_cid(0x777).use(), CidUse::transport);
    EXPECT_EQ(at_cid(0x777).slot(), 5);
    EXPECT_EQ(at_cid(0x777).station(), ref.index);
    EXPECT_EQ(station.flow(15).flags(), kFlowExists);

    ASSERT_TRUE(tables_.remove_flow(ref, 5));
    EXPECT_FALSE(tables_.gre().find(0xabcdef01).exists());
    EXPECT_FALSE(station.flow(5).exists());
    EXPECT_EQ(station.spmh_fids.load(), 0);
    EXPECT_FALSE(at_cid(0x777).exists());
    EXPECT_TRUE(station.flow(15).exists());
    EXPECT_EQ(tables_.flow_count(), 1U);
    EXPECT_TRUE(tables_.add_flow(ref, spec));
}

TEST_F(Tables, FlowsThatCannotBeAreRefused)
{
    const StationRef ref = add(9);
    ASSERT_TRUE(tables_.set_cids(ref, cids_of(0x11, 0x12)));
    const StationRef other = add(10);
    ASSERT_TRUE(tables_.add_flow(ref, flow_of(4, 100)));
    FlowSpec second_sa = flow_of(6, 101);
    second_sa.sa = kSasPerStation;
    FlowSpec taken_cid = flow_of(6, 101);
    taken_cid.cid = Cid::from_field(0x11);
    FlowSpec zero_cid = flow_of(6, 101);
    zero_cid.cid = Cid::from_field(0);
    FlowSpec no_peer = flow_of(6, 101);
    no_peer.core_peer = static_cast<std::uint8_t>(kMaxCorePeers);
    for (const FlowSpec& wrong :
         {flow_of(0, 101), flow_of(2, 101), flow_of(16, 101), flow_of(255, 101), flow_of(4, 101),
          second_sa, taken_cid, zero_cid, no_peer})
        EXPECT_EQ(code_of(tables_.add_flow(ref, wrong)), kRefused) << int{wrong.slot};
    EXPECT_EQ(code_of(tables_.add_flow(other, flow_of(4, 100))), kRefused);
    EXPECT_EQ(code_of(tables_.remove_flow(ref, 5)), kRefused);
    EXPECT_EQ(code_of(tables_.remove_flow(ref, 16)), kRefused);
    EXPECT_EQ(tables_.gre().find(100).station(), ref.index);
    EXPECT_FALSE(tables_.gre().find(101).exists());
    EXPECT_FALSE(tables_.station(ref.index).flow(6).exists());
    EXPECT_EQ(tables_.flow_count(), 1U);
}

TEST_F(Tables, FlowsAreLimited)
{
    const StationRef ref = add();
    for (std::uint8_t i = 0; i < kLimits.flows; ++i)
        ASSERT_TRUE(tables_.add_flow(ref, flow_of(static_cast<std::uint8_t>(3 + i), 200U + i)));
    EXPECT_EQ(code_of(tables_.add_flow(ref, flow_of(12, 300))), kNoRoom);
    EXPECT_FALSE(tables_.station(ref.index).flow(12).exists());
    ASSERT_TRUE(tables_.remove_flow(ref, 3));
    EXPECT_TRUE(tables_.add_flow(ref, flow_of(12, 300)));
}

/// Data path ids that all begin their search in one place: more than a search looks at.
TEST(CrowdedTables, FlowThatFindsNoPlaceLeavesNothingBehind)
{
    doubles::ImmediateReclaimer reclaimer;
    KeyTables tables{{.stations = 8, .flows = 2 * GreTable::kMaxProbes},
                     [](std::uint8_t, std::uint16_t) { return std::uint8_t{0}; },
                     reclaimer,
                     *std::pmr::new_delete_resource()};
    std::vector<std::uint32_t> keys;
    for (std::uint32_t key = 0; keys.size() <= GreTable::kMaxProbes; ++key)
        if (tables.gre().place_of(key) == tables.gre().place_of(1))
            keys.push_back(key);
    std::optional<StationRef> ref;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto slot = static_cast<std::uint8_t>(3 + i % 13);
        if (slot == 3)
            ref = tables.add_station({.sector = 1, .stid = Stid::from_field(1 + i)}).value();
        FlowSpec flow = flow_of(slot, keys[i]);
        flow.cid = Cid::from_field(100 + i);
        flow.header = pdu::HeaderKind::spmh;
        const auto added = tables.add_flow(*ref, flow);
        if (i < GreTable::kMaxProbes) {
            ASSERT_TRUE(added) << i;
            continue;
        }
        EXPECT_EQ(code_of(added), kNoRoom);
        EXPECT_FALSE(tables.station(ref->index).flow(slot).exists());
        EXPECT_EQ(tables.station(ref->index).spmh_fids.load() >> slot & 1, 0);
        EXPECT_EQ(tables.cid_place(1, *flow.cid)->load(), 0U);
        EXPECT_EQ(tables.flow_count(), GreTable::kMaxProbes);
    }
}

// Addresses

TEST_F(Tables, AddressIsKeptWhole)
{
    const StationRef ref = add();
    const StationAddress address{
        .ip = {0xfffefdfc}, .udp_port = 0xfbfa, .port = 15, .mac = {0xf9, 1, 2, 3, 4, 0xf8}};
    ASSERT_TRUE(tables_.place_station(ref, address));
    EXPECT_TRUE(tables_.station(ref.index).address.known());
    EXPECT_EQ(tables_.station(ref.index).address.get(), address);
}

} // namespace
} // namespace aaigw::sa
