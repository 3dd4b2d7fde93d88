#include "dataplane/pdu/mzone_pdu.h"

#include "dataplane/pdu/ext_header.h"

namespace aaigw::pdu {

namespace {

/// The length that an AGMH and its MLEH can say together.
constexpr std::size_t kMaxExtendedPduBytes = 0x3fff;

bool length_agrees(const MacHeader& header, std::size_t size) noexcept
{
    if (header.kind == HeaderKind::agmh && header.extended)
        return size <= kMaxExtendedPduBytes && (size & 0x7ff) == header.length;
    return size == header.length;
}

/// Writes the MAC header and the extended header group of a PDU of `size` bytes.
Parsed<MzonePdu> build_front(const MzoneFields& fields, std::size_t size,
                             MutableBytes room) noexcept
{
    if (!is_extended_group(fields.extended))
        return reject(ParseError::extended_group_bad_length);
    const std::size_t limit = max_pdu_bytes(fields.kind);
    if (fields.payload_bytes > limit || size > limit) // the first: `size` may have wrapped around
        return reject(ParseError::too_long);
    if (room.size() < size)
        return reject(ParseError::no_room);

    const MutableBytes whole = room.first(size);
    const MacHeader header{
        .kind = fields.kind,
        .fid = fields.fid,
        .extended = !fields.extended.empty(),
        .length = static_cast<std::uint16_t>(size),
        .sn = static_cast<std::uint8_t>(fields.kind == HeaderKind::spmh ? fields.sn & 0xf : 0)};
    Writer out{whole};
    out.bytes(build_mac_header(header));
    out.bytes(fields.extended);
    return MzonePdu{.header = header,
                    .extended = out.written().subspan(kMacHeaderBytes),
                    .payload = whole.subspan(out.size()),
                    .whole = whole};
}

/// Splits what follows the extended headers. The caller has checked that there is room for it.
MzoneProtectedPdu split_payload(const MzonePdu& pdu, SecurityHeader security,
                                Protection protection) noexcept
{
    const std::size_t payload_bytes = pdu.payload.size() - overhead_bytes(protection);
    MzoneProtectedPdu result{pdu, security, pdu.payload.last(icv_bytes(protection))};
    result.payload = pdu.payload.subspan(kSecurityHeaderBytes, payload_bytes);
    return result;
}

} // namespace

Parsed<MzonePdu> parse_mzone_clear(MutableBytes pdu, HeaderKind kind) noexcept
{
    Reader in{pdu};
    const Bytes header_bytes = in.bytes(kMacHeaderBytes);
    if (!in.ok())
        return reject(ParseError::truncated);
    const MacHeader header = parse_mac_header(header_bytes.first<kMacHeaderBytes>(), kind);
    if (!length_agrees(header, pdu.size()))
        return reject(ParseError::length_mismatch);

    Bytes extended;
    if (header.extended) {
        TRY(extended, take_extended_group(in));
    }
    return MzonePdu{.header = header,
                    .extended = extended,
                    .payload = pdu.last(in.rest().size()),
                    .whole = pdu};
}

Parsed<MzoneProtectedPdu> parse_mzone_protected(MutableBytes pdu, HeaderKind kind,
                                                Protection protection) noexcept
{
    TRY(const MzonePdu outer, parse_mzone_clear(pdu, kind));
    if (outer.payload.size() < overhead_bytes(protection))
        return reject(ParseError::truncated);
    const auto security = parse_security_header(Bytes{outer.payload}.first<kSecurityHeaderBytes>());
    return split_payload(outer, security, protection);
}

Parsed<MzonePdu> build_mzone_clear(const MzoneFields& fields, MutableBytes room) noexcept
{
    return build_front(fields, mzone_clear_bytes(fields), room);
}

Parsed<MzoneProtectedPdu> build_mzone_protected(const MzoneFields& fields, SecurityHeader security,
                                                Protection protection, MutableBytes room) noexcept
{
    TRY(const MzonePdu outer, build_front(fields, mzone_protected_bytes(fields, protection), room));
    Writer out{outer.payload};
    out.bytes(build_security_header(security));
    return split_payload(outer, security, protection);
}

} // namespace aaigw::pdu
