// The bare cryptography of the same bytes, measured in the same round as the path.
#pragma once

#include "bench/crypto/candidate.h"
#include "bench/path/rig.h"

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace aaigw::bench {

/// 0 stands for the IMIX, which is made of these sizes and weights.
struct ImixPart {
    std::size_t bytes;
    double weight;
};
inline constexpr std::array<ImixPart, 3> kImix{{{64, 7.0 / 12}, {576, 4.0 / 12}, {1400, 1.0 / 12}}};

/// A figure that is known by size, for a size or for the IMIX.
template <class CyclesOf>
[[nodiscard]] double weigh(std::size_t size, CyclesOf cycles_of)
{
    if (size != 0)
        return cycles_of(size);
    double sum = 0;
    for (const ImixPart& part : kImix)
        sum += part.weight * cycles_of(part.bytes);
    return sum;
}

/// The best way to use raw IPsec-MB for AES-CCM of one size with so many keys.
class RawMb {
  public:
    RawMb(std::size_t bytes, std::size_t keys);

    /// Cycles per packet of the best of the ways, each run over all packets a few times.
    [[nodiscard]] double cycles();

  private:
    Workload workload_;
    std::vector<std::unique_ptr<Candidate>> ways_;
};

} // namespace aaigw::bench
