#include "bench/path/yardstick.h"

#include "bench/timing.h"

#include <algorithm>
#include <limits>

namespace aaigw::bench {

RawMb::RawMb(std::size_t bytes, std::size_t keys)
    : workload_{bytes, keys}, ways_{make_raw_mb_candidates(workload_, Operation::ccm_protect)}
{
}

double RawMb::cycles()
{
    constexpr std::size_t kPasses = 8;
    double best = std::numeric_limits<double>::infinity();
    for (const auto& way : ways_) {
        std::uint64_t spent = 0;
        way->run(); // what is in the caches is the way's own
        for (std::size_t pass = 0; pass < kPasses; ++pass) {
            workload_.next_pass();
            way->prepare();
            const std::uint64_t begin = tsc();
            way->run();
            spent += tsc() - begin;
        }
        best = std::min(best, static_cast<double>(spent) / (kPasses * kPackets));
    }
    return best;
}

} // namespace aaigw::bench
