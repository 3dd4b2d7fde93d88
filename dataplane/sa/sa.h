// The state of a security association that packets touch: one cache line to send under a TEK, one to receive under it.
#pragma once

#include "common/counter.h"
#include "common/ids.h"
#include "crypto/aes_key.h"
#include "dataplane/pdu/gsmtap.h"
#include "dataplane/pdu/security_header.h"
#include "dataplane/sa/replay_window.h"

#include <atomic>
#include <cstdint>
#include <optional>

namespace aaigw::sa {

/// Names a station for as long as it exists; a later station in the same place has another generation.
struct StationRef {
    std::uint32_t index = 0;
    std::uint32_t generation = 0;

    friend bool operator==(const StationRef&, const StationRef&) = default;
};

/// Names a TEK of a station in events and answers.
struct TekRef {
    std::uint32_t context = 0; ///< counts up for ever, over all stations
    std::uint16_t said = 0;
    Eks eks;

    friend bool operator==(const TekRef&, const TekRef&) = default;
};

/// The PNs that one direction may use under one TEK.
struct PnLimits {
    std::uint32_t first; ///< the first one to be used
    std::uint32_t soft;  ///< from here on a new TEK is wanted
    std::uint32_t hard;  ///< the last one that may ever be used
    std::uint32_t
        ceiling; ///< the last one that may be used for now: reserved durably (see raise_ceiling())
};

/// What a PN was good for.
enum class PnGrant : std::uint8_t { granted, granted_at_soft_limit, at_ceiling, exhausted };

/// The sending half of a TEK. The owner worker takes PNs; the control thread raises the ceiling; nobody ever sets the
/// PN back. Allocated in key memory, published in a Snapshot.
struct alignas(64) SaTx {
    SaTx(const crypto::AesKey& tek, pdu::Protection protects, const PnLimits& limits, TekRef names,
         StationRef of) noexcept
        : key{&tek}, next_pn{limits.first}, ceiling{limits.ceiling}, soft_limit{limits.soft},
          hard_limit{limits.hard}, context{names.context}, station{of.index}, said{names.said},
          eks{names.eks}, protection{protects}
    {
    }

    static void* operator new(std::size_t size) { return crypto::secret_allocate(size); }
    static void operator delete(void* sa, std::size_t size) noexcept
    {
        crypto::secret_free(sa, size);
    }

    /// Gives `pn` the next PN, which is then used, whatever becomes of the packet. Owner worker only.
    [[nodiscard]] PnGrant take_pn(std::uint32_t& pn) noexcept
    {
        const std::uint64_t next = next_pn.value();
        if (next > ceiling.load(std::memory_order_relaxed)) [[unlikely]]
            return next > hard_limit ? PnGrant::exhausted : PnGrant::at_ceiling;
        next_pn.add();
        pn = static_cast<std::uint32_t>(next);
        if (next < soft_limit || soft_limit_raised) [[likely]]
            return PnGrant::granted;
        return PnGrant::granted_at_soft_limit;
    }

    const crypto::AesKey* key;
    Counter next_pn; ///< 64 bits: the one after the last PN of the LZone must not be 0
    Counter bytes;   ///< of payload
    Counter refused; ///< packets that got no PN
    std::atomic<std::uint32_t> ceiling; ///< at most hard_limit
    std::uint32_t soft_limit;
    std::uint32_t hard_limit;
    std::uint32_t context;
    std::uint32_t station;
    std::uint16_t said;
    Eks eks;
    pdu::Protection protection;
    bool soft_limit_raised = false; ///< the event got through; the worker's
};
static_assert(sizeof(SaTx) == 64);

/// The receiving half of a TEK. Only the owner worker changes it, and only after the ICV was verified.
struct alignas(64) SaRx {
    SaRx(const crypto::AesKey& tek, pdu::Protection protects, pdu::Zone of_zone,
         LinkDirection from_peer, std::uint16_t window_size, std::uint32_t before_first,
         TekRef names, StationRef of) noexcept
        : key{&tek}, protection{protects}, window{window_size, before_first}, tek_ref{names},
          station{of.index}, zone{of_zone}, direction{from_peer}
    {
    }

    static void* operator new(std::size_t size) { return crypto::secret_allocate(size); }
    static void operator delete(void* sa, std::size_t size) noexcept
    {
        crypto::secret_free(sa, size);
    }

    const crypto::AesKey* key;
    Counter bytes;     ///< of payload
    Counter32 packets; ///< a TEK has fewer PNs than that
    pdu::Protection protection;
    bool halted = false;           ///< kIcvFailuresHard is reached; the worker's
    bool first_use_raised = false; ///< the event got through; the worker's
    bool failures_raised = false;  ///< the same
    ReplayWindow window; ///< ends the first cache line with the words of a window of up to 192

    Counter replays;
    Counter icv_failures;
    TekRef tek_ref;
    std::uint32_t station;
    pdu::Zone zone;
    LinkDirection direction; ///< the half of the PN space that the peer sends in
};
static_assert(offsetof(SaRx, replays) == 32 + 32 * 8);
static_assert(sizeof(SaRx) == 320);

/// Forged PDUs that an SA endures under one TEK: at the first number a new TEK is wanted, at the second it opens
/// nothing any more. AES-CCM with short ICVs must not be asked for ever (SP 800-38C, appendix B.2).
inline constexpr std::uint64_t kIcvFailuresSoft = 1U << 10;
inline constexpr std::uint64_t kIcvFailuresHard = 1U << 13;

/// The key of one context that verifies control messages of the peer. Only the owner worker changes it.
struct alignas(64) CmacRx {
    CmacRx(crypto::CmacKeyPtr owned_key, const AkId& names, AkSn serial, std::uint32_t last,
           std::uint32_t context_id, StationRef of) noexcept
        : key{std::move(owned_key)}, akid{names}, last_pn{last}, context{context_id},
          station{of.index}, ak_sn{serial}
    {
    }

    crypto::CmacKeyPtr key;
    AkId akid;
    Counter last_pn; ///< CMAC_PN only goes up: no window (IEEE 802.16.1-2012 6.2.5.2.1)
    Counter accepted;
    Counter failures;
    std::uint32_t context;
    std::uint32_t station;
    AkSn ak_sn;
};

} // namespace aaigw::sa
