#include "dataplane/dpdk/port.h"

#include "common/check.h"
#include "dataplane/dpdk/device.h"
#include "dataplane/dpdk/happens_before.h"
#include "dataplane/dpdk/log_stream.h"

#include <fmt/format.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

namespace aaigw::dpdk {

namespace {

// Which datagrams are spread: the hash then covers addresses and ports, in the layout that steering.h counts on.
constexpr std::uint64_t kSpread = RTE_ETH_RSS_NONFRAG_IPV4_UDP;

constexpr std::uint16_t kSmallestMtu = 576; // RFC 791: what every host takes

constexpr std::string_view kAfXdp = "net_af_xdp";
constexpr std::string_view kMemif = "net_memif";
constexpr std::string_view kRing = "net_ring";
/// Frames in each of the rings that net_af_xdp shares with the kernel, whatever it is asked for.
constexpr std::size_t kAfXdpRing = 2048;

/// A second port must not come to use a device that has one.
Result<void> claim(std::uint16_t id, const std::string& port_name)
{
    rte_eth_dev_owner owner{};
    port_name.copy(owner.name, sizeof(owner.name) - 1);
    if (rte_eth_dev_owner_new(&owner.id) != 0 || rte_eth_dev_owner_set(id, &owner) != 0)
        return fail(ErrorCode::unavailable, "another port has it");
    return {};
}

/// A device that does not say how long its key is takes the usual one.
std::uint8_t key_size(const rte_eth_dev_info& info) noexcept
{
    return info.hash_key_size == 0 ? kUsualRssKey : info.hash_key_size;
}

rte_eth_rss_conf spreading(const rte_eth_dev_info& info) noexcept
{
    rte_eth_rss_conf conf{};
    conf.rss_key = const_cast<std::uint8_t*>(steering_key().data()); // DPDK only reads it
    conf.rss_key_len = key_size(info);
    conf.rss_hf = kSpread;
    return conf;
}

rte_eth_conf device_configuration(const rte_eth_dev_info& info, std::uint16_t mtu, bool spread)
{
    rte_eth_conf conf{};
    conf.rxmode.mtu = mtu;
    if (spread) {
        conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        conf.rx_adv_conf.rss_conf = spreading(info);
    }
    return conf;
}

bool can_spread(const rte_eth_dev_info& info) noexcept
{
    return (info.flow_type_rss_offloads & kSpread) == kSpread && key_size(info) >= kUsualRssKey &&
           key_size(info) <= kLongestRssKey && info.reta_size > 0;
}

/// Gives the device our key, which some take only while they run; whether it then says that it uses it.
bool set_key(std::uint16_t id, const rte_eth_dev_info& info) noexcept
{
    rte_eth_rss_conf wanted = spreading(info);
    static_cast<void>(rte_eth_dev_rss_hash_update(id, &wanted));
    std::array<std::uint8_t, kLongestRssKey> key{};
    rte_eth_rss_conf conf{};
    conf.rss_key = key.data();
    conf.rss_key_len = key_size(info);
    return rte_eth_dev_rss_hash_conf_get(id, &conf) == 0 && (conf.rss_hf & kSpread) == kSpread &&
           std::equal(key.begin(), key.begin() + key_size(info), steering_key().begin());
}

/// Gives the device our table from hashes to queues.
bool set_table(std::uint16_t id, const Steering& steering)
{
    constexpr std::uint16_t kGroup = RTE_ETH_RETA_GROUP_SIZE;
    std::vector<rte_eth_rss_reta_entry64> table(steering.entries() / kGroup + 1U);
    for (std::uint16_t entry = 0; entry < steering.entries(); ++entry) {
        auto& group = table[entry / kGroup];
        group.mask |= std::uint64_t{1} << entry % kGroup;
        group.reta[entry % kGroup] = steering.queue_of_entry(entry);
    }
    return rte_eth_dev_rss_reta_update(id, table.data(), steering.entries()) == 0;
}

/// A memif that splits a frame over several of its buffers mixes frames up: it forgets to end a chain where another
/// one has been.
bool would_split(const std::string& device, std::uint16_t mtu)
{
    const auto argument = device_argument(device, "bsize");
    if (!argument)
        return false; // 2048
    std::size_t bytes = 0;
    std::from_chars(argument->data(), argument->data() + argument->size(), bytes);
    return bytes < max_frame_bytes(mtu);
}

/// Frees what the device holds and nobody will receive.
void empty(std::uint16_t id, std::uint16_t queues) noexcept
{
    std::array<rte_mbuf*, 32> mbufs{};
    for (std::uint16_t queue = 0; queue < queues; ++queue) {
        while (const auto count = rte_eth_rx_burst(id, queue, mbufs.data(), mbufs.size()))
            rte_pktmbuf_free_bulk(mbufs.data(), count);
    }
}

std::string to_text(const MacAddress& mac)
{
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3],
                       mac[4], mac[5]);
}

} // namespace

tl::unexpected<Error> Port::failed(const std::string& what) const
{
    return fail(ErrorCode::unavailable, fmt::format("port {}: {}", name_, what));
}

Result<Port> Port::open(const PortOptions& options, PacketPool& pool)
{
    Port port{options};
    const std::size_t in_use_before = pool.in_use();
    if (options.mtu < kSmallestMtu || options.mtu > pool.mtu())
        return port.failed(fmt::format("MTU {}: its packet pool is made for {} to {}", options.mtu,
                                       kSmallestMtu, pool.mtu()));
    if (options.rx_queues == 0 || options.tx_queues == 0)
        return port.failed("it needs a queue in each direction");
    TRY_DO(port.attach(options.device));
    TRY_DO(port.configure(options));
    TRY_DO(port.make_queues(options, pool));
    TRY_DO(port.set_mac(options.mac));
    TRY_DO(port.start());
    if (port.driver_ == kAfXdp)
        port.kept_at_close_ = pool.in_use() - in_use_before + port.tx_held_;
    return port;
}

Port::Port(Port&& other) noexcept
    : id_{other.id_}, rx_queues_{other.rx_queues_}, tx_queues_{other.tx_queues_},
      up_{other.up_.load()}, started_{other.started_}, device_{std::exchange(other.device_,
                                                                             nullptr)},
      steering_{other.steering_}, name_{std::move(other.name_)}, driver_{std::move(other.driver_)},
      mtu_{other.mtu_}, mac_{other.mac_}, tx_held_{other.tx_held_},
      kept_at_close_{other.kept_at_close_}, notes_{std::move(other.notes_)}
{
}

Port::~Port()
{
    if (device_ == nullptr)
        return;
    if (driver_ == kRing && started_)
        empty(id_, rx_queues_);
    rte_eth_dev_stop(id_);
    rte_eth_dev_close(id_);
    // A virtual device is gone then, and a PCI device can be opened again.
    rte_dev_remove(device_);
}

Result<void> Port::attach(const std::string& device)
{
    const bool is_pci = is_pci_address(device);
    const std::string dpdk_name =
        is_pci ? full_pci_address(device) : std::string{device_name(device)};
    const FirstLogLine log;
    // A PCI device is there since DPDK started, and one of a test or benchmark may be.
    if (rte_eth_dev_get_port_by_name(dpdk_name.c_str(), &id_) != 0) {
        if (const int error = rte_dev_probe(device.c_str()); error != 0)
            return failed(fmt::format("{} cannot be opened: {}", dpdk_name, log.explain(error)));
        if (rte_eth_dev_get_port_by_name(dpdk_name.c_str(), &id_) != 0)
            return failed(fmt::format("{} is not a network device", dpdk_name));
    }
    if (const auto claimed = claim(id_, name_); !claimed)
        return failed(fmt::format("{}: {}", dpdk_name, claimed.error().message));
    rte_eth_dev_info info{};
    if (const int error = rte_eth_dev_info_get(id_, &info); error != 0)
        return failed(
            fmt::format("{} says nothing about itself: {}", dpdk_name, log.explain(error)));
    device_ = info.device;
    driver_ = info.driver_name;
    return {};
}

Result<void> Port::configure(const PortOptions& options)
{
    rte_eth_dev_info info{};
    if (const int error = rte_eth_dev_info_get(id_, &info); error != 0)
        return failed(rte_strerror(-error));
    if (options.mtu < info.min_mtu || options.mtu > info.max_mtu)
        return failed(fmt::format("MTU {}: {} can have {} to {}", options.mtu, driver_,
                                  info.min_mtu, info.max_mtu));
    if (driver_ == kMemif && would_split(options.device, options.mtu))
        return failed(fmt::format("MTU {}: {} needs a bsize of at least {}", options.mtu, driver_,
                                  max_frame_bytes(options.mtu)));
    rx_queues_ = std::min(options.rx_queues, info.max_rx_queues);
    tx_queues_ = std::min(options.tx_queues, info.max_tx_queues);
    if (rx_queues_ < options.rx_queues)
        notes_.push_back(fmt::format("{} has {} receive queues, not {}", driver_, rx_queues_,
                                     options.rx_queues));
    if (tx_queues_ < options.tx_queues)
        notes_.push_back(fmt::format("{} has {} transmit queues, not {}", driver_, tx_queues_,
                                     options.tx_queues));
    if (rx_queues_ == 0 || tx_queues_ == 0)
        return failed(fmt::format("{} cannot both receive and send", driver_));

    const bool spread = rx_queues_ > 1 && can_spread(info);
    if (spread)
        steering_.emplace(info.reta_size, rx_queues_);
    const rte_eth_conf conf = device_configuration(info, options.mtu, spread);
    const FirstLogLine log;
    if (const int error = rte_eth_dev_configure(id_, rx_queues_, tx_queues_, &conf); error != 0)
        return failed(fmt::format("{} refuses MTU {} with {} receive and {} transmit queues: {}",
                                  driver_, options.mtu, rx_queues_, tx_queues_,
                                  log.explain(error)));
    // Devices that are an interface of the kernel pass it on only when told so.
    if (const int error = rte_eth_dev_set_mtu(id_, options.mtu); error != 0 && error != -ENOTSUP)
        return failed(
            fmt::format("{} refuses MTU {}: {}", driver_, options.mtu, log.explain(error)));
    return {};
}

Result<void> Port::make_queues(const PortOptions& options, PacketPool& pool)
{
    std::uint16_t rx_ring = options.rx_ring;
    std::uint16_t tx_ring = options.tx_ring;
    const FirstLogLine log;
    if (const int error = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &rx_ring, &tx_ring); error != 0)
        return failed(fmt::format("{} refuses rings of {} and {} packets: {}", driver_, rx_ring,
                                  tx_ring, log.explain(error)));
    if (rx_ring != options.rx_ring || tx_ring != options.tx_ring)
        notes_.push_back(fmt::format("{} has rings of {} and {} packets, not {} and {}", driver_,
                                     rx_ring, tx_ring, options.rx_ring, options.tx_ring));
    const auto node = static_cast<unsigned>(rte_eth_dev_socket_id(id_));
    for (std::uint16_t queue = 0; queue < rx_queues_; ++queue) {
        const int error =
            rte_eth_rx_queue_setup(id_, queue, rx_ring, node, nullptr, pool.mempool());
        if (error != 0)
            return failed(
                fmt::format("{} refuses receive queue {}: {}", driver_, queue, log.explain(error)));
    }
    for (std::uint16_t queue = 0; queue < tx_queues_; ++queue) {
        if (const int error = rte_eth_tx_queue_setup(id_, queue, tx_ring, node, nullptr);
            error != 0)
            return failed(fmt::format("{} refuses transmit queue {}: {}", driver_, queue,
                                      log.explain(error)));
    }
    // Virtual devices free, or put elsewhere, what they send. net_af_xdp frees what the kernel has done with only when
    // it sends again, and what it could not hand to the kernel waits in another ring.
    if (driver_ == kAfXdp)
        tx_held_ = 2 * kAfXdpRing * tx_queues_;
    else if (is_pci_address(options.device))
        tx_held_ = tx_queues_ * std::size_t{tx_ring};
    return {};
}

Result<void> Port::set_mac(const std::optional<MacAddress>& mac)
{
    rte_ether_addr own{};
    const FirstLogLine log;
    if (const int error = rte_eth_macaddr_get(id_, &own); error != 0)
        return failed(fmt::format("{} has no MAC address: {}", driver_, log.explain(error)));
    std::copy_n(own.addr_bytes, mac_.size(), mac_.begin());
    if (!mac || *mac == mac_) {
        // Best effort: whoever takes frames for others drops them anyway.
        static_cast<void>(rte_eth_promiscuous_disable(id_));
        return {};
    }

    rte_ether_addr wanted{};
    std::copy(mac->begin(), mac->end(), wanted.addr_bytes);
    if (!rte_is_valid_assigned_ether_addr(&wanted))
        return failed(fmt::format("{} is not the MAC address of one device", to_text(*mac)));
    const MacAddress kept = std::exchange(mac_, *mac);
    if (rte_eth_dev_default_mac_addr_set(id_, &wanted) == 0) {
        static_cast<void>(rte_eth_promiscuous_disable(id_));
        return {};
    }
    // One that cannot do this either has no filter in the first place: a capture, a ring.
    if (const int error = rte_eth_promiscuous_enable(id_); error != 0 && error != -ENOTSUP)
        return failed(fmt::format("{} neither takes the MAC address {} nor lets all frames in: {}",
                                  driver_, to_text(*mac), log.explain(error)));
    notes_.push_back(fmt::format("{} keeps the MAC address {}, and lets in frames for any other",
                                 driver_, to_text(kept)));
    return {};
}

Result<void> Port::start()
{
    const FirstLogLine log;
    if (const int error = rte_eth_dev_start(id_); error != 0)
        return failed(fmt::format("{} does not start: {}", driver_, log.explain(error)));
    started_ = true;
    steer();
    static_cast<void>(rte_eth_stats_reset(id_)); // best effort: some count from their start
    up();
    return {};
}

void Port::steer()
{
    if (!steering_)
        return;
    rte_eth_dev_info info{};
    const bool steers =
        rte_eth_dev_info_get(id_, &info) == 0 && set_key(id_, info) && set_table(id_, *steering_);
    if (!steers)
        steering_.reset();
}

std::optional<std::uint16_t> Port::queue_of_source_port(std::uint16_t source_port) const noexcept
{
    if (steering_)
        return steering_->queue_of_source_port(source_port);
    return rx_queues_ == 1 ? std::optional<std::uint16_t>{0} : std::nullopt;
}

void Port::down() noexcept
{
    up_.store(false, std::memory_order_relaxed);
    static_cast<void>(rte_eth_dev_set_link_down(id_));
}

void Port::up() noexcept
{
    static_cast<void>(rte_eth_dev_set_link_up(id_));
    up_.store(true, std::memory_order_relaxed);
}

Link Port::link() const noexcept
{
    rte_eth_link link{};
    if (rte_eth_link_get_nowait(id_, &link) != 0)
        return {};
    return {.up = is_up() && link.link_status == RTE_ETH_LINK_UP,
            .mbps = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed};
}

PortCounters Port::counters() const noexcept
{
    rte_eth_stats stats{};
    if (rte_eth_stats_get(id_, &stats) != 0)
        return {};
    return {.rx_packets = stats.ipackets,
            .rx_bytes = stats.ibytes,
            .rx_missed = stats.imissed,
            .rx_errors = stats.ierrors,
            .rx_no_buffer = stats.rx_nombuf,
            .tx_packets = stats.opackets,
            .tx_bytes = stats.obytes,
            .tx_errors = stats.oerrors};
}

std::size_t Port::rx_burst(std::uint16_t queue, std::span<rte_mbuf*> mbufs) noexcept
{
    AAIGW_CHECK(queue < rx_queues_ && mbufs.size() <= UINT16_MAX);
    if (!is_up()) [[unlikely]]
        return 0;
    const std::size_t count =
        rte_eth_rx_burst(id_, queue, mbufs.data(), static_cast<std::uint16_t>(mbufs.size()));
    if constexpr (kThreadSanitizer) { // does not touch a buffer for nothing
        for (rte_mbuf* first : mbufs.first(count)) {
            for (rte_mbuf* segment = first; segment != nullptr; segment = segment->next)
                came_from_dpdk(segment);
        }
    }
    return count;
}

std::size_t Port::tx_burst(std::uint16_t queue, std::span<rte_mbuf*> mbufs) noexcept
{
    AAIGW_CHECK(queue < tx_queues_ && mbufs.size() <= UINT16_MAX);
    if (!is_up()) [[unlikely]]
        return 0;
    for (rte_mbuf* mbuf : mbufs)
        goes_to_dpdk(mbuf);
    return rte_eth_tx_burst(id_, queue, mbufs.data(), static_cast<std::uint16_t>(mbufs.size()));
}

} // namespace aaigw::dpdk
