#include "control/api/telemetry.h"

#include <fmt/format.h>

#include <charconv>

namespace aaigw::api {

namespace {

/// The workers that `parameters` means: one, or all.
Result<std::span<const WorkerView>> chosen(std::span<const WorkerView> workers,
                                           std::string_view parameters)
{
    if (parameters.empty())
        return workers;
    std::size_t index = 0;
    const char* const end = parameters.data() + parameters.size();
    const auto [stop, status] = std::from_chars(parameters.data(), end, index);
    if (status != std::errc{} || stop != end || index >= workers.size())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("expected the number of a worker, 0 to {}", workers.size() - 1));
    return workers.subspan(index, 1);
}

/// The sum of one number of each worker.
template <class Get>
std::uint64_t sum(std::span<const WorkerView> workers, Get get)
{
    std::uint64_t total = 0;
    for (const WorkerView& worker : workers)
        total += get(*worker.shared);
    return total;
}

dpdk::TelemetryObject verdicts(std::span<const WorkerView> workers)
{
    dpdk::TelemetryObject all;
    for (std::size_t at = 0; at < path::kVerdicts; ++at)
        all.push_back({std::string{path::name(static_cast<path::Verdict>(at))},
                       sum(workers, [at](const worker::WorkerShared& shared) {
                           return shared.stats.verdicts[at].value();
                       })});
    return all;
}

} // namespace

Result<dpdk::TelemetryObject> telemetry_counters(std::span<const WorkerView> workers,
                                                 std::string_view parameters)
{
    TRY(const auto asked, chosen(workers, parameters));
    const auto of_path = [asked](const Counter path::PathStats::*counter) {
        return sum(asked, [counter](const worker::WorkerShared& shared) {
            return (shared.stats.*counter).value();
        });
    };
    const auto of_loop = [asked](const Counter worker::WorkerShared::*counter) {
        return sum(asked, [counter](const worker::WorkerShared& shared) {
            return (shared.*counter).value();
        });
    };
    using path::PathStats;
    using worker::WorkerShared;
    dpdk::TelemetryObject all;
    all.push_back({"workers", asked.size()});
    all.push_back(
        {"rx", sum(asked, [](const WorkerShared& shared) { return shared.stats.received(); })});
    all.push_back({"frames", of_path(&PathStats::frames)});
    all.push_back({"further_pdus", of_path(&PathStats::further_pdus)});
    all.push_back({"taken_over", of_path(&PathStats::taken_over)});
    all.push_back({"commanded", of_path(&PathStats::commanded)});
    all.push_back({"bytes_in", of_path(&PathStats::bytes_in)});
    all.push_back({"bytes_out", of_path(&PathStats::bytes_out)});
    all.push_back({"pdus_protected", of_path(&PathStats::pdus_protected)});
    all.push_back({"pdus_opened", of_path(&PathStats::pdus_opened)});
    all.push_back({"older_key_opened", of_path(&PathStats::older_key_opened)});
    all.push_back({"events_lost", of_path(&PathStats::events_lost)});
    all.push_back({"polls", of_loop(&WorkerShared::polls)});
    all.push_back({"empty_polls", of_loop(&WorkerShared::empty_polls)});
    all.push_back({"sleeps", of_loop(&WorkerShared::sleeps)});
    all.push_back({"verdicts", verdicts(asked)});
    return all;
}

Result<dpdk::TelemetryObject> telemetry_stages(std::span<const WorkerView> workers,
                                               std::string_view parameters)
{
    TRY(const auto asked, chosen(workers, parameters));
    const std::uint64_t packets =
        sum(asked, [](const worker::WorkerShared& shared) { return shared.costs.packets.value(); });
    dpdk::TelemetryObject ticks;
    dpdk::TelemetryObject per_packet;
    for (std::size_t stage = 0; stage < worker::kStages; ++stage) {
        const std::string name{worker::kStageNames[stage]};
        const std::uint64_t spent = sum(asked, [stage](const worker::WorkerShared& shared) {
            return shared.costs.ticks[stage].value();
        });
        ticks.push_back({name, spent});
        per_packet.push_back({name, packets == 0 ? 0 : (spent + packets / 2) / packets});
    }
    dpdk::TelemetryObject all;
    all.push_back({"workers", asked.size()});
    all.push_back({"packets", packets});
    all.push_back({"ticks", std::move(ticks)});
    all.push_back({"ticks_per_packet", std::move(per_packet)});
    return all;
}

Result<std::vector<dpdk::TelemetryCommand>> add_telemetry(std::span<const WorkerView> workers)
{
    std::vector<dpdk::TelemetryCommand> commands;
    TRY(dpdk::TelemetryCommand counters,
        dpdk::TelemetryCommand::add("/aaigw/counters",
                                    "What workers have counted. Parameter: number of one worker",
                                    [workers](std::string_view parameters) {
                                        return telemetry_counters(workers, parameters);
                                    }));
    commands.push_back(std::move(counters));
    TRY(dpdk::TelemetryCommand stages,
        dpdk::TelemetryCommand::add("/aaigw/stages",
                                    "What stages of the loop cost. Parameter: number of one worker",
                                    [workers](std::string_view parameters) {
                                        return telemetry_stages(workers, parameters);
                                    }));
    commands.push_back(std::move(stages));
    return commands;
}

} // namespace aaigw::api
