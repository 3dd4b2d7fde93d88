// aaigwctl: the operator's command. This file turns results into output and exit statuses; nothing else does.
#include "control/ctl/command_line.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <string_view>

namespace aaigw::ctl {

namespace {

// Stable: scripts rely on them. The text of --help and docs/reference/aaigwctl.md list them.
enum class ExitStatus : int {
    success = 0,
    failed = 1,
    bad_input = 2,
    unavailable = 3,
    internal_error = 4,
};

ExitStatus exit_status(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::invalid_argument:
        return ExitStatus::bad_input;
    case ErrorCode::unavailable:
    case ErrorCode::self_test_failed:
        return ExitStatus::unavailable;
    case ErrorCode::malformed:
    case ErrorCode::verification_failed:
    case ErrorCode::io:
        break;
    }
    return ExitStatus::failed;
}

/// A core file or a debugger of another process of this user would show the keys.
void hide_memory() noexcept
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

Result<ExitStatus> run(int argc, const char* const* argv)
{
    TRY(Request request, parse_command_line(argc, argv));
    if (const auto* information = std::get_if<Information>(&request))
        return write_all(STDOUT_FILENO, information->text).map([] { return ExitStatus::success; });

    auto& [command, arguments] = std::get<Invocation>(request);
    Values values{std::move(arguments), STDIN_FILENO};
    TRY(const Output output, command->run(values));
    std::string text = output.printed();
    const auto written = write_all(STDOUT_FILENO, text);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    const auto end = output.end();
    return written.map([&] { return end ? exit_status(*end) : ExitStatus::success; });
}

ExitStatus report(const Error& error) noexcept
{
    std::string text;
    for (std::string_view rest = error.message; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        text += fmt::format("aaigwctl: {}\n", rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    // Nothing is left to do when standard error cannot be written either.
    static_cast<void>(write_all(STDERR_FILENO, text));
    return exit_status(error.code);
}

} // namespace

} // namespace aaigw::ctl

int main(int argc, char** argv)
{
    using namespace aaigw::ctl;
    ExitStatus status = ExitStatus::internal_error;
    try {
        hide_memory();
        // A closed pipe is then an error of write(), reported like any other.
        static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
        const auto result = run(argc, argv);
        status = result ? *result : report(result.error());
    } catch (const std::exception&) {
        // what() is not shown: it may quote input.
        static_cast<void>(write_all(STDERR_FILENO, "aaigwctl: internal error\n"));
    }
    return static_cast<int>(status);
}
