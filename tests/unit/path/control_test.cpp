// Control messages of stations: clear, signed and encrypted, what the control thread is told of them, and at what rate.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using doubles::must;
using pdu::Zone;

Bytes message_of(const Event& event)
{
    return Bytes{event.message}.first(event.length);
}

class Control : public testing::TestWithParam<Zone> {
  protected:
    Control() { far_.add_to(rig_, zone()); }

    [[nodiscard]] static Zone zone() { return GetParam(); }
    [[nodiscard]] static bool in_mzone() { return zone() == Zone::mzone; }
    /// In the MZone the first bit says that a CMAC tuple follows.
    [[nodiscard]] static Buffer message(std::uint8_t seed = 0, std::size_t bytes = 30)
    {
        Buffer some = pattern(bytes, seed);
        some[0] = in_mzone() ? 0x80 : 0x04;
        return some;
    }
    [[nodiscard]] Buffer signed_with(const FarCmac& cmac, std::uint32_t pn,
                                     const Buffer& what = message()) const
    {
        return in_mzone() ? sign_mzone(cmac, far_.stid, pn, what)
                          : sign_lzone(cmac, far_.cids.primary, pn, what);
    }
    [[nodiscard]] const FarCmac& cmac() const
    {
        return in_mzone() ? far_.mzone_cmac : far_.lzone_cmac;
    }
    [[nodiscard]] Buffer signed_pdu(std::uint32_t pn, const Buffer& what = message()) const
    {
        return signed_with(cmac(), pn, what);
    }
    [[nodiscard]] Buffer clear_pdu(const Buffer& what) const
    {
        return in_mzone() ? clear_mzone(pdu::kClearControlFid, what)
                          : clear_lzone(far_.cids.basic, what);
    }
    Verdicts verdicts_of(const Frames& pdus)
    {
        Frames frames;
        for (const Buffer& one : pdus)
            frames.push_back(far_.frame(zone(), one));
        return rig_.run(kAccessPort, frames).verdicts();
    }
    void expect_event(Authenticity authenticity, std::uint32_t number, Bytes message,
                      std::uint32_t context)
    {
        const auto event = rig_.next_event();
        ASSERT_NE(event, nullptr);
        EXPECT_EQ(event->kind, EventKind::control_pdu);
        EXPECT_EQ(event->authenticity, authenticity);
        EXPECT_EQ(event->zone, zone());
        EXPECT_EQ(event->sector, far_.sector);
        EXPECT_EQ(event->port, kAccessPort);
        EXPECT_TRUE(event->has_station);
        EXPECT_EQ(event->station, far_.ref);
        EXPECT_EQ(event->tek.context, context);
        EXPECT_EQ(event->number, number);
        EXPECT_EQ(event->fid, 0);
        EXPECT_EQ(event->source, (sa::StationAddress{.ip = far_.host.ip,
                                                     .udp_port = far_.udp_port,
                                                     .port = kAccessPort,
                                                     .mac = far_.host.mac}));
        EXPECT_EQ(to_hex(message_of(*event)), to_hex(message));
    }
    [[nodiscard]] std::uint32_t context() const
    {
        return (in_mzone() ? far_.mzone_context : far_.lzone_context).context;
    }
    /// The PDU's payload: what the control thread is given.
    [[nodiscard]] static Buffer payload_of(const Buffer& pdu)
    {
        return {pdu.begin() + (in_mzone() ? 2 : 6), pdu.end()};
    }

    PathRig rig_;
    FarStation far_{7};
};

INSTANTIATE_TEST_SUITE_P(Zones, Control, testing::Values(Zone::mzone, Zone::lzone), zone_name);

TEST_P(Control, SignedMessageIsVerifiedAndHandedOn)
{
    const Buffer pdu = signed_pdu(5);
    EXPECT_EQ(verdicts_of({pdu}), (Verdicts{Verdict::punted}));
    expect_event(Authenticity::verified, 5, payload_of(pdu), context());
    EXPECT_EQ(rig_.next_event(), nullptr);
}

TEST_P(Control, ManySignedMessagesOfAllLengths)
{
    std::uint32_t pn = 1;
    for (const std::size_t bytes : {1U, 15U, 16U, 17U, 100U, 1000U, 1400U}) {
        const Buffer pdu = signed_pdu(pn, message(3, bytes));
        EXPECT_EQ(verdicts_of({pdu}), (Verdicts{Verdict::punted})) << bytes;
        expect_event(Authenticity::verified, pn++, payload_of(pdu), context());
    }
}

TEST_P(Control, ForgedMessageIsRefused)
{
    const Buffer good = signed_pdu(5);
    for (std::size_t at = in_mzone() ? 3 : 7; at < good.size(); ++at) {
        Buffer forged = good;
        forged[at] ^= 0x04; // none of the bits in front of the AK's number, which mean nothing
        const auto verdict = verdicts_of({forged}).at(0);
        // A tuple that is none any more leaves a message that nobody has signed, or one that is not known.
        if (verdict == Verdict::punted)
            EXPECT_NE(rig_.next_event()->authenticity, Authenticity::verified) << at;
        else
            EXPECT_TRUE(verdict == Verdict::drop_cmac || verdict == Verdict::drop_pdu) << at;
    }
    EXPECT_EQ(verdicts_of({good}), (Verdicts{Verdict::punted}));
    EXPECT_EQ(rig_.next_event()->authenticity, Authenticity::verified);
}

TEST_P(Control, NumbersOnlyGoUp)
{
    EXPECT_EQ(verdicts_of({signed_pdu(5), signed_pdu(6), signed_pdu(5), signed_pdu(4)}),
              (Verdicts{Verdict::punted, Verdict::punted, Verdict::drop_cmac_replay,
                        Verdict::drop_cmac_replay}));
    EXPECT_EQ(rig_.drop_events(), 2U);
    EXPECT_EQ(verdicts_of({signed_pdu(6)}), (Verdicts{Verdict::drop_cmac_replay}));
    EXPECT_EQ(verdicts_of({signed_pdu(9)}), (Verdicts{Verdict::punted}));
    EXPECT_EQ(verdicts_of({signed_pdu(8)}), (Verdicts{Verdict::drop_cmac_replay}));
}

/// Both pass the look before the cryptography.
TEST_P(Control, TwoCopiesInOneBatchAreToldApart)
{
    EXPECT_EQ(verdicts_of(Frames(3, signed_pdu(5))),
              (Verdicts{Verdict::punted, Verdict::drop_cmac_replay, Verdict::drop_cmac_replay}));
    EXPECT_EQ(rig_.drop_events(), 1U);
}

TEST_P(Control, ForgeryDoesNotMoveTheNumber)
{
    Buffer forged = signed_pdu(1000);
    forged.back() ^= 1;
    EXPECT_EQ(verdicts_of({forged, signed_pdu(1)}),
              (Verdicts{Verdict::drop_cmac, Verdict::punted}));
}

TEST_P(Control, MessageWithoutTupleIsHandedOnAsSuch)
{
    Buffer plain = message();
    plain[0] = 0x04;
    EXPECT_EQ(verdicts_of({clear_pdu(plain)}), (Verdicts{Verdict::punted}));
    expect_event(Authenticity::none, 0, plain, 0);
}

TEST_P(Control, MessageOfAnUnknownKeyIsHandedOnAsSuch)
{
    FarCmac unknown = cmac();
    unknown.ak_sn = AkSn::from_field(12);
    const Buffer pdu = signed_with(unknown, 5);
    EXPECT_EQ(verdicts_of({pdu}), (Verdicts{Verdict::punted}));
    expect_event(Authenticity::unverified, 0, payload_of(pdu), 0);
}

TEST_P(Control, WhatNobodySignedIsLimited)
{
    Buffer plain = message();
    plain[0] = 0x04;
    const auto run = rig_.run(kAccessPort, Frames(200, far_.frame(zone(), clear_pdu(plain))));
    EXPECT_EQ(run.count(Verdict::punted), 100U);
    EXPECT_EQ(run.count(Verdict::drop_rate_limited), 100U);
    rig_.drop_events();
    // What is signed still gets through.
    EXPECT_EQ(verdicts_of({signed_pdu(1)}), (Verdicts{Verdict::punted}));
    rig_.advance(5'000'000); // 5 ms at 1000 a second
    EXPECT_EQ(rig_.run(kAccessPort, Frames(20, far_.frame(zone(), clear_pdu(plain))))
                  .count(Verdict::punted),
              5U);
}

TEST_P(Control, FullQueueIsCounted)
{
    while (rig_.events().claim() != nullptr)
        rig_.events().publish();
    EXPECT_EQ(verdicts_of({signed_pdu(1)}), (Verdicts{Verdict::drop_event_queue_full}));
    rig_.drop_events();
    // The number is used up: a sender repeats a message under a new one.
    EXPECT_EQ(verdicts_of({signed_pdu(1), signed_pdu(2)}).size(), 2U);
    EXPECT_EQ(rig_.drop_events(), 1U);
}

TEST_P(Control, PlaceIsLearnedFromSignedMessages)
{
    far_.host.ip = {0x0a0b0c0d};
    Buffer plain = message();
    plain[0] = 0x04;
    verdicts_of({clear_pdu(plain)});
    EXPECT_NE(rig_.station(far_.ref).address.get().ip, far_.host.ip);
    verdicts_of({signed_pdu(1)});
    EXPECT_EQ(rig_.station(far_.ref).address.get().ip, far_.host.ip);
}

/// The number that is hashed is written over the headers in front of the message.
TEST_P(Control, PlaceIsReadRightWhenMessagesShareABurstBehindOptions)
{
    for (std::size_t words = 1; words <= 10; ++words) {
        const auto pn = static_cast<std::uint32_t>(10 * words);
        const Buffer burst = join({signed_pdu(pn), signed_pdu(pn + 1)});
        const Buffer plain = far_.frame(zone(), burst);
        const Buffer frame =
            ethernet(doubles::kGatewayAccess.mac, far_.host.mac, 0x0800,
                     ipv4(far_.host.ip, doubles::kGatewayAccess.ip, 17, Bytes{plain}.subspan(34),
                          {.options = Buffer(4 * words, 1)}));
        EXPECT_EQ(rig_.run(kAccessPort, frame).count(Verdict::punted), 2U);
        for (int i = 0; i < 2; ++i) {
            const auto event = rig_.next_event();
            ASSERT_NE(event, nullptr);
            EXPECT_EQ(event->source.udp_port, far_.udp_port) << words;
            EXPECT_EQ(event->source.ip, far_.host.ip);
        }
        EXPECT_EQ(rig_.station(far_.ref).address.get().udp_port, far_.udp_port);
    }
}

TEST_P(Control, EncryptedMessageIsOpenedAndHandedOn)
{
    const Buffer text = pattern(70, 9);
    const Buffer pdu =
        in_mzone()
            ? protect_mzone(far_.mzone, far_.stid,
                            {.fid = pdu::kEncryptedControlFid, .pn = far_.pn(zone(), 3)}, text)
            : protect_lzone(far_.lzone, {.cid = *far_.cids.secondary, .pn = far_.pn(zone(), 3)},
                            text);
    EXPECT_EQ(verdicts_of({pdu, pdu}), (Verdicts{Verdict::punted, Verdict::drop_replay}));
    auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::first_use);
    event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->kind, EventKind::control_pdu);
    EXPECT_EQ(event->authenticity, Authenticity::verified);
    EXPECT_EQ(event->number, far_.pn(zone(), 3));
    EXPECT_EQ(event->tek, far_.counters_in(rig_, zone()).tek);
    EXPECT_EQ(event->fid, in_mzone() ? 1 : 0);
    EXPECT_EQ(event->connection, in_mzone() ? far_.stid.value() : far_.cids.secondary->value());
    EXPECT_EQ(to_hex(message_of(*event)), to_hex(text));
    Buffer forged = pdu;
    forged.back() ^= 1;
    EXPECT_EQ(verdicts_of({forged}), (Verdicts{Verdict::drop_replay}));
}

/// A new AK of the same PMK has the same number in the tuple; until the station uses it, the older one counts.
TEST_P(Control, OlderOfTwoAksOfOnePmkIsStillVerified)
{
    must(rig_.tables().retire_context(in_mzone() ? far_.lzone_context : far_.mzone_context));
    FarCmac newer = cmac();
    newer.key = key_of(6000);
    newer.akid = {1, 2, 3};
    const FarTek tek{.key = key_of(6001), .eks = Eks::from_field(3)};
    const auto newer_context =
        rig_.tables().install_context(far_.ref, doubles::context_of(zone(), tek, &newer)).value();
    EXPECT_EQ(verdicts_of({signed_pdu(5)}), (Verdicts{Verdict::punted}));
    EXPECT_EQ(rig_.next_event()->tek.context, context());
    EXPECT_EQ(verdicts_of({signed_with(newer, 3)}), (Verdicts{Verdict::punted}));
    EXPECT_EQ(rig_.next_event()->tek.context, newer_context.context);
    // Each has its own numbers: 3 is used up for both, 5 for the older one.
    EXPECT_EQ(verdicts_of({signed_with(newer, 3)}), (Verdicts{Verdict::drop_cmac_replay}));
    EXPECT_EQ(verdicts_of({signed_pdu(5)}), (Verdicts{Verdict::drop_cmac}));
    EXPECT_EQ(verdicts_of({signed_with(newer, 4), signed_pdu(6), signed_pdu(6)}),
              (Verdicts{Verdict::punted, Verdict::punted, Verdict::drop_cmac_replay}));
    Buffer forged = signed_pdu(7);
    forged.back() ^= 1;
    EXPECT_EQ(verdicts_of({forged}), (Verdicts{Verdict::drop_cmac}));
}

// Rates of verification

class ControlAtARate : public testing::Test {
  protected:
    PathRig rig_{{.limits = {.cmac_checks_per_s = 1000}}};
    FarStation far_{7};
};

TEST_F(ControlAtARate, ForgeriesAreLimitedAndGenuineMessagesAreNot)
{
    far_.add_to(rig_);
    const Buffer text = join({hex("80"), pattern(20)});
    Frames genuine;
    for (std::uint32_t pn = 1; pn <= 200; ++pn)
        genuine.push_back(
            far_.frame(Zone::mzone, sign_mzone(far_.mzone_cmac, far_.stid, pn, text)));
    EXPECT_EQ(rig_.run(kAccessPort, genuine).count(Verdict::punted), 200U);
    rig_.drop_events();
    Buffer forged = sign_mzone(far_.mzone_cmac, far_.stid, 9999, text);
    forged.back() ^= 1;
    const auto run = rig_.run(kAccessPort, Frames(300, far_.frame(Zone::mzone, forged)));
    EXPECT_EQ(run.count(Verdict::drop_cmac), 100U);
    EXPECT_EQ(run.count(Verdict::drop_rate_limited), 200U);
}

// What is special to a zone

class OneZone : public testing::Test {
  protected:
    OneZone() { far_.add_to(rig_); }

    Verdict verdict_of(Zone zone, const Buffer& pdu)
    {
        return rig_.run(kAccessPort, far_.frame(zone, pdu)).verdicts().at(0);
    }

    PathRig rig_;
    FarStation far_{7};
};

TEST_F(OneZone, RangingOfAStationThatIsNotKnownIsHandedOn)
{
    const FarStation stranger{55};
    const Buffer text = join({hex("80"), pattern(20)});
    Buffer frame =
        stranger.frame(Zone::mzone, sign_mzone(stranger.mzone_cmac, Stid::from_field(0), 1, text));
    frame[46] = 0x40; // no STID
    frame[47] = 0;
    EXPECT_EQ(rig_.run(kAccessPort, frame).verdicts(), (Verdicts{Verdict::punted}));
    auto event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->authenticity, Authenticity::unverified);
    EXPECT_FALSE(event->has_station);
    EXPECT_EQ(event->connection, 0);
    EXPECT_EQ(event->source.ip, stranger.host.ip);

    const Buffer lzone =
        stranger.frame(Zone::lzone, clear_lzone(Cid::from_field(0), hex("04 0102")));
    EXPECT_EQ(rig_.run(kAccessPort, lzone).verdicts(), (Verdicts{Verdict::punted}));
    event = rig_.next_event();
    ASSERT_NE(event, nullptr);
    EXPECT_EQ(event->authenticity, Authenticity::none);
    EXPECT_EQ(event->zone, Zone::lzone);
    EXPECT_FALSE(event->has_station);
    EXPECT_EQ(to_hex(message_of(*event)), "040102");
}

TEST_F(OneZone, BrokenMessagesAreRefused)
{
    for (const char* pdu : {"0002", "0003 80", "000e 80 0102030405060708090a0b"})
        EXPECT_EQ(verdict_of(Zone::mzone, hex(pdu)), Verdict::drop_pdu) << pdu;
    EXPECT_EQ(verdict_of(Zone::lzone, clear_lzone(far_.cids.basic, {})), Verdict::drop_pdu);
    Buffer wrong_crc = clear_lzone(far_.cids.basic, hex("0401"), pdu::Crc::present);
    EXPECT_EQ(verdict_of(Zone::lzone, wrong_crc), Verdict::punted);
    wrong_crc.back() ^= 1;
    EXPECT_EQ(verdict_of(Zone::lzone, wrong_crc), Verdict::drop_pdu);
}

TEST_F(OneZone, LzoneUsesOfCidsAreKeptApart)
{
    const Buffer text = pattern(40);
    const auto encrypted = [&](Cid cid) {
        return protect_lzone(far_.lzone, {.cid = cid, .pn = far_.pn(Zone::lzone)}, text);
    };
    EXPECT_EQ(verdict_of(Zone::lzone, encrypted(far_.cids.basic)), Verdict::drop_pdu);
    EXPECT_EQ(verdict_of(Zone::lzone, encrypted(far_.cids.primary)), Verdict::drop_pdu);
    EXPECT_EQ(verdict_of(Zone::lzone, clear_lzone(*far_.cids.secondary, text)),
              Verdict::drop_clear_data);
    EXPECT_EQ(verdict_of(Zone::lzone, clear_lzone(far_.flows[0].cid, text)),
              Verdict::drop_clear_data);
    const Buffer subheaders = protect_lzone(
        far_.lzone, {.cid = far_.flows[0].cid, .pn = far_.pn(Zone::lzone), .type = 1}, text);
    EXPECT_EQ(verdict_of(Zone::lzone, subheaders), Verdict::drop_pdu);
}

TEST_F(OneZone, LzoneTupleMayNameTheBaseStation)
{
    const Buffer pdu = sign_lzone(far_.lzone_cmac, far_.cids.basic, 1, pattern(20, 4),
                                  MacAddress{2, 2, 2, 2, 2, 2});
    EXPECT_EQ(verdict_of(Zone::lzone, pdu), Verdict::punted);
    EXPECT_EQ(rig_.next_event()->authenticity, Authenticity::verified);
}

TEST_F(OneZone, MzoneFidsWithoutFlowAreRefused)
{
    const Buffer pdu =
        protect_mzone(far_.mzone, far_.stid,
                      {.fid = Fid::from_field(9), .pn = far_.pn(Zone::mzone)}, inner_ipv4(60));
    EXPECT_EQ(verdict_of(Zone::mzone, pdu), Verdict::drop_unknown_flow);
}

} // namespace
} // namespace aaigw::path
