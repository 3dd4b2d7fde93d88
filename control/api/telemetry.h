// What workers have counted, for DPDK's telemetry socket: dpdk-telemetry.py and monitoring systems ask there.
#pragma once

#include "common/result.h"
#include "control/api/gateway_view.h"
#include "dataplane/dpdk/telemetry.h"

#include <span>
#include <string_view>
#include <vector>

namespace aaigw::api {

/// The sum of all workers, or what the one has counted that `parameters` names by its number. Any thread: they read
/// counters and nothing else.
[[nodiscard]] Result<dpdk::TelemetryObject> telemetry_counters(std::span<const WorkerView> workers,
                                                               std::string_view parameters);
[[nodiscard]] Result<dpdk::TelemetryObject> telemetry_stages(std::span<const WorkerView> workers,
                                                             std::string_view parameters);

/// /aaigw/counters and /aaigw/stages, for as long as what it returns lives. `workers` live longer.
[[nodiscard]] Result<std::vector<dpdk::TelemetryCommand>>
add_telemetry(std::span<const WorkerView> workers);

} // namespace aaigw::api
