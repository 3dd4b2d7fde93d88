// Snapshot: the keys of one station at one moment. Immutable; a change is a new one, published with one pointer.
#pragma once

#include "dataplane/sa/sa.h"

#include <array>
#include <cstddef>

namespace aaigw::sa {

inline constexpr std::size_t kSasPerStation = 2;      ///< per zone and context
inline constexpr std::size_t kContextsPerStation = 2; ///< active and pending
inline constexpr std::size_t kEksValues = 4;

using ReceiveSlots = std::array<std::array<SaRx*, kEksValues>, kSasPerStation>;

/// Keys of the older of two contexts that use the same EKS on the same link; tried when the newer one's fail.
struct OlderKeys {
    ReceiveSlots mzone{};
    ReceiveSlots lzone{};
};

/// Made by the control thread. Downlink packets read the second line of it, uplink PDUs of the MZone the first,
/// those of the LZone the third.
struct alignas(64) Snapshot {
    static void* operator new(std::size_t size) { return crypto::secret_allocate(size); }
    static void operator delete(void* snapshot, std::size_t size) noexcept
    {
        crypto::secret_free(snapshot, size);
    }

    Snapshot() noexcept = default;
    ~Snapshot() { delete older; }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    [[nodiscard]] const ReceiveSlots& receive(pdu::Zone zone) const noexcept
    {
        return zone == pdu::Zone::mzone ? mzone : lzone;
    }
    [[nodiscard]] SaRx* older_key(pdu::Zone zone, std::size_t sa, Eks eks) const noexcept
    {
        if (older == nullptr) [[likely]]
            return nullptr;
        return (zone == pdu::Zone::mzone ? older->mzone : older->lzone)[sa][eks.value()];
    }
    /// The key that verifies control messages of that AK, of either context; null when there is none.
    [[nodiscard]] CmacRx* cmac_of(pdu::Zone zone, AkSn sn) const noexcept
    {
        for (CmacRx* const candidate : cmac[static_cast<std::size_t>(zone)])
            if (candidate != nullptr && candidate->ak_sn == sn)
                return candidate;
        return nullptr;
    }

    /// That of the older context, when both have one of that AK sequence number: two AKs of one PMK.
    [[nodiscard]] CmacRx* older_cmac_of(pdu::Zone zone, AkSn sn) const noexcept
    {
        const auto& [newer, older_one] = cmac[static_cast<std::size_t>(zone)];
        const bool both = newer != nullptr && older_one != nullptr && newer->ak_sn == sn &&
                          older_one->ak_sn == sn;
        return both ? older_one : nullptr;
    }

    ReceiveSlots mzone{};

    std::array<SaTx*, kSasPerStation> transmit{}; ///< null: nothing may be sent
    std::array<std::array<CmacRx*, kContextsPerStation>, 2>
        cmac{};                       ///< by zone; newer context first
    const OlderKeys* older = nullptr; ///< owned; there only while two contexts overlap
    pdu::Zone transmit_zone = pdu::Zone::mzone;

    ReceiveSlots lzone{};
};
static_assert(offsetof(Snapshot, transmit) == 64);
static_assert(offsetof(Snapshot, lzone) == 128);
static_assert(sizeof(Snapshot) == 192);

} // namespace aaigw::sa
