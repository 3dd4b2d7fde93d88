// aaigwctl ports
#include "control/ctl/commands.h"
#include "control/ctl/daemon.h"
#include "control/ctl/table.h"

#include <fmt/format.h>

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{kSocketOption, kJsonOption};

std::string link_text(const api::Json& port)
{
    if (!port.at("enabled").get<bool>())
        return "out of use";
    const api::Json& link = port.at("link");
    if (!link.at("up").get<bool>())
        return "down";
    const auto mbps = link.at("mbps").get<std::uint64_t>();
    return mbps == 0 ? "up" : fmt::format("up, {} Mbit/s", grouped(mbps));
}

std::string layout(const api::Json& document, const Values&)
{
    const auto& ports = members(document, "ports");
    std::vector<Column> columns{{"port"}};
    for (const api::Json& port : ports)
        columns.push_back({port.at("name").get<std::string>(), Align::right});
    Table table{std::move(columns)};
    const auto add = [&](std::string name, const auto& text_of) {
        std::vector<std::string> cells{std::move(name)};
        for (const api::Json& port : ports)
            cells.push_back(text_of(port));
        table.add(std::move(cells));
    };
    for (const char* const name : {"carries", "driver", "mac", "address"})
        add(name, [name](const api::Json& port) { return port.at(name).get<std::string>(); });
    add("link", link_text);
    for (const char* const name : {"mtu", "rx_queues", "tx_queues"})
        add(name, [name](const api::Json& port) {
            return std::to_string(port.at(name).get<std::uint64_t>());
        });
    for (const auto& [name, value] : document.at("ports").at(0).at("counters").items())
        add(name, [&counter = name](const api::Json& port) {
            return grouped(port.at("counters").at(counter).get<std::uint64_t>());
        });
    return table.text();
}

Result<Output> run(Values& values)
{
    return ask_daemon(values, "ports", layout);
}

} // namespace

const Command kPorts{
    .path = "ports",
    .description = "The ports, their links, and what they have counted.",
    .parameters = kParameters,
    .notes = "A device that cannot count something leaves it at 0.",
    .run = run,
    .kind = CommandKind::online,
};

} // namespace aaigw::ctl
