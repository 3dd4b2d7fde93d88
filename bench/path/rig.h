// A worker between memory and nothing, and what it takes for a packet.
#pragma once

#include "bench/path/feed.h"
#include "dataplane/worker/worker.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace aaigw::bench {

enum class Way : std::uint8_t {
    downlink, ///< GRE frame in, GSMTAP frame out
    uplink,   ///< GSMTAP frame in, GRE frame out
    mixed,    ///< both in turn
    relay     ///< uplink, and the packet that comes out downlink again: opened and protected
};

[[nodiscard]] std::string_view name_of(Way way) noexcept;

/// One way with one mix of sizes through the stations of a population.
class Rig {
  public:
    /// The population outlives the rig. `sizes` as of SizePattern.
    Rig(Population& population, Way way, const SizePattern& sizes);

    /// TSC cycles per packet over at least `packets` packets; every one of them must have been forwarded. On the thread
    /// of `reader`.
    [[nodiscard]] double run(std::size_t packets, rcu::ReaderThread& reader);

    /// Copying frames in and freeing them, without a worker in between.
    [[nodiscard]] double floor(std::size_t packets);

    [[nodiscard]] const worker::StageCosts& costs() const noexcept { return shared_->costs; }
    [[nodiscard]] worker::WorkerShared& shared() noexcept { return *shared_; }

  private:
    void check_all_forwarded(std::uint64_t expected) const;
    [[nodiscard]] std::unique_ptr<worker::Worker>
    make_worker(const path::Links& links, worker::WorkerShared& shared,
                std::vector<worker::PortQueues> ports);

    Population& population_;
    Way way_;
    path::Links links_;
    path::Links behind_links_; ///< of the relay's second half
    MemoryStore store_;
    NullSink sink_;
    Junction junction_;
    std::optional<MemoryFeed> down_;
    std::optional<MemoryFeed> up_;
    std::unique_ptr<worker::WorkerShared> shared_;
    std::unique_ptr<worker::WorkerShared> behind_shared_;
    std::unique_ptr<worker::Worker> worker_;
    std::unique_ptr<worker::Worker> behind_;
    std::uint64_t fed_ = 0;
};

} // namespace aaigw::bench
