#include "dataplane/pdu/control_cmac.h"

#include <algorithm>

namespace aaigw::pdu {

namespace {

constexpr std::uint8_t kLengthWithoutBsid = 13;
constexpr std::uint8_t kLengthWithBsid = 19;

CmacValue take_value(Reader& in) noexcept
{
    CmacValue value{};
    const Bytes taken = in.bytes(value.size());
    std::copy(taken.begin(), taken.end(), value.begin());
    return value;
}

} // namespace

CmacPrefix mzone_cmac_prefix(const AkId& akid, MzoneCmacPn pn, Stid stid, Fid fid) noexcept
{
    CmacPrefix prefix{};
    Writer out{prefix};
    out.bytes(akid);
    out.u24(pn.value());
    out.u16(static_cast<std::uint16_t>(stid.value() << 4 | fid.value()));
    return prefix;
}

CmacPrefix lzone_cmac_prefix(const AkId& akid, LzoneCmacPn pn, Cid cid) noexcept
{
    CmacPrefix prefix{};
    Writer out{prefix};
    out.bytes(akid);
    out.u32(pn.value());
    out.u16(cid.value());
    return prefix;
}

CmacValue cmac_value(const crypto::AesBlock& mac) noexcept
{
    CmacValue value{};
    std::copy(mac.end() - value.size(), mac.end(), value.begin());
    return value;
}

Parsed<MzoneCmacTuple> parse_mzone_cmac_tuple(Bytes bytes) noexcept
{
    if (bytes.size() != kMzoneCmacTupleBytes)
        return reject(ParseError::cmac_tuple_bad_length);
    Reader in{bytes};
    MzoneCmacTuple tuple;
    tuple.pmk_sn = AkSn::from_field(in.u8());
    tuple.pn = MzoneCmacPn::from_field(in.u24());
    tuple.value = take_value(in);
    return tuple;
}

std::array<std::uint8_t, kMzoneCmacTupleBytes>
build_mzone_cmac_tuple(const MzoneCmacTuple& tuple) noexcept
{
    std::array<std::uint8_t, kMzoneCmacTupleBytes> bytes{};
    Writer out{bytes};
    out.u8(tuple.pmk_sn.value());
    out.u24(tuple.pn.value());
    out.bytes(tuple.value);
    return bytes;
}

Parsed<LzoneCmacTuple> parse_lzone_cmac_tuple(Bytes bytes) noexcept
{
    Reader in{bytes};
    const std::uint8_t type = in.u8();
    const std::uint8_t length = in.u8();
    if (!in.ok())
        return reject(ParseError::truncated);
    if (type != kLzoneCmacTupleType)
        return reject(ParseError::cmac_tuple_bad_type);
    if (in.rest().size() != length || (length != kLengthWithoutBsid && length != kLengthWithBsid))
        return reject(ParseError::cmac_tuple_bad_length);

    LzoneCmacTuple tuple;
    tuple.ak_sn = AkSn::from_field(in.u8());
    if (length == kLengthWithBsid) {
        const Bytes taken = in.bytes(tuple.bsid.emplace().size());
        std::copy(taken.begin(), taken.end(), tuple.bsid->begin());
    }
    tuple.pn = LzoneCmacPn::from_field(in.u32());
    tuple.value = take_value(in);
    return tuple;
}

Parsed<MutableBytes> build_lzone_cmac_tuple(const LzoneCmacTuple& tuple, MutableBytes room) noexcept
{
    Writer out{room};
    out.u8(kLzoneCmacTupleType);
    out.u8(tuple.bsid ? kLengthWithBsid : kLengthWithoutBsid);
    out.u8(tuple.ak_sn.value());
    if (tuple.bsid)
        out.bytes(*tuple.bsid);
    out.u32(tuple.pn.value());
    out.bytes(tuple.value);
    if (!out.ok())
        return reject(ParseError::no_room);
    return room.first(out.size());
}

} // namespace aaigw::pdu
