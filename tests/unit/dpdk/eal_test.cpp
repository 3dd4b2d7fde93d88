// Eal: starts once, gives its errors as text, and its threads come and go.
#include "dataplane/dpdk/eal.h"
#include "dataplane/dpdk/preflight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rte_eal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

namespace aaigw::dpdk {
namespace {

using testing::HasSubstr;

// DPDK starts once in a process, so this is one story.
TEST(Eal, StartsOnceAndLeavesNothingBehind)
{
    EalOptions options;
    options.huge_pages = HugePages::required;
    options.memory_mib = 1000000000;
    const auto too_much = Eal::start(options);
    ASSERT_FALSE(too_much); // before DPDK is touched, so that another try may follow
    EXPECT_THAT(too_much.error().message, HasSubstr("1000000000 MiB of huge pages"));

    options.huge_pages = HugePages::never;
    options.memory_mib = 32;
    options.control_cores = allowed_cores();
    std::filesystem::path folder;
    options.log = [](std::string_view line) { ADD_FAILURE() << "logged: " << line; };
    {
        const auto eal = Eal::start(options);
        ASSERT_TRUE(eal) << eal.error().message;
        EXPECT_FALSE(eal->huge_pages());
        folder = rte_eal_get_runtime_dir();
        EXPECT_EQ(folder.filename(), "aaigw-" + std::to_string(getpid()));
        EXPECT_TRUE(std::filesystem::exists(folder)) << folder;
        EXPECT_EQ(allowed_cores(), options.control_cores);

        EXPECT_FALSE(register_thread()); // this one has been DPDK's since start()
        std::thread{[&] {
            const int core = options.control_cores.back();
            EXPECT_TRUE(pin_to_core(core));
            EXPECT_THAT(allowed_cores(), testing::ElementsAre(core));
            EXPECT_TRUE(register_thread());
            EXPECT_TRUE(register_thread()); // its first registration has ended
            const auto refused = pin_to_core(-1);
            ASSERT_FALSE(refused);
            EXPECT_EQ(refused.error().message, "core -1: the process may not run there");
            EXPECT_FALSE(pin_to_core(1000));
            EXPECT_FALSE(pin_to_core(100000));
        }}.join();
    }
    EXPECT_FALSE(std::filesystem::exists(folder)) << folder;

    const auto again = Eal::start(options);
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().message, HasSubstr("only once in a process"));
}

} // namespace
} // namespace aaigw::dpdk
