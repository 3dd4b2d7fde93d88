// Keys of one size are still different types, and behave as secrets do.
#include "control/key/key_types.h"
#include "control/key/lzone_keys.h"
#include "control/key/mzone_keys.h"
#include "tests/unit/key/hex_keys.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <type_traits>

namespace aaigw::key {
namespace {

static_assert(Tek::kSize == CmacKey::kSize);
static_assert(!std::is_convertible_v<Tek, CmacKey>);
static_assert(!std::is_constructible_v<CmacKey, Tek>);
static_assert(!std::is_constructible_v<CmacKey, crypto::Secret<16>>);
static_assert(!std::is_assignable_v<CmacKey&, Tek>);
static_assert(!std::is_constructible_v<Ak, Pmk>);
static_assert(!std::is_constructible_v<TekRoot, Pmk>);
static_assert(!std::is_constructible_v<PmkRoot, Ak>);
static_assert(!std::is_constructible_v<LzonePmkInputs, Ak>);

static_assert(!std::is_copy_constructible_v<Tek>);
static_assert(!std::is_copy_assignable_v<Tek>);
static_assert(!std::is_default_constructible_v<Tek>);
static_assert(std::is_nothrow_move_constructible_v<Tek>);
static_assert(!std::is_default_constructible_v<MzoneKeySet>);
static_assert(!std::is_copy_constructible_v<MzoneKeySet>);
static_assert(!std::equality_comparable<Tek>);
static_assert(!fmt::is_formattable<Tek>::value);
static_assert(!std::is_convertible_v<Tek, Bytes>);

TEST(TypedKey, MoveWipesTheSourceAndCloneDoesNot)
{
    Tek first = key_of<Tek>("000102030405060708090a0b0c0d0e0f");
    const Tek second = first.clone();
    EXPECT_EQ(hex_of(first), hex_of(second));
    const Tek third = std::move(first);
    EXPECT_EQ(hex_of(third), hex_of(second));
    EXPECT_EQ(hex_of(first), std::string(32, '0')); // NOLINT(bugprone-use-after-move)
}

TEST(TypedKey, RoomForABatchHoldsZeros)
{
    const auto sets = room_for<LzoneKeySet>(3);
    ASSERT_EQ(sets.size(), 3U);
    for (const LzoneKeySet& set : sets)
        EXPECT_EQ(hex_of(set.ak), std::string(40, '0'));
}

} // namespace
} // namespace aaigw::key
