// Installer: what the control side asks of the data plane. One implementation is the real tables, another a fake for tests.
#pragma once

#include "common/result.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mac_header.h"
#include "dataplane/sa/station.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace aaigw::sa {

/// The management CIDs of an LZone station (IEEE 802.16-2009 6.3.1.1).
struct ManagementCids {
    Cid basic;
    Cid primary;
    std::optional<Cid> secondary{};
};

struct StationSpec {
    std::uint8_t sector = 0;
    std::optional<Stid> stid{};           ///< its MZone side
    std::optional<ManagementCids> cids{}; ///< its LZone side
    LinkDirection sends = LinkDirection::downlink;
};

struct FlowSpec {
    std::uint8_t slot = 0; ///< 3..15; in the MZone the FID
    std::uint32_t gre_key = 0;
    std::uint8_t core_peer = 0; ///< index of the configured core peers
    std::uint8_t sa = 0;        ///< 0 or 1: which SA of the contexts
    std::optional<Cid> cid{};   ///< LZone transport CID
    pdu::HeaderKind header = pdu::HeaderKind::agmh;
    pdu::Crc crc = pdu::Crc::absent;
    std::uint16_t max_packet = 0; ///< inner bytes; 0: what a PDU and the port's MTU hold
};

/// A key is copied at once, in expanded form, into key memory.
struct TekSpec {
    Eks eks;
    crypto::AesKeyView key;
    /// Set for a TEK that this gateway sends with one day, now or later.
    std::optional<PnLimits> send{};
    /// Whether PDUs of the peer are opened with it.
    bool receive = true;
};

struct SaSpec {
    std::uint16_t said = 0;
    pdu::Protection protection = pdu::Protection::ccm_icv8;
    std::uint16_t window = kDefaultWindow;
    std::vector<TekSpec> teks{};
};

struct CmacSpec {
    crypto::AesKeyView key;
    AkId akid;
    std::uint32_t last_pn = 0; ///< the greatest CMAC_PN that was accepted under this key
};

/// A key context: everything that grows out of one AK (or one LZone AK).
struct ContextSpec {
    pdu::Zone zone = pdu::Zone::mzone;
    AkSn ak_sn;
    std::optional<CmacSpec> cmac{}; ///< verifies control messages of the peer
    std::vector<SaSpec> sas{}; ///< at most kSasPerStation; a flow says which one by its place here
};

struct ContextRef {
    StationRef station;
    std::uint32_t context = 0;

    friend bool operator==(const ContextRef&, const ContextRef&) = default;
};

/// The TEK to send with, one for each SA of a context.
struct SendChoice {
    std::uint16_t said = 0;
    Eks eks;
};

struct TekCounters {
    TekRef tek;
    bool sends = false;        ///< it is the one that is sent with
    std::uint64_t next_pn = 0; ///< 0: not for sending
    std::uint32_t ceiling = 0;
    std::uint64_t sent_bytes = 0;
    std::uint64_t refused = 0; ///< packets that found no PN
    bool receives = false;
    std::uint32_t highest_pn = 0; ///< end of the replay window
    std::uint64_t received_packets = 0;
    std::uint64_t received_bytes = 0;
    std::uint64_t replays = 0;
    std::uint64_t icv_failures = 0;
};

/// Every call is of the control thread, returns at once, and either takes effect whole with one publication or changes
/// nothing and says why. A worker sees the change with its next burst; what is in flight is finished under the keys
/// that it began with. What is taken away is wiped and freed after a grace period.
///
/// No (key, PN) can be used twice through this interface: a key that a station has sent or received with is never taken
/// for that again, a PN limit never goes back, and an installed key is not installed anew. (Of keys that are gone, the
/// latest 64 of each direction are remembered.)
class Installer {
  public:
    virtual ~Installer() = default;

    [[nodiscard]] virtual Result<StationRef> add_station(const StationSpec& spec) = 0;
    /// With its flows and all its keys.
    [[nodiscard]] virtual Result<void> remove_station(StationRef station) = 0;
    /// Gives a station a side in the other zone, for a zone switch, or takes one away: not the one that is sent on.
    [[nodiscard]] virtual Result<void> set_stid(StationRef station, std::optional<Stid> stid) = 0;
    [[nodiscard]] virtual Result<void> set_cids(StationRef station,
                                                std::optional<ManagementCids> cids) = 0;

    [[nodiscard]] virtual Result<void> add_flow(StationRef station, const FlowSpec& spec) = 0;
    [[nodiscard]] virtual Result<void> remove_flow(StationRef station, std::uint8_t slot) = 0;

    /// From now on PDUs under these keys are accepted, beside those of the context that is there already (at most
    /// two). Nothing is sent with them before switch_transmit().
    [[nodiscard]] virtual Result<ContextRef> install_context(StationRef station,
                                                             const ContextSpec& spec) = 0;
    /// A further TEK of an SA, for a TEK update: received at once, sent with after switch_transmit().
    [[nodiscard]] virtual Result<void> install_tek(ContextRef context, std::uint16_t said,
                                                   const TekSpec& spec) = 0;
    /// From the next burst on the station is sent to with these TEKs, and in the zone of their context, where it must
    /// have a side. SAs that are not named keep the TEK they send with when it is of the same context, and send nothing otherwise.
    [[nodiscard]] virtual Result<void> switch_transmit(ContextRef context,
                                                       std::span<const SendChoice> choices) = 0;
    [[nodiscard]] virtual Result<void> retire_tek(ContextRef context, std::uint16_t said,
                                                  Eks eks) = 0;
    [[nodiscard]] virtual Result<void> retire_context(ContextRef context) = 0;

    /// PNs up to `pn` are durably reserved. Lower than before: refused.
    [[nodiscard]] virtual Result<void> raise_ceiling(ContextRef context, std::uint16_t said,
                                                     Eks eks, std::uint32_t pn) = 0;

    [[nodiscard]] virtual Result<std::vector<TekCounters>> counters(StationRef station) const = 0;
};

} // namespace aaigw::sa
