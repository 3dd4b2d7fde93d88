// aaigwd: the gateway daemon. This file reads the command line and the configuration and turns ends into exit statuses.
#include "config/load.h"
#include "control/api/service.h"
#include "control/daemon/counters.h"
#include "control/runtime/control_loop.h"
#include "control/runtime/gateway.h"
#include "control/runtime/log.h"
#include "crypto/secret.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace aaigw::daemon {

namespace {

// Stable: scripts rely on them. The text of --help and docs/reference/aaigwd.md list them.
enum class ExitStatus : int {
    success = 0,
    failed = 1,
    bad_configuration = 2,
    machine_cannot = 3,
};

struct Options {
    std::string config;
    std::string counters;
    std::uint32_t exit_when_idle_ms = 0; ///< 0: does not
    bool check = false;
};

/// Standard error, from before there is a log.
void complain(const std::string& line)
{
    static_cast<void>(std::fputs(("aaigwd: " + line + "\n").c_str(), stderr));
}

/// A core file or a debugger of another process of this user would show the keys.
void hide_memory() noexcept
{
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/// The options, or the status to end with: the command line was wrong, or asked for help.
std::variant<Options, ExitStatus> parse_command_line(int argc, const char* const* argv)
{
    Options options;
    CLI::App app{"The security gateway of an IEEE 802.16m access network."};
    app.set_version_flag("--version", "aaigwd " AAIGW_VERSION);
    app.add_option("--config", options.config, "The configuration, a YAML file")
        ->required()
        ->type_name("FILE");
    app.add_flag("--check", options.check, "Only read and check the configuration");
    app.add_option("--exit-when-idle", options.exit_when_idle_ms,
                   "End when no frame has come for so many milliseconds, as over captures")
        ->check(CLI::Range(1, 3'600'000))
        ->type_name("MS");
    app.add_option("--counters", options.counters, "Write all counters there at the end, as JSON")
        ->type_name("FILE");
    app.footer("Exit status: 0 stopped cleanly, 1 failed, 2 bad command line or configuration,\n"
               "3 this machine cannot run it.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0)
            return app.exit(error) == 0 ? ExitStatus::success : ExitStatus::failed;
        complain(error.what());
        return ExitStatus::bad_configuration;
    }
    return options;
}

std::optional<config::Config> read_config(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) {
        complain(fmt::format("{}: {}", path, std::generic_category().message(errno)));
        return std::nullopt;
    }
    auto config = config::load(text, path);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    if (!config) {
        for (const config::Problem& problem : config.error())
            complain(to_text(problem));
        return std::nullopt;
    }
    return std::move(*config);
}

ExitStatus status_of(runtime::FailureKind kind)
{
    switch (kind) {
    case runtime::FailureKind::configuration:
        return ExitStatus::bad_configuration;
    case runtime::FailureKind::machine:
        return ExitStatus::machine_cannot;
    case runtime::FailureKind::internal:
        break;
    }
    return ExitStatus::failed;
}

ExitStatus finish(runtime::Gateway& gateway, const Options& options)
{
    const runtime::StopReport report = gateway.stop();
    if (!report.stuck.empty()) {
        for (const std::size_t worker : report.stuck)
            spdlog::critical("worker {} on core {} does not end", worker, gateway.core_of(worker));
        // Nothing that it may be using can be taken down.
        ::_exit(static_cast<int>(ExitStatus::failed));
    }
    auto status = ExitStatus::success;
    if (report.buffers_in_use != 0) {
        spdlog::error("{} packet buffers did not come back", report.buffers_in_use);
        status = ExitStatus::failed;
    }
    if (!options.counters.empty()) {
        const auto written = write_file(options.counters, counters_json(gateway, report));
        if (!written) {
            spdlog::error("{}", written.error().message);
            status = ExitStatus::failed;
        }
    }
    spdlog::info("stopped");
    return status;
}

ExitStatus run(const Options& options)
{
    auto config = read_config(options.config);
    if (!config)
        return ExitStatus::bad_configuration;
    if (options.check)
        return ExitStatus::success;

    runtime::start_log(config->log.level);
    spdlog::info("aaigwd " AAIGW_VERSION " starts with {}", options.config);
    // Before anything that two daemons would fight for.
    auto place = api::ListeningSocket::claim(config->control_socket);
    if (!place) {
        spdlog::critical("{}", place.error().message);
        return ExitStatus::machine_cannot;
    }
    auto gateway = runtime::Gateway::build(std::move(*config));
    if (!gateway) {
        for (const std::string& message : gateway.error().messages)
            spdlog::critical("{}", message);
        return status_of(gateway.error().kind);
    }
    {
        runtime::LoopOptions loop_options;
        if (options.exit_when_idle_ms != 0)
            loop_options.exit_when_idle = std::chrono::milliseconds{options.exit_when_idle_ms};
        runtime::ControlLoop loop{**gateway, loop_options};
        const auto service = api::Service::start(std::move(*place), **gateway, loop);
        if (!service) {
            spdlog::critical("{}", service.error().message);
            return ExitStatus::failed;
        }
        spdlog::info("running with {} workers", (*gateway)->worker_count());
        loop.run();
    }
    return finish(**gateway, options);
}

} // namespace

} // namespace aaigw::daemon

int main(int argc, char** argv)
{
    using namespace aaigw::daemon;
    try {
        hide_memory();
        // A closed pipe or socket is then an error of write(), reported like any other.
        static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
        const auto command_line = parse_command_line(argc, argv);
        const auto* status = std::get_if<ExitStatus>(&command_line);
        return static_cast<int>(status != nullptr ? *status : run(std::get<Options>(command_line)));
    } catch (const std::exception& error) {
        complain(fmt::format("internal error: {}", error.what()));
    }
    return static_cast<int>(ExitStatus::failed);
}
