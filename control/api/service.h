// Service: everything that a running gateway answers, wired: the control socket and DPDK's telemetry commands.
#pragma once

#include "common/result.h"
#include "control/api/dispatcher.h"
#include "control/api/live_gateway.h"
#include "control/api/server.h"
#include "dataplane/dpdk/telemetry.h"

#include <memory>
#include <optional>
#include <vector>

namespace aaigw::api {

/// Lives on the control thread, between the making of the loop and Gateway::stop().
class Service {
  public:
    /// Answers once the loop runs.
    [[nodiscard]] static Result<std::unique_ptr<Service>>
    start(ListeningSocket place, const runtime::Gateway& gateway, runtime::ControlLoop& loop);

  private:
    Service(const runtime::Gateway& gateway, const runtime::ControlLoop& loop)
        : view_{gateway, loop}, dispatcher_{view_}
    {
    }

    LiveGateway view_;
    Dispatcher dispatcher_;
    std::vector<dpdk::TelemetryCommand> telemetry_;
    std::optional<Server> server_;
};

} // namespace aaigw::api
