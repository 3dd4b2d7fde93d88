#include "dataplane/pdu/burst.h"

namespace aaigw::pdu {

namespace {

/// What the 11 bits of an AGMH with EH=1 cannot tell apart.
constexpr std::size_t kLengthModulus = 0x800;

} // namespace

Parsed<MzoneBurstItem> MzoneBurst::next() noexcept
{
    const MutableBytes rest = burst_.subspan(at_);
    at_ = burst_.size(); // until the item is found to be good
    if (rest.empty())
        return reject(ParseError::end_of_burst);
    if (rest.size() < kMacHeaderBytes)
        return reject(ParseError::truncated);

    const Fid fid = Fid::from_field(rest.front() >> 4);
    if (fid == kSignalingFid) {
        TRY(const SignalingHeader signaling, parse_signaling_header(rest));
        return take(rest, signaling.length, fid, HeaderKind::agmh);
    }
    const HeaderKind kind = spmh_flows_.kind_of(fid);
    const MacHeader header = parse_mac_header(Bytes{rest}.first<kMacHeaderBytes>(), kind);
    const std::size_t least = kMacHeaderBytes + (header.extended ? 1 : 0);
    const bool is_modulo = kind == HeaderKind::agmh && header.extended;
    std::size_t size = header.length;
    if (is_modulo && size < least)
        size += kLengthModulus;
    if (size < least)
        return reject(ParseError::length_too_small);
    if (size > rest.size())
        return reject(ParseError::length_past_end);
    if (is_modulo && size + kLengthModulus <= rest.size())
        return reject(ParseError::length_ambiguous);
    return take(rest, size, fid, kind);
}

MzoneBurstItem MzoneBurst::take(MutableBytes rest, std::size_t size, Fid fid,
                                HeaderKind kind) noexcept
{
    at_ -= rest.size() - size;
    return {fid, kind, rest.first(size)};
}

Parsed<LzoneBurstItem> LzoneBurst::next() noexcept
{
    const MutableBytes rest = done() ? MutableBytes{} : burst_.subspan(at_);
    at_ = burst_.size(); // until the item is found to be good
    if (rest.empty())
        return reject(ParseError::end_of_burst);

    if (is_lzone_signaling(rest.front())) {
        TRY(const Bytes header, parse_lzone_signaling(rest));
        return take(rest, header.size(), LzoneBurstKind::signaling);
    }
    if (rest.size() < kGenericHeaderBytes)
        return reject(ParseError::truncated);
    const auto header = parse_generic_header(Bytes{rest}.first<kGenericHeaderBytes>());
    if (!header)
        return reject(header.error());
    if (header->length < kGenericHeaderBytes)
        return reject(ParseError::length_too_small);
    if (header->length > rest.size())
        return reject(ParseError::length_past_end);
    return take(rest, header->length, LzoneBurstKind::pdu);
}

LzoneBurstItem LzoneBurst::take(MutableBytes rest, std::size_t size, LzoneBurstKind kind) noexcept
{
    at_ -= rest.size() - size;
    return {kind, rest.first(size)};
}

} // namespace aaigw::pdu
