// Steering: makes a NIC spread stations over its queues by their UDP source port alone, and tells which queue that is.
//
// What a NIC hashes of a UDP datagram over IPv4 is fixed: both addresses, then both ports. The key is ours. Its first 95
// bits are 0, so that no bit of an address reaches the hash (bit i of the input meets key bits i to i + 31, and the
// addresses are bits 0 to 63); the destination port is always GSMTAP's. What is left is the source port, which is known
// before a station's address is, and stays when that changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace aaigw::dpdk {

/// Bytes of the key that most NICs take, and of the longest one. None looks at more than 16 of them for IPv4.
inline constexpr std::uint8_t kUsualRssKey = 40;
inline constexpr std::uint8_t kLongestRssKey = 52;

[[nodiscard]] const std::array<std::uint8_t, kLongestRssKey>& steering_key() noexcept;

/// The hash, under steering_key(), of a GSMTAP datagram from `source_port`.
[[nodiscard]] std::uint32_t steering_hash(std::uint16_t source_port) noexcept;

/// A NIC's table from hashes to queues: entry i is queue i modulo the number of queues.
class Steering {
  public:
    /// `entries` is a power of two, as all NICs have it.
    Steering(std::uint16_t entries, std::uint16_t queues) noexcept
        : entries_{entries}, queues_{queues}
    {
    }

    [[nodiscard]] std::uint16_t entries() const noexcept { return entries_; }
    [[nodiscard]] std::uint16_t queue_of_entry(std::uint32_t entry) const noexcept
    {
        return static_cast<std::uint16_t>(entry % queues_);
    }
    [[nodiscard]] std::uint16_t queue_of_source_port(std::uint16_t source_port) const noexcept
    {
        return queue_of_entry(steering_hash(source_port) % entries_);
    }

  private:
    std::uint16_t entries_;
    std::uint16_t queues_;
};

} // namespace aaigw::dpdk
