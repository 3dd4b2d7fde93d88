// The standard's identifiers and counters, each its own type with its width, so that none passes for another.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>

namespace aaigw {

/// An unsigned number of `Bits` bits. `Tag` makes the types distinct; there is no arithmetic on them.
template <class Tag, class Rep, unsigned Bits>
class BoundedUint {
  public:
    using rep = Rep;
    static_assert(Bits <= 8 * sizeof(Rep));
    static constexpr std::uint64_t kMax = (std::uint64_t{1} << Bits) - 1;

    constexpr BoundedUint() noexcept = default;

    /// Nothing when `value` does not fit.
    [[nodiscard]] static constexpr std::optional<BoundedUint> from(std::uint64_t value) noexcept
    {
        if (value > kMax)
            return std::nullopt;
        return BoundedUint{static_cast<Rep>(value)};
    }

    /// For a wire field of exactly this width: keeps the low bits.
    [[nodiscard]] static constexpr BoundedUint from_field(std::uint64_t field) noexcept
    {
        return BoundedUint{static_cast<Rep>(field & kMax)};
    }

    [[nodiscard]] constexpr Rep value() const noexcept { return value_; }

    friend constexpr auto operator<=>(BoundedUint, BoundedUint) noexcept = default;

  private:
    constexpr explicit BoundedUint(Rep value) noexcept : value_{value} {}

    Rep value_ = 0;
};

// Widths: IEEE 802.16.1-2012 6.2.2, 6.2.5 for the MZone; IEEE 802.16-2009 6.3.2, 7.2 for the LZone.
using Stid = BoundedUint<struct StidTag, std::uint16_t, 12>; ///< station identifier (MZone)
using Fid = BoundedUint<struct FidTag, std::uint8_t, 4>;     ///< flow identifier (MZone)
using Cid = BoundedUint<struct CidTag, std::uint16_t, 16>;   ///< connection identifier (LZone)
using Eks = BoundedUint<struct EksTag, std::uint8_t, 2>;     ///< encryption key sequence
using AkSn = BoundedUint<struct AkSnTag, std::uint8_t, 4>;   ///< AK (or PMK) sequence number

using MzonePn =
    BoundedUint<struct MzonePnTag, std::uint32_t, 22>; ///< MZone packet number, top bit = uplink
using LzonePn = BoundedUint<struct LzonePnTag, std::uint32_t, 32>; ///< LZone packet number
using MzoneCmacPn = BoundedUint<struct MzoneCmacPnTag, std::uint32_t, 24>;
using LzoneCmacPn = BoundedUint<struct LzoneCmacPnTag, std::uint32_t, 32>;

// 8 bits: no table of the final text could be read; every digest formula uses one byte.
using MzoneSaid = BoundedUint<struct MzoneSaidTag, std::uint8_t, 8>;
using LzoneSaid = BoundedUint<struct LzoneSaidTag, std::uint16_t, 16>;

/// The way over the air: uplink is from the AMS towards the core.
enum class LinkDirection : std::uint8_t { downlink, uplink };

/// How many TEKs an SA has had since its AK. 16 bits, since 8 would wrap within minutes at line rate.
using CounterTek = BoundedUint<struct CounterTekTag, std::uint16_t, 16>;
/// CMAC_KEY_COUNT of the draft and the LZone, AK_COUNT of the final text.
using CmacKeyCount = BoundedUint<struct CmacKeyCountTag, std::uint16_t, 16>;

/// A 48-bit IEEE 802 address: MSID / AMSID, BSID / ABSID and the pseudonym AMSID*.
using MacAddress = std::array<std::uint8_t, 6>;
/// NONCE_ABS and NONCE_AMS.
using Nonce64 = std::array<std::uint8_t, 8>;
/// AKID: names an AK without showing it.
using AkId = std::array<std::uint8_t, 8>;

} // namespace aaigw
