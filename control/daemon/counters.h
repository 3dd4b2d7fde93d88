// The counters that a run leaves behind as JSON.
#pragma once

#include "common/result.h"
#include "control/runtime/gateway.h"

#include <string>

namespace aaigw::daemon {

[[nodiscard]] std::string counters_json(const runtime::Gateway& gateway,
                                        const runtime::StopReport& report);

[[nodiscard]] Result<void> write_file(const std::string& path, const std::string& text);

} // namespace aaigw::daemon
