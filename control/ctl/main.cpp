// aaigwctl: the operator's command. This file turns results into output and exit statuses; nothing else does.
#include "control/ctl/command_line.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <exception>

namespace aaigw::ctl {

namespace {

// Stable: scripts rely on them. The text of --help and docs/reference/aaigwctl.md list them.
enum class ExitStatus : int {
    success = 0,
    failed = 1,
    bad_input = 2,
    engine_unusable = 3,
    internal_error = 4,
};

ExitStatus exit_status(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::invalid_argument:
        return ExitStatus::bad_input;
    case ErrorCode::unavailable:
    case ErrorCode::self_test_failed:
        return ExitStatus::engine_unusable;
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

Result<void> run(int argc, const char* const* argv)
{
    TRY(Request request, parse_command_line(argc, argv));
    if (const auto* information = std::get_if<Information>(&request))
        return write_all(STDOUT_FILENO, information->text);

    auto& [command, arguments] = std::get<Invocation>(request);
    Values values{std::move(arguments), STDIN_FILENO};
    TRY(const Output output, command->run(values));
    std::string json = output.json();
    auto written = write_all(STDOUT_FILENO, json);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(json.data()), json.size()});
    return written;
}

ExitStatus report(const Error& error) noexcept
{
    // Nothing is left to do when standard error cannot be written either.
    static_cast<void>(write_all(STDERR_FILENO, fmt::format("aaigwctl: {}\n", error.message)));
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
        status = result ? ExitStatus::success : report(result.error());
    } catch (const std::exception&) {
        // what() is not shown: it may quote input.
        static_cast<void>(write_all(STDERR_FILENO, "aaigwctl: internal error\n"));
    }
    return static_cast<int>(status);
}
