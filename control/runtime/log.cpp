#include "control/runtime/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace aaigw::runtime {

namespace {

spdlog::level::level_enum to_spdlog(config::LogLevel level)
{
    switch (level) {
    case config::LogLevel::trace:
        return spdlog::level::trace;
    case config::LogLevel::debug:
        return spdlog::level::debug;
    case config::LogLevel::info:
        break;
    case config::LogLevel::warn:
        return spdlog::level::warn;
    case config::LogLevel::error:
        return spdlog::level::err;
    case config::LogLevel::critical:
        return spdlog::level::critical;
    }
    return spdlog::level::info;
}

} // namespace

void start_log(config::LogLevel level)
{
    auto logger = std::make_shared<spdlog::logger>(
        "aaigwd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l: %v", spdlog::pattern_time_type::utc);
    logger->set_level(to_spdlog(level));
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

} // namespace aaigw::runtime
