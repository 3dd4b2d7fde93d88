// LiveGateway: the running gateway and its control loop as the API sees them.
#pragma once

#include "control/api/gateway_view.h"
#include "control/runtime/control_loop.h"
#include "control/runtime/gateway.h"

namespace aaigw::api {

/// Both outlive it; it ends before Gateway::stop().
class LiveGateway final : public GatewayView {
  public:
    LiveGateway(const runtime::Gateway& gateway, const runtime::ControlLoop& loop);

    [[nodiscard]] About about() const override;
    [[nodiscard]] std::span<const WorkerView> workers() const override { return workers_; }
    [[nodiscard]] std::vector<PortView> ports() const override;
    [[nodiscard]] std::vector<CorePeerView> core_peers() const override;
    [[nodiscard]] PoolView pool() const override;
    [[nodiscard]] const sa::KeyTables& tables() const override { return gateway_.tables(); }
    [[nodiscard]] std::string name_of(sa::StationRef station) const override;
    [[nodiscard]] EventCounts events() const override;
    [[nodiscard]] std::vector<std::string> problems() const override;

  private:
    void add_neighbour_problems(std::vector<std::string>& all) const;

    const runtime::Gateway& gateway_;
    const runtime::ControlLoop& loop_;
    std::vector<WorkerView> workers_;
};

} // namespace aaigw::api
