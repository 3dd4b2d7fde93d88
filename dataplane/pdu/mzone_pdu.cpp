#include "dataplane/pdu/mzone_pdu.h"

#include "dataplane/pdu/ext_header.h"

namespace aaigw::pdu {

namespace {

/// The length that an AGMH and its MLEH can say together.
constexpr std::size_t kMaxExtendedPduBytes = 0x3fff;

/// What protection adds around the payload.
struct Overhead {
    std::size_t before = 0;
    std::size_t after = 0;
};

constexpr Overhead kClear{};

constexpr Overhead overhead_of(Protection protection) noexcept
{
    return {.before = kSecurityHeaderBytes, .after = icv_bytes(protection)};
}

bool length_agrees(const MacHeader& header, std::size_t size) noexcept
{
    if (header.kind == HeaderKind::agmh && header.extended)
        return size <= kMaxExtendedPduBytes && (size & 0x7ff) == header.length;
    return size == header.length;
}

/// The layout of a PDU of either sort; `security` and `icv` stay empty for a clear one. One step for both: results
/// that are handed on and extended cost more than the parsing.
Parsed<MzoneProtectedPdu> parse_layout(MutableBytes pdu, HeaderKind kind,
                                       Overhead overhead) noexcept
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
    if (in.rest().size() < overhead.before + overhead.after)
        return reject(ParseError::truncated);
    SecurityHeader security;
    if (overhead.before != 0)
        security = parse_security_header(in.bytes(overhead.before).first<kSecurityHeaderBytes>());
    const MutableBytes rest = pdu.last(in.rest().size());
    return MzoneProtectedPdu{{.header = header,
                              .extended = extended,
                              .payload = rest.first(rest.size() - overhead.after),
                              .whole = pdu},
                             security,
                             rest.last(overhead.after)};
}

/// Writes everything before the payload. `security` is left out when `overhead` has no room for it.
Parsed<MzoneProtectedPdu> build_layout(const MzoneFields& fields, SecurityHeader security,
                                       Overhead overhead, MutableBytes room) noexcept
{
    const std::size_t size = mzone_clear_bytes(fields) + overhead.before + overhead.after;
    const std::size_t limit = max_pdu_bytes(fields.kind);
    if (!is_extended_group(fields.extended))
        return reject(ParseError::extended_group_bad_length);
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
    const Bytes extended = out.written().subspan(kMacHeaderBytes);
    if (overhead.before != 0)
        out.u24(security_field(security));
    return MzoneProtectedPdu{{.header = header,
                              .extended = extended,
                              .payload = whole.subspan(out.size(), fields.payload_bytes),
                              .whole = whole},
                             security,
                             whole.last(overhead.after)};
}

/// Of a layout without protection, the part that has a meaning.
Parsed<MzonePdu> clear_part(const Parsed<MzoneProtectedPdu>& layout) noexcept
{
    if (!layout)
        return reject(layout.error());
    return static_cast<const MzonePdu&>(*layout);
}

} // namespace

Parsed<MzonePdu> parse_mzone_clear(MutableBytes pdu, HeaderKind kind) noexcept
{
    return clear_part(parse_layout(pdu, kind, kClear));
}

Parsed<MzoneProtectedPdu> parse_mzone_protected(MutableBytes pdu, HeaderKind kind,
                                                Protection protection) noexcept
{
    return parse_layout(pdu, kind, overhead_of(protection));
}

Parsed<MzonePdu> build_mzone_clear(const MzoneFields& fields, MutableBytes room) noexcept
{
    return clear_part(build_layout(fields, SecurityHeader{}, kClear, room));
}

Parsed<MzoneProtectedPdu> build_mzone_protected(const MzoneFields& fields, SecurityHeader security,
                                                Protection protection, MutableBytes room) noexcept
{
    return build_layout(fields, security, overhead_of(protection), room);
}

} // namespace aaigw::pdu
