// PathStats: what a worker counts. Written by the worker, read by anybody at any time.
#pragma once

#include "common/counter.h"
#include "dataplane/path/verdict.h"

#include <array>

namespace aaigw::path {

/// At a quiet moment frames + further_pdus + taken_over + commanded is the sum of the verdicts.
struct alignas(64) PathStats {
    Counter frames;       ///< received from ports
    Counter further_pdus; ///< of bursts, after the first one
    Counter taken_over;   ///< from other workers
    Counter commanded;    ///< frames and messages of the control thread
    Counter bytes_in;     ///< of frames from ports
    Counter bytes_out;    ///< of frames to ports
    Counter pdus_protected;
    Counter pdus_opened;
    Counter older_key_opened; ///< with the older of two contexts
    Counter events_lost;      ///< limit events that found the queue full; they come again
    std::array<Counter, kVerdicts> verdicts{};

    [[nodiscard]] std::uint64_t received() const noexcept
    {
        return frames.value() + further_pdus.value() + taken_over.value() + commanded.value();
    }
    [[nodiscard]] std::uint64_t ended() const noexcept
    {
        std::uint64_t sum = 0;
        for (const Counter& one : verdicts)
            sum += one.value();
        return sum;
    }
};

} // namespace aaigw::path
