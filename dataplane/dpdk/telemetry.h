// TelemetryCommand: an answer of ours on DPDK's telemetry socket, which dpdk-telemetry.py and monitoring systems read.
#pragma once

#include "common/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aaigw::dpdk {

struct TelemetryEntry;

/// A JSON object: at most 256 entries, which keep their order.
using TelemetryObject = std::vector<TelemetryEntry>;

struct TelemetryEntry {
    std::string name; ///< of letters, digits, '_' and '/'; at most 63 characters
    /// Text is cut after 127 characters.
    std::variant<std::uint64_t, std::string, TelemetryObject> value;
};

/// Called on DPDK's telemetry thread, one call at a time for all commands. `parameters` is what follows the first comma
/// of the request, from whoever may open the socket: to be checked. An error is answered with its message.
using TelemetryAnswer = std::function<Result<TelemetryObject>(std::string_view parameters)>;

/// Keeps the command answered while it lives. DPDK leaves out what goes beyond 16 KiB of an answer.
class TelemetryCommand {
  public:
    /// `path` is like "/aaigw/workers", of no other command; `help` is one line. Before or after DPDK starts.
    [[nodiscard]] static Result<TelemetryCommand>
    add(const std::string& path, const std::string& help, TelemetryAnswer answer);

    TelemetryCommand(TelemetryCommand&& other) noexcept;
    TelemetryCommand& operator=(TelemetryCommand&&) = delete;
    /// Waits for an answer that is being made.
    ~TelemetryCommand();

  private:
    explicit TelemetryCommand(std::string path) noexcept : path_{std::move(path)} {}

    std::string path_; ///< empty: moved from
};

} // namespace aaigw::dpdk
