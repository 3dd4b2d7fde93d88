#include "tests/doubles/reference_pdus.h"

#include "dataplane/pdu/control_cmac.h"

#include <algorithm>

namespace aaigw::doubles {

namespace {

crypto::Provider& openssl()
{
    static const auto instance = crypto::make_openssl_provider();
    return *instance;
}

void protect(const FarTek& tek, const crypto::CcmNonce& nonce, MutableBytes payload,
             MutableBytes icv)
{
    if (tek.protection == pdu::Protection::ctr)
        openssl().ctr(tek.key, pdu::first_counter_block(nonce), payload);
    else
        openssl().ccm_protect({tek.key, nonce, payload, icv});
}

[[nodiscard]] bool unprotect(const FarTek& tek, const crypto::CcmNonce& nonce, MutableBytes payload,
                             MutableBytes icv)
{
    if (tek.protection != pdu::Protection::ctr)
        return openssl().ccm_unprotect({tek.key, nonce, payload, icv});
    openssl().ctr(tek.key, pdu::first_counter_block(nonce), payload);
    return true;
}

crypto::AesBlock cmac_of(const Key& key, Bytes message)
{
    crypto::AesBlock mac{};
    openssl().cmac(std::array{crypto::CmacRequest{key, message, mac}});
    return mac;
}

Buffer copy(Bytes bytes)
{
    return {bytes.begin(), bytes.end()};
}

} // namespace

Key key_of(std::uint64_t number)
{
    Key key{};
    const auto low = be_bytes<8>(number);
    const auto high = be_bytes<8>(~number * 0x9e3779b97f4a7c15U);
    std::ranges::copy(high, key.begin());
    std::ranges::copy(low, key.begin() + high.size());
    return key;
}

Buffer protect_mzone(const FarTek& tek, Stid stid, const MzoneParts& parts, Bytes payload)
{
    const pdu::MzoneFields fields{.kind = parts.kind,
                                  .fid = parts.fid,
                                  .sn = parts.sn,
                                  .extended = parts.extended,
                                  .payload_bytes = payload.size()};
    Buffer bytes(pdu::mzone_protected_bytes(fields, tek.protection));
    const auto pdu = pdu::build_mzone_protected(
        fields, {.eks = tek.eks, .pn = MzonePn::from_field(parts.pn)}, tek.protection, bytes);
    std::ranges::copy(payload, pdu.value().payload.begin());
    protect(tek, pdu::mzone_nonce(*pdu, stid), pdu->payload, pdu->icv);
    return bytes;
}

std::optional<OpenedMzone> open_mzone(const FarTek& tek, Stid stid, Bytes pdu, pdu::HeaderKind kind)
{
    Buffer bytes = copy(pdu);
    const auto parsed = pdu::parse_mzone_protected(bytes, kind, tek.protection);
    if (!parsed || parsed->security.eks != tek.eks ||
        !unprotect(tek, pdu::mzone_nonce(*parsed, stid), parsed->payload, parsed->icv))
        return std::nullopt;
    return OpenedMzone{{.fid = parsed->header.fid,
                        .pn = parsed->security.pn.value(),
                        .kind = kind,
                        .sn = parsed->header.sn,
                        .extended = copy(parsed->extended)},
                       parsed->security.eks,
                       copy(parsed->payload)};
}

Buffer protect_lzone(const FarTek& tek, const LzoneParts& parts, Bytes payload)
{
    const pdu::LzoneFields fields{.cid = parts.cid,
                                  .type = parts.type,
                                  .extended = parts.extended,
                                  .crc = parts.crc,
                                  .payload_bytes = payload.size()};
    Buffer bytes(pdu::lzone_protected_bytes(fields));
    const auto pdu =
        pdu::build_lzone_protected(fields, tek.eks, LzonePn::from_field(parts.pn), bytes);
    std::ranges::copy(payload, pdu.value().payload.begin());
    protect(tek, pdu::lzone_nonce(*pdu), pdu->payload, pdu->icv);
    pdu::write_crc(*pdu);
    return bytes;
}

std::optional<OpenedLzone> open_lzone(const FarTek& tek, Bytes pdu)
{
    Buffer bytes = copy(pdu);
    const auto parsed = pdu::parse_lzone_protected(bytes);
    if (!parsed || parsed->header.eks != tek.eks ||
        !unprotect(tek, pdu::lzone_nonce(*parsed), parsed->payload, parsed->icv))
        return std::nullopt;
    return OpenedLzone{{.cid = parsed->header.cid,
                        .pn = parsed->pn.value(),
                        .crc = parsed->crc.empty() ? pdu::Crc::absent : pdu::Crc::present,
                        .type = parsed->header.type,
                        .extended = copy(parsed->extended)},
                       parsed->header.eks,
                       copy(parsed->payload)};
}

Buffer clear_mzone(Fid fid, Bytes payload)
{
    const pdu::MzoneFields fields{.fid = fid, .payload_bytes = payload.size()};
    Buffer bytes(pdu::mzone_clear_bytes(fields));
    const auto pdu = pdu::build_mzone_clear(fields, bytes);
    std::ranges::copy(payload, pdu.value().payload.begin());
    return bytes;
}

Buffer clear_lzone(Cid cid, Bytes payload, pdu::Crc crc)
{
    const pdu::LzoneFields fields{.cid = cid, .crc = crc, .payload_bytes = payload.size()};
    Buffer bytes(pdu::lzone_clear_bytes(fields));
    const auto pdu = pdu::build_lzone_clear(fields, bytes);
    std::ranges::copy(payload, pdu.value().payload.begin());
    pdu::write_crc(*pdu);
    return bytes;
}

Buffer sign_mzone(const FarCmac& cmac, Stid stid, std::uint32_t cmac_pn, Bytes message)
{
    const auto pn = MzoneCmacPn::from_field(cmac_pn);
    const auto mac = cmac_of(
        cmac.key,
        join({pdu::mzone_cmac_prefix(cmac.akid, pn, stid, pdu::kClearControlFid), message}));
    const auto tuple = pdu::build_mzone_cmac_tuple(
        {.pmk_sn = cmac.ak_sn, .pn = pn, .value = pdu::cmac_value(mac)});
    return clear_mzone(pdu::kClearControlFid, join({message, tuple}));
}

Buffer sign_lzone(const FarCmac& cmac, Cid cid, std::uint32_t cmac_pn, Bytes message,
                  const std::optional<MacAddress>& bsid)
{
    const auto pn = LzoneCmacPn::from_field(cmac_pn);
    const auto mac = cmac_of(cmac.key, join({pdu::lzone_cmac_prefix(cmac.akid, pn, cid), message}));
    Buffer room(pdu::kMaxLzoneCmacTupleBytes);
    const auto tuple = pdu::build_lzone_cmac_tuple(
        {.ak_sn = cmac.ak_sn, .bsid = bsid, .pn = pn, .value = pdu::cmac_value(mac)}, room);
    return clear_lzone(cid, join({message, tuple.value()}));
}

} // namespace aaigw::doubles
