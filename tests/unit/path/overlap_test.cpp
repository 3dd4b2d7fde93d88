// Two contexts at once: which one opens a PDU, in which order, and what is left when neither does.
#include "tests/unit/path/path_testing.h"

namespace aaigw::path {
namespace {

using namespace aaigw::doubles;
using doubles::must;
using pdu::Zone;

/// A station in one zone with an older and a newer context of the same EKS.
class Overlap : public testing::TestWithParam<Zone> {
  protected:
    Overlap()
    {
        far_.add_to(rig_, zone());
        must(rig_.tables().retire_context(zone() == Zone::mzone ? far_.lzone_context
                                                                : far_.mzone_context));
        older_ = zone() == Zone::mzone ? far_.mzone : far_.lzone;
    }

    [[nodiscard]] static Zone zone() { return GetParam(); }

    void install_newer(pdu::Protection protection = pdu::Protection::ccm_icv8)
    {
        newer_ = {.key = key_of(5000), .eks = older_.eks, .protection = protection};
        newer_context_ =
            rig_.tables().install_context(far_.ref, doubles::context_of(zone(), newer_)).value();
    }
    [[nodiscard]] Buffer pdu(const FarTek& tek, std::uint32_t index,
                             const Buffer& inner = inner_ipv4(60)) const
    {
        FarStation with = far_;
        with.mzone = with.lzone = tek;
        return with.pdu(zone(), index, inner);
    }
    Verdicts verdicts_of(const Frames& pdus)
    {
        Frames frames;
        for (const Buffer& one : pdus)
            frames.push_back(far_.frame(zone(), one));
        return rig_.run(kAccessPort, frames).verdicts();
    }
    [[nodiscard]] sa::TekCounters of(sa::ContextRef context)
    {
        const auto all = rig_.tables().counters(far_.ref).value();
        for (const auto& tek : all)
            if (tek.tek.context == context.context)
                return tek;
        return {};
    }
    [[nodiscard]] sa::TekCounters of_older()
    {
        return of(zone() == Zone::mzone ? far_.mzone_context : far_.lzone_context);
    }

    PathRig rig_;
    FarStation far_{7};
    FarTek older_{};
    FarTek newer_{};
    sa::ContextRef newer_context_{};
};

INSTANTIATE_TEST_SUITE_P(Zones, Overlap, testing::Values(Zone::mzone, Zone::lzone), zone_name);

TEST_P(Overlap, EachKeyOpensItsOwnPdusInTheirOrder)
{
    install_newer();
    Frames in;
    Frames expected;
    for (std::uint8_t i = 0; i < 60; ++i) {
        const Buffer inner = inner_ipv4(20 + i * 20U, i);
        in.push_back(far_.frame(zone(), pdu(i % 3 == 0 ? newer_ : older_, i, inner)));
        expected.push_back(FarStation::expected_core_frame(far_.flows[0], inner));
    }
    const auto run = rig_.run(kAccessPort, in);
    EXPECT_EQ(run.sent(kCorePort), expected);
    EXPECT_EQ(rig_.stats().pdus_opened.value(), 60U);
    EXPECT_EQ(rig_.stats().older_key_opened.value(), 40U);
    EXPECT_EQ(of(newer_context_).received_packets, 20U);
    EXPECT_EQ(of_older().received_packets, 40U);
    EXPECT_EQ(of(newer_context_).icv_failures, 0U);
    EXPECT_EQ(of_older().icv_failures, 0U);
    // Each of them is told once.
    EXPECT_EQ(rig_.drop_events(), 2U);
}

TEST_P(Overlap, EachKeyHasItsOwnWindow)
{
    install_newer();
    EXPECT_EQ(verdicts_of({pdu(newer_, 0), pdu(older_, 0), pdu(newer_, 1)}),
              Verdicts(3, Verdict::forwarded));
    // The newer window has these numbers; the older one has not.
    EXPECT_EQ(verdicts_of({pdu(older_, 1)}), (Verdicts{Verdict::forwarded}));
    EXPECT_EQ(verdicts_of({pdu(newer_, 0), pdu(older_, 0), pdu(older_, 1)}),
              Verdicts(3, Verdict::drop_replay));
    EXPECT_EQ(of_older().received_packets, 2U);
    EXPECT_EQ(of(newer_context_).received_packets, 2U);
}

TEST_P(Overlap, CopiesOfOnePduAreAcceptedOnce)
{
    install_newer();
    EXPECT_EQ(verdicts_of(Frames(3, pdu(older_, 5))),
              (Verdicts{Verdict::forwarded, Verdict::drop_replay, Verdict::drop_replay}));
    EXPECT_EQ(verdicts_of(Frames(3, pdu(newer_, 5))),
              (Verdicts{Verdict::forwarded, Verdict::drop_replay, Verdict::drop_replay}));
}

TEST_P(Overlap, ForgeryCountsOnceAndMovesNothing)
{
    install_newer();
    Buffer forged = pdu(older_, 9);
    forged[forged.size() - 12] ^= 1;
    EXPECT_EQ(verdicts_of({forged}), (Verdicts{Verdict::drop_icv}));
    EXPECT_EQ(of_older().icv_failures + of(newer_context_).icv_failures, 1U);
    EXPECT_EQ(of_older().received_packets + of(newer_context_).received_packets, 0U);
    EXPECT_EQ(verdicts_of({pdu(older_, 9), pdu(newer_, 9)}), Verdicts(2, Verdict::forwarded));
}

TEST_P(Overlap, WithoutABufferTheNewerKeyHasToDo)
{
    install_newer();
    rig_.packets().set_most(1);
    EXPECT_EQ(verdicts_of({pdu(newer_, 0)}), (Verdicts{Verdict::forwarded}));
    EXPECT_EQ(verdicts_of({pdu(older_, 1)}), (Verdicts{Verdict::drop_icv}));
}

TEST_P(Overlap, HaltedKeyLeavesTheOtherOne)
{
    install_newer();
    const auto context = newer_context_.context;
    for (auto& slots : {zone() == Zone::mzone ? &rig_.station(far_.ref).snapshot.load()->mzone
                                              : &rig_.station(far_.ref).snapshot.load()->lzone})
        for (sa::SaRx* const rx : (*slots)[0])
            if (rx != nullptr && rx->tek_ref.context == context)
                rx->halted = true;
    EXPECT_EQ(verdicts_of({pdu(older_, 0), pdu(newer_, 1)}),
              (Verdicts{Verdict::forwarded, Verdict::drop_icv}));
}

TEST_P(Overlap, OldKeyEndsWithItsContext)
{
    install_newer();
    EXPECT_EQ(verdicts_of({pdu(older_, 0)}), (Verdicts{Verdict::forwarded}));
    ASSERT_TRUE(rig_.tables().retire_context(zone() == Zone::mzone ? far_.mzone_context
                                                                   : far_.lzone_context));
    EXPECT_EQ(verdicts_of({pdu(older_, 1), pdu(newer_, 1)}),
              (Verdicts{Verdict::drop_icv, Verdict::forwarded}));
}

/// The engine still holds packets when their keys are taken out of the tables: the reclaimer waits for that.
TEST_P(Overlap, WhatIsInFlightIsFinishedUnderTheKeysItBeganWith)
{
    install_newer();
    const auto first =
        rig_.run_without_flush(kAccessPort, Frames{far_.frame(zone(), pdu(older_, 0)),
                                                   far_.frame(zone(), pdu(newer_, 0))});
    ASSERT_TRUE(rig_.tables().retire_context(zone() == Zone::mzone ? far_.mzone_context
                                                                   : far_.lzone_context));
    ASSERT_TRUE(rig_.tables().retire_context(newer_context_));
    const auto rest = rig_.flush();
    EXPECT_EQ(first.count(Verdict::forwarded) + rest.count(Verdict::forwarded), 2U);
    rig_.reclaimer().end_grace_period();
    EXPECT_EQ(verdicts_of({pdu(older_, 1)}), (Verdicts{Verdict::drop_no_key}));
}

// Only the MZone has several protections

class MixedOverlap : public Overlap {};

INSTANTIATE_TEST_SUITE_P(Zones, MixedOverlap, testing::Values(Zone::mzone), zone_name);

TEST_P(MixedOverlap, ShorterIcvOfTheNewerKeyDoesNotMisleadTheOlder)
{
    install_newer(pdu::Protection::ccm_icv4);
    EXPECT_EQ(verdicts_of({pdu(newer_, 0), pdu(older_, 1), pdu(newer_, 2)}),
              Verdicts(3, Verdict::forwarded));
    // A PDU that holds a short ICV and no long one, replayed for the newer key.
    const Buffer shortest = pdu(newer_, 3, hex("aa"));
    EXPECT_EQ(verdicts_of({shortest}), (Verdicts{Verdict::drop_inner_packet}));
    EXPECT_EQ(verdicts_of({shortest}), (Verdicts{Verdict::drop_pdu}));
    // And one that is too short for either.
    Buffer none = hex("4008 400009 aabbcc");
    none[2] = static_cast<std::uint8_t>(older_.eks.value() << 6 | 0x20);
    EXPECT_EQ(verdicts_of({none}), (Verdicts{Verdict::drop_pdu}));
}

TEST_P(MixedOverlap, JumpOfANewerKeyWithoutIcvLeavesNothingBehind)
{
    install_newer(pdu::Protection::ctr);
    // Not for the newer key, which has no ICV to tell; the older one opens it.
    EXPECT_EQ(verdicts_of({pdu(older_, 1000)}), (Verdicts{Verdict::forwarded}));
    EXPECT_EQ(of(newer_context_).received_packets, 0U);
    Buffer forged = pdu(older_, 5000);
    forged[forged.size() - 12] ^= 1;
    EXPECT_EQ(verdicts_of({forged}), (Verdicts{Verdict::drop_icv}));
}

} // namespace
} // namespace aaigw::path
