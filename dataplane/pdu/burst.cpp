#include "dataplane/pdu/burst.h"

#include <utility>

namespace aaigw::pdu {

namespace {

/// What the 11 bits of an AGMH with EH=1 cannot tell apart.
constexpr std::size_t kLengthModulus = 0x800;

/// `size` as the length of the PDU at the front of `rest`, or why it cannot be that.
Parsed<std::size_t> checked_length(std::size_t size, std::size_t least, MutableBytes rest) noexcept
{
    if (size < least)
        return reject(ParseError::length_too_small);
    if (size > rest.size())
        return reject(ParseError::length_past_end);
    return size;
}

/// The length of the AGMH or SPMH PDU at the front of `rest`.
Parsed<std::size_t> mzone_front_bytes(MutableBytes rest, HeaderKind kind) noexcept
{
    if (rest.size() < kMacHeaderBytes)
        return reject(ParseError::truncated);
    const MacHeader header = parse_mac_header(Bytes{rest}.first<kMacHeaderBytes>(), kind);
    const std::size_t least = kMacHeaderBytes + (header.extended ? 1 : 0);
    if (kind == HeaderKind::spmh || !header.extended)
        return checked_length(header.length, least, rest);

    const std::size_t shortest =
        header.length < least ? header.length + kLengthModulus : header.length;
    if (shortest + kLengthModulus <= rest.size())
        return reject(ParseError::length_ambiguous);
    return checked_length(shortest, least, rest);
}

Parsed<std::size_t> lzone_front_bytes(MutableBytes rest, LzoneBurstKind kind) noexcept
{
    if (kind == LzoneBurstKind::signaling) {
        TRY(const Bytes header, parse_lzone_signaling(rest));
        return header.size();
    }
    if (rest.size() < kGenericHeaderBytes)
        return reject(ParseError::truncated);
    TRY(const GenericMacHeader header,
        parse_generic_header(Bytes{rest}.first<kGenericHeaderBytes>()));
    return checked_length(header.length, kGenericHeaderBytes, rest);
}

} // namespace

Parsed<MzoneBurstItem> MzoneBurst::next() noexcept
{
    // Emptied first, so that every error ends the burst.
    const MutableBytes rest = std::exchange(rest_, {});
    if (rest.empty())
        return reject(ParseError::end_of_burst);

    const Fid fid = Fid::from_field(rest.front() >> 4);
    const HeaderKind kind = spmh_flows_.kind_of(fid);
    std::size_t size = 0;
    if (fid == kSignalingFid) {
        TRY(const SignalingHeader header, parse_signaling_header(rest));
        size = header.length;
    } else {
        TRY(size, mzone_front_bytes(rest, kind));
    }
    rest_ = rest.subspan(size);
    return MzoneBurstItem{fid, kind, rest.first(size)};
}

Parsed<LzoneBurstItem> LzoneBurst::next() noexcept
{
    const bool is_done = done();
    const MutableBytes rest = std::exchange(rest_, {});
    if (is_done)
        return reject(ParseError::end_of_burst);

    const auto kind =
        is_lzone_signaling(rest.front()) ? LzoneBurstKind::signaling : LzoneBurstKind::pdu;
    TRY(const std::size_t size, lzone_front_bytes(rest, kind));
    rest_ = rest.subspan(size);
    return LzoneBurstItem{kind, rest.first(size)};
}

} // namespace aaigw::pdu
