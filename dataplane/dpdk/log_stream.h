// DPDK's log: where its lines go, and the line that explains a failure.
#pragma once

#include "dataplane/dpdk/eal.h"

#include <string>

namespace aaigw::dpdk {

/// Sends DPDK's log, from warnings up, to `sink` until stop_log(). Before the EAL starts, by its thread.
[[nodiscard]] Result<void> start_log(LogSink sink);
void stop_log() noexcept;

/// Keeps the first line that DPDK logs on this thread while it lives: drivers say nowhere else why they refuse.
class FirstLogLine {
  public:
    FirstLogLine() noexcept;
    FirstLogLine(const FirstLogLine&) = delete;
    FirstLogLine& operator=(const FirstLogLine&) = delete;
    ~FirstLogLine();

    /// `error` as DPDK's errno spells it, and the line behind it when there is one.
    [[nodiscard]] std::string explain(int error) const;

    void note(std::string_view line);

  private:
    FirstLogLine* outer_;
    std::string line_;
};

} // namespace aaigw::dpdk
