#include "dataplane/dpdk/eal.h"

#include "dataplane/dpdk/device.h"
#include "dataplane/dpdk/log_stream.h"
#include "dataplane/dpdk/preflight.h"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <utility>

namespace aaigw::dpdk {

namespace {

std::atomic_flag eal_was_started;

std::vector<std::string> arguments_for(const EalOptions& options, bool huge_pages)
{
    std::vector<std::string> arguments{options.program};
    if (huge_pages)
        arguments.emplace_back("--in-memory");
    else
        arguments.insert(arguments.end(), {"--no-huge", "--no-shconf"});
    arguments.insert(arguments.end(), {"-m", fmt::format("{}", options.memory_mib)});

    // Physical addresses would need root, and no device that is worth having needs them.
    arguments.emplace_back("--iova-mode=va");
    arguments.push_back(fmt::format("--file-prefix={}", options.file_prefix.empty()
                                                            ? fmt::format("aaigw-{}", getpid())
                                                            : options.file_prefix));

    // One thread of DPDK's own, which may run on several cores; workers come by register_thread().
    const auto cores = options.control_cores.empty() ? allowed_cores() : options.control_cores;
    arguments.push_back(fmt::format("--lcores=0@({})", core_list(cores)));
    arguments.emplace_back("--log-level=warning");
    if (!options.telemetry)
        arguments.emplace_back("--no-telemetry");

    bool any_pci = false;
    for (const std::string& device : options.devices) {
        if (!is_pci_address(device))
            continue;
        any_pci = true;
        arguments.insert(arguments.end(), {"-a", device});
    }
    if (!any_pci)
        arguments.emplace_back("--no-pci");
    return arguments;
}

/// Whether to use huge pages, or why what was asked for cannot be had.
Result<bool> choose_huge_pages(const EalOptions& options)
{
    const bool enough = enough_huge_pages(huge_page_counts("/sys"), options.memory_mib);
    if (options.huge_pages == HugePages::required && !enough)
        return fail(ErrorCode::unavailable,
                    fmt::format("there are no {} MiB of huge pages free", options.memory_mib));
    return enough && options.huge_pages != HugePages::never;
}

} // namespace

Result<Eal> Eal::start(const EalOptions& options)
{
    TRY(const bool huge_pages, choose_huge_pages(options));
    if (eal_was_started.test_and_set())
        return fail(ErrorCode::unavailable, "DPDK was started before, and starts only once in a "
                                            "process");
    TRY_DO(start_log(options.log));

    std::vector<std::string> arguments = arguments_for(options, huge_pages);
    std::vector<char*> argv(arguments.size() + 1); // ends with a null
    std::transform(arguments.begin(), arguments.end(), argv.begin(),
                   [](std::string& argument) { return argument.data(); });

    const FirstLogLine log;
    if (rte_eal_init(static_cast<int>(arguments.size()), argv.data()) < 0) {
        stop_log();
        return fail(ErrorCode::unavailable,
                    fmt::format("DPDK did not start: {}", log.explain(rte_errno)));
    }
    return Eal{huge_pages, options.file_prefix.empty()};
}

Eal::Eal(Eal&& other) noexcept
    : owner_{std::exchange(other.owner_, false)}, huge_pages_{other.huge_pages_},
      own_folder_{other.own_folder_}
{
}

Eal::~Eal()
{
    if (!owner_)
        return;
    const std::filesystem::path folder{rte_eal_get_runtime_dir()};
    rte_eal_cleanup();
    stop_log();
    if (!own_folder_)
        return;
    std::error_code error; // what cannot be removed does no harm
    std::filesystem::remove_all(folder, error);
}

RegisteredThread::RegisteredThread(RegisteredThread&& other) noexcept
    : owner_{std::exchange(other.owner_, false)}
{
}

RegisteredThread::~RegisteredThread()
{
    if (owner_)
        rte_thread_unregister();
}

Result<RegisteredThread> register_thread()
{
    if (rte_lcore_id() != LCORE_ID_ANY)
        return fail(ErrorCode::invalid_argument, "the thread is one of DPDK's already");
    const FirstLogLine log;
    if (rte_thread_register() != 0)
        return fail(ErrorCode::unavailable,
                    fmt::format("DPDK takes no further thread: {}", log.explain(rte_errno)));
    return RegisteredThread{};
}

Result<void> pin_to_core(int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (core >= 0 && core < CPU_SETSIZE)
        CPU_SET(static_cast<std::size_t>(core), &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("core {}: the process may not run there", core));
    return {};
}

} // namespace aaigw::dpdk
