// The log of the daemon: lines on standard error, through spdlog.
#pragma once

#include "config/model.h"

namespace aaigw::runtime {

/// Time in UTC, level and text, from `level` up. Once, before anything is logged.
void start_log(config::LogLevel level);

} // namespace aaigw::runtime
