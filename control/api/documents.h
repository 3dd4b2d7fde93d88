// The answers of the API as JSON, one function a method. None of them holds a key.
#pragma once

#include "control/api/gateway_view.h"
#include "control/api/json.h"

#include <cstdint>

namespace aaigw::api {

/// Stations in one answer of state(): an answer takes a few milliseconds of the control thread and a megabyte at most.
inline constexpr std::uint64_t kMaxStationsAtOnce = 256;

[[nodiscard]] Json version_document(const GatewayView& gateway);
[[nodiscard]] Json counters_document(const GatewayView& gateway);
[[nodiscard]] Json verdicts_document(const GatewayView& gateway);
[[nodiscard]] Json stages_document(const GatewayView& gateway);
[[nodiscard]] Json ports_document(const GatewayView& gateway);
[[nodiscard]] Json health_document(const GatewayView& gateway);

/// Canonical: everything in a fixed order, and nothing that time alone changes. `from` counts stations in the order of
/// their places; `next` of the answer is the one to go on from, or null.
[[nodiscard]] Json state_document(const GatewayView& gateway, std::uint64_t from = 0,
                                  std::uint64_t most = kMaxStationsAtOnce);

// Parts of several answers.

/// What a worker has counted of packets: no polls, no times.
[[nodiscard]] Json packet_counters(const path::PathStats& stats);
[[nodiscard]] Json event_counters(const EventCounts& events);
/// What a port is, without what it has counted.
[[nodiscard]] Json port_description(const PortView& port);
/// `02:00:00:00:00:01`, of the low 48 bits.
[[nodiscard]] std::string mac_text(std::uint64_t mac_bits);

} // namespace aaigw::api
