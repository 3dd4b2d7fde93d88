// Stage 6: PDUs are built and opened in place; the engine does the cryptography of the whole batch at once.
#include "dataplane/path/path.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/mzone_pdu.h"

#include <algorithm>

namespace aaigw::path {

namespace {

/// `payload` is `length` bytes at `data`, with the ICV behind it unless the SA has none. `nonce` has thirteen bytes and
/// three zeros.
void set_transform(crypto::CryptoJob& job, crypto::JobKind ccm_kind, pdu::Protection protection,
                   const crypto::AesBlock& nonce, std::uint8_t* data, std::size_t length) noexcept
{
    job.data = data;
    job.length = static_cast<std::uint16_t>(length);
    if (protection == pdu::Protection::ctr) [[unlikely]] {
        crypto::CcmNonce bytes;
        std::copy_n(nonce.begin(), bytes.size(), bytes.begin());
        job.kind = crypto::JobKind::ctr;
        job.nonce = pdu::first_counter_block(bytes);
        return;
    }
    job.kind = ccm_kind;
    job.icv_size = static_cast<crypto::IcvSize>(pdu::icv_bytes(protection));
    job.icv = data + length;
    job.nonce = nonce;
}

crypto::AesBlock block_of(const crypto::CcmNonce& nonce) noexcept
{
    crypto::AesBlock block{};
    std::copy(nonce.begin(), nonce.end(), block.begin());
    return block;
}

} // namespace

void Path::transform(Batch& items) noexcept
{
    for (Packet* const packet : items.packets()) {
        switch (packet->kind) {
        case PacketKind::downlink:
            protect(*packet);
            break;
        case PacketKind::cmac:
            start_cmac(*packet);
            if (packet->older != nullptr)
                start_cmac(*packet->older);
            break;
        default:
            open(*packet);
            break;
        }
    }
    engine_.submit();
}

void Path::protect(Packet& packet) noexcept
{
    crypto::CryptoJob& job = start_job();
    job.owner = &packet;
    job.key.aes = packet.tx->key;
    packet.tx->bytes.add(packet.length);
    if (packet.has(kNoteLzone))
        protect_lzone(packet, job);
    else
        protect_mzone(packet, job);
}

void Path::protect_mzone(Packet& packet, crypto::CryptoJob& job) noexcept
{
    sa::Station& station = *packet.station;
    const pdu::Protection protection = packet.tx->protection;
    const std::size_t inner_bytes = packet.length;
    std::uint8_t* const payload = packet.data;
    packet.widen(pdu::kMzonePrefixBytes, pdu::icv_bytes(protection));
    pdu::MacHeader header{.fid = Fid::from_field(packet.slot), .length = packet.length};
    if ((packet.flags & sa::kFlowSpmh) != 0) {
        header.kind = pdu::HeaderKind::spmh;
        header.sn = station.spmh_sn[packet.slot]++ & 0xf;
    }
    // take_pn() has made sure that the length fits.
    const pdu::SecurityHeader security{.eks = packet.tx->eks, .pn = MzonePn::from_field(packet.pn)};
    const std::uint16_t field = pdu::write_mzone_prefix(
        std::span<std::uint8_t, pdu::kMzonePrefixBytes>{packet.data, pdu::kMzonePrefixBytes},
        header, security);
    const Stid stid = Stid::from_field(packet.connection);
    set_transform(job, crypto::JobKind::ccm_protect, protection,
                  pdu::mzone_nonce_block(field, stid, security), payload, inner_bytes);
}

void Path::protect_lzone(Packet& packet, crypto::CryptoJob& job) noexcept
{
    const std::size_t inner_bytes = packet.length;
    const bool crc = (packet.flags & sa::kFlowCrc) != 0;
    const pdu::LzoneFields fields{.cid = Cid::from_field(packet.connection),
                                  .crc = crc ? pdu::Crc::present : pdu::Crc::absent,
                                  .payload_bytes = inner_bytes};
    packet.widen(pdu::kGenericHeaderBytes + pdu::kLzonePnBytes,
                 pdu::kLzoneIcvBytes + (crc ? pdu::kLzoneCrcBytes : 0));
    const auto pdu = pdu::build_lzone_protected(fields, packet.tx->eks,
                                                LzonePn::from_field(packet.pn), packet.bytes());
    AAIGW_CHECK(pdu.has_value());
    set_transform(job, crypto::JobKind::ccm_protect, pdu::Protection::ccm_icv8,
                  block_of(pdu::lzone_nonce(*pdu)), pdu->payload.data(), inner_bytes);
}

void Path::open(Packet& packet) noexcept
{
    Packet* const older = packet.older;
    open_with(packet);
    if (older == nullptr) [[likely]]
        return;
    // Right behind the original, so that the order of the flow stays whichever key is right.
    if (refusal_of(*older) != Verdict::forwarded) {
        packet.older = nullptr;
        outbox_.discard(*older);
        return;
    }
    open_with(*older);
}

void Path::open_with(Packet& packet) noexcept
{
    crypto::CryptoJob& job = start_job();
    job.owner = &packet;
    job.key.aes = packet.rx->key;
    std::uint8_t* const payload = packet.data + packet.payload_at;
    const std::size_t length =
        packet.length - packet.payload_at - pdu::icv_bytes(packet.rx->protection);
    const Bytes header = packet.bytes();
    crypto::AesBlock nonce;
    if (packet.kind == PacketKind::mzone_pdu)
        nonce = pdu::mzone_nonce_block(
            static_cast<std::uint16_t>(load_be(header.first<pdu::kMacHeaderBytes>())),
            Stid::from_field(packet.connection),
            pdu::parse_security_header(std::span<const std::uint8_t, pdu::kSecurityHeaderBytes>{
                payload - pdu::kSecurityHeaderBytes, pdu::kSecurityHeaderBytes}));
    else
        nonce = block_of(pdu::lzone_nonce(header.first<pdu::kGenericHeaderBytes>(),
                                          LzonePn::from_field(packet.pn)));
    set_transform(job, crypto::JobKind::ccm_unprotect, packet.rx->protection, nonce, payload,
                  length);
}

} // namespace aaigw::path
