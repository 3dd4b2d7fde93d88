// aaigwctl health
#include "control/ctl/commands.h"
#include "control/ctl/daemon.h"

#include <array>

namespace aaigw::ctl {

namespace {

constexpr std::array kParameters{kSocketOption, kJsonOption};

Result<Output> run(Values& values)
{
    TRY(api::Client client, reach_daemon(values));
    TRY(const api::Json document, client.call("health"));
    if (!document.is_object() || !document.contains("problems") || !document["problems"].is_array())
        return fail(ErrorCode::malformed, "aaigwd does not tell its health");
    Output output;
    std::string lines;
    for (const api::Json& problem : document["problems"])
        lines += (lines.empty() ? "" : "\n") +
                 (problem.is_string() ? problem.get<std::string>() : problem.dump());
    if (values.given(kJsonOption.name)) {
        output.text(pretty(document));
        if (!lines.empty())
            output.ends_with(ErrorCode::verification_failed);
        return output;
    }
    if (!lines.empty())
        return fail(ErrorCode::verification_failed, lines);
    output.text("ok\n");
    return output;
}

} // namespace

const Command kHealth{
    .path = "health",
    .description = "Whether the daemon is well: workers, links and neighbours.",
    .parameters = kParameters,
    .notes =
        "Prints ok, or gives exit status 1 and what is not well on standard error, a line each.",
    .run = run,
    .kind = CommandKind::online,
};

} // namespace aaigw::ctl
