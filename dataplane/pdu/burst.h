// The cursors that cut a burst into its PDUs, one type a zone.
#pragma once

#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"

namespace aaigw::pdu {

/// The FIDs of a station whose flows use the SPMH; every other FID uses the AGMH.
class SpmhFlows {
  public:
    constexpr SpmhFlows() noexcept = default;
    /// Bit n stands for FID n.
    [[nodiscard]] static constexpr SpmhFlows from_bits(std::uint16_t bits) noexcept
    {
        SpmhFlows flows;
        flows.bits_ = bits;
        return flows;
    }

    [[nodiscard]] constexpr SpmhFlows with(Fid fid) const noexcept
    {
        SpmhFlows more = *this;
        more.bits_ = static_cast<std::uint16_t>(bits_ | 1U << fid.value());
        return more;
    }

    [[nodiscard]] constexpr HeaderKind kind_of(Fid fid) const noexcept
    {
        return (bits_ >> fid.value() & 1) != 0 ? HeaderKind::spmh : HeaderKind::agmh;
    }

  private:
    std::uint16_t bits_ = 0;
};

/// One PDU, or one signaling header, of an MZone burst: for parse_mzone_clear() or parse_mzone_protected(), or, when
/// the FID is kSignalingFid, for parse_signaling_header().
struct MzoneBurstItem {
    Fid fid;
    HeaderKind kind; ///< means nothing with kSignalingFid
    MutableBytes bytes;
};

/// Cuts the burst of one station into PDUs, back to back; they must fill it exactly.
///
///     while (!burst.done())
///         handle(burst.next());
///
/// Each next() takes at least two bytes off the burst, and an error takes all: what follows a length that is wrong
/// cannot be found.
///
/// With an AGMH and EH=1 the length is known modulo 2048 only (see parse_mzone_clear()). As long as just one such
/// length fits into what is left of the burst, that is the one; otherwise the burst ends with an error. No burst
/// in a datagram of an ordinary MTU gets there.
class MzoneBurst {
  public:
    MzoneBurst(MutableBytes burst, SpmhFlows spmh_flows) noexcept
        : burst_{burst}, spmh_flows_{spmh_flows}
    {
    }

    [[nodiscard]] bool done() const noexcept { return at_ == burst_.size(); }
    [[nodiscard]] Parsed<MzoneBurstItem> next() noexcept;

  private:
    /// The first `size` bytes of `rest`, which reaches to the end.
    MzoneBurstItem take(MutableBytes rest, std::size_t size, Fid fid, HeaderKind kind) noexcept;

    MutableBytes burst_;
    std::size_t at_ = 0;
    SpmhFlows spmh_flows_;
};

enum class LzoneBurstKind : std::uint8_t {
    pdu,      ///< for parse_lzone_clear() or parse_lzone_protected()
    signaling ///< a header with HT=1
};

struct LzoneBurstItem {
    LzoneBurstKind kind;
    MutableBytes bytes;
};

/// Cuts an LZone burst into PDUs. A byte 0xff where a PDU would begin is padding to the end: done() is then true.
/// Otherwise used like MzoneBurst. The HCS is checked before a length is believed.
class LzoneBurst {
  public:
    explicit LzoneBurst(MutableBytes burst) noexcept : burst_{burst} {}

    [[nodiscard]] bool done() const noexcept
    {
        return at_ == burst_.size() || burst_[at_] == kPadding;
    }
    [[nodiscard]] Parsed<LzoneBurstItem> next() noexcept;

  private:
    static constexpr std::uint8_t kPadding = 0xff;

    /// The first `size` bytes of `rest`, which reaches to the end.
    LzoneBurstItem take(MutableBytes rest, std::size_t size, LzoneBurstKind kind) noexcept;

    MutableBytes burst_;
    std::size_t at_ = 0;
};

} // namespace aaigw::pdu
