#include "bench/path/crypto_perf.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>

namespace aaigw::bench {

namespace {

struct ClosePipe {
    void operator()(std::FILE* pipe) const noexcept { ::pclose(pipe); }
};

std::string command_line(std::size_t bytes, std::size_t operations)
{
    return fmt::format(
        "dpdk-test-crypto-perf --no-huge -m 512 --no-pci --no-telemetry --log-level=3"
        " --vdev crypto_aesni_mb -l 0,1 -- --ptest throughput --devtype crypto_aesni_mb"
        " --optype aead --aead-algo aes-ccm --aead-op encrypt --aead-key-sz 16 --aead-iv-sz 13"
        " --aead-aad-sz 0 --digest-sz 8 --burst-sz 32 --silent --total-ops {} --buffer-sz {}"
        " 2>/dev/null </dev/null",
        operations, bytes);
}

} // namespace

Result<double> run_crypto_perf(std::size_t bytes, std::size_t operations)
{
    const std::unique_ptr<std::FILE, ClosePipe> pipe{
        // NOLINTNEXTLINE(cert-env33-c): a fixed command with two numbers in it
        ::popen(command_line(bytes, operations).c_str(), "r")};
    if (pipe == nullptr)
        return fail(ErrorCode::io, "cannot start dpdk-test-crypto-perf");
    std::optional<double> cycles;
    std::array<char, 512> line{};
    while (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) != nullptr) {
        // lcore, buffer size, burst, enqueued, dequeued, failed, failed, MOps, Gbps, cycles per buffer
        std::istringstream words{line.data()};
        double lcore = 0, size = 0, ignored = 0, per_buffer = 0;
        words >> lcore >> size >> ignored >> ignored >> ignored >> ignored >> ignored >> ignored >>
            ignored >> per_buffer;
        if (words && size > 0)
            cycles = per_buffer;
    }
    if (!cycles)
        return fail(ErrorCode::unavailable,
                    "dpdk-test-crypto-perf gives no figures (apt-get install dpdk-dev; two cores)");
    return *cycles;
}

} // namespace aaigw::bench
