// Stage 5: a packet that is to be sent takes a PN; for one that came it is seen whether its PN may still be accepted.
#include "dataplane/path/path.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"

namespace aaigw::path {

namespace {

/// The largest inner packet that a flow can carry to its station.
std::size_t max_inner_bytes(const Packet& packet, std::size_t mtu) noexcept
{
    std::size_t max_pdu = pdu::kMaxLzonePduBytes;
    std::size_t overhead = pdu::kGenericHeaderBytes + pdu::kLzoneOverheadBytes +
                           ((packet.flags & sa::kFlowCrc) != 0 ? pdu::kLzoneCrcBytes : 0);
    if (!packet.has(kNoteLzone)) {
        max_pdu = pdu::max_pdu_bytes((packet.flags & sa::kFlowSpmh) != 0 ? pdu::HeaderKind::spmh
                                                                         : pdu::HeaderKind::agmh);
        overhead = pdu::kMacHeaderBytes + pdu::overhead_bytes(packet.tx->protection);
    }
    std::size_t most = std::min(max_pdu, mtu - kAccessOuterBytes) - overhead;
    if ((packet.flags & sa::kFlowLimited) != 0)
        most = std::min<std::size_t>(
            most, packet.station->max_packet[packet.slot].load(std::memory_order_relaxed));
    return most;
}

} // namespace

void Path::authorize(Batch& items) noexcept
{
    items.keep_if([this](Packet& packet) {
        switch (packet.kind) {
        case PacketKind::downlink:
            return take_pn(packet);
        case PacketKind::cmac:
            // Forgeries may cost so much a second and no more.
            return cmac_checks_.take(now_) || drop_with_copy(packet, Verdict::drop_rate_limited);
        default:
            return check_pn(packet);
        }
    });
}

bool Path::take_pn(Packet& packet) noexcept
{
    const std::size_t mtu = links_.ports[packet.station->address.get().port].mtu;
    const std::size_t most = max_inner_bytes(packet, mtu);
    if (packet.length > most) [[unlikely]] {
        answer_too_big(packet, most);
        return false;
    }
    sa::SaTx& tx = *packet.tx;
    switch (tx.take_pn(packet.pn)) {
    case sa::PnGrant::granted:
        return true;
    case sa::PnGrant::granted_at_soft_limit:
        tx.soft_limit_raised =
            tell(EventKind::soft_limit, packet,
                 {.context = tx.context, .said = tx.said, .eks = tx.eks}, packet.pn);
        return true;
    case sa::PnGrant::at_ceiling:
        tx.refused.add();
        return drop(packet, Verdict::drop_pn_ceiling);
    case sa::PnGrant::exhausted:
        break;
    }
    tx.refused.add();
    return drop(packet, Verdict::drop_pn_exhausted);
}

bool Path::check_pn(Packet& packet) noexcept
{
    Verdict refusal = refusal_of(packet);
    if (refusal == Verdict::forwarded) [[likely]]
        return true;
    if (packet.older != nullptr) {
        give_up_newer_key(packet);
        refusal = refusal_of(packet);
        if (refusal == Verdict::forwarded)
            return true;
    }
    if (refusal == Verdict::drop_replay)
        packet.rx->replays.add();
    return drop(packet, refusal);
}

/// What speaks against opening a PDU with the key that it has; forwarded: nothing. The ICV comes before any change.
Verdict Path::refusal_of(const Packet& packet) noexcept
{
    sa::SaRx& rx = *packet.rx;
    if (packet.length < packet.payload_at + pdu::icv_bytes(rx.protection)) [[unlikely]]
        return Verdict::drop_pdu;
    if (rx.halted) [[unlikely]]
        return Verdict::drop_sa_halted;
    if (rx.protection == pdu::Protection::ctr && !check_jump(packet.pn, rx.window)) [[unlikely]]
        return Verdict::drop_pn_jump;
    return rx.window.may_accept(packet.pn) ? Verdict::forwarded : Verdict::drop_replay;
}

/// Anybody can write a PN far ahead into a PDU that has no ICV, and with it shut out all that the station sends. So such
/// a PDU is not believed, but the window follows by its own size: a station that really is so far ahead, because many
/// PDUs were lost, gets through after a few.
bool Path::check_jump(std::uint32_t pn, sa::ReplayWindow& window) noexcept
{
    if (pn <= window.highest() || pn - window.highest() <= window.size())
        return true;
    window.advance_to(window.highest() + window.size());
    return false;
}

bool Path::drop_with_copy(Packet& packet, Verdict verdict) noexcept
{
    if (packet.older != nullptr)
        outbox_.discard(*packet.older);
    return drop(packet, verdict);
}

/// The copy's turn: the original has not been touched, so that it can be opened with the older key itself.
void Path::give_up_newer_key(Packet& packet) noexcept
{
    packet.rx = packet.older->rx;
    outbox_.discard(*packet.older);
    packet.older = nullptr;
}

} // namespace aaigw::path
