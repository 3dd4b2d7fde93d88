// The known name that a misspelt one is taken for, and lists of names.
#include "common/words.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace aaigw {
namespace {

const std::array<std::string, 4> kKnown{"sector", "sectors", "address", "mtu"};

TEST(Closest, FindsTheNameWithTheFewestTypingErrors)
{
    EXPECT_EQ(closest("sectr", kKnown), "sector");
    EXPECT_EQ(closest("sectorss", kKnown), "sectors");
    EXPECT_EQ(closest("adress", kKnown), "address");
    EXPECT_EQ(closest("aderss", kKnown), "address") << "two letters";
}

TEST(Closest, FindsNothingFarAway)
{
    EXPECT_EQ(closest("adrs", kKnown), "") << "three letters";
    EXPECT_EQ(closest("speed", kKnown), "");
    EXPECT_EQ(closest("", kKnown), "");
}

TEST(Closest, AllowsAShortNameOneErrorOnly)
{
    EXPECT_EQ(closest("mtv", kKnown), "mtu");
    EXPECT_EQ(closest("mxy", kKnown), "");
}

TEST(Closest, DoesNotLookAtLongTexts)
{
    EXPECT_EQ(closest(std::string(1 << 20, 'a'), kKnown), "");
}

TEST(Joined, PutsTheSeparatorBetween)
{
    EXPECT_EQ(joined(std::vector<std::string>{}, ", "), "");
    EXPECT_EQ(joined(std::array{"a"}, ", "), "a");
    EXPECT_EQ(joined(kKnown, ", "), "sector, sectors, address, mtu");
}

} // namespace
} // namespace aaigw
