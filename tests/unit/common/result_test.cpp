// TRY and TRY_DO leave a function with the first error, AAIGW_CHECK leaves the process.
#include "common/check.h"
#include "common/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace aaigw {
namespace {

Result<std::unique_ptr<int>> number(bool good)
{
    if (!good)
        return fail(ErrorCode::io, "no number");
    return std::make_unique<int>(42);
}

Result<void> step(bool good)
{
    if (!good)
        return fail(ErrorCode::malformed, "bad step");
    return {};
}

Result<int> both(bool good_number, bool good_step)
{
    TRY(const auto value, number(good_number)); // moves: the value cannot be copied
    TRY_DO(step(good_step));
    return *value;
}

TEST(Try, GoesOnWithTheValue)
{
    EXPECT_EQ(both(true, true).value(), 42);
}

TEST(Try, ReturnsTheFirstError)
{
    EXPECT_EQ(both(false, false).error().code, ErrorCode::io);
    EXPECT_EQ(both(true, false).error().code, ErrorCode::malformed);
    EXPECT_EQ(both(true, false).error().message, "bad step");
}

TEST(Check, StopsTheProcessAndSaysWhere)
{
    AAIGW_CHECK(1 + 1 == 2);
    EXPECT_DEATH(AAIGW_CHECK(1 + 1 == 3), "result_test.cpp:[0-9]+: check failed: 1 \\+ 1 == 3");
}

} // namespace
} // namespace aaigw
