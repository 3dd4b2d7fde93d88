// aaigwctl version
#include "control/ctl/commands.h"
#include "control/ctl/daemon.h"

#include <fmt/format.h>

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{kSocketOption, kJsonOption};

std::string layout(const api::Json& document, const Values&)
{
    return fmt::format(
        "aaigwctl {}\n{} {}, role {}{}, process {}\n", AAIGW_VERSION,
        document.at("program").get<std::string>(), document.at("version").get<std::string>(),
        document.at("role").get<std::string>(), document.at("lab").get<bool>() ? ", lab" : "",
        document.at("pid").get<std::int64_t>());
}

Result<Output> run(Values& values)
{
    return ask_daemon(values, "version", layout);
}

} // namespace

const Command kVersion{
    .path = "version",
    .description = "The versions of this program and of the running daemon.",
    .parameters = kParameters,
    .notes = "--version shows that of this program without asking the daemon.",
    .run = run,
    .kind = CommandKind::online,
};

} // namespace aaigw::ctl
