#include "control/runtime/gateway.h"

#include "control/runtime/tick_rate.h"
#include "dataplane/dpdk/preflight.h"
#include "dataplane/pdu/gsmtap.h"

#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace aaigw::runtime {

namespace {

/// Packets that wait for one worker to take them over, at most.
constexpr std::size_t kInboxPackets = 4096;
/// How long a worker may take to end. Its longest poll is far shorter.
constexpr std::chrono::seconds kStopPatience{5};
/// Sectors' tables come on top of the station and flow tables, 272 KiB each.
constexpr std::size_t kFirstTablePages = MappedMemory::kPage;

dpdk::HugePages to_dpdk(config::HugePages pages)
{
    switch (pages) {
    case config::HugePages::automatic:
        break;
    case config::HugePages::never:
        return dpdk::HugePages::never;
    case config::HugePages::required:
        return dpdk::HugePages::required;
    }
    return dpdk::HugePages::automatic;
}

dpdk::PoolOptions pool_options(const config::Config& config)
{
    return {.packets = config.memory.packets,
            .mtu = std::ranges::max(config.ports, {}, &config::Port::mtu).mtu};
}

/// The control thread keeps away from the cores of workers, when there are others.
std::vector<int> control_cores(const std::vector<int>& workers)
{
    std::vector<int> cores = dpdk::allowed_cores();
    std::erase_if(cores,
                  [&](int core) { return std::ranges::find(workers, core) != workers.end(); });
    return cores;
}

dpdk::EalOptions eal_options(const config::Config& config)
{
    dpdk::EalOptions options;
    options.huge_pages = to_dpdk(config.memory.huge_pages);
    options.memory_mib = config.memory.size_mb;
    for (const config::Port& port : config.ports)
        options.devices.push_back(port.device);
    options.worker_cores.assign(config.workers.cores.begin(), config.workers.cores.end());
    options.control_cores = control_cores(options.worker_cores);
    options.log = [](std::string_view line) { spdlog::warn("DPDK: {}", line); };
    return options;
}

path::PathLimits path_limits(const config::Config& config)
{
    path::PathLimits limits;
    limits.ticks_per_second = ticks_per_second();
    limits.unauthenticated_control_per_s = config.limits.unauthenticated_control_per_s;
    limits.icmp_errors_per_s = config.limits.icmp_errors_per_s;
    return limits;
}

StartFailure machine_failure(Error error)
{
    return {.kind = FailureKind::machine, .messages = {std::move(error.message)}};
}

} // namespace

Gateway::Gateway(config::Config config) : config_{std::move(config)} {}

tl::expected<std::unique_ptr<Gateway>, StartFailure> Gateway::build(config::Config config)
{
    std::unique_ptr<Gateway> gateway{new Gateway{std::move(config)}};
    auto failure = gateway->build_all();
    gateway->reader_.offline();
    if (failure)
        return tl::unexpected{std::move(*failure)};
    return gateway;
}

std::optional<StartFailure> Gateway::build_all()
{
    if (auto failure = start_dpdk())
        return failure;
    if (auto opened = open_ports(); !opened)
        return machine_failure(std::move(opened).error());
    set_up_links();
    if (auto made = make_tables(); !made)
        return StartFailure{.kind = FailureKind::configuration,
                            .messages = {std::move(made).error().message}};
    if (auto made = make_workers(); !made)
        return machine_failure(std::move(made).error());
    return std::nullopt;
}

std::optional<StartFailure> Gateway::start_dpdk()
{
    const dpdk::EalOptions options = eal_options(config_);
    auto problems = dpdk::preflight(options);
    const std::size_t needed_mib = (dpdk::pool_bytes(pool_options(config_)) >> 20) + 1;
    if (needed_mib > config_.memory.size_mb)
        problems.push_back(fmt::format("memory: {} packets take {} MiB of {}; raise size_mb or "
                                       "lower packets",
                                       config_.memory.packets, needed_mib, config_.memory.size_mb));
    if (!problems.empty())
        return StartFailure{.kind = FailureKind::machine, .messages = std::move(problems)};
    auto eal = dpdk::Eal::start(options);
    if (!eal)
        return machine_failure(std::move(eal).error());
    eal_.emplace(std::move(*eal));
    auto pool = dpdk::PacketPool::create(pool_options(config_));
    if (!pool)
        return machine_failure(std::move(pool).error());
    pool_.emplace(std::move(*pool));
    spdlog::info("memory: {} packets, {} huge pages", pool_->capacity(),
                 eal_->huge_pages() ? "in" : "without");
    return std::nullopt;
}

Result<void> Gateway::open_ports()
{
    const auto workers = static_cast<std::uint16_t>(config_.workers.cores.size());
    for (const config::Port& wanted : config_.ports) {
        TRY(auto port, dpdk::Port::open({.name = wanted.name,
                                         .device = wanted.device,
                                         .mtu = wanted.mtu,
                                         .mac = wanted.mac,
                                         .rx_queues = workers,
                                         .tx_queues = workers,
                                         .rx_ring = wanted.rx_ring,
                                         .tx_ring = wanted.tx_ring},
                                        *pool_));
        for (const std::string& note : port.notes())
            spdlog::info("port {}: {}", wanted.name, note);
        spdlog::info("port {}: {}, {}", wanted.name, port.driver(), to_text(wanted.address));
        ports_.push_back(std::make_unique<dpdk::Port>(std::move(port)));
    }
    return check_buffers();
}

/// Devices free what they sent when they are given more to send. Once they held every buffer nothing could be received,
/// so nothing would be sent any more.
Result<void> Gateway::check_buffers() const
{
    std::size_t most = pool_->in_use(); // what the ports receive into
    for (const auto& port : ports_)
        most += port->tx_held();
    most += config_.workers.cores.size() * dpdk::PoolOptions{}.cache;
    if (most > pool_->capacity())
        return fail(
            ErrorCode::unavailable,
            fmt::format("memory: ports and workers may hold {} packets of {}; raise packets", most,
                        pool_->capacity()));
    return {};
}

void Gateway::set_up_links()
{
    const std::size_t access = config::index_of(config_.ports, config_.links.access);
    const std::size_t core = config::index_of(config_.ports, config_.links.core);
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        auto carries = path::Carries::nothing;
        if (i == access && i == core)
            carries = path::Carries::both;
        else if (i == access)
            carries = path::Carries::access;
        else if (i == core)
            carries = path::Carries::core;
        links_.ports[i] = path::PortLink::make(ports_[i]->mac(), config_.ports[i].address.address,
                                               ports_[i]->mtu(), carries);
    }
    links_.core_peer_count = config_.core_peers.size();
    for (std::size_t i = 0; i < config_.core_peers.size(); ++i) {
        const config::CorePeer& peer = config_.core_peers[i];
        links_.core_peers[i].address = peer.address;
        links_.core_peers[i].port = static_cast<std::uint8_t>(core);
        if (peer.mac)
            links_.core_peers[i].mac_bits.store(load_be<6>(*peer.mac));
    }
}

/// Where the NIC puts a station's frames when each worker has a queue; else any worker, always the same one.
std::uint8_t Gateway::owner_of(std::uint8_t sector, std::uint16_t station) const
{
    const dpdk::Port& access = *ports_[config::index_of(config_.ports, config_.links.access)];
    const std::size_t workers = config_.workers.cores.size();
    const std::uint16_t port = pdu::station_port(sector, station);
    if (access.rx_queues() == workers) {
        if (const auto queue = access.queue_of_source_port(port))
            return static_cast<std::uint8_t>(*queue);
    }
    return static_cast<std::uint8_t>(port % workers);
}

Result<void> Gateway::make_tables()
{
    table_memory_.emplace(kFirstTablePages, &pages_);
    reclaimer_.emplace();
    tables_.emplace(
        sa::TableLimits{.stations = config_.limits.stations, .flows = config_.limits.flows},
        [this](std::uint8_t sector, std::uint16_t station) { return owner_of(sector, station); },
        *reclaimer_, *table_memory_);
    installer_ = &*tables_;
    if (config_.keylog) {
        TRY(auto log, KeyLog::open(*config_.keylog, *tables_));
        installer_ = &key_log_.emplace(std::move(log));
        spdlog::warn("keylog: every key is written to {}", *config_.keylog);
    }
    TRY(static_stations_, install_static(config_, *installer_));
    for (std::size_t i = 0; i < static_stations_.size(); ++i) {
        const StaticStation& station = static_stations_[i];
        static_places_.emplace(station.ref.index, i);
        if (station.has_mac)
            TRY_DO(tables_->place_station(station.ref, *station.address));
    }
    // The tables have the keys now; nobody else needs them.
    config_.static_part.stations.clear();
    spdlog::info("tables: {} stations, {} flows", static_stations_.size(), tables_->flow_count());
    return {};
}

void Gateway::make_queues(Lane& lane, std::size_t index)
{
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        dpdk::Port& port = *ports_[i];
        const auto number = static_cast<std::uint8_t>(i);
        const auto queue = static_cast<std::uint16_t>(index);
        lane.sources.push_back(index < port.rx_queues()
                                   ? std::make_unique<dpdk::RxQueue>(port, queue, number)
                                   : nullptr);
        const auto tx = static_cast<std::uint16_t>(index % port.tx_queues());
        if (port.tx_queues() >= config_.workers.cores.size())
            lane.sinks.push_back(std::make_unique<dpdk::TxQueue>(port, tx));
        else
            lane.sinks.push_back(std::make_unique<SharedSink<dpdk::TxQueue>>(
                dpdk::TxQueue{port, tx}, sink_locks_[i][tx]));
    }
}

Result<void> Gateway::make_workers()
{
    const std::size_t count = config_.workers.cores.size();
    for (const auto& port : ports_)
        sink_locks_.push_back(std::make_unique<SpinLock[]>(port->tx_queues()));
    std::vector<path::HandOverQueue*> inboxes;
    for (std::size_t i = 0; i < count; ++i) {
        TRY(auto inbox, dpdk::HandOverRing::create(fmt::format("hand-over {}", i), kInboxPackets));
        inboxes_.push_back(std::make_unique<dpdk::HandOverRing>(std::move(inbox)));
        inboxes.push_back(inboxes_.back().get());
    }
    const path::PathLimits limits = path_limits(config_);
    for (std::size_t i = 0; i < count; ++i) {
        Lane& lane = *workers_.emplace_back(std::make_unique<Lane>());
        make_queues(lane, i);
        std::vector<worker::PortQueues> queues;
        for (std::size_t port = 0; port < ports_.size(); ++port)
            queues.push_back({.source = lane.sources[port].get(), .sink = lane.sinks[port].get()});
        TRY(lane.worker, worker::Worker::create({.index = static_cast<std::uint8_t>(i),
                                                 .tables = *tables_,
                                                 .links = links_,
                                                 .store = *pool_,
                                                 .shared = lane.shared,
                                                 .ports = std::move(queues),
                                                 .inboxes = inboxes,
                                                 .limits = limits,
                                                 .frame_number = config_.preset.frame_number}));
    }
    return {};
}

void Gateway::start()
{
    for (std::size_t i = 0; i < workers_.size(); ++i)
        workers_[i]->thread =
            std::jthread{[this, i](const std::stop_token& stop) { run_worker(i, stop); }};
}

/// A worker that cannot have its core or its cache of packets is slower, not wrong.
void Gateway::run_worker(std::size_t index, const std::stop_token& stop)
{
    Lane& lane = *workers_[index];
    ::pthread_setname_np(::pthread_self(), fmt::format("worker-{}", index).c_str());
    sigset_t all;
    ::sigfillset(&all); // signals are the control thread's
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    if (const auto pinned = dpdk::pin_to_core(core_of(index)); !pinned)
        spdlog::error("worker {}: {}", index, pinned.error().message);
    {
        const auto registered = dpdk::register_thread();
        if (!registered)
            spdlog::error("worker {}: {}", index, registered.error().message);
        const auto idle =
            config_.workers.idle == config::Idle::poll ? worker::Idle::poll : worker::Idle::sleep;
        lane.worker->run(stop, idle);
    }
    lane.ended.store(true, std::memory_order_release);
}

StopReport Gateway::stop()
{
    StopReport report;
    for (const auto& lane : workers_)
        lane->thread.request_stop();
    const auto end = std::chrono::steady_clock::now() + kStopPatience;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        const Lane& lane = *workers_[i];
        while (lane.thread.joinable() && !lane.ended.load(std::memory_order_acquire) &&
               std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        if (lane.thread.joinable() && !lane.ended.load(std::memory_order_acquire))
            report.stuck.push_back(i);
    }
    if (!report.stuck.empty())
        return report;
    for (const auto& lane : workers_) {
        if (lane->thread.joinable())
            lane->thread.join();
        lane->worker.reset();
    }
    inboxes_.clear();
    for (const auto& lane : workers_) {
        lane->sources.clear();
        lane->sinks.clear();
    }
    std::size_t kept = 0;
    for (const auto& port : ports_)
        kept += port->kept_at_close();
    ports_.clear();
    if (pool_)
        report.buffers_in_use = pool_->in_use() - std::min(pool_->in_use(), kept);
    return report;
}

Gateway::~Gateway()
{
    // What was built half way goes the same way.
    static_cast<void>(stop());
    reader_.online();
    tables_.reset();
    reclaimer_.reset();
}

std::string Gateway::name_of(sa::StationRef station) const
{
    const auto found = static_places_.find(station.index);
    if (found != static_places_.end() && static_stations_[found->second].ref == station)
        return static_stations_[found->second].name;
    return fmt::format("station {}.{}", station.index, station.generation);
}

Neighbours Gateway::make_neighbours()
{
    std::vector<NeighbourPort> ports;
    for (std::size_t i = 0; i < ports_.size(); ++i)
        ports.push_back({.mac = ports_[i]->mac(),
                         .address = config_.ports[i].address,
                         .gateway = config_.ports[i].gateway});
    Neighbours neighbours{std::move(ports), *this};
    for (std::size_t i = 0; i < config_.core_peers.size(); ++i) {
        if (!config_.core_peers[i].mac)
            neighbours.add_core_peer(links_.core_peers[i]);
    }
    for (const StaticStation& station : static_stations_) {
        if (station.address && !station.has_mac)
            neighbours.add_station(station.ref, *station.address);
    }
    return neighbours;
}

bool Gateway::send_frame(std::uint8_t port, Bytes frame)
{
    path::CommandRing& commands = workers_.front()->shared.commands;
    path::Command* const command = commands.claim();
    if (command == nullptr || frame.size() > command->message.size())
        return false;
    command->kind = path::CommandKind::frame;
    command->port = port;
    command->length = static_cast<std::uint16_t>(frame.size());
    std::ranges::copy(frame, command->message.begin());
    commands.publish();
    return true;
}

bool Gateway::set_address(sa::StationRef station, const sa::StationAddress& address)
{
    path::CommandRing& commands = workers_[tables_->station(station.index).owner]->shared.commands;
    path::Command* const command = commands.claim();
    if (command == nullptr)
        return false;
    command->kind = path::CommandKind::set_address;
    command->station = station;
    command->address = address;
    command->length = 0;
    commands.publish();
    return true;
}

} // namespace aaigw::runtime
