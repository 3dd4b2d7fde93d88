#include "tests/swap/swapper.h"

#include "common/check.h"

#include <chrono>
#include <numeric>
#include <thread>

namespace aaigw::swap {

bool Swapper::run(std::span<const std::uint32_t> stations, std::uint32_t swaps)
{
    using namespace std::chrono_literals;
    constexpr std::uint32_t kStationsPerBreath = 16;

    std::vector<std::uint32_t> goals;
    for (const std::uint32_t index : stations)
        goals.push_back(stations_[index].context + swaps);
    for (bool done = false; !done;) {
        done = true;
        bool busy = false;
        for (std::size_t i = 0; i < stations.size(); ++i) {
            const Station& station = stations_[stations[i]];
            if (station.step != Step::settled || station.context != goals[i]) {
                done = false;
                busy |= advance(stations[i]);
            }
            if (i % kStationsPerBreath == 0)
                gateway_.breathe();
        }
        gateway_.for_each_event([](const path::Event&) {});
        if (outside_.has_complaints())
            return false;
        if (!busy)
            std::this_thread::sleep_for(20us);
    }
    return true;
}

bool Swapper::run(std::uint32_t swaps)
{
    std::vector<std::uint32_t> all(stations_.size());
    std::iota(all.begin(), all.end(), 0U);
    return run(all, swaps);
}

void Swapper::begin(std::uint32_t station)
{
    AAIGW_CHECK(stations_[station].step == Step::settled);
    while (stations_[station].step != Step::switched && !outside_.has_complaints())
        (void)advance(station);
}

bool Swapper::advance(std::uint32_t index)
{
    Station& station = stations_[index];
    const std::uint32_t next = station.context + 1;
    switch (station.step) {
    case Step::settled:
        if (!outside_.is_at_home_in(index, station.context))
            return false;
        gateway_.install_context(index, next);
        station.step = Step::installed;
        return true;
    case Step::installed:
        gateway_.switch_to_context(index, next);
        outside_.tell(index, next);
        station.step = Step::switched;
        return true;
    case Step::switched:
        break;
    }
    if (!outside_.has_moved_to(index, next) || !outside_.has_heard(index, next))
        return false;
    gateway_.retire_context(index, station.context);
    station.context = next;
    station.step = Step::settled;
    ++swaps_;
    packets_in_flight_ += gateway_.buffers().in_use();
    return true;
}

} // namespace aaigw::swap
