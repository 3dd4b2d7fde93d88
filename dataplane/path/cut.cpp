// Stage 3: bursts are cut into PDUs. The last PDU of a burst stays where it is; those before it are copied.
#include "dataplane/path/path.h"

#include <algorithm>
#include <cstring>

namespace aaigw::path {

namespace {

/// Of the received frame a PDU's copy keeps what says where it came from: Ethernet, IPv4 with options and UDP. GSMTAP
/// behind them is kept for its room: the sixteen bytes that a CMAC begins with must not end up in the UDP header.
constexpr std::size_t kMaxKept = 14 + 60 + 8 + 16;

} // namespace

bool Path::cut(Batch& frames, Batch& items) noexcept
{
    items.clear();
    const auto packets = frames.packets();
    while (cut_at_ < packets.size() && !items.full()) {
        Packet& frame = *packets[cut_at_];
        bool whole = true;
        if (frame.kind == PacketKind::mzone_burst && !is_one_pdu(frame)) [[unlikely]]
            whole = cut_mzone(frame, items);
        else if (frame.kind == PacketKind::lzone_burst)
            whole = cut_lzone(frame, items);
        else
            items.add(frame);
        if (whole) {
            burst_.reset();
            ++cut_at_;
        }
    }
    if (!items.empty())
        return true;
    cut_at_ = 0;
    return false;
}

/// Nearly every burst is a single PDU with an AGMH and without extended headers; then there is nothing to cut.
bool Path::is_one_pdu(Packet& frame) const noexcept
{
    if (frame.station == nullptr || burst_ || frame.length < pdu::kMacHeaderBytes)
        return false;
    const auto field =
        static_cast<std::uint16_t>(load_be(Bytes{frame.bytes()}.first<pdu::kMacHeaderBytes>()));
    const auto fid = static_cast<std::uint8_t>(field >> 12);
    const unsigned spmh = frame.station->spmh_fids.load(std::memory_order_relaxed);
    if (frame.length > pdu::max_pdu_bytes(pdu::HeaderKind::agmh) ||
        (field & 0xfff) != frame.length || (spmh >> fid & 1) != 0 ||
        fid == pdu::kSignalingFid.value())
        return false;
    frame.slot = fid;
    frame.flags = 0;
    frame.kind = PacketKind::mzone_pdu;
    return true;
}

/// False: items is full before the burst is done.
bool Path::cut_mzone(Packet& frame, Batch& items) noexcept
{
    if (!burst_) {
        pdu::SpmhFlows spmh;
        if (frame.station != nullptr)
            spmh =
                pdu::SpmhFlows::from_bits(frame.station->spmh_fids.load(std::memory_order_relaxed));
        burst_.emplace(pdu::MzoneBurst{frame.bytes(), spmh});
    }
    auto* const burst = std::get_if<pdu::MzoneBurst>(&*burst_);
    AAIGW_CHECK(burst != nullptr);
    while (!items.full()) {
        const auto item = burst->next();
        if (!item) {
            finish(frame, Verdict::drop_pdu);
            return true;
        }
        const bool last = burst->done();
        if (item->fid == pdu::kSignalingFid) {
            const bool right = pdu::parse_signaling_header(item->bytes).has_value();
            end_pdu(frame, last, right ? Verdict::signaling : Verdict::drop_pdu);
        } else {
            frame.slot = item->fid.value();
            frame.flags = item->kind == pdu::HeaderKind::spmh ? sa::kFlowSpmh : 0;
            add_pdu(frame, item->bytes, last, PacketKind::mzone_pdu, items);
        }
        if (last)
            return true;
    }
    return false;
}

bool Path::cut_lzone(Packet& frame, Batch& items) noexcept
{
    if (!burst_)
        burst_.emplace(pdu::LzoneBurst{frame.bytes()});
    auto* const burst = std::get_if<pdu::LzoneBurst>(&*burst_);
    AAIGW_CHECK(burst != nullptr);
    while (!items.full()) {
        const auto item = burst->next();
        if (!item) {
            finish(frame, Verdict::drop_pdu);
            return true;
        }
        const bool last = burst->done();
        if (item->kind == pdu::LzoneBurstKind::signaling)
            end_pdu(frame, last, Verdict::signaling);
        else
            add_pdu(frame, item->bytes, last, PacketKind::lzone_pdu, items);
        if (last)
            return true;
    }
    return false;
}

/// A PDU that needs no packet of its own to end.
void Path::end_pdu(Packet& frame, bool last, Verdict verdict) noexcept
{
    if (last) {
        finish(frame, verdict);
        return;
    }
    stats_.further_pdus.add();
    stats_.verdicts[static_cast<std::size_t>(verdict)].add();
}

void Path::add_pdu(Packet& frame, MutableBytes pdu, bool last, PacketKind kind,
                   Batch& items) noexcept
{
    if (last) {
        frame.narrow_to(pdu);
        frame.kind = kind;
        items.add(frame);
        return;
    }
    Packet* const copy = copy_of(frame, pdu);
    if (copy == nullptr) {
        end_pdu(frame, last, Verdict::drop_no_buffer);
        return;
    }
    stats_.further_pdus.add();
    copy->kind = kind;
    items.add(*copy);
}

Packet* Path::copy_of(const Packet& frame, MutableBytes pdu) noexcept
{
    Packet* const copy = source_.take();
    if (copy == nullptr)
        return nullptr;
    const std::size_t kept = std::min(kMaxKept, static_cast<std::size_t>(frame.data - frame.frame));
    if (copy->tailroom < kept + pdu.size() + kMinTailroom) {
        outbox_.discard(*copy);
        return nullptr;
    }
    std::memcpy(copy->data, frame.frame, kept);
    std::memcpy(copy->data + kept, pdu.data(), pdu.size());
    copy->frame = copy->data;
    copy->widen(0, kept + pdu.size());
    copy->narrow_to(Bytes{copy->bytes()}.subspan(kept));
    copy->station = frame.station;
    copy->older = nullptr;
    copy->connection = frame.connection;
    copy->port = frame.port;
    copy->sector = frame.sector;
    copy->slot = frame.slot;
    copy->flags = frame.flags;
    copy->note = 0;
    return copy;
}

} // namespace aaigw::path
