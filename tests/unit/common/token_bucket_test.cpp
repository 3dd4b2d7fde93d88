// Token buckets: what is let through at once, what in the long run, and at every time of the clock.
#include "common/token_bucket.h"

#include <gtest/gtest.h>

namespace aaigw {
namespace {

std::size_t taken(TokenBucket& bucket, std::uint64_t now, std::size_t tries = 1000)
{
    std::size_t count = 0;
    for (std::size_t i = 0; i < tries; ++i)
        count += bucket.take(now) ? 1U : 0U;
    return count;
}

/// Wherever the clock stands: a counter of a virtual machine may begin with 0.
TEST(TokenBucket, StartsFull)
{
    for (const std::uint64_t now : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{499},
                                    std::uint64_t{500}, std::uint64_t{1} << 62}) {
        TokenBucket bucket{10, 50};
        EXPECT_EQ(taken(bucket, now), 50U) << now;
        EXPECT_EQ(taken(bucket, now + 9), 0U);
        EXPECT_EQ(taken(bucket, now + 10), 1U);
        EXPECT_EQ(taken(bucket, now + 35), 2U);
        EXPECT_EQ(taken(bucket, now + 40), 1U);
    }
}

TEST(TokenBucket, HoldsNoMoreThanABurst)
{
    TokenBucket bucket{10, 50};
    EXPECT_EQ(taken(bucket, 1000), 50U);
    EXPECT_EQ(taken(bucket, 1'000'000), 50U);
    EXPECT_EQ(taken(bucket, 1'000'250), 25U);
}

TEST(TokenBucket, TokenThatIsGivenBackMayBeTakenAgain)
{
    TokenBucket bucket{10, 3};
    EXPECT_EQ(taken(bucket, 0), 3U);
    bucket.refund();
    EXPECT_EQ(taken(bucket, 0), 1U);
    bucket.refund();
    bucket.refund();
    bucket.refund();
    bucket.refund();
    bucket.refund();
    EXPECT_EQ(taken(bucket, 0), 3U);
}

TEST(TokenBucket, WithoutCapacityGivesNothing)
{
    TokenBucket bucket;
    EXPECT_EQ(taken(bucket, 12345), 0U);
}

} // namespace
} // namespace aaigw
