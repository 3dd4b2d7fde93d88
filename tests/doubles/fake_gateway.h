// FakeGateway: a gateway for the API to look at, with real key tables and no packets but those that a test counts.
#pragma once

#include "control/api/gateway_view.h"
#include "tests/doubles/reclaimers.h"

#include <memory>
#include <string>
#include <vector>

namespace aaigw::api::doubles {

/// Two workers, two ports, one core peer; no stations at first.
class FakeGateway final : public GatewayView {
  public:
    FakeGateway();

    [[nodiscard]] About about() const override { return {.role = "abs", .lab = true}; }
    [[nodiscard]] std::span<const WorkerView> workers() const override { return workers_; }
    [[nodiscard]] std::vector<PortView> ports() const override { return port_views; }
    [[nodiscard]] std::vector<CorePeerView> core_peers() const override;
    [[nodiscard]] PoolView pool() const override { return {.packets = 8191, .in_use = 2048}; }
    [[nodiscard]] const sa::KeyTables& tables() const override { return tables_; }
    [[nodiscard]] std::string name_of(sa::StationRef station) const override;
    [[nodiscard]] EventCounts events() const override { return event_counts; }
    [[nodiscard]] std::vector<std::string> problems() const override { return all_problems; }

    [[nodiscard]] worker::WorkerShared& worker(std::size_t index) { return *shared_[index]; }
    [[nodiscard]] sa::KeyTables& key_tables() { return tables_; }

    /// In the MZone, with a flow and a context that sends and receives; its TEK and CMAC key consist of `key_byte`s.
    sa::StationRef add_station(Stid stid, std::uint8_t key_byte);

    EventCounts event_counts{};
    std::vector<std::string> all_problems;
    std::vector<PortView> port_views;

  private:
    std::vector<std::unique_ptr<worker::WorkerShared>> shared_;
    std::vector<WorkerView> workers_;
    sa::doubles::ImmediateReclaimer reclaimer_;
    sa::KeyTables tables_;
};

} // namespace aaigw::api::doubles
