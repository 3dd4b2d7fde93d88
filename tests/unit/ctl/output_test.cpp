// The JSON text of a result, and errors when it is written.
#include "control/ctl/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace aaigw::ctl {
namespace {

TEST(Output, IsOneJsonObjectInTheOrderOfAdding)
{
    Output output;
    output.number("zeta", 4294967295)
        .hex("alpha", std::array<std::uint8_t, 2>{0xAB, 0x01})
        .hex("empty", {});
    EXPECT_EQ(output.json(),
              "{\n  \"zeta\": 4294967295,\n  \"alpha\": \"ab01\",\n  \"empty\": \"\"\n}\n");
}

TEST(WriteAll, AFullDeviceIsAnError)
{
    const int fd = ::open("/dev/full", O_WRONLY);
    ASSERT_GE(fd, 0);
    const auto result = write_all(fd, "text");
    ::close(fd);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::io);
    EXPECT_EQ(result.error().message, "cannot write the result: No space left on device");
}

TEST(WriteAll, AClosedPipeIsAnError)
{
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ::close(ends[0]);
    const auto result = write_all(ends[1], "text");
    ::close(ends[1]);
    std::signal(SIGPIPE, before);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::io);
}

} // namespace
} // namespace aaigw::ctl
