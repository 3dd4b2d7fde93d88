// Key contexts: what is installed, switched to and retired, what is refused, and that no key starts its numbers again.
#include "tests/unit/sa/sa_testing.h"

namespace aaigw::sa {
namespace {

constexpr SendChoice kFirstTek{.said = 1, .eks = kEks0};

class Contexts : public Tables {
  protected:
    [[nodiscard]] ContextRef install(const Key& key, Eks eks = kEks0)
    {
        return tables_.install_context(ref_, context_of(key, eks)).value();
    }
    [[nodiscard]] std::vector<TekCounters> counters() const
    {
        return tables_.counters(ref_).value();
    }
    [[nodiscard]] const Snapshot& keys() const { return snapshot(ref_); }

    StationRef ref_ = add();
    Key first_ = key_of(1);
    Key second_ = key_of(2);
    Key third_ = key_of(3);
};

// What workers see

TEST_F(Contexts, ReceiveAtOnceAndSendAfterTheSwitch)
{
    const ContextRef context = install(first_, kEks2);
    const SaRx* const rx = keys().mzone[0][2];
    ASSERT_NE(rx, nullptr);
    EXPECT_EQ(rx->tek_ref, (TekRef{.context = context.context, .said = 1, .eks = kEks2}));
    EXPECT_EQ(rx->station, ref_.index);
    EXPECT_EQ(rx->zone, pdu::Zone::mzone);
    EXPECT_EQ(rx->direction, LinkDirection::uplink);
    EXPECT_EQ(rx->protection, pdu::Protection::ccm_icv8);
    EXPECT_EQ(rx->window.size(), kDefaultWindow);
    EXPECT_EQ(rx->window.highest(), 0x200000U);
    EXPECT_EQ(keys().transmit[0], nullptr);
    EXPECT_EQ(keys().older, nullptr);
    for (std::size_t eks = 0; eks < kEksValues; ++eks) {
        EXPECT_EQ(keys().lzone[0][eks], nullptr);
        EXPECT_EQ(keys().mzone[1][eks], nullptr);
    }

    const SendChoice choice{.said = 1, .eks = kEks2};
    ASSERT_TRUE(tables_.switch_transmit(context, {&choice, 1}));
    const SaTx* const tx = keys().transmit[0];
    ASSERT_NE(tx, nullptr);
    EXPECT_EQ(keys().transmit[1], nullptr);
    EXPECT_EQ(keys().transmit_zone, pdu::Zone::mzone);
    EXPECT_EQ(tx->next_pn.value(), 1U);
    EXPECT_EQ(tx->hard_limit, kDownlink.hard);
    EXPECT_EQ(tx->ceiling.load(), kDownlink.ceiling);
    EXPECT_EQ(tx->context, context.context);
    EXPECT_EQ(tx->eks, kEks2);
    EXPECT_EQ(tx->key, rx->key);
    EXPECT_EQ(keys().mzone[0][2], rx);
}

TEST_F(Contexts, RelaySendsUplinkAndReceivesDownlink)
{
    const StationRef above =
        tables_
            .add_station(
                {.sector = kSector, .stid = Stid::from_field(77), .sends = LinkDirection::uplink})
            .value();
    ContextSpec spec = context_of(first_);
    EXPECT_EQ(code_of(tables_.install_context(above, spec)), kRefused);
    spec.sas[0].teks[0].send =
        PnLimits{.first = 0x200001, .soft = 0x3ff000, .hard = 0x3fffff, .ceiling = 0x3fffff};
    ASSERT_TRUE(tables_.install_context(above, spec));
    const SaRx* const rx = snapshot(above).mzone[0][0];
    EXPECT_EQ(rx->direction, LinkDirection::downlink);
    EXPECT_EQ(rx->window.highest(), 0U);
}

TEST_F(Contexts, CmacKeyIsFoundByItsAkAndZone)
{
    ContextSpec spec = context_of(first_);
    const AkId akid{1, 2, 3};
    spec.cmac = CmacSpec{.key = third_, .akid = akid, .last_pn = 41};
    const ContextRef context = tables_.install_context(ref_, spec).value();
    const CmacRx* const cmac = keys().cmac_of(pdu::Zone::mzone, AkSn::from_field(5));
    ASSERT_NE(cmac, nullptr);
    EXPECT_EQ(cmac->akid, akid);
    EXPECT_EQ(cmac->last_pn.value(), 41U);
    EXPECT_EQ(cmac->context, context.context);
    EXPECT_EQ(keys().cmac_of(pdu::Zone::lzone, AkSn::from_field(5)), nullptr);
    EXPECT_EQ(keys().cmac_of(pdu::Zone::mzone, AkSn::from_field(6)), nullptr);

    ContextSpec newer = context_of(second_, kEks1);
    newer.ak_sn = AkSn::from_field(6);
    newer.cmac = CmacSpec{.key = first_, .akid = {9}};
    ASSERT_TRUE(tables_.install_context(ref_, newer));
    EXPECT_EQ(keys().cmac_of(pdu::Zone::mzone, AkSn::from_field(5)), cmac);
    EXPECT_EQ(keys().cmac_of(pdu::Zone::mzone, AkSn::from_field(6))->akid, (AkId{9}));
}

TEST_F(Contexts, OfOneEksTheNewerIsTriedFirstAndTheOlderKept)
{
    const ContextRef older = install(first_);
    const SaRx* const older_rx = keys().mzone[0][0];
    const ContextRef newer = install(second_);
    const SaRx* const newer_rx = keys().mzone[0][0];
    EXPECT_NE(newer_rx, older_rx);
    EXPECT_EQ(newer_rx->tek_ref.context, newer.context);
    EXPECT_EQ(keys().older_key(pdu::Zone::mzone, 0, kEks0), older_rx);
    EXPECT_EQ(keys().older_key(pdu::Zone::mzone, 0, kEks1), nullptr);
    EXPECT_EQ(keys().older_key(pdu::Zone::lzone, 0, kEks0), nullptr);
    EXPECT_EQ(keys().older_key(pdu::Zone::mzone, 1, kEks0), nullptr);

    ASSERT_TRUE(tables_.retire_context(older));
    EXPECT_EQ(keys().mzone[0][0], newer_rx);
    EXPECT_EQ(keys().older, nullptr);
}

TEST_F(Contexts, NewerOfOneEksMayGoFirst)
{
    ASSERT_NE(install(first_).context, 0U);
    const SaRx* const older_rx = keys().mzone[0][0];
    const ContextRef newer = install(second_);
    ASSERT_TRUE(tables_.retire_context(newer));
    EXPECT_EQ(keys().mzone[0][0], older_rx);
    EXPECT_EQ(keys().older, nullptr);
}

TEST_F(Contexts, BothZonesHaveTheirOwnKeys)
{
    const ContextRef mzone = install(first_);
    ContextSpec spec = context_of(second_);
    spec.zone = pdu::Zone::lzone;
    const ContextRef lzone = tables_.install_context(ref_, spec).value();
    EXPECT_EQ(keys().mzone[0][0]->tek_ref.context, mzone.context);
    EXPECT_EQ(keys().lzone[0][0]->tek_ref.context, lzone.context);
    EXPECT_EQ(keys().lzone[0][0]->window.highest(), 0x80000000U);
    EXPECT_EQ(keys().older, nullptr);
    EXPECT_EQ(&keys().receive(pdu::Zone::mzone), &keys().mzone);
    EXPECT_EQ(&keys().receive(pdu::Zone::lzone), &keys().lzone);
}

// What is refused

TEST_F(Contexts, SpecsThatCannotBeAreRefused)
{
    const Key zero{};
    std::vector<ContextSpec> wrong;
    const auto variant = [&](auto change) { change(wrong.emplace_back(context_of(first_))); };
    variant([&](ContextSpec& spec) { spec.sas[0].teks[0].key = zero; });
    variant([&](ContextSpec& spec) { spec.cmac = CmacSpec{.key = zero, .akid = {}}; });
    variant([](ContextSpec& spec) { spec.sas.resize(3); });
    variant([](ContextSpec& spec) { spec.sas.push_back({.said = 1}); });
    variant([](ContextSpec& spec) { spec.sas[0].window = kMinWindow - 1; });
    variant([](ContextSpec& spec) { spec.sas[0].window = kMaxWindow + 1; });
    variant([](ContextSpec& spec) {
        spec.zone = pdu::Zone::lzone;
        spec.sas[0].protection = pdu::Protection::ccm_icv4;
    });
    variant([](ContextSpec& spec) {
        spec.zone = pdu::Zone::lzone;
        spec.sas[0].protection = pdu::Protection::ctr;
    });
    variant([&](ContextSpec& spec) { spec.sas[0].teks.push_back(tek_of(second_)); });
    variant([&](ContextSpec& spec) { spec.sas[0].teks.push_back(tek_of(first_, kEks1)); });
    variant([&](ContextSpec& spec) {
        spec.sas.push_back({.said = 2});
        spec.sas[1].teks.push_back(tek_of(first_));
    });
    variant([&](ContextSpec& spec) {
        spec.sas.push_back({.said = 2});
        spec.sas[1].teks.push_back({.eks = kEks0, .key = first_, .send = {}});
    });
    for (std::size_t i = 0; i < wrong.size(); ++i)
        EXPECT_EQ(code_of(tables_.install_context(ref_, wrong[i])), kRefused) << i;
    EXPECT_EQ(counters().size(), 0U);
    EXPECT_EQ(keys().mzone[0][0], nullptr);
    // Nothing of it was remembered.
    EXPECT_TRUE(tables_.install_context(ref_, context_of(first_)));
}

TEST_F(Contexts, LimitsThatDoNotLieInTheirHalfAreRefused)
{
    const auto limits = [](std::uint32_t first, std::uint32_t hard, std::uint32_t ceiling) {
        return PnLimits{.first = first, .soft = hard, .hard = hard, .ceiling = ceiling};
    };
    for (const PnLimits& wrong :
         {limits(0, 100, 100), limits(1, 0x200000, 100), limits(1, 100, 101), limits(101, 100, 100),
          limits(0x200001, 0x3fffff, 0x3fffff), limits(0x200001, 0x1fffff, 0x1fffff)}) {
        ContextSpec spec = context_of(first_);
        spec.sas[0].teks[0].send = wrong;
        EXPECT_EQ(code_of(tables_.install_context(ref_, spec)), kRefused)
            << wrong.first << ' ' << wrong.hard << ' ' << wrong.ceiling;
    }
    ContextSpec lzone = context_of(first_);
    lzone.zone = pdu::Zone::lzone;
    lzone.sas[0].teks[0].send = limits(1, 0x80000000, 100);
    EXPECT_EQ(code_of(tables_.install_context(ref_, lzone)), kRefused);
    lzone.sas[0].teks[0].send = limits(0x200000, 0x7fffffff, 0x7fffffff);
    EXPECT_TRUE(tables_.install_context(ref_, lzone));
    // Nothing may be reserved yet, and the last PN may be the first.
    ContextSpec mzone = context_of(second_);
    mzone.sas[0].teks[0].send = limits(0x1fffff, 0x1fffff, 0x1ffffe);
    EXPECT_TRUE(tables_.install_context(ref_, mzone));
}

TEST_F(Contexts, ThereAreAtMostTwo)
{
    ASSERT_NE(install(first_).context, 0U);
    const ContextRef second = install(second_);
    EXPECT_EQ(code_of(tables_.install_context(ref_, context_of(third_))), kNoRoom);
    ASSERT_TRUE(tables_.retire_context(second));
    EXPECT_TRUE(tables_.install_context(ref_, context_of(third_)));
}

TEST_F(Contexts, NamesThatAreNotThereAreRefused)
{
    const ContextRef context = install(first_);
    const ContextRef other{.station = ref_, .context = context.context + 1};
    const SendChoice other_said{.said = 2, .eks = kEks0};
    const SendChoice other_eks{.said = 1, .eks = kEks1};
    EXPECT_EQ(code_of(tables_.install_tek(other, 1, tek_of(second_, kEks1))), kRefused);
    EXPECT_EQ(code_of(tables_.install_tek(context, 2, tek_of(second_, kEks1))), kRefused);
    EXPECT_EQ(code_of(tables_.switch_transmit(other, {&kFirstTek, 1})), kRefused);
    EXPECT_EQ(code_of(tables_.switch_transmit(context, {&other_said, 1})), kRefused);
    EXPECT_EQ(code_of(tables_.switch_transmit(context, {&other_eks, 1})), kRefused);
    EXPECT_EQ(code_of(tables_.retire_tek(other, 1, kEks0)), kRefused);
    EXPECT_EQ(code_of(tables_.retire_tek(context, 2, kEks0)), kRefused);
    EXPECT_EQ(code_of(tables_.retire_tek(context, 1, kEks1)), kRefused);
    EXPECT_EQ(code_of(tables_.retire_context(other)), kRefused);
    EXPECT_EQ(code_of(tables_.raise_ceiling(other, 1, kEks0, 5)), kRefused);
    EXPECT_EQ(code_of(tables_.raise_ceiling(context, 2, kEks0, 5)), kRefused);
    EXPECT_EQ(code_of(tables_.raise_ceiling(context, 1, kEks1, 5)), kRefused);
    EXPECT_EQ(keys().transmit[0], nullptr);
    EXPECT_EQ(counters().size(), 1U);
}

TEST_F(Contexts, TekForReceivingOnlyIsNotSentWith)
{
    ContextSpec spec = context_of(first_);
    spec.sas[0].teks[0].send.reset();
    const ContextRef context = tables_.install_context(ref_, spec).value();
    EXPECT_EQ(code_of(tables_.switch_transmit(context, {&kFirstTek, 1})), kRefused);
    EXPECT_EQ(code_of(tables_.raise_ceiling(context, 1, kEks0, 5)), kRefused);
    EXPECT_EQ(counters().at(0).next_pn, 0U);
}

TEST_F(Contexts, TekForSendingOnlyIsNotReceivedWith)
{
    ContextSpec spec = context_of(first_);
    spec.sas[0].teks[0].receive = false;
    const ContextRef context = tables_.install_context(ref_, spec).value();
    EXPECT_EQ(keys().mzone[0][0], nullptr);
    EXPECT_TRUE(tables_.switch_transmit(context, {&kFirstTek, 1}));
    EXPECT_FALSE(counters().at(0).receives);
}

// Installed twice

TEST_F(Contexts, SameContextAgainChangesNothing)
{
    ContextSpec spec = context_of(first_);
    spec.cmac = CmacSpec{.key = third_, .akid = {7}};
    const ContextRef context = tables_.install_context(ref_, spec).value();
    ASSERT_TRUE(tables_.switch_transmit(context, {&kFirstTek, 1}));
    // As traffic would leave them.
    SaRx& rx = *keys().mzone[0][0];
    ASSERT_EQ(rx.window.record(0x200005), Arrival::newest);
    std::uint32_t pn = 0;
    ASSERT_EQ(keys().transmit[0]->take_pn(pn), PnGrant::granted);
    keys().cmac_of(pdu::Zone::mzone, spec.ak_sn)->last_pn.set(99);
    const Snapshot* const before = &keys();

    const auto again = tables_.install_context(ref_, spec);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, context);
    EXPECT_EQ(&keys(), before);
    ASSERT_EQ(counters().size(), 1U);
    EXPECT_EQ(counters()[0].next_pn, 2U);
    EXPECT_EQ(counters()[0].highest_pn, 0x200005U);
    EXPECT_EQ(keys().cmac_of(pdu::Zone::mzone, spec.ak_sn)->last_pn.value(), 99U);

    EXPECT_TRUE(tables_.install_tek(context, 1, tek_of(first_)));
    EXPECT_EQ(counters()[0].next_pn, 2U);
    EXPECT_EQ(keys().transmit[0]->next_pn.value(), 2U);
    EXPECT_EQ(keys().mzone[0][0], &rx);
}

TEST_F(Contexts, PendingContextAgainStaysBesideTheActiveOne)
{
    const ContextRef active = install(first_);
    const ContextRef pending = install(second_);
    EXPECT_EQ(tables_.install_context(ref_, context_of(first_)).value(), active);
    EXPECT_EQ(tables_.install_context(ref_, context_of(second_)).value(), pending);
    EXPECT_EQ(counters().size(), 2U);
}

TEST_F(Contexts, KeyThatIsSentWithIsNeverTakenAnewForSending)
{
    const ContextRef context = install(first_);
    // Beside itself, as another EKS, in a second context, and after it is gone.
    EXPECT_EQ(code_of(tables_.install_tek(context, 1, tek_of(first_, kEks1))), kRefused);
    EXPECT_EQ(code_of(tables_.install_context(ref_, context_of(first_, kEks1))), kRefused);
    ASSERT_TRUE(tables_.install_tek(context, 1, tek_of(second_, kEks1)));
    ASSERT_TRUE(tables_.retire_tek(context, 1, kEks0));
    EXPECT_EQ(code_of(tables_.install_tek(context, 1, tek_of(first_, kEks2))), kRefused);
    EXPECT_EQ(code_of(tables_.install_context(ref_, context_of(first_))), kRefused);
    ASSERT_TRUE(tables_.retire_context(context));
    reclaimer_.end_grace_period();
    EXPECT_EQ(code_of(tables_.install_context(ref_, context_of(first_))), kRefused);
    EXPECT_EQ(code_of(tables_.install_context(ref_, context_of(second_))), kRefused);
    EXPECT_TRUE(tables_.install_context(ref_, context_of(third_)));
}

/// Its replay window would start again, and all that was ever received under it could be sent once more.
TEST_F(Contexts, KeyThatIsReceivedWithIsNeverTakenAnewForReceiving)
{
    const auto receiver = [](const Key& key, Eks eks) {
        ContextSpec spec = context_of(key, eks);
        spec.sas[0].teks[0].send.reset();
        return spec;
    };
    const ContextRef context = tables_.install_context(ref_, receiver(first_, kEks0)).value();
    EXPECT_EQ(code_of(tables_.install_context(ref_, receiver(first_, kEks1))), kRefused);
    EXPECT_EQ(code_of(tables_.install_tek(context, 1, {.eks = kEks1, .key = first_, .send = {}})),
              kRefused);
    ASSERT_TRUE(tables_.install_tek(context, 1, {.eks = kEks1, .key = second_, .send = {}}));
    ASSERT_TRUE(tables_.retire_tek(context, 1, kEks0));
    EXPECT_EQ(code_of(tables_.install_context(ref_, receiver(first_, kEks0))), kRefused);
    ASSERT_TRUE(tables_.retire_context(context));
    EXPECT_EQ(code_of(tables_.install_context(ref_, receiver(second_, kEks1))), kRefused);
    EXPECT_EQ(counters().size(), 0U);
}

/// However many keys come and go meanwhile.
TEST_F(Contexts, KeyThatIsThereIsNotTakenAnewEvenAfterManyOthers)
{
    const ContextRef active = install(first_);
    ASSERT_TRUE(tables_.switch_transmit(active, {&kFirstTek, 1}));
    const ContextRef pending = install(second_);
    for (std::uint8_t i = 0; i < 200; ++i) {
        const Key key = key_of(static_cast<std::uint8_t>(10 + i));
        ASSERT_TRUE(tables_.install_tek(pending, 1, tek_of(key, kEks1)));
        ASSERT_TRUE(tables_.retire_tek(pending, 1, kEks1));
    }
    EXPECT_EQ(code_of(tables_.install_tek(pending, 1, tek_of(first_, kEks1))), kRefused);
    EXPECT_EQ(code_of(tables_.install_tek(pending, 1, tek_of(second_, kEks1))), kRefused);
}

/// CMAC_PN would start again.
TEST_F(Contexts, CmacKeyThatIsThereIsNotInstalledAnew)
{
    ContextSpec spec = context_of(first_);
    spec.cmac = CmacSpec{.key = third_, .akid = {7}};
    ASSERT_TRUE(tables_.install_context(ref_, spec));
    ContextSpec other = context_of(second_, kEks1);
    other.cmac = spec.cmac;
    EXPECT_EQ(code_of(tables_.install_context(ref_, other)), kRefused);
    other.cmac->akid = {8};
    EXPECT_TRUE(tables_.install_context(ref_, other));
}

TEST_F(Contexts, AnotherTekUnderAnEksThatIsTakenIsRefused)
{
    const ContextRef context = install(first_);
    EXPECT_EQ(code_of(tables_.install_tek(context, 1, tek_of(second_))), kNoRoom);
    EXPECT_EQ(keys().mzone[0][0]->tek_ref.eks, kEks0);
    // It was not taken, so that it may still come under another EKS.
    EXPECT_TRUE(tables_.install_tek(context, 1, tek_of(second_, kEks1)));
}

// Switching and retiring

TEST_F(Contexts, SwitchOfOneSaLeavesTheOther)
{
    ContextSpec spec = context_of(first_);
    spec.sas.push_back({.said = 2});
    spec.sas[1].teks.push_back(tek_of(second_));
    const ContextRef context = tables_.install_context(ref_, spec).value();
    const std::array both{kFirstTek, SendChoice{.said = 2, .eks = kEks0}};
    ASSERT_TRUE(tables_.switch_transmit(context, both));
    ASSERT_NE(keys().transmit[0], nullptr);
    const SaTx* const second = keys().transmit[1];
    ASSERT_NE(second, nullptr);
    ASSERT_TRUE(tables_.install_tek(context, 1, tek_of(third_, kEks1)));
    const SendChoice update{.said = 1, .eks = kEks1};
    ASSERT_TRUE(tables_.switch_transmit(context, {&update, 1}));
    EXPECT_EQ(keys().transmit[0]->eks, kEks1);
    EXPECT_EQ(keys().transmit[1], second);

    // Another context: an SA that is not named sends nothing.
    const Key fourth = key_of(4);
    const ContextRef next = install(fourth, kEks2);
    const SendChoice only{.said = 1, .eks = kEks2};
    ASSERT_TRUE(tables_.switch_transmit(next, {&only, 1}));
    EXPECT_EQ(keys().transmit[0]->context, next.context);
    EXPECT_EQ(keys().transmit[1], nullptr);
}

TEST_F(Contexts, SwitchThatIsRefusedChangesNothing)
{
    const ContextRef context = install(first_);
    ASSERT_TRUE(tables_.switch_transmit(context, {&kFirstTek, 1}));
    const SaTx* const before = keys().transmit[0];
    const ContextRef pending = install(second_, kEks1);
    const std::array half_wrong{SendChoice{.said = 1, .eks = kEks1},
                                SendChoice{.said = 2, .eks = kEks1}};
    EXPECT_EQ(code_of(tables_.switch_transmit(pending, half_wrong)), kRefused);
    EXPECT_EQ(keys().transmit[0], before);
}

TEST_F(Contexts, SwitchBackGoesOnWithTheSameNumbers)
{
    const ContextRef one = install(first_);
    const ContextRef two = install(second_, kEks1);
    const SendChoice choice_two{.said = 1, .eks = kEks1};
    std::uint32_t pn = 0;
    ASSERT_TRUE(tables_.switch_transmit(one, {&kFirstTek, 1}));
    ASSERT_EQ(keys().transmit[0]->take_pn(pn), PnGrant::granted);
    ASSERT_TRUE(tables_.switch_transmit(two, {&choice_two, 1}));
    ASSERT_TRUE(tables_.switch_transmit(one, {&kFirstTek, 1}));
    ASSERT_EQ(keys().transmit[0]->take_pn(pn), PnGrant::granted);
    EXPECT_EQ(pn, 2U);
}

TEST_F(Contexts, TekThatIsSentWithCannotBeRetired)
{
    const ContextRef context = install(first_);
    ASSERT_TRUE(tables_.install_tek(context, 1, tek_of(second_, kEks1)));
    ASSERT_TRUE(tables_.switch_transmit(context, {&kFirstTek, 1}));
    EXPECT_EQ(code_of(tables_.retire_tek(context, 1, kEks0)), kRefused);
    const SendChoice update{.said = 1, .eks = kEks1};
    ASSERT_TRUE(tables_.switch_transmit(context, {&update, 1}));
    ASSERT_TRUE(tables_.retire_tek(context, 1, kEks0));
    EXPECT_EQ(keys().mzone[0][0], nullptr);
    EXPECT_NE(keys().mzone[0][1], nullptr);
}

TEST_F(Contexts, ContextThatIsSentWithTakesSendingWithIt)
{
    const ContextRef context = install(first_);
    ASSERT_TRUE(tables_.switch_transmit(context, {&kFirstTek, 1}));
    ASSERT_TRUE(tables_.retire_context(context));
    EXPECT_EQ(keys().transmit[0], nullptr);
    EXPECT_EQ(keys().mzone[0][0], nullptr);
    EXPECT_EQ(counters().size(), 0U);
}

// Ceilings and counters

TEST_F(Contexts, CeilingGoesUpOnlyAndNotBeyondTheHardLimit)
{
    ContextSpec spec = context_of(first_);
    spec.sas[0].teks[0].send = PnLimits{.first = 1, .soft = 50, .hard = 100, .ceiling = 10};
    const ContextRef context = tables_.install_context(ref_, spec).value();
    EXPECT_TRUE(tables_.raise_ceiling(context, 1, kEks0, 10));
    EXPECT_TRUE(tables_.raise_ceiling(context, 1, kEks0, 60));
    EXPECT_EQ(code_of(tables_.raise_ceiling(context, 1, kEks0, 59)), kRefused);
    EXPECT_EQ(code_of(tables_.raise_ceiling(context, 1, kEks0, 101)), kRefused);
    EXPECT_TRUE(tables_.raise_ceiling(context, 1, kEks0, 100));
    EXPECT_EQ(counters().at(0).ceiling, 100U);
}

TEST_F(Contexts, CountersSayWhichTekIsSentWith)
{
    const ContextRef context = install(first_);
    ASSERT_TRUE(tables_.install_tek(context, 1, tek_of(second_, kEks1)));
    const SendChoice update{.said = 1, .eks = kEks1};
    ASSERT_TRUE(tables_.switch_transmit(context, {&update, 1}));
    const auto all = counters();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].tek, (TekRef{.context = context.context, .said = 1, .eks = kEks0}));
    EXPECT_FALSE(all[0].sends);
    EXPECT_TRUE(all[0].receives);
    EXPECT_EQ(all[0].next_pn, 1U);
    EXPECT_EQ(all[0].highest_pn, 0x200000U);
    EXPECT_TRUE(all[1].sends);
    EXPECT_EQ(all[1].tek.eks, kEks1);
}

// Giving up

/// The expanded key where it lies, whoever owns it: key memory is never unmapped.
std::vector<std::uint8_t> bytes_at(const crypto::AesKey* key)
{
    std::vector<std::uint8_t> bytes(sizeof(crypto::AesKey));
    std::memcpy(bytes.data(), static_cast<const void*>(key), bytes.size());
    return bytes;
}

/// But for the first word, which links free blocks.
bool is_wiped(const std::vector<std::uint8_t>& bytes)
{
    return std::all_of(bytes.begin() + sizeof(void*), bytes.end(),
                       [](std::uint8_t byte) { return byte == 0; });
}

TEST_F(Contexts, RetiredKeysAreWipedByTheReclaimerAndNotBefore)
{
    const ContextRef context = install(first_);
    ASSERT_TRUE(tables_.install_tek(context, 1, tek_of(second_, kEks1)));
    const crypto::AesKey* const first = keys().mzone[0][0]->key;
    const crypto::AesKey* const second = keys().mzone[0][1]->key;
    reclaimer_.end_grace_period();

    ASSERT_TRUE(tables_.retire_tek(context, 1, kEks0));
    EXPECT_EQ(keys().mzone[0][0], nullptr);
    EXPECT_EQ(reclaimer_.waiting(), 2U); // the snapshot and the TEK
    EXPECT_FALSE(is_wiped(bytes_at(first)));
    reclaimer_.end_grace_period();
    EXPECT_TRUE(is_wiped(bytes_at(first)));
    EXPECT_FALSE(is_wiped(bytes_at(second)));

    ASSERT_TRUE(tables_.remove_station(ref_));
    EXPECT_FALSE(is_wiped(bytes_at(second)));
    reclaimer_.end_grace_period();
    EXPECT_TRUE(is_wiped(bytes_at(second)));
    EXPECT_EQ(crypto::reap_retired_keys(), 0U);
}

} // namespace
} // namespace aaigw::sa
