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

bool crc_matches(const LzonePdu& pdu, CrcForm form) noexcept
{
    const Bytes covered = pdu.whole.first(pdu.whole.size() - kLzoneCrcBytes);
    const auto expected = crc_bytes(covered, form);
    return std::equal(expected.begin(), expected.end(), pdu.crc.begin());
}

/// Everything but the payload's own structure, for clear and protected PDUs.
Parsed<LzonePdu> parse_front(MutableBytes pdu, CrcForm form) noexcept
{
    Reader in{pdu};
    const Bytes header_bytes = in.bytes(kGenericHeaderBytes);
    if (!in.ok())
        return reject(ParseError::truncated);
    TRY(const GenericMacHeader header,
        parse_generic_header(header_bytes.first<kGenericHeaderBytes>()));
    if (header.length != pdu.size())
        return reject(ParseError::length_mismatch);

    const std::size_t crc_size = header.has_crc ? kLzoneCrcBytes : 0;
    if (in.rest().size() < crc_size)
        return reject(ParseError::truncated);
    LzonePdu result{
        .header = header, .extended = {}, .payload = {}, .crc = pdu.last(crc_size), .whole = pdu};
    if (header.has_crc && !crc_matches(result, form))
        return reject(ParseError::crc_mismatch);

    Reader body{in.rest().first(in.rest().size() - crc_size)};
    if (header.extended) {
        TRY(result.extended, take_extended_group(body));
    }
    const std::size_t payload_bytes = body.rest().size();
    result.payload = pdu.last(payload_bytes + crc_size).first(payload_bytes);
    return result;
}

Parsed<LzonePdu> build_front(const LzoneFields& fields, GenericMacHeader header, std::size_t size,
                             MutableBytes room) noexcept
{
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
    const std::size_t crc_size = header.has_crc ? kLzoneCrcBytes : 0;
    return LzonePdu{.header = header,
                    .extended = out.written().subspan(kGenericHeaderBytes),
                    .payload = whole.subspan(out.size(), size - out.size() - crc_size),
                    .crc = whole.last(crc_size),
                    .whole = whole};
}

/// Splits what is between extended subheaders and CRC. The caller has checked that there is room for it.
LzoneProtectedPdu split_payload(const LzonePdu& pdu, LzonePn pn) noexcept
{
    LzoneProtectedPdu result{pdu, pn, pdu.payload.last(kLzoneIcvBytes)};
    result.payload = pdu.payload.subspan(kLzonePnBytes, pdu.payload.size() - kLzoneOverheadBytes);
    return result;
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
    TRY(const LzonePdu result, parse_front(pdu, form));
    if (result.header.encrypted)
        return reject(ParseError::encrypted);
    return result;
}

Parsed<LzoneProtectedPdu> parse_lzone_protected(MutableBytes pdu, CrcForm form) noexcept
{
    TRY(const LzonePdu outer, parse_front(pdu, form));
    if (!outer.header.encrypted)
        return reject(ParseError::not_encrypted);
    if (outer.payload.size() < kLzoneOverheadBytes)
        return reject(ParseError::truncated);
    const auto pn_field =
        static_cast<std::uint32_t>(load_be(Bytes{outer.payload}.first<kLzonePnBytes>()));
    return split_payload(outer, LzonePn::from_field(byte_swapped(pn_field)));
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
    return build_front(fields, GenericMacHeader{}, lzone_clear_bytes(fields), room);
}

Parsed<LzoneProtectedPdu> build_lzone_protected(const LzoneFields& fields, Eks eks, LzonePn pn,
                                                MutableBytes room) noexcept
{
    const GenericMacHeader header{.encrypted = true, .eks = eks, .cid = {}};
    TRY(const LzonePdu outer, build_front(fields, header, lzone_protected_bytes(fields), room));
    Writer out{outer.payload};
    out.u32(byte_swapped(pn.value()));
    return split_payload(outer, pn);
}

void write_crc(const LzonePdu& pdu, CrcForm form) noexcept
{
    if (pdu.crc.empty())
        return;
    Writer out{pdu.crc};
    out.bytes(crc_bytes(pdu.whole.first(pdu.whole.size() - pdu.crc.size()), form));
}

} // namespace aaigw::pdu
