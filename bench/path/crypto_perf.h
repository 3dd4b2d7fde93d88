// dpdk-test-crypto-perf, the yardstick: what the bare AES-CCM operation costs in DPDK's own benchmark.
#pragma once

#include "common/result.h"

#include <cstddef>

namespace aaigw::bench {

/// Runs crypto_aesni_mb, AES-128-CCM encrypt with 8-byte tags, burst 32, on core 1 with core 0 for its control thread.
/// TSC cycles per buffer. Fails when the program is not there (Debian: dpdk-dev) or prints nothing.
[[nodiscard]] Result<double> run_crypto_perf(std::size_t bytes, std::size_t operations);

} // namespace aaigw::bench
