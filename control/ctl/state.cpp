// aaigwctl state
#include "control/ctl/commands.h"
#include "control/ctl/daemon.h"
#include "control/ctl/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{kSocketOption, kJsonOption};

constexpr std::string_view kNone = "-";

/// A number, or a dash for null.
std::string number_text(const api::Json& value)
{
    return value.is_null() ? std::string{kNone} : std::to_string(value.get<std::uint64_t>());
}

std::string identifier(const api::Json& station)
{
    std::string text;
    if (!station.at("stid").is_null())
        text = fmt::format("stid {:#05x}", station.at("stid").get<unsigned>());
    if (!station.at("basic_cid").is_null())
        text += fmt::format("{}cid {:#06x}", text.empty() ? "" : " ",
                            station.at("basic_cid").get<unsigned>());
    return text.empty() ? std::string{kNone} : text;
}

std::vector<std::string> tek_cells(const api::Json& tek)
{
    const api::Json& send = tek.at("send");
    const api::Json& receive = tek.at("receive");
    return {std::to_string(tek.at("context").get<unsigned>()),
            std::to_string(tek.at("said").get<unsigned>()),
            std::to_string(tek.at("eks").get<unsigned>()),
            send.is_null()                  ? std::string{kNone}
            : send.at("in_use").get<bool>() ? "in use"
                                            : "ready",
            send.is_null() ? std::string{kNone} : number_text(send.at("next_pn")),
            receive.is_null() ? std::string{kNone} : receive.at("zone").get<std::string>(),
            receive.is_null() ? std::string{kNone} : number_text(receive.at("highest_pn")),
            receive.is_null() ? std::string{kNone}
                              : grouped(receive.at("packets").get<std::uint64_t>())};
}

std::string layout(const api::Json& document, const Values&)
{
    Table table{{{"station"},
                 {"sector", Align::right},
                 {"identifier"},
                 {"address"},
                 {"flows", Align::right},
                 {"context", Align::right},
                 {"said", Align::right},
                 {"eks", Align::right},
                 {"sends"},
                 {"next pn", Align::right},
                 {"receives"},
                 {"highest pn", Align::right},
                 {"packets", Align::right}}};
    for (const api::Json& station : members(document, "stations")) {
        const api::Json& address = station.at("address");
        const std::vector<std::string> front{
            station.at("name").get<std::string>(), number_text(station.at("sector")),
            identifier(station),
            address.is_null() ? std::string{kNone} : address.at("ip").get<std::string>(),
            std::to_string(station.at("flows").size())};
        for (const api::Json& tek : station.at("teks")) {
            std::vector<std::string> cells = front;
            std::ranges::move(tek_cells(tek), std::back_inserter(cells));
            table.add(std::move(cells));
        }
        if (station.at("teks").empty()) {
            std::vector<std::string> cells = front;
            constexpr std::size_t kTekColumns = 8;
            cells.insert(cells.end(), kTekColumns, std::string{kNone});
            table.add(std::move(cells));
        }
    }
    return table.empty() ? "there is no station\n" : table.text();
}

Result<Output> run(Values& values)
{
    TRY(api::Client client, reach_daemon(values));
    TRY(const api::Json document, client.state());
    return show(document, values, layout);
}

} // namespace

const Command kState{
    .path = "state",
    .description = "Stations with their flows, packet numbers and windows. Never shows a key.",
    .parameters = kParameters,
    .notes = "With --json the same bytes come until something happens. A line is one TEK.",
    .run = run,
    .kind = CommandKind::online,
};

} // namespace aaigw::ctl
