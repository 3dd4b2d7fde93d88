// Gateway: everything that a configuration names, built in the order in which the parts need each other.
#pragma once

#include "config/model.h"
#include "control/runtime/key_log.h"
#include "control/runtime/mapped_memory.h"
#include "control/runtime/neighbours.h"
#include "control/runtime/shared_sink.h"
#include "control/runtime/static_stations.h"
#include "dataplane/dpdk/eal.h"
#include "dataplane/dpdk/hand_over.h"
#include "dataplane/dpdk/packet_pool.h"
#include "dataplane/dpdk/port.h"
#include "dataplane/dpdk/queues.h"
#include "dataplane/rcu/rcu.h"
#include "dataplane/sa/key_tables.h"
#include "dataplane/worker/worker.h"

#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace aaigw::runtime {

/// Who has to do something about it.
enum class FailureKind : std::uint8_t {
    configuration, ///< whoever wrote it
    machine,       ///< whoever set the machine up
    internal,
};

struct StartFailure {
    FailureKind kind = FailureKind::internal;
    std::vector<std::string> messages; ///< one sentence a problem
};

/// What is left when workers and ports are gone.
struct StopReport {
    /// Workers that did not end in time. When there is one, nothing else was taken down: end the process.
    std::vector<std::size_t> stuck;
    /// 0, or somebody has lost some. Without those that devices keep, see dpdk::Port::kept_at_close().
    std::size_t buffers_in_use = 0;
};

/// Built, started, stopped and destroyed by one thread, the control thread; that thread is DPDK's main thread, and one
/// that RCU knows: see reader(). One in a process.
class Gateway final : public WorkerOrders {
  public:
    /// Nothing is received before start().
    [[nodiscard]] static tl::expected<std::unique_ptr<Gateway>, StartFailure>
    build(config::Config config);
    ~Gateway() override;
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    void start();
    /// Ends the workers, then closes the ports. After it only worker(), config() and links() may be asked.
    [[nodiscard]] StopReport stop();

    // What there is, for whoever shows it. Without the keys of the configuration, which are in the tables.

    [[nodiscard]] const config::Config& config() const noexcept { return config_; }
    [[nodiscard]] std::size_t worker_count() const noexcept { return workers_.size(); }
    /// Any thread.
    [[nodiscard]] const worker::WorkerShared& worker(std::size_t index) const noexcept
    {
        return workers_[index]->shared;
    }
    [[nodiscard]] std::uint16_t core_of(std::size_t worker) const noexcept
    {
        return config_.workers.cores[worker];
    }
    [[nodiscard]] std::size_t port_count() const noexcept { return ports_.size(); }
    /// By the place in config().ports, which is also the port's number in the path.
    [[nodiscard]] const dpdk::Port& port(std::size_t index) const noexcept
    {
        return *ports_[index];
    }
    [[nodiscard]] dpdk::Port& port(std::size_t index) noexcept { return *ports_[index]; }
    [[nodiscard]] const dpdk::PacketPool& pool() const noexcept { return *pool_; }
    [[nodiscard]] bool huge_pages() const noexcept { return eal_->huge_pages(); }
    /// Core peers are at the places that they have in config().core_peers.
    [[nodiscard]] const path::Links& links() const noexcept { return links_; }
    [[nodiscard]] const sa::KeyTables& tables() const noexcept { return *tables_; }
    [[nodiscard]] const std::vector<StaticStation>& static_stations() const noexcept
    {
        return static_stations_;
    }
    /// What the configuration calls the station, or else `station 3.1`: its place and generation.
    [[nodiscard]] std::string name_of(sa::StationRef station) const;

    // For the control thread.

    /// Changes to the tables; the reader must be online meanwhile.
    [[nodiscard]] sa::Installer& installer() noexcept { return *installer_; }
    [[nodiscard]] sa::Reclaimer& reclaimer() noexcept { return *reclaimer_; }
    /// The control thread's, offline unless it is at work.
    [[nodiscard]] rcu::ReaderThread& reader() noexcept { return reader_; }
    [[nodiscard]] worker::WorkerShared& worker(std::size_t index) noexcept
    {
        return workers_[index]->shared;
    }
    /// Neighbours that have to be asked for, without times yet.
    [[nodiscard]] Neighbours make_neighbours();

    [[nodiscard]] bool send_frame(std::uint8_t port, Bytes frame) override;
    [[nodiscard]] bool set_address(sa::StationRef station,
                                   const sa::StationAddress& address) override;

  private:
    /// One worker: what others see of it, its queues, and its thread.
    struct Lane {
        worker::WorkerShared shared;
        std::vector<std::unique_ptr<path::FrameSource>> sources; ///< by port; null: not here
        std::vector<std::unique_ptr<path::FrameSink>> sinks;     ///< by port
        std::unique_ptr<worker::Worker> worker;
        std::atomic<bool> ended = false;
        std::jthread thread;
    };

    explicit Gateway(config::Config config);

    [[nodiscard]] std::optional<StartFailure> build_all();
    [[nodiscard]] std::optional<StartFailure> start_dpdk();
    [[nodiscard]] Result<void> open_ports();
    [[nodiscard]] Result<void> check_buffers() const;
    void set_up_links();
    [[nodiscard]] std::uint8_t owner_of(std::uint8_t sector, std::uint16_t station) const;
    [[nodiscard]] Result<void> make_tables();
    [[nodiscard]] Result<void> make_workers();
    void make_queues(Lane& lane, std::size_t index);
    void run_worker(std::size_t index, const std::stop_token& stop);

    // In the order in which they are made.
    config::Config config_;
    rcu::ReaderThread reader_;
    std::optional<dpdk::Eal> eal_;
    std::optional<dpdk::PacketPool> pool_;
    std::vector<std::unique_ptr<dpdk::Port>> ports_;
    path::Links links_;
    MappedMemory pages_;
    std::optional<std::pmr::monotonic_buffer_resource> table_memory_;
    std::optional<rcu::RcuReclaimer> reclaimer_;
    std::optional<sa::KeyTables> tables_;
    std::optional<KeyLog> key_log_;
    sa::Installer* installer_ = nullptr;
    std::vector<StaticStation> static_stations_;
    std::unordered_map<std::uint32_t, std::size_t> static_places_; ///< by the place in the tables
    std::vector<SinkLocks> sink_locks_; ///< by port; those with fewer queues than workers
    std::vector<std::unique_ptr<dpdk::HandOverRing>> inboxes_;
    std::vector<std::unique_ptr<Lane>> workers_;
};

} // namespace aaigw::runtime
