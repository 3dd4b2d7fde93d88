// The sending half of a TEK: which PNs it gives, when it warns, and where it ends.
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/sa/sa.h"

#include <gtest/gtest.h>

#include <memory>

namespace aaigw::sa {
namespace {

class Sending : public testing::Test {
  protected:
    std::unique_ptr<SaTx> make(const PnLimits& limits) const
    {
        return std::make_unique<SaTx>(*key_, pdu::Protection::ccm_icv8, limits, TekRef{},
                                      StationRef{});
    }

    crypto::AesKeyPtr key_ = crypto::make_aes_key(std::array<std::uint8_t, 16>{1});
    std::uint32_t pn_ = 0;
};

TEST_F(Sending, GivesEachNumberOnceUpToTheHardLimit)
{
    const auto tx = make({.first = 5, .soft = 100, .hard = 8, .ceiling = 8});
    for (const std::uint32_t expected : {5U, 6U, 7U, 8U}) {
        EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
        EXPECT_EQ(pn_, expected);
    }
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(tx->take_pn(pn_), PnGrant::exhausted);
        EXPECT_EQ(tx->next_pn.value(), 9U);
    }
}

TEST_F(Sending, WarnsFromTheSoftLimitOnUntilTheWarningGotThrough)
{
    const auto tx = make({.first = 1, .soft = 3, .hard = 10, .ceiling = 10});
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted_at_soft_limit);
    EXPECT_EQ(pn_, 3U);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted_at_soft_limit);
    tx->soft_limit_raised = true;
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(pn_, 5U);
}

TEST_F(Sending, StopsAtTheCeilingUntilItIsRaised)
{
    const auto tx = make({.first = 1, .soft = 100, .hard = 4, .ceiling = 2});
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::at_ceiling);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::at_ceiling);
    tx->ceiling.store(4);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(pn_, 3U);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::exhausted);
}

TEST_F(Sending, GivesNothingBelowItsFirstCeiling)
{
    const auto tx = make({.first = 100, .soft = 200, .hard = 300, .ceiling = 99});
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::at_ceiling);
    tx->ceiling.store(100);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(pn_, 100U);
}

/// The last PN of the LZone's uplink half is the greatest number of 32 bits: the next one would be 0.
TEST_F(Sending, DoesNotWrapAroundAtTheEndOfTheLzone)
{
    const std::uint32_t last = pdu::kLzoneUplinkPns.last.value();
    ASSERT_EQ(last, 0xffffffffU);
    const auto tx = make({.first = last - 1, .soft = last, .hard = last, .ceiling = last});
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted);
    EXPECT_EQ(tx->take_pn(pn_), PnGrant::granted_at_soft_limit);
    EXPECT_EQ(pn_, last);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(tx->take_pn(pn_), PnGrant::exhausted);
    EXPECT_EQ(tx->next_pn.value(), std::uint64_t{last} + 1);
}

} // namespace
} // namespace aaigw::sa
