// Control messages in clear: those with a CMAC tuple are verified in the same burst as data, then the control thread
// gets them, with what is known of their authenticity. What nobody has signed is let through at a limited rate.
#include "crypto/secret.h"
#include "dataplane/path/path.h"
#include "dataplane/pdu/control_cmac.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"

#include <cstring>

namespace aaigw::path {

namespace {

/// The first bit of an AAI message says that a CMAC tuple follows it: the first component of our ASN.1 module, in
/// unaligned PER (control/message/aai.asn1).
constexpr std::uint8_t kCmacIndicator = 0x80;

constexpr std::size_t kLzoneTupleBytes = 2 + 13;

/// The tuple is the last attribute of an LZone message: 13 bytes, or 19 with a BSID.
std::size_t lzone_tuple_bytes(Bytes message) noexcept
{
    for (const std::size_t size : {kLzoneTupleBytes, pdu::kMaxLzoneCmacTupleBytes}) {
        if (message.size() <= size)
            continue;
        const Bytes tail = message.last(size);
        if (tail[0] == pdu::kLzoneCmacTupleType && tail[1] == size - 2)
            return size;
    }
    return 0;
}

} // namespace

bool Path::resolve_mzone_control(Packet& packet) noexcept
{
    const auto pdu = pdu::parse_mzone_clear(packet.bytes(), pdu::HeaderKind::agmh);
    if (!pdu || pdu->payload.empty())
        return drop(packet, Verdict::drop_pdu);
    packet.note = 0;
    packet.payload_at = static_cast<std::uint32_t>(pdu->payload.data() - packet.data);
    if ((pdu->payload[0] & kCmacIndicator) == 0)
        return punt_unauthenticated(packet, Authenticity::none);
    if (pdu->payload.size() <= pdu::kMzoneCmacTupleBytes)
        return drop(packet, Verdict::drop_pdu);
    const auto tuple =
        pdu::parse_mzone_cmac_tuple(Bytes{pdu->payload}.last(pdu::kMzoneCmacTupleBytes));
    if (!tuple)
        return drop(packet, Verdict::drop_pdu);
    return find_cmac(packet, pdu::Zone::mzone, tuple->pmk_sn, tuple->pn.value());
}

bool Path::resolve_lzone_control(Packet& packet) noexcept
{
    const auto pdu = pdu::parse_lzone_clear(packet.bytes());
    if (!pdu || pdu->payload.empty())
        return drop(packet, Verdict::drop_pdu);
    packet.mark(kNoteLzone);
    packet.narrow_to(packet.bytes().first(packet.length - pdu->crc.size()));
    packet.payload_at = static_cast<std::uint32_t>(pdu->payload.data() - packet.data);
    const std::size_t tuple_bytes = lzone_tuple_bytes(pdu->payload);
    if (tuple_bytes == 0)
        return punt_unauthenticated(packet, Authenticity::none);
    const auto tuple = pdu::parse_lzone_cmac_tuple(Bytes{pdu->payload}.last(tuple_bytes));
    if (!tuple)
        return drop(packet, Verdict::drop_pdu);
    return find_cmac(packet, pdu::Zone::lzone, tuple->ak_sn, tuple->pn.value());
}

bool Path::find_cmac(Packet& packet, pdu::Zone zone, AkSn sn, std::uint32_t pn) noexcept
{
    const sa::Snapshot* const keys = packet.station == nullptr
                                         ? nullptr
                                         : packet.station->snapshot.load(std::memory_order_acquire);
    sa::CmacRx* const cmac = keys == nullptr ? nullptr : keys->cmac_of(zone, sn);
    // A station that comes from elsewhere signs with a key that only the control thread can derive.
    if (cmac == nullptr)
        return punt_unauthenticated(packet, Authenticity::unverified);
    sa::CmacRx* const older = keys->older_cmac_of(zone, sn);
    const auto is_new = [pn](const sa::CmacRx* key) {
        return key != nullptr && pn > key->last_pn.value();
    };
    if (!is_new(cmac) && !is_new(older))
        return drop(packet, Verdict::drop_cmac_replay);
    packet.kind = PacketKind::cmac;
    packet.pn = pn;
    packet.cmac = is_new(cmac) ? cmac : older;
    packet.older = nullptr;
    if (is_new(cmac) && is_new(older))
        add_older_cmac(packet, *older);
    return true;
}

/// Two AKs of one PMK have the same number. The message is verified with both, in copies, since each has its own prefix.
void Path::add_older_cmac(Packet& packet, sa::CmacRx& older) noexcept
{
    packet.older = copy_of(packet, packet.bytes());
    if (packet.older == nullptr)
        return;
    packet.older->kind = PacketKind::cmac;
    packet.older->pn = packet.pn;
    packet.older->payload_at = packet.payload_at;
    packet.older->cmac = &older;
    packet.older->note = packet.note;
}

bool Path::punt_unauthenticated(Packet& packet, Authenticity authenticity) noexcept
{
    if (!unauthenticated_.take(now_))
        return drop(packet, Verdict::drop_rate_limited);
    return drop(packet, punt(packet, authenticity, packet.bytes().subspan(packet.payload_at), {}));
}

/// The message is hashed with sixteen bytes in front, which take the place of headers that were read already.
void Path::start_cmac(Packet& packet) noexcept
{
    const bool lzone = packet.has(kNoteLzone);
    const MutableBytes message = packet.bytes().subspan(packet.payload_at);
    const std::size_t tuple = lzone ? lzone_tuple_bytes(message) : pdu::kMzoneCmacTupleBytes;
    const pdu::CmacPrefix prefix =
        lzone ? pdu::lzone_cmac_prefix(packet.cmac->akid, LzoneCmacPn::from_field(packet.pn),
                                       Cid::from_field(packet.connection))
              : pdu::mzone_cmac_prefix(packet.cmac->akid, MzoneCmacPn::from_field(packet.pn),
                                       Stid::from_field(packet.connection),
                                       Fid::from_field(packet.slot));
    std::uint8_t* const start = message.data() - prefix.size();
    std::memcpy(start, prefix.data(), prefix.size());

    crypto::CryptoJob& job = start_job();
    job.owner = &packet;
    job.kind = crypto::JobKind::cmac;
    job.key.cmac = packet.cmac->key.get();
    job.message = start;
    job.length = static_cast<std::uint16_t>(prefix.size() + message.size() - tuple);
}

void Path::commit_cmac(Packet& packet, const crypto::CryptoJob& job) noexcept
{
    if (packet.has(kNoteUnneeded)) {
        outbox_.discard(packet);
        return;
    }
    sa::CmacRx& cmac = *packet.cmac;
    const MutableBytes message = packet.bytes().subspan(packet.payload_at);
    const pdu::CmacValue expected = pdu::cmac_value(job.mac);
    // The value is what the tuple, and with it the message, ends with.
    if (!crypto::ct_equal(expected, message.last(expected.size()))) {
        // With an older key still to come, that one's result decides.
        if (packet.older != nullptr) {
            outbox_.discard(packet);
            return;
        }
        cmac.failures.add();
        finish(packet, Verdict::drop_cmac);
        return;
    }
    if (packet.older != nullptr)
        packet.older->mark(kNoteUnneeded);
    cmac_checks_.refund();
    if (packet.pn <= cmac.last_pn.value()) {
        finish(packet, Verdict::drop_cmac_replay);
        return;
    }
    cmac.last_pn.set(packet.pn);
    cmac.accepted.add();
    learn_address(packet);
    finish(packet, punt(packet, Authenticity::verified, message,
                        {.context = cmac.context, .said = 0, .eks = {}}));
}

Verdict Path::punt(const Packet& packet, Authenticity authenticity, Bytes message,
                   sa::TekRef tek) noexcept
{
    Event* const event = events_.claim();
    if (event == nullptr)
        return Verdict::drop_event_queue_full;
    if (message.size() > event->message.size())
        return Verdict::drop_too_big;
    event->kind = EventKind::control_pdu;
    event->authenticity = authenticity;
    event->zone = packet.kind == PacketKind::lzone_pdu || packet.has(kNoteLzone) ? pdu::Zone::lzone
                                                                                 : pdu::Zone::mzone;
    event->sector = packet.sector;
    event->port = packet.port;
    event->has_station = packet.station != nullptr;
    event->station = packet.station == nullptr ? sa::StationRef{} : packet.station->ref();
    event->tek = tek;
    event->connection = packet.connection;
    event->fid = packet.slot;
    event->number = authenticity == Authenticity::verified ? packet.pn : 0;
    event->source = source_of(packet);
    event->length = static_cast<std::uint16_t>(message.size());
    std::memcpy(event->message.data(), message.data(), message.size());
    events_.publish();
    return Verdict::punted;
}

} // namespace aaigw::path
