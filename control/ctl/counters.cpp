// aaigwctl counters
#include "control/ctl/commands.h"
#include "control/ctl/daemon.h"
#include "control/ctl/table.h"

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{kSocketOption, kJsonOption};

constexpr std::array<std::string_view, 14> kRows{
    "rx",       "frames",      "further_pdus", "taken_over",     "commanded",
    "bytes_in", "bytes_out",   "pdus_opened",  "pdus_protected", "older_key_opened",
    "polls",    "empty_polls", "sleeps",       "events_lost",
};

std::string worker_table(const api::Json::array_t& workers)
{
    std::vector<Column> columns{{"counter"}};
    for (const api::Json& worker : workers)
        columns.push_back({worker_heading(worker), Align::right});
    columns.push_back({"total", Align::right});
    Table table{std::move(columns)};
    for (const std::string_view name : kRows) {
        std::vector<std::string> cells{std::string{name}};
        std::uint64_t total = 0;
        for (const api::Json& worker : workers) {
            const auto value = worker.at(name).get<std::uint64_t>();
            total += value;
            cells.push_back(grouped(value));
        }
        cells.push_back(grouped(total));
        table.add(std::move(cells));
    }
    return table.text();
}

/// The members of `object`, a row each.
void add_members(Table& table, std::string_view of, const api::Json& object)
{
    for (const auto& [name, value] : object.items())
        table.add({std::string{of}, name, grouped(value.get<std::uint64_t>())});
}

std::string layout(const api::Json& document, const Values&)
{
    Table others{{{"of"}, {"counter"}, {"value", Align::right}}};
    add_members(others, "tables", document.at("tables"));
    add_members(others, "pool", document.at("pool"));
    add_members(others, "events", document.at("events"));
    add_members(others, "api", document.at("api"));
    return worker_table(members(document, "workers")) + '\n' + others.text();
}

Result<Output> run(Values& values)
{
    return ask_daemon(values, "counters", layout);
}

} // namespace

const Command kCounters{
    .path = "counters",
    .description = "What each worker has counted, and how full tables and the packet pool are.",
    .parameters = kParameters,
    .notes = "docs/reference/control_socket.md says what each counter counts.",
    .run = run,
    .kind = CommandKind::online,
};

} // namespace aaigw::ctl
