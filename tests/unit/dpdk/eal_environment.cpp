#include "tests/unit/dpdk/eal_environment.h"

#include <mutex>
#include <utility>

namespace aaigw::dpdk {

namespace {

std::mutex log_mutex;
std::vector<std::string> log_lines;

const auto* const kEnvironment = testing::AddGlobalTestEnvironment(new EalEnvironment);

} // namespace

void EalEnvironment::SetUp()
{
    EalOptions options;
    options.huge_pages = HugePages::never;
    options.memory_mib = 96;
    options.log = [](std::string_view line) {
        const std::scoped_lock lock{log_mutex};
        log_lines.emplace_back(line);
    };
    auto started = Eal::start(options);
    ASSERT_TRUE(started) << started.error().message;
    eal_.emplace(*std::move(started));
    EXPECT_FALSE(eal_->huge_pages());
}

std::vector<std::string> EalEnvironment::take_log()
{
    const std::scoped_lock lock{log_mutex};
    return std::exchange(log_lines, {});
}

} // namespace aaigw::dpdk
