#include "bench/path/extras.h"

#include "bench/path/rig.h"
#include "bench/timing.h"

#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>

namespace aaigw::bench {

namespace {

constexpr std::size_t kPacketsPerStep = 65536;

/// The control side of a measurement: RCU, and a thread that does `step` until the end.
class ControlThread {
  public:
    template <class Step>
    explicit ControlThread(Step step)
        : thread_{[step = std::move(step)](const std::stop_token& stop) mutable {
              pin_to_core(0);
              rcu::ReaderThread reader;
              while (!stop.stop_requested())
                  step(reader);
          }}
    {
    }

  private:
    std::jthread thread_;
};

} // namespace

SwapCost measure_swaps(std::size_t inner_bytes, std::size_t seconds)
{
    using Clock = std::chrono::steady_clock;
    constexpr std::size_t kStations = 1000;
    constexpr std::size_t kFlowsPerStation = 13;
    rcu::ReaderThread reader;
    rcu::RcuReclaimer reclaimer;
    Population population{{.flows = kStations * kFlowsPerStation,
                           .flows_per_station = kFlowsPerStation,
                           .zone = pdu::Zone::mzone},
                          reclaimer,
                          *std::pmr::new_delete_resource()};
    Rig rig{population, Way::downlink, SizePattern{inner_bytes}};
    SwapCost cost{.stations = kStations};
    std::vector<double> still;
    std::vector<double> swapping;
    std::atomic<bool> swap{false};
    const auto measure = [&](std::vector<double>& cycles) {
        const auto until = Clock::now() + std::chrono::seconds{1};
        while (Clock::now() < until)
            cycles.push_back(rig.run(kPacketsPerStep, reader));
    };
    population.swap_contexts();
    {
        std::size_t next = 0;
        auto due = Clock::now();
        const ControlThread control{[&, next, due](rcu::ReaderThread& mine) mutable {
            // A few at a time, as they come due: nobody hands over a thousand stations in one instant.
            constexpr std::size_t kAtOnce = 10;
            if (Clock::now() < due) {
                mine.offline();
                std::this_thread::sleep_until(due);
                mine.online();
            }
            due += std::chrono::microseconds{1'000'000 * kAtOnce / kStations};
            for (std::size_t i = 0; i < kAtOnce && swap; ++i, ++cost.swaps)
                population.swap_context(next++ % kStations);
            (void)reclaimer.reap();
            mine.quiescent();
        }};
        // In turn, so that a change of the machine's own speed meets both.
        for (std::size_t i = 0; i < seconds; ++i) {
            measure(still);
            swap = true;
            measure(swapping);
            swap = false;
        }
    }
    cost.still_cycles = median(std::move(still));
    cost.swapping_cycles = median(std::move(swapping));
    return cost;
}

RollResult measure_rolls(std::size_t packets)
{
    rcu::ReaderThread reader;
    rcu::RcuReclaimer reclaimer;
    Population population{{.flows = 1, .flows_per_station = 1, .zone = pdu::Zone::mzone},
                          reclaimer,
                          *std::pmr::new_delete_resource()};
    Rig rig{population, Way::downlink, SizePattern{std::size_t{64}}};
    RollResult result;
    {
        path::EventRing& events = rig.shared().events;
        const ControlThread control{[&](rcu::ReaderThread& mine) {
            if (const path::Event* const event = events.front(); event != nullptr) {
                if (event->kind == path::EventKind::soft_limit) {
                    population.swap_context(0);
                    ++result.rolls;
                }
                events.pop();
            }
            (void)reclaimer.reap();
            mine.quiescent();
        }};
        double cycles = 0;
        while (result.packets < packets) {
            cycles += rig.run(kPacketsPerStep, reader) * kPacketsPerStep;
            result.packets += kPacketsPerStep;
        }
        result.seconds = cycles / tsc_hz();
    }
    return result;
}

Scaling measure_two_workers(std::size_t inner_bytes, std::size_t rounds)
{
    constexpr std::size_t kFlows = 1024;
    struct Side {
        ImmediateReclaimer reclaimer;
        Population population{{.flows = kFlows}, reclaimer, *std::pmr::new_delete_resource()};
        Rig rig;
        std::vector<double> together;
        explicit Side(std::size_t bytes) : rig{population, Way::downlink, SizePattern{bytes}} {}
    };
    constexpr std::size_t kPackets = 1'000'000;
    Side first{inner_bytes};
    Side second{inner_bytes};
    rcu::ReaderThread reader;
    std::vector<double> alone;
    std::vector<double> factors;
    std::barrier gate{2};
    const auto go = [&gate, rounds](Side& side, rcu::ReaderThread& mine) {
        for (std::size_t round = 0; round < rounds; ++round) {
            gate.arrive_and_wait(); // while the first runs alone
            gate.arrive_and_wait();
            side.population.swap_contexts();
            side.together.push_back(side.rig.run(kPackets, mine));
        }
    };
    std::jthread other{[&] {
        pin_to_core(0);
        rcu::ReaderThread mine;
        go(second, mine);
    }};
    for (std::size_t round = 0; round < rounds; ++round) {
        first.population.swap_contexts();
        alone.push_back(first.rig.run(kPackets, reader));
        gate.arrive_and_wait();
        gate.arrive_and_wait();
        first.population.swap_contexts();
        first.together.push_back(first.rig.run(kPackets, reader));
    }
    other.join();
    Scaling scaling{.alone_cycles = median(alone)};
    std::vector<double> both;
    for (std::size_t round = 0; round < rounds; ++round) {
        const double a = first.together[round];
        const double b = second.together[round];
        both.push_back((a + b) / 2);
        factors.push_back(alone[round] / a + alone[round] / b);
    }
    scaling.together_cycles = median(both);
    scaling.factor = median(factors);
    return scaling;
}

} // namespace aaigw::bench
