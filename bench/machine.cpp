#include "bench/machine.h"

#include "bench/timing.h"

#include <fmt/format.h>
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <cstdio>
#include <fstream>

namespace aaigw::bench {

namespace {

std::string cpu_model()
{
    std::ifstream info{"/proc/cpuinfo"};
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name"))
            return line.substr(line.find(": ") + 2);
    }
    return "unknown";
}

} // namespace

Json describe_machine()
{
    const std::uint64_t features = imb_get_feature_flags();
    return {{"cpu", cpu_model()},
            {"tsc_mhz", static_cast<std::uint64_t>(tsc_hz() / 1e6)},
            {"avx512", (features & IMB_CPUFLAGS_AVX512) == IMB_CPUFLAGS_AVX512},
            {"vaes", (features & IMB_FEATURE_VAES) != 0},
            {"ipsec_mb", imb_get_version_str()},
            {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
            {"compiler", __VERSION__}};
}

int write_report(const Json& report, const std::string& path)
{
    std::ofstream file{path};
    file << report.dump(2) << '\n';
    if (!file.flush()) {
        fmt::print(stderr, "aaigw-bench: --json: cannot write {}\n", path);
        return 1;
    }
    return 0;
}

} // namespace aaigw::bench
