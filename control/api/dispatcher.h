// Dispatcher: from the line of a request to the line of its answer, by the table of methods.
#pragma once

#include "control/api/gateway_view.h"
#include "control/api/rpc.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aaigw::api {

/// One line of methods.def.
struct MethodDescription {
    std::string_view name;
    std::string_view parameters; ///< names with spaces between them; each is a number
    std::string_view sentence;
};

[[nodiscard]] std::span<const MethodDescription> methods() noexcept;

/// What became of requests and of those who sent them. Part of what `counters` answers, never of `state`.
struct ApiCounters {
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;         ///< requests with something wrong in them
    std::uint64_t clients = 0;         ///< at present
    std::uint64_t clients_refused = 0; ///< too many, or not allowed
    std::uint64_t clients_dropped = 0; ///< too slow, or silent for too long
};

/// Control thread.
class Dispatcher {
  public:
    /// `gateway` outlives it.
    explicit Dispatcher(const GatewayView& gateway) noexcept : gateway_{gateway} {}

    /// For any bytes. Nothing for a notification, which gets no answer.
    [[nodiscard]] std::optional<std::string> answer(std::string_view line);

    [[nodiscard]] ApiCounters& counters() noexcept { return counters_; }

  private:
    [[nodiscard]] tl::expected<Json, RpcError> run(const Request& request) const;

    const GatewayView& gateway_;
    ApiCounters counters_;
};

} // namespace aaigw::api
