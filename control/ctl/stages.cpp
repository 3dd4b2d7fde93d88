// aaigwctl stages
#include "control/ctl/commands.h"
#include "control/ctl/daemon.h"
#include "control/ctl/table.h"

#include <fmt/format.h>

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{kSocketOption, kJsonOption};

std::string layout(const api::Json& document, const Values&)
{
    const auto& workers = members(document, "workers");
    std::vector<Column> columns{{"stage"}};
    std::vector<std::string> measured{"packets measured"};
    for (const api::Json& worker : workers) {
        columns.push_back({worker_heading(worker), Align::right});
        measured.push_back(grouped(worker.at("packets").get<std::uint64_t>()));
    }
    Table table{std::move(columns)};
    for (const auto& [stage, first] : document.at("workers").at(0).at("ticks_per_packet").items()) {
        std::vector<std::string> cells{stage};
        for (const api::Json& worker : workers)
            cells.push_back(
                fmt::format("{:.1f}", worker.at("ticks_per_packet").at(stage).get<double>()));
        table.add(std::move(cells));
    }
    table.add(std::move(measured));
    return table.text();
}

Result<Output> run(Values& values)
{
    return ask_daemon(values, "stages", layout);
}

} // namespace

const Command kStages{
    .path = "stages",
    .description = "What each stage of a worker's loop costs: cycles of the time-stamp counter a "
                   "packet.",
    .parameters = kParameters,
    .notes = "One poll out of many is measured.",
    .run = run,
    .kind = CommandKind::online,
};

} // namespace aaigw::ctl
