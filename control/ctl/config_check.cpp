// aaigwctl config check
#include "config/load.h"
#include "config/text.h"
#include "control/ctl/commands.h"
#include "control/ctl/json_option.h"
#include "control/ctl/text_source.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

namespace aaigw::ctl {

namespace {

constexpr std::string_view kFile = "FILE";

constexpr std::array kParameters{
    Parameter{kFile, "", Presence::required, "the configuration; - is standard input"},
    kJsonOption,
};

Result<Output> refusal(const std::vector<config::Problem>& problems, bool as_json)
{
    if (as_json) {
        auto all = api::Json::array();
        for (const config::Problem& problem : problems)
            all.push_back({{"file", problem.file},
                           {"line", problem.place.line},
                           {"column", problem.place.column},
                           {"message", problem.message}});
        Output output;
        output.text(pretty({{"ok", false}, {"problems", std::move(all)}}));
        output.ends_with(ErrorCode::invalid_argument);
        return output;
    }
    std::string lines;
    for (const config::Problem& problem : problems)
        lines += (lines.empty() ? "" : "\n") + to_text(problem);
    return fail(ErrorCode::invalid_argument, lines);
}

Result<Output> run(Values& values)
{
    TRY(const std::string path, values.path(kFile));
    // One byte more than there may be, so that the reader says what is wrong.
    TRY(const SecretBuffer text, values.file(kFile, config::kMaxTextBytes + 1));
    const auto config = config::load(text.text(), path == "-" ? "standard input" : path);
    const bool as_json = values.given(kJsonOption.name);
    if (!config)
        return refusal(config.error(), as_json);
    Output output;
    if (as_json) {
        output.text(pretty({{"ok", true}, {"problems", api::Json::array()}}));
        return output;
    }
    output.text(fmt::format("{} ports, {} workers, {} sectors, {} core peers, {} static stations: "
                            "no problem found\n",
                            config->ports.size(), config->workers.cores.size(),
                            config->sectors.size(), config->core_peers.size(),
                            config->static_part.stations.size()));
    return output;
}

} // namespace

const Command kConfigCheck{
    .path = "config check",
    .description =
        "Read a configuration as aaigwd does, and tell everything that is wrong with it.",
    .parameters = kParameters,
    .notes =
        "Exit status 2 when something is wrong: a line for each problem on standard error, with\n"
        "file, line and column. Whether the machine can run it, aaigwd says at its start.",
    .run = run,
    .kind = CommandKind::plain,
};

} // namespace aaigw::ctl
