// The kernel's randomness fills all of what it is asked for.
#include "crypto/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

namespace aaigw::crypto {
namespace {

TEST(SystemRandom, FillsEveryByteAndNeverRepeatsANonce)
{
    SystemRandom random;
    std::set<std::vector<std::uint8_t>> seen;
    for (int i = 0; i < 1000; ++i) {
        std::vector<std::uint8_t> nonce(8);
        random.fill(nonce);
        EXPECT_TRUE(seen.insert(nonce).second);
    }
    // getrandom() returns at most 256 bytes uninterrupted: a long request must be filled to its end.
    std::vector<std::uint8_t> large(1 << 16);
    random.fill(large);
    for (std::size_t block = 0; block < large.size(); block += 64)
        EXPECT_TRUE(std::any_of(large.begin() + static_cast<std::ptrdiff_t>(block),
                                large.begin() + static_cast<std::ptrdiff_t>(block) + 64,
                                [](std::uint8_t byte) { return byte != 0; }));
    random.fill({});
}

} // namespace
} // namespace aaigw::crypto
