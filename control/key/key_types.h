// The keys of the hierarchies, each its own type, so that a TEK cannot pass for a CMAC key.
#pragma once

#include "crypto/secret.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace aaigw::key {

/// Secret<N> under the name of one key. Move-only and wiped as Secret is; no two of them convert into each other.
template <class Tag, std::size_t N>
class TypedKey : public crypto::Secret<N> {
  public:
    [[nodiscard]] static TypedKey copy_of(std::span<const std::uint8_t, N> bytes) noexcept
    {
        return TypedKey{crypto::Secret<N>::copy_of(bytes)};
    }

    /// Room for a derivation to write into; holds zeros until then.
    [[nodiscard]] static TypedKey to_be_written() noexcept
    {
        return TypedKey{crypto::Secret<N>::to_be_written()};
    }

    [[nodiscard]] TypedKey clone() const noexcept { return copy_of(this->expose()); }

  private:
    explicit TypedKey(crypto::Secret<N>&& secret) noexcept : crypto::Secret<N>{std::move(secret)} {}
};

// Widths: IEEE 802.16-2009 7.2.2.2, kept by IEEE 802.16.1-2012 6.2.5.2.1.
using Msk = TypedKey<struct MskTag, 64>; ///< from EAP: MS-MPPE-Recv-Key, then MS-MPPE-Send-Key
using Pmk = TypedKey<struct PmkTag, 20>;
using Ak = TypedKey<struct AkTag, 20>;
using CmacKey = TypedKey<struct CmacKeyTag, 16>;
using Tek = TypedKey<struct TekTag, 16>;

/// CMAC_KEY_U and CMAC_KEY_D.
struct CmacKeys {
    CmacKey uplink;
    CmacKey downlink;

    [[nodiscard]] static CmacKeys to_be_written() noexcept
    {
        return {CmacKey::to_be_written(), CmacKey::to_be_written()};
    }
};

/// Room for the outputs of a batch over `count` stations.
template <class KeySet>
[[nodiscard]] std::vector<KeySet> room_for(std::size_t count)
{
    std::vector<KeySet> sets;
    sets.reserve(count);
    while (sets.size() < count)
        sets.push_back(KeySet::to_be_written());
    return sets;
}

} // namespace aaigw::key
