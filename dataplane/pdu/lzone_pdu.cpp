#include "dataplane/pdu/lzone_pdu.h"

#include "dataplane/pdu/crc.h"
#include "dataplane/pdu/ext_header.h"

#include <algorithm>

namespace aaigw::pdu {

namespace {

constexpr std::uint8_t kMaxType = 0x3f;
constexpr std::size_t kHcsAt = kGenericHeaderBytes - 1;

/// PN and the OFDM CRC-32 stand on the wire least significant byte first, unlike all else.
constexpr std::uint32_t byte_swapped(std::uint32_t value) noexcept
{
    return __builtin_bswap32(value);
}

/// The CRC-32 as it stands on the wire.
std::array<std::uint8_t, kLzoneCrcBytes> crc_bytes(Bytes covered, CrcForm form) noexcept
{
    if (form == CrcForm::ofdma)
        return be_bytes<kLzoneCrcBytes>(crc32_msb_first(covered));
    return be_bytes<kLzoneCrcBytes>(byte_swapped(crc32_lsb_first(covered)));
}

bool crc_matches(Bytes pdu, CrcForm form) noexcept
{
    const std::size_t covered = pdu.size() - kLzoneCrcBytes;
    const auto expected = crc_bytes(pdu.first(covered), form);
    return std::ranges::equal(expected, pdu.subspan(covered));
}

constexpr std::size_t crc_size(const GenericMacHeader& header) noexcept
{
    return header.has_crc ? kLzoneCrcBytes : 0;
}

enum class Sort : std::uint8_t { clear, encrypted };

/// The layout of a PDU that has to be of the given sort; `pn` and `icv` stay empty for a clear one.
Parsed<LzoneProtectedPdu> parse_layout(MutableBytes pdu, Sort sort, CrcForm form) noexcept
{
    const bool encrypted = sort == Sort::encrypted;
    Reader in{pdu};
    const Bytes header_bytes = in.bytes(kGenericHeaderBytes);
    if (!in.ok())
        return reject(ParseError::truncated);
    TRY(const GenericMacHeader header,
        parse_generic_header(header_bytes.first<kGenericHeaderBytes>()));
    if (header.length != pdu.size())
        return reject(ParseError::length_mismatch);
    if (header.encrypted != encrypted)
        return reject(encrypted ? ParseError::not_encrypted : ParseError::encrypted);
    const std::size_t behind = crc_size(header);
    if (in.rest().size() < behind)
        return reject(ParseError::truncated);
    if (header.has_crc && !crc_matches(pdu, form))
        return reject(ParseError::crc_mismatch);

    Reader body{in.rest().first(in.rest().size() - behind)};
    Bytes extended;
    if (header.extended) {
        TRY(extended, take_extended_group(body));
    }
    const std::size_t icv_size = encrypted ? kLzoneIcvBytes : 0;
    const std::uint32_t pn = encrypted ? byte_swapped(body.u32()) : 0;
    if (!body.ok() || body.rest().size() < icv_size)
        return reject(ParseError::truncated);
    const MutableBytes rest = pdu.last(body.rest().size() + behind);
    const std::size_t payload_size = body.rest().size() - icv_size;
    return LzoneProtectedPdu{{.header = header,
                              .extended = extended,
                              .payload = rest.first(payload_size),
                              .crc = rest.last(behind),
                              .whole = pdu},
                             LzonePn::from_field(pn),
                             rest.subspan(payload_size, icv_size)};
}

/// Writes everything before the payload; EC of `header` says whether the PN is a part of that.
Parsed<LzoneProtectedPdu> build_layout(const LzoneFields& fields, GenericMacHeader header,
                                       LzonePn pn, MutableBytes room) noexcept
{
    const std::size_t size =
        lzone_clear_bytes(fields) + (header.encrypted ? kLzoneOverheadBytes : 0);
    if (!is_extended_group(fields.extended))
        return reject(ParseError::extended_group_bad_length);
    if (fields.type > kMaxType)
        return reject(ParseError::field_too_large);
    // The first: `size` may have wrapped around.
    if (fields.payload_bytes > kMaxLzonePduBytes || size > kMaxLzonePduBytes)
        return reject(ParseError::too_long);
    if (room.size() < size)
        return reject(ParseError::no_room);

    const MutableBytes whole = room.first(size);
    header.type = fields.type;
    header.extended = !fields.extended.empty();
    header.has_crc = fields.crc == Crc::present;
    header.length = static_cast<std::uint16_t>(size);
    header.cid = fields.cid;
    Writer out{whole};
    out.bytes(build_generic_header(header));
    out.bytes(fields.extended);
    const Bytes extended = out.written().subspan(kGenericHeaderBytes);
    if (header.encrypted)
        out.u32(byte_swapped(pn.value()));
    const std::size_t icv_at = out.size() + fields.payload_bytes;
    const std::size_t behind = crc_size(header);
    return LzoneProtectedPdu{{.header = header,
                              .extended = extended,
                              .payload = whole.subspan(out.size(), fields.payload_bytes),
                              .crc = whole.last(behind),
                              .whole = whole},
                             pn,
                             whole.subspan(icv_at, size - icv_at - behind)};
}

/// Of a layout without protection, the part that has a meaning.
Parsed<LzonePdu> clear_part(const Parsed<LzoneProtectedPdu>& layout) noexcept
{
    if (!layout)
        return reject(layout.error());
    return static_cast<const LzonePdu&>(*layout);
}

} // namespace

Parsed<GenericMacHeader>
parse_generic_header(std::span<const std::uint8_t, kGenericHeaderBytes> bytes) noexcept
{
    if (hcs(bytes.first<kHcsAt>()) != bytes[kHcsAt])
        return reject(ParseError::hcs_mismatch);
    if (is_lzone_signaling(bytes[0]))
        return reject(ParseError::signaling_header);
    return GenericMacHeader{
        .encrypted = (bytes[0] & 0x40) != 0,
        .type = static_cast<std::uint8_t>(bytes[0] & kMaxType),
        .extended = (bytes[1] & 0x80) != 0,
        .has_crc = (bytes[1] & 0x40) != 0,
        .eks = Eks::from_field(bytes[1] >> 4),
        .length = static_cast<std::uint16_t>((bytes[1] & 0x07) << 8 | bytes[2]),
        .cid = Cid::from_field(load_be(bytes.subspan<3, 2>())),
    };
}

GenericHeaderBytes build_generic_header(const GenericMacHeader& header) noexcept
{
    GenericHeaderBytes bytes{};
    bytes[0] = static_cast<std::uint8_t>((header.encrypted ? 0x40 : 0) | (header.type & kMaxType));
    bytes[1] =
        static_cast<std::uint8_t>((header.extended ? 0x80 : 0) | (header.has_crc ? 0x40 : 0) |
                                  header.eks.value() << 4 | (header.length >> 8 & 0x07));
    bytes[2] = static_cast<std::uint8_t>(header.length);
    bytes[3] = static_cast<std::uint8_t>(header.cid.value() >> 8);
    bytes[4] = static_cast<std::uint8_t>(header.cid.value());
    bytes[kHcsAt] = hcs(Bytes{bytes}.first<kHcsAt>());
    return bytes;
}

Parsed<Bytes> parse_lzone_signaling(Bytes bytes) noexcept
{
    Reader in{bytes};
    const Bytes header = in.bytes(kGenericHeaderBytes);
    if (!in.ok())
        return reject(ParseError::truncated);
    if (!is_lzone_signaling(header[0]))
        return reject(ParseError::not_signaling_header);
    if (hcs(header.first<kHcsAt>()) != header[kHcsAt])
        return reject(ParseError::hcs_mismatch);
    return header;
}

Parsed<LzonePdu> parse_lzone_clear(MutableBytes pdu, CrcForm form) noexcept
{
    return clear_part(parse_layout(pdu, Sort::clear, form));
}

Parsed<LzoneProtectedPdu> parse_lzone_protected(MutableBytes pdu, CrcForm form) noexcept
{
    return parse_layout(pdu, Sort::encrypted, form);
}

crypto::CcmNonce lzone_nonce(std::span<const std::uint8_t, kGenericHeaderBytes> header,
                             LzonePn pn) noexcept
{
    crypto::CcmNonce nonce{};
    Writer out{nonce};
    out.bytes(header.first<kHcsAt>());
    out.u32(0);
    out.u32(byte_swapped(pn.value()));
    return nonce;
}

Parsed<LzonePdu> build_lzone_clear(const LzoneFields& fields, MutableBytes room) noexcept
{
    return clear_part(build_layout(fields, GenericMacHeader{}, LzonePn{}, room));
}

Parsed<LzoneProtectedPdu> build_lzone_protected(const LzoneFields& fields, Eks eks, LzonePn pn,
                                                MutableBytes room) noexcept
{
    return build_layout(fields, {.encrypted = true, .eks = eks, .cid = {}}, pn, room);
}

void write_crc(const LzonePdu& pdu, CrcForm form) noexcept
{
    if (pdu.crc.empty())
        return;
    Writer out{pdu.crc};
    out.bytes(crc_bytes(pdu.whole.first(pdu.whole.size() - pdu.crc.size()), form));
}

} // namespace aaigw::pdu
