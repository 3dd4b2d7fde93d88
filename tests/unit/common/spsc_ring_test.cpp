// The queue between two threads: order, limits, slots that keep their content, and both threads at work.
#include "common/spsc_ring.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

namespace aaigw {
namespace {

using Ring = SpscRing<std::uint64_t, 8>;

bool put(Ring& ring, std::uint64_t value)
{
    std::uint64_t* const slot = ring.claim();
    if (slot == nullptr)
        return false;
    *slot = value;
    ring.publish();
    return true;
}

TEST(SpscRing, GivesInOrderWhatWasPutIn)
{
    Ring ring;
    EXPECT_EQ(ring.front(), nullptr);
    for (std::uint64_t round = 0; round < 5; ++round) {
        for (std::uint64_t i = 0; i < 8; ++i)
            EXPECT_TRUE(put(ring, 10 * round + i));
        EXPECT_FALSE(put(ring, 99));
        for (std::uint64_t i = 0; i < 8; ++i) {
            ASSERT_NE(ring.front(), nullptr);
            EXPECT_EQ(*ring.front(), 10 * round + i);
            ring.pop();
        }
        EXPECT_EQ(ring.front(), nullptr);
    }
}

TEST(SpscRing, SlotThatIsNotPublishedIsNotSeen)
{
    Ring ring;
    std::uint64_t* const slot = ring.claim();
    *slot = 5;
    EXPECT_EQ(ring.front(), nullptr);
    EXPECT_EQ(ring.claim(), slot);
    ring.publish();
    EXPECT_EQ(*ring.front(), 5U);
}

TEST(SpscRing, CarriesFromOneThreadToAnother)
{
    constexpr std::uint64_t kCount = 300'000;
    Ring ring;
    std::thread producer{[&] {
        for (std::uint64_t i = 0; i < kCount;)
            if (put(ring, i))
                ++i;
            else
                std::this_thread::yield();
    }};
    std::uint64_t wrong = 0;
    for (std::uint64_t expected = 0; expected < kCount;) {
        const std::uint64_t* const value = ring.front();
        if (value == nullptr) {
            std::this_thread::yield();
            continue;
        }
        wrong += *value != expected ? 1U : 0U;
        ++expected;
        ring.pop();
    }
    producer.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(ring.front(), nullptr);
}

} // namespace
} // namespace aaigw
