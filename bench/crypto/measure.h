// Runs candidates side by side on one workload, so that what the machine does meanwhile hits all of them alike.
#pragma once

#include "bench/crypto/workload.h"

#include <string>
#include <string_view>
#include <vector>

namespace aaigw::bench {

/// One line of the report. Cycles are TSC cycles per packet (per key set for derivations), medians over the rounds.
struct Row {
    std::string operation;
    std::size_t bytes;
    std::size_t keys;
    double aaigw_cycles;
    double ipsec_mb_cycles; ///< of the best raw way
    std::string ipsec_mb_way;
    double openssl_cycles;
    double
        ratio_ipsec_mb; ///< how many times faster than it we are; median of the ratios of the rounds
    double ratio_openssl;
};

[[nodiscard]] std::string_view name_of(Operation operation) noexcept;

/// `rounds` rounds, each of every candidate in turn.
[[nodiscard]] Row measure_packets(Operation operation, std::size_t payload_bytes,
                                  std::size_t key_count, std::size_t rounds);

/// MZone key sets of a handover (AMSID*, AK, AKID, CMAC keys, two TEKs), 1,024 stations a batch.
[[nodiscard]] Row measure_derivations(std::size_t rounds);

} // namespace aaigw::bench
