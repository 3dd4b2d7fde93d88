// AES key wrap gives the published answer and refuses anything altered.
#include "common/hex.h"
#include "crypto/key_wrap.h"
#include "crypto/secret.h"

#include <gtest/gtest.h>

namespace aaigw::crypto {
namespace {

std::vector<std::uint8_t> hex(std::string_view text)
{
    return from_hex(text).value();
}

// RFC 3394 4.1.
const auto kKek = hex("000102030405060708090a0b0c0d0e0f");
const auto kKey = hex("00112233445566778899aabbccddeeff");
const auto kWrapped = hex("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");

AesKeyView kek()
{
    return AesKeyView{kKek.data(), kAesKeyBytes};
}

TEST(KeyWrap, GivesThePublishedAnswer)
{
    std::vector<std::uint8_t> wrapped(24);
    key_wrap(kek(), kKey, wrapped);
    EXPECT_EQ(to_hex(wrapped), to_hex(kWrapped));
    std::vector<std::uint8_t> key(16);
    ASSERT_TRUE(key_unwrap(kek(), wrapped, key));
    EXPECT_EQ(key, kKey);
}

TEST(KeyWrap, RefusesEverySingleBitChange)
{
    for (std::size_t bit = 0; bit < 8 * kWrapped.size(); ++bit) {
        auto wrapped = kWrapped;
        wrapped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        std::vector<std::uint8_t> key(16, 0xee);
        const auto result = key_unwrap(kek(), wrapped, key);
        ASSERT_FALSE(result) << "bit " << bit;
        EXPECT_EQ(result.error().code, ErrorCode::verification_failed);
        EXPECT_TRUE(ct_equal(key, std::vector<std::uint8_t>(16))) << "unverified key left behind";
    }
}

TEST(KeyWrap, RefusesSizesThatNoWrappedKeyHas)
{
    for (const std::size_t size : {0U, 8U, 16U, 23U, 25U, 80U}) {
        std::vector<std::uint8_t> key(size > 8 ? size - 8 : 0);
        const auto result = key_unwrap(kek(), std::vector<std::uint8_t>(size), key);
        ASSERT_FALSE(result) << size;
        EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    }
}

} // namespace
} // namespace aaigw::crypto
