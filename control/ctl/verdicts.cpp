// aaigwctl verdicts
#include "control/ctl/commands.h"
#include "control/ctl/daemon.h"
#include "control/ctl/table.h"

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::string_view kAll = "--all";

constexpr std::array kParameters{
    Parameter{kAll, "", Presence::flag, "those that no packet has ended with as well"},
    kSocketOption,
    kJsonOption,
};

std::string layout(const api::Json& document, const Values& values)
{
    Table table{{{"verdict"}, {"packets", Align::right}, {"meaning"}}};
    for (const api::Json& verdict : members(document, "verdicts")) {
        const auto packets = verdict.at("packets").get<std::uint64_t>();
        if (packets != 0 || values.given(kAll))
            table.add({verdict.at("verdict").get<std::string>(), grouped(packets),
                       verdict.at("meaning").get<std::string>()});
    }
    return table.empty() ? "no packet has come yet\n" : table.text();
}

Result<Output> run(Values& values)
{
    return ask_daemon(values, "verdicts", layout);
}

} // namespace

const Command kVerdicts{
    .path = "verdicts",
    .description = "How packets ended, and how many of them, over all workers.",
    .parameters = kParameters,
    .notes = "A packet that is handed over to another worker is counted there again.",
    .run = run,
    .kind = CommandKind::online,
};

} // namespace aaigw::ctl
