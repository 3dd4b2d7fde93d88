// Port: a network device that is configured and started for as long as it lives.
#pragma once

#include "common/ids.h"
#include "common/result.h"
#include "dataplane/dpdk/packet_pool.h"
#include "dataplane/dpdk/steering.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct rte_device;
struct rte_mbuf;

namespace aaigw::dpdk {

struct PortOptions {
    std::string name;                   ///< ours, for messages
    std::string device;                 ///< PCI address, or virtual device with its arguments
    std::uint16_t mtu = 1500;           ///< at most the pool's
    std::optional<MacAddress> mac = {}; ///< none: the device's own
    std::uint16_t rx_queues = 1;        ///< at most; rx_queues() tells how many it has become
    std::uint16_t tx_queues = 1;        ///< at most; tx_queues() tells
    std::uint16_t rx_ring = 1024;       ///< packets a queue, moved into what the device can have
    std::uint16_t tx_ring = 1024;       ///< packets a queue
};

/// Counted by the device since it was opened; a device that cannot count something leaves 0.
struct PortCounters {
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_bytes = 0;
    std::uint64_t rx_missed = 0;    ///< no worker took them out of the queue in time
    std::uint64_t rx_errors = 0;    ///< broken frames
    std::uint64_t rx_no_buffer = 0; ///< the pool was empty
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t tx_errors = 0; ///< taken by the device and not sent
};

struct Link {
    bool up = false;
    std::uint32_t mbps = 0; ///< 0: not known
};

/// Everything but the bursts belongs to the control thread. A queue belongs to one worker at a time.
class Port {
  public:
    /// Configures and starts the device, which no other port may use. Frames are received into `pool`, which must
    /// outlive the port.
    [[nodiscard]] static Result<Port> open(const PortOptions& options, PacketPool& pool);

    Port(Port&& other) noexcept;
    Port& operator=(Port&&) = delete;
    /// Stops and closes the device; no worker may be in a burst. Frees what its queues hold, but see kept_at_close().
    ~Port();

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const std::string& driver() const noexcept { return driver_; }
    [[nodiscard]] std::uint16_t mtu() const noexcept { return mtu_; }
    /// The address that frames for the port have; see notes() when the device could not take it.
    [[nodiscard]] const MacAddress& mac() const noexcept { return mac_; }
    [[nodiscard]] std::uint16_t rx_queues() const noexcept { return rx_queues_; }
    [[nodiscard]] std::uint16_t tx_queues() const noexcept { return tx_queues_; }
    /// Buffers that frames may lie in when they are sent already, until more is sent or the device is closed: at most.
    [[nodiscard]] std::size_t tx_held() const noexcept { return tx_held_; }
    /// Buffers that are not given back when the device is closed, at most: net_af_xdp forgets what it lent the kernel.
    [[nodiscard]] std::size_t kept_at_close() const noexcept { return kept_at_close_; }
    /// What is otherwise than asked for and works all the same, a sentence each.
    [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

    /// The queue that receives the GSMTAP datagrams of this UDP source port; none when the device has several queues
    /// and spreads packets in a way of its own.
    [[nodiscard]] std::optional<std::uint16_t>
    queue_of_source_port(std::uint16_t source_port) const noexcept;

    /// Takes the port out of use and back. While it is down bursts move nothing; the device is told too, if it can.
    void down() noexcept;
    void up() noexcept;
    [[nodiscard]] bool is_up() const noexcept { return up_.load(std::memory_order_relaxed); }

    [[nodiscard]] Link link() const noexcept;
    [[nodiscard]] PortCounters counters() const noexcept;

    /// Worker: fills `mbufs` from its beginning with what the queue holds; returns how many. Each is to become a Packet by
    /// received().
    [[nodiscard]] std::size_t rx_burst(std::uint16_t queue, std::span<rte_mbuf*> mbufs) noexcept;
    /// Worker: sends the first of `mbufs`, made ready by before_send(); returns how many were taken. The others are still
    /// the caller's.
    [[nodiscard]] std::size_t tx_burst(std::uint16_t queue, std::span<rte_mbuf*> mbufs) noexcept;

  private:
    explicit Port(const PortOptions& options) : name_{options.name}, mtu_{options.mtu} {}

    Result<void> attach(const std::string& device);
    Result<void> configure(const PortOptions& options);
    Result<void> make_queues(const PortOptions& options, PacketPool& pool);
    Result<void> set_mac(const std::optional<MacAddress>& mac);
    Result<void> start();
    void steer();
    [[nodiscard]] tl::unexpected<Error> failed(const std::string& what) const;

    std::uint16_t id_ = 0;
    std::uint16_t rx_queues_ = 0;
    std::uint16_t tx_queues_ = 0;
    std::atomic<bool> up_ = false;
    bool started_ = false;
    rte_device* device_ = nullptr; ///< null: nothing to close
    std::optional<Steering> steering_;
    std::string name_;
    std::string driver_;
    std::uint16_t mtu_;
    MacAddress mac_{};
    std::size_t tx_held_ = 0;
    std::size_t kept_at_close_ = 0;
    std::vector<std::string> notes_;
};

} // namespace aaigw::dpdk
