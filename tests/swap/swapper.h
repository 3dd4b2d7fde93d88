// Swapper: the control thread that gives every station new contexts, as often as it is told, while traffic flows.
#pragma once

#include "tests/swap/gateway.h"
#include "tests/swap/outside.h"

#include <cstdint>
#include <span>
#include <vector>

namespace aaigw::swap {

/// Make before break, with many stations between two contexts at any time: receive under the next context; send under it
/// and tell the station; and when the station has followed in both directions, retire the old one at once, with packets
/// under it still in flight.
class Swapper {
  public:
    Swapper(Gateway& gateway, Outside& outside) : gateway_{gateway}, outside_{outside}
    {
        stations_.resize(gateway.scene().stations);
    }

    /// Until each of `stations` has had `swaps` more; false when something went wrong before.
    [[nodiscard]] bool run(std::span<const std::uint32_t> stations, std::uint32_t swaps);
    /// The same, of all stations.
    [[nodiscard]] bool run(std::uint32_t swaps);
    /// As far as sending under the next context; run() does the rest.
    void begin(std::uint32_t station);

    /// The context that a station sends and receives with.
    [[nodiscard]] std::uint32_t context_of(std::uint32_t station) const
    {
        return stations_[station].context;
    }
    [[nodiscard]] std::uint64_t swaps() const noexcept { return swaps_; }
    /// Packets that were on their way when a context was retired, summed over all swaps.
    [[nodiscard]] std::uint64_t packets_in_flight() const noexcept { return packets_in_flight_; }

  private:
    enum class Step : std::uint8_t { settled, installed, switched };

    struct Station {
        std::uint32_t context = 0; ///< that is not being left
        Step step = Step::settled;
    };

    /// Gives whether anything was done.
    [[nodiscard]] bool advance(std::uint32_t index);

    Gateway& gateway_;
    Outside& outside_;
    std::vector<Station> stations_;
    std::uint64_t swaps_ = 0;
    std::uint64_t packets_in_flight_ = 0;
};

} // namespace aaigw::swap
