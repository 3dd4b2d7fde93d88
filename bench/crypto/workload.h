// The packets, keys and order of keys on which every implementation is measured.
#pragma once

#include "crypto/provider.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace aaigw::bench {

enum class Operation : std::uint8_t { ccm_protect, ccm_unprotect, cmac };

/// Packets per burst: what rte_eth_rx_burst usually gives.
inline constexpr std::size_t kBurst = 32;
/// Distinct packet buffers: more than a branch predictor or the first cache learns, as few as stay near.
inline constexpr std::size_t kPackets = 2048;
inline constexpr std::size_t kStride = 2176;
inline constexpr std::size_t kIcvBytes = 8;

using RawKey = std::array<std::uint8_t, crypto::kAesKeyBytes>;

struct FreePages {
    void operator()(void* pages) const noexcept { std::free(pages); }
};
template <class T>
using Pages = std::unique_ptr<T[], FreePages>;

/// `size` zeroed bytes in huge pages where the system gives them.
[[nodiscard]] void* map_pages(std::size_t size);

/// kPackets buffers of one payload size and a random key for each packet of each pass. Every implementation works
/// on the same bytes in place, so that one can undo what another did.
class Workload {
  public:
    /// Passes before the order of keys repeats: 131,072 draws, enough for most of 65,536 keys to come up.
    static constexpr std::size_t kPasses = 64;

    Workload(std::size_t payload_bytes, std::size_t key_count);

    [[nodiscard]] std::size_t payload_bytes() const noexcept { return payload_bytes_; }
    [[nodiscard]] std::span<const RawKey> keys() const noexcept { return keys_; }

    [[nodiscard]] std::uint8_t* payload(std::size_t packet) const noexcept
    {
        return &buffers_[packet * kStride];
    }
    [[nodiscard]] std::uint8_t* icv(std::size_t packet) const noexcept
    {
        return payload(packet) + payload_bytes_;
    }
    [[nodiscard]] const crypto::AesBlock& nonce(std::size_t packet) const noexcept
    {
        return nonces_[packet];
    }

    /// The key of each packet in this pass; moves on with next_pass(), so that all keys come round.
    [[nodiscard]] std::span<const std::uint32_t, kPackets> key_order() const noexcept
    {
        return std::span<const std::uint32_t, kPackets>{order_.data() + pass_ * kPackets, kPackets};
    }
    void next_pass() noexcept;
    [[nodiscard]] std::size_t pass() const noexcept { return pass_; }

  private:
    std::size_t payload_bytes_;
    Pages<std::uint8_t> buffers_;
    std::vector<RawKey> keys_;
    std::vector<crypto::AesBlock> nonces_;
    std::vector<std::uint32_t> order_;
    std::size_t pass_ = 0;
};

} // namespace aaigw::bench
