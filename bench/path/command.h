// `aaigw-bench path`: the whole path of a packet beside the bare cryptography of the same bytes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace aaigw::bench {

struct PathOptions {
    std::size_t rounds = 5;
    std::vector<std::size_t> sizes; ///< inner packet bytes; empty: all; 0 stands for the IMIX
    std::vector<std::size_t> flows; ///< empty: 1, 1,000, 65,536 and 1,000,000
    std::vector<std::string> ways;  ///< empty: all
    std::size_t flows_per_station = 13;
    bool lzone = false;
    bool alone = false; ///< no yardsticks, but what each stage costs
    bool extras = true; ///< context swaps, TEK rolls, two workers
    std::string json_path;
};

/// The exit status.
[[nodiscard]] int run_path(const PathOptions& options);

} // namespace aaigw::bench
