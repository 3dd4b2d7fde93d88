// What is refused of what stations send, and that nothing but counters moves before an ICV has matched.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using pdu::Zone;

Buffer flipped(Buffer bytes, std::size_t at_from_end, unsigned bit = 0)
{
    bytes.at(bytes.size() - 1 - at_from_end) ^= static_cast<std::uint8_t>(1U << bit);
    return bytes;
}

class Opening : public testing::TestWithParam<Zone> {
  protected:
    Opening() { far_.add_to(rig_, zone()); }

    [[nodiscard]] static Zone zone() { return GetParam(); }
    [[nodiscard]] Buffer pdu(std::uint32_t index) const
    {
        return far_.pdu(zone(), index, inner_ipv4(60));
    }
    Verdicts verdicts_of(const Frames& pdus)
    {
        Frames frames;
        for (const Buffer& one : pdus)
            frames.push_back(far_.frame(zone(), one));
        return rig_.run(kAccessPort, frames).verdicts();
    }
    Verdict verdict_of(const Buffer& pdu)
    {
        const auto run = rig_.run(kAccessPort, far_.frame(zone(), pdu));
        return run.ended.empty() ? Verdict::drop_tx_full : run.ended[0].verdict;
    }
    [[nodiscard]] sa::TekCounters counters() { return far_.counters_in(rig_, zone()); }

    PathRig rig_;
    FarStation far_{7};
};

INSTANTIATE_TEST_SUITE_P(Zones, Opening, testing::Values(Zone::mzone, Zone::lzone), zone_name);

TEST_P(Opening, EachPnIsAcceptedOnce)
{
    EXPECT_EQ(verdicts_of({pdu(0), pdu(1), pdu(0)}),
              (Verdicts{Verdict::forwarded, Verdict::forwarded, Verdict::drop_replay}));
    EXPECT_EQ(verdict_of(pdu(1)), Verdict::drop_replay);
    EXPECT_EQ(counters().replays, 2U);
    EXPECT_EQ(verdict_of(pdu(300)), Verdict::forwarded);
    EXPECT_EQ(verdict_of(pdu(300 - sa::kDefaultWindow)), Verdict::drop_replay);
    EXPECT_EQ(verdict_of(pdu(300 - sa::kDefaultWindow + 1)), Verdict::forwarded);
    EXPECT_EQ(counters().received_packets, 4U);
}

/// Both pass the look before the cryptography; only one may pass the one after it.
TEST_P(Opening, TwoCopiesInOneBatchAreToldApart)
{
    EXPECT_EQ(verdicts_of(Frames(5, pdu(3))),
              (Verdicts{Verdict::forwarded, Verdict::drop_replay, Verdict::drop_replay,
                        Verdict::drop_replay, Verdict::drop_replay}));
    EXPECT_EQ(counters().received_packets, 1U);
    EXPECT_EQ(counters().replays, 4U);
}

TEST_P(Opening, ForgeryFarAheadDoesNotShutOutTheStation)
{
    ASSERT_EQ(verdict_of(pdu(0)), Verdict::forwarded);
    const auto before = counters();
    for (const std::uint32_t ahead : {1U, 100U, 1000U, 100'000U}) {
        EXPECT_EQ(verdict_of(flipped(pdu(ahead), 20)), Verdict::drop_icv);
        EXPECT_EQ(verdict_of(flipped(pdu(ahead), zone() == Zone::mzone ? 0 : 3)),
                  Verdict::drop_icv);
    }
    EXPECT_EQ(counters().highest_pn, before.highest_pn);
    EXPECT_EQ(counters().received_packets, 1U);
    EXPECT_EQ(counters().icv_failures, 8U);
    EXPECT_EQ(verdict_of(pdu(1)), Verdict::forwarded);
    // The same number, once forged and once not, in one batch.
    EXPECT_EQ(verdicts_of({flipped(pdu(2), 20), pdu(2), flipped(pdu(2), 20)}),
              (Verdicts{Verdict::drop_icv, Verdict::forwarded, Verdict::drop_icv}));
}

TEST_P(Opening, PnsOfTheOtherDirectionAndTheZeroOfTheHalfAreRefused)
{
    FarStation mirror = far_;
    mirror.sends = LinkDirection::downlink;
    const Buffer wrong_half = mirror.pdu(zone(), 5, inner_ipv4(60));
    EXPECT_EQ(verdict_of(wrong_half), Verdict::drop_wrong_half);
    EXPECT_EQ(verdict_of(pdu(0xffffffff)), Verdict::drop_replay); // the one before the first
    EXPECT_EQ(counters().received_packets, 0U);
    EXPECT_EQ(counters().icv_failures, 0U);
}

TEST_P(Opening, PdusThatAreTooShortAreRefused)
{
    const Buffer good = pdu(0);
    const std::size_t header = zone() == Zone::mzone ? 2 : 6;
    for (const std::size_t size : {header, header + 2, header + 3, header + 7, header + 10}) {
        Buffer bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        if (zone() == Zone::mzone) {
            bytes[1] = static_cast<std::uint8_t>(size);
        } else {
            const auto gmh = pdu::build_generic_header({.encrypted = true,
                                                        .eks = far_.lzone.eks,
                                                        .length = static_cast<std::uint16_t>(size),
                                                        .cid = far_.flows[0].cid});
            std::copy(gmh.begin(), gmh.end(), bytes.begin());
        }
        EXPECT_EQ(verdict_of(bytes), Verdict::drop_pdu) << size;
    }
    EXPECT_EQ(counters().icv_failures, 0U);
}

TEST_P(Opening, UnknownKeysAreRefusedAndTold)
{
    FarTek& tek = zone() == Zone::mzone ? far_.mzone : far_.lzone;
    tek.eks = Eks::from_field(3);
    EXPECT_EQ(verdict_of(pdu(9)), Verdict::drop_no_key);
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::unknown_key);
    EXPECT_EQ(event->zone, zone());
    EXPECT_TRUE(event->has_station);
    EXPECT_EQ(event->station, far_.ref);
    EXPECT_EQ(event->number, far_.pn(zone(), 9));
    EXPECT_EQ(event->sector, far_.sector);
    EXPECT_EQ(event->source.ip, far_.host.ip);
    // Not more often than it is worth.
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(verdict_of(pdu(9)), Verdict::drop_no_key);
    EXPECT_LT(rig_.drop_events(), 50U);
}

TEST_P(Opening, UnknownStationsAreRefusedAndTold)
{
    const FarStation stranger{55};
    const auto run =
        rig_.run(kAccessPort, stranger.frame(zone(), stranger.pdu(zone(), 0, inner_ipv4(60))));
    EXPECT_EQ(run.verdicts(), (Verdicts{Verdict::drop_unknown_station}));
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::unknown_station);
    EXPECT_EQ(event->zone, zone());
    EXPECT_FALSE(event->has_station);
    EXPECT_EQ(event->number, 0U);
    EXPECT_EQ(event->connection,
              zone() == Zone::mzone ? stranger.stid.value() : stranger.flows[0].cid.value());
    EXPECT_EQ(event->source.mac, stranger.host.mac);
}

// Events of a TEK

TEST_P(Opening, FirstUseIsToldOnce)
{
    ASSERT_EQ(verdict_of(flipped(pdu(0), 20)), Verdict::drop_icv);
    EXPECT_EQ(rig_.next_event(), nullptr);
    ASSERT_EQ(verdict_of(pdu(4)), Verdict::forwarded);
    ASSERT_EQ(verdict_of(pdu(5)), Verdict::forwarded);
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::first_use);
    EXPECT_EQ(event->zone, zone());
    EXPECT_EQ(event->station, far_.ref);
    EXPECT_EQ(event->tek, counters().tek);
    EXPECT_EQ(event->number, far_.pn(zone(), 4));
    EXPECT_EQ(rig_.next_event(), nullptr);
}

TEST_P(Opening, FirstUseIsToldAgainWhenTheQueueWasFull)
{
    while (rig_.events().claim() != nullptr)
        rig_.events().publish();
    ASSERT_EQ(verdict_of(pdu(0)), Verdict::forwarded);
    EXPECT_EQ(rig_.stats().events_lost.value(), 1U);
    rig_.drop_events();
    ASSERT_EQ(verdict_of(pdu(1)), Verdict::forwarded);
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::first_use);
    EXPECT_EQ(event->number, far_.pn(zone(), 1));
}

TEST_P(Opening, ForgeriesAreToldAndEndTheTek)
{
    const Buffer forged = far_.frame(zone(), flipped(pdu(7), 20));
    const Frames some(512, forged);
    rig_.run(kAccessPort, some);
    rig_.run(kAccessPort, Frames(511, forged));
    EXPECT_EQ(rig_.next_event(), nullptr);
    rig_.run(kAccessPort, forged);
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::icv_failures);
    EXPECT_EQ(event->tek, counters().tek);
    for (std::uint64_t failures = sa::kIcvFailuresSoft; failures < sa::kIcvFailuresHard - 512;
         failures += 512)
        rig_.run(kAccessPort, some);
    rig_.run(kAccessPort, Frames(511, forged));
    EXPECT_EQ(rig_.next_event(), nullptr);
    ASSERT_EQ(counters().icv_failures, sa::kIcvFailuresHard - 1);
    EXPECT_EQ(verdict_of(pdu(0)), Verdict::forwarded);
    EXPECT_EQ(verdict_of(flipped(pdu(7), 20)), Verdict::drop_icv);
    EXPECT_EQ(verdict_of(pdu(1)), Verdict::drop_sa_halted);
    EXPECT_EQ(verdict_of(flipped(pdu(7), 20)), Verdict::drop_sa_halted);
    EXPECT_EQ(counters().icv_failures, sa::kIcvFailuresHard);
    // Sending goes on.
    EXPECT_EQ(rig_.run(kCorePort, FarStation::core_frame(far_.flows[0], inner_ipv4(60)))
                  .count(Verdict::forwarded),
              1U);
}

// Where the station is

TEST_P(Opening, AddressIsLearnedFromTheNewestVerifiedPduOnly)
{
    const auto address = [&] { return rig_.station(far_.ref).address.get(); };
    const sa::StationAddress first = address();
    FarStation moved = far_;
    moved.host = {.mac = {2, 2, 2, 2, 2, 2}, .ip = {0x0a0b0c0d}};
    moved.udp_port = 0xcccc;
    const auto from = [&](const FarStation& station, const Buffer& pdu) {
        return rig_.run(kAccessPort, station.frame(zone(), pdu)).verdicts().at(0);
    };
    ASSERT_EQ(from(far_, pdu(10)), Verdict::forwarded);
    ASSERT_EQ(from(moved, flipped(pdu(20), 20)), Verdict::drop_icv);
    EXPECT_EQ(address(), first);
    ASSERT_EQ(from(moved, pdu(10)), Verdict::drop_replay);
    EXPECT_EQ(address(), first);
    ASSERT_EQ(from(moved, pdu(9)), Verdict::forwarded); // held back by somebody
    EXPECT_EQ(address(), first);
    ASSERT_EQ(from(moved, pdu(11)), Verdict::forwarded);
    EXPECT_EQ(
        address(),
        (sa::StationAddress{
            .ip = moved.host.ip, .udp_port = 0xcccc, .port = kAccessPort, .mac = moved.host.mac}));
    const auto down = rig_.run(kCorePort, FarStation::core_frame(far_.flows[0], inner_ipv4(60)));
    ASSERT_EQ(down.sent(kAccessPort).size(), 1U);
    const Buffer sent = down.sent(kAccessPort)[0];
    EXPECT_TRUE(std::equal(moved.host.mac.begin(), moved.host.mac.end(), sent.begin()));
}

/// The outer headers are not protected: what comes from a station may be sent on by somebody with another source.
TEST_P(Opening, AddressThatIsNotOfOneHostIsNotLearned)
{
    const sa::StationAddress before = rig_.station(far_.ref).address.get();
    std::uint32_t index = 0;
    for (const Host& host : {Host{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, far_.host.ip},
                             Host{{0x01, 0, 0x5e, 0, 0, 1}, far_.host.ip}, Host{{}, far_.host.ip},
                             Host{far_.host.mac, {0xffffffff}}, Host{far_.host.mac, {0xe0000001}},
                             Host{far_.host.mac, {0}}, Host{far_.host.mac, {0x7f000001}}}) {
        FarStation odd = far_;
        odd.host = host;
        const auto run = rig_.run(kAccessPort, odd.frame(zone(), pdu(index++)));
        EXPECT_EQ(run.verdicts(), (Verdicts{Verdict::forwarded}));
        EXPECT_EQ(rig_.station(far_.ref).address.get(), before);
    }
}

// CTR: no ICV, nothing is proven

class Ctr : public testing::Test {
  protected:
    Ctr()
    {
        far_.mzone.protection = pdu::Protection::ctr;
        far_.add_to(rig_);
    }

    Verdict verdict_of(std::uint32_t index)
    {
        return rig_.run(kAccessPort, far_.frame(Zone::mzone, far_.mzone_pdu(index, inner_ipv4(60))))
            .verdicts()
            .at(0);
    }

    PathRig rig_;
    FarStation far_{7};
};

TEST_F(Ctr, NumberFarAheadIsNotBelievedAtOnce)
{
    constexpr std::uint32_t kWindow = sa::kDefaultWindow;
    EXPECT_EQ(verdict_of(kWindow - 1), Verdict::forwarded);
    EXPECT_EQ(verdict_of(2 * kWindow), Verdict::drop_pn_jump);
    // The station is still heard, and one that is really there gets through.
    EXPECT_EQ(verdict_of(kWindow), Verdict::forwarded);
    EXPECT_EQ(verdict_of(10 * kWindow), Verdict::drop_pn_jump);
    for (int i = 0; i < 7; ++i)
        EXPECT_EQ(verdict_of(10 * kWindow), Verdict::drop_pn_jump);
    EXPECT_EQ(verdict_of(10 * kWindow), Verdict::forwarded);
    EXPECT_EQ(verdict_of(10 * kWindow), Verdict::drop_replay);
}

TEST_F(Ctr, ProvesNeitherPlaceNorKey)
{
    const sa::StationAddress before = rig_.station(far_.ref).address.get();
    far_.host.ip = {0x0a0b0c0d};
    EXPECT_EQ(verdict_of(0), Verdict::forwarded);
    EXPECT_EQ(rig_.station(far_.ref).address.get(), before);
    EXPECT_EQ(rig_.next_event(), nullptr);
}

/// Whoever knows an STID can send PDUs that open to something.
TEST_F(Ctr, ControlMessageIsOfNobody)
{
    const auto frame = [&](std::uint32_t index) {
        return far_.frame(Zone::mzone, protect_mzone(far_.mzone, far_.stid,
                                                     {.fid = pdu::kEncryptedControlFid,
                                                      .pn = far_.pn(Zone::mzone, index)},
                                                     pattern(20)));
    };
    EXPECT_EQ(rig_.run(kAccessPort, frame(0)).verdicts(), (Verdicts{Verdict::punted}));
    const auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::control_pdu);
    EXPECT_EQ(event->authenticity, Authenticity::none);
    EXPECT_EQ(event->number, 0U);
    Frames many;
    for (std::uint32_t index = 1; index <= 200; ++index)
        many.push_back(frame(index));
    EXPECT_EQ(rig_.run(kAccessPort, many).count(Verdict::punted), 99U);
}

} // namespace
} // namespace aaigw::path
