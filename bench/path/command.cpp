#include "bench/path/command.h"

#include "bench/machine.h"
#include "bench/path/crypto_perf.h"
#include "bench/path/extras.h"
#include "bench/path/yardstick.h"
#include "bench/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace aaigw::bench {

namespace {

constexpr std::size_t kPacketsPerRound = 600'000;
constexpr std::size_t kOperationsPerRound = 600'000;
/// Where crypto-perf has its worker too; core 0 has the interrupts.
constexpr std::size_t kWorkerCore = 1;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct Row {
    Way way;
    std::size_t bytes; ///< of the inner packet; 0: IMIX
    std::size_t flows;
    std::vector<double> path{};
    std::vector<double> raw{};
    std::vector<double> crypto_perf{};
};

std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below)
{
    std::vector<double> all;
    for (std::size_t i = 0; i < above.size(); ++i)
        all.push_back(above[i] / below[i]);
    return all;
}

/// JSON has no NaN.
Json number(double value)
{
    return std::isnan(value) ? Json() : Json(value); // braces would make an array
}

Json to_json(const Row& row)
{
    return {{"way", name_of(row.way)},
            {"bytes", row.bytes},
            {"flows", row.flows},
            {"path_cycles", median(row.path)},
            {"ipsec_mb_cycles", median(row.raw)},
            {"crypto_perf_cycles", number(median(row.crypto_perf))},
            {"ratio_ipsec_mb", median(ratios(row.path, row.raw))},
            {"ratio_crypto_perf", number(median(ratios(row.path, row.crypto_perf)))}};
}

void print(const Row& row)
{
    fmt::print("{:<10}{:>6}{:>10}{:>9.1f}{:>10.1f}{:>12.1f}{:>12.2f}{:>14.2f}\n", name_of(row.way),
               row.bytes == 0 ? "IMIX" : std::to_string(row.bytes), row.flows, median(row.path),
               median(row.raw), median(row.crypto_perf), median(ratios(row.path, row.raw)),
               median(ratios(row.path, row.crypto_perf)));
    static_cast<void>(std::fflush(stdout)); // only so that each row shows when it is known
}

/// One number of flows: every way and size through the same stations, round by round beside the yardsticks.
class Run {
  public:
    Run(const PathOptions& options, std::size_t flows)
        : options_{options}, population_{
                                 {.flows = flows,
                                  .flows_per_station = std::min(options.flows_per_station, flows),
                                  .zone = options.lzone ? pdu::Zone::lzone : pdu::Zone::mzone},
                                 reclaimer_,
                                 *std::pmr::new_delete_resource()}
    {
    }

    void measure(Row& row, std::size_t rounds)
    {
        const SizePattern sizes = row.bytes == 0 ? SizePattern::imix() : SizePattern{row.bytes};
        Rig rig{population_, row.way, sizes};
        population_.swap_contexts();
        (void)rig.run(row.flows, reader_); // every flow may come round once
        for (std::size_t round = 0; round < rounds; ++round) {
            population_.swap_contexts();
            // The yardsticks have had the caches, and another program the core: what counts is the steady state.
            (void)rig.run(kPacketsPerRound / 2, reader_);
            row.path.push_back(rig.run(kPacketsPerRound, reader_));
            if (options_.alone) {
                row.raw.push_back(kUnknown);
                row.crypto_perf.push_back(kUnknown);
                continue;
            }
            row.raw.push_back(weigh(row.bytes, [this](std::size_t size) { return raw(size); }));
            row.crypto_perf.push_back(weigh(row.bytes, &Run::crypto_perf));
        }
        keep_stages(row, rig.costs());
    }

    void print_stages() const
    {
        for (const auto& [way, bytes, costs] : stages_) {
            fmt::print("{} {}:", way, bytes);
            for (std::size_t i = 0; i < worker::kStages; ++i)
                fmt::print(" {} {:.1f}", worker::kStageNames[i], costs[i]);
            fmt::print("\n");
        }
    }

  private:
    static double per_packet(const Counter& ticks, const worker::StageCosts& costs)
    {
        return static_cast<double>(ticks.value()) / static_cast<double>(costs.packets.value());
    }
    void keep_stages(const Row& row, const worker::StageCosts& costs)
    {
        Stages stages{.way = name_of(row.way), .bytes = row.bytes, .cycles = {}};
        for (std::size_t i = 0; i < worker::kStages; ++i)
            stages.cycles[i] = per_packet(costs.ticks[i], costs);
        stages_.push_back(stages);
    }

    double raw(std::size_t size)
    {
        // As many keys as there are stations, within what a yardstick needs to be slow.
        constexpr std::size_t kMostKeys = 65536;
        auto& one = raw_[size];
        if (one == nullptr)
            one = std::make_unique<RawMb>(size, std::min(population_.stations(), kMostKeys));
        return one->cycles();
    }

    static double crypto_perf(std::size_t size)
    {
        return run_crypto_perf(size, kOperationsPerRound).value_or(kUnknown);
    }

    struct Stages {
        std::string_view way;
        std::size_t bytes;
        std::array<double, worker::kStages> cycles;
    };

    const PathOptions& options_;
    std::vector<Stages> stages_;
    ImmediateReclaimer reclaimer_;
    rcu::ReaderThread reader_;
    Population population_;
    std::map<std::size_t, std::unique_ptr<RawMb>> raw_;
};

template <class Value>
std::vector<Value> or_default(const std::vector<Value>& given, std::vector<Value> usual)
{
    return given.empty() ? std::move(usual) : given;
}

bool wanted(const std::vector<std::string>& ways, Way way)
{
    return ways.empty() || std::ranges::find(ways, name_of(way)) != ways.end();
}

Json measure_extras(const PathOptions& options)
{
    Json extras;
    const SwapCost swaps = measure_swaps(64, 4);
    fmt::print("\n{} stations: {:.1f} cycles a packet, {:.1f} ({:+.1f} %) while each gets a new "
               "context once a second ({} swaps)\n",
               swaps.stations, swaps.still_cycles, swaps.swapping_cycles,
               100 * (swaps.swapping_cycles / swaps.still_cycles - 1), swaps.swaps);
    extras["swaps"] = {{"stations", swaps.stations},
                       {"still_cycles", swaps.still_cycles},
                       {"swapping_cycles", swaps.swapping_cycles},
                       {"swaps", swaps.swaps}};
    const RollResult rolls = measure_rolls(20'000'000);
    fmt::print("one saturated SA: {} packets, all forwarded, in {:.1f} s under {} TEKs\n",
               rolls.packets, rolls.seconds, rolls.rolls + 1);
    extras["rolls"] = {
        {"packets", rolls.packets}, {"seconds", rolls.seconds}, {"teks", rolls.rolls + 1}};
    const Scaling scaling = measure_two_workers(64, options.rounds);
    fmt::print("two workers: {:.2f} times the packets of one ({:.1f} and {:.1f} cycles)\n",
               scaling.factor, scaling.alone_cycles, scaling.together_cycles);
    extras["two_workers"] = {{"factor", scaling.factor},
                             {"alone_cycles", scaling.alone_cycles},
                             {"together_cycles", scaling.together_cycles}};
    return extras;
}

} // namespace

int run_path(const PathOptions& options)
{
    pin_to_core(kWorkerCore);
    const auto sizes = or_default(options.sizes, {std::size_t{64}, 128, 256, 512, 1024, 1400, 0});
    const auto flow_counts = or_default(options.flows, {std::size_t{1}, 1000, 65536, 1'000'000});
    fmt::print("TSC cycles per packet on one core, medians over {} rounds: the whole path, and the "
               "bare AES-CCM of the same bytes.\n"
               "{:<10}{:>6}{:>10}{:>9}{:>10}{:>12}{:>12}{:>14}\n",
               options.rounds, "way", "bytes", "flows", "path", "IPsec-MB", "crypto-perf",
               "/ IPsec-MB", "/ crypto-perf");
    Json rows = Json::array();
    for (const std::size_t flows : flow_counts) {
        Run run{options, flows};
        for (const Way way : {Way::downlink, Way::uplink, Way::mixed, Way::relay}) {
            for (const std::size_t size : sizes) {
                if (!wanted(options.ways, way))
                    continue;
                Row row{.way = way, .bytes = size, .flows = flows};
                run.measure(row, options.rounds);
                print(row);
                rows.push_back(to_json(row));
            }
        }
        if (options.alone)
            run.print_stages();
    }
    Json report{{"machine", describe_machine()},
                {"zone", options.lzone ? "lzone" : "mzone"},
                {"flows_per_station", options.flows_per_station},
                {"rows", std::move(rows)}};
    if (options.extras)
        report["extras"] = measure_extras(options);
    return options.json_path.empty() ? 0 : write_report(report, options.json_path);
}

} // namespace aaigw::bench
