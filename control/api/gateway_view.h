// GatewayView: what the API reads of a running gateway. Nothing in here stops or changes anything.
#pragma once

#include "common/ids.h"
#include "common/ipv4.h"
#include "dataplane/dpdk/port.h"
#include "dataplane/path/events.h"
#include "dataplane/path/links.h"
#include "dataplane/sa/key_tables.h"
#include "dataplane/worker/worker.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace aaigw::api {

inline constexpr std::size_t kEventKinds = 8;
/// Events that the control thread has taken from the workers' queues, by kind.
using EventCounts = std::array<std::uint64_t, kEventKinds>;

struct About {
    std::string role; ///< as the configuration spells it
    bool lab = false;
};

struct WorkerView {
    std::uint16_t core = 0; ///< CPU number
    const worker::WorkerShared* shared = nullptr;
};

struct PortView {
    std::string name;
    std::string driver;
    MacAddress mac{};
    Ipv4Network address;
    path::Carries carries = path::Carries::nothing;
    std::uint16_t mtu = 0;
    std::uint16_t rx_queues = 0;
    std::uint16_t tx_queues = 0;
    bool enabled = false; ///< not taken out of use
    dpdk::Link link;
    dpdk::PortCounters counters;
};

struct CorePeerView {
    std::string name;
    Ipv4Address address;
    std::uint64_t mac_bits = 0; ///< of its next hop, in the low 48 bits; 0: not known
};

struct PoolView {
    std::size_t packets = 0;
    std::size_t in_use = 0;
};

/// All calls are of the control thread. Workers, in the order of their indices, and their counters stay where they are
/// for as long as the view lives; only counters may be read by other threads.
class GatewayView {
  public:
    virtual ~GatewayView() = default;

    [[nodiscard]] virtual About about() const = 0;
    [[nodiscard]] virtual std::span<const WorkerView> workers() const = 0;
    [[nodiscard]] virtual std::vector<PortView> ports() const = 0;
    [[nodiscard]] virtual std::vector<CorePeerView> core_peers() const = 0;
    [[nodiscard]] virtual PoolView pool() const = 0;
    [[nodiscard]] virtual const sa::KeyTables& tables() const = 0;
    /// What people call the station.
    [[nodiscard]] virtual std::string name_of(sa::StationRef station) const = 0;
    [[nodiscard]] virtual EventCounts events() const = 0;
    /// What is not well, a sentence each.
    [[nodiscard]] virtual std::vector<std::string> problems() const = 0;
};

} // namespace aaigw::api
