// Secret: what is wiped, when, and what cannot be done with it; constant-time comparison.

#include "crypto/secret.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace aaigw::crypto {
namespace {

constexpr std::array<std::uint8_t, 4> kBytes{1, 2, 3, 4};

static_assert(!std::is_copy_constructible_v<Secret<16>>);
static_assert(!std::is_copy_assignable_v<Secret<16>>);
static_assert(!std::is_default_constructible_v<Secret<16>>);
static_assert(!fmt::is_formattable<Secret<16>>::value);
static_assert(!std::is_convertible_v<Secret<16>, Bytes>);

template <class T>
concept Comparable = requires(const T& a, const T& b)
{
    a == b;
};
static_assert(!Comparable<Secret<16>>);

template <class T>
concept Streamable = requires(std::ostream& out, const T& value)
{
    out << value;
};
static_assert(!Streamable<Secret<16>>);

TEST(Secret, MoveWipesTheSource)
{
    auto first = Secret<4>::copy_of(kBytes);
    const auto second = std::move(first);
    EXPECT_TRUE(ct_equal(second.expose(), kBytes));
    EXPECT_TRUE(
        ct_equal(first.expose(), std::array<std::uint8_t, 4>{})); // NOLINT(bugprone-use-after-move)
}

TEST(Secret, DestructorWipesItsPlace)
{
    alignas(Secret<4>) std::array<std::uint8_t, sizeof(Secret<4>)> place;
    auto* secret = new (place.data()) Secret<4>{Secret<4>::copy_of(kBytes)};
    secret->~Secret();
    EXPECT_TRUE(ct_equal(place, std::array<std::uint8_t, 4>{}));
}

TEST(CtEqual, ComparesAllBytesAndTheSize)
{
    EXPECT_TRUE(ct_equal({}, {}));
    EXPECT_TRUE(ct_equal(kBytes, kBytes));
    EXPECT_FALSE(ct_equal(kBytes, Bytes{kBytes}.first(3)));
    for (std::size_t i = 0; i < kBytes.size(); ++i) {
        auto other = kBytes;
        other[i] ^= 0x80;
        EXPECT_FALSE(ct_equal(kBytes, other)) << "difference in byte " << i;
    }
}

} // namespace
} // namespace aaigw::crypto
