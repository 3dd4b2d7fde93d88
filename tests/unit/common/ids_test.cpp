// Identifiers hold their width and do not pass for one another.
#include "common/ids.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace aaigw {
namespace {

static_assert(!std::is_convertible_v<Stid, Fid>);
static_assert(!std::is_constructible_v<Stid, Cid>);
static_assert(!std::is_convertible_v<int, Stid>);
static_assert(!std::is_constructible_v<MzonePn, LzonePn>);

TEST(BoundedUint, AcceptsExactlyItsWidth)
{
    EXPECT_EQ(Stid::from(4095)->value(), 4095);
    EXPECT_EQ(Stid::from(4096), std::nullopt);
    EXPECT_EQ(Eks::from(3)->value(), 3);
    EXPECT_EQ(Eks::from(4), std::nullopt);
    EXPECT_EQ(MzonePn::from(0x3fffff)->value(), 0x3fffffU);
    EXPECT_EQ(MzonePn::from(0x400000), std::nullopt);
    EXPECT_EQ(LzonePn::from(0xffffffff)->value(), 0xffffffffU);
    EXPECT_EQ(LzonePn::from(0x100000000), std::nullopt);
}

TEST(BoundedUint, CutsAFieldToItsWidth)
{
    EXPECT_EQ(Fid::from_field(0xf7).value(), 7);
    EXPECT_EQ(MzonePn::from_field(0xffffffff).value(), 0x3fffffU);
}

TEST(BoundedUint, Orders)
{
    EXPECT_LT(Stid::from_field(1), Stid::from_field(2));
    EXPECT_EQ(Stid::from_field(2), Stid::from_field(2));
}

} // namespace
} // namespace aaigw
