// The codecs of dataplane/pdu for any input: round trips, nonces, burst cursors, checks.
#include "common/hex.h"
#include "dataplane/pdu/burst.h"
#include "dataplane/pdu/control_cmac.h"
#include "dataplane/pdu/crc.h"
#include "dataplane/pdu/gre.h"
#include "dataplane/pdu/gsmtap.h"
#include "tests/fuzz/span_oracle.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <utility>

namespace aaigw::pdu {
namespace {

/// Its capacity is its size: AddressSanitizer sees the first byte past the end.
using Buffer = std::vector<std::uint8_t>;

/// `generator` over its whole range from the first case on; by itself it would begin near zero.
template <class T>
T pick(rc::Gen<T> generator)
{
    return *rc::gen::resize(rc::kNominalSize, std::move(generator));
}

template <class T>
T any()
{
    return pick(rc::gen::arbitrary<T>());
}

/// From `first` to `last`, both included.
std::size_t between(std::size_t first, std::size_t last)
{
    return pick(rc::gen::inRange(first, last + 1));
}

Buffer any_bytes(std::size_t from, std::size_t to)
{
    return pick(rc::gen::container<Buffer>(between(from, to), rc::gen::arbitrary<std::uint8_t>()));
}

template <std::size_t N>
std::array<std::uint8_t, N> any_array()
{
    return pick(
        rc::gen::container<std::array<std::uint8_t, N>>(rc::gen::arbitrary<std::uint8_t>()));
}

/// Any value of one of the types of common/ids.h.
template <class Id>
Id any_id()
{
    return Id::from_field(any<std::uint64_t>());
}

/// No extended header group, or one of up to 255 bytes.
Buffer any_extended_group(std::size_t most)
{
    Buffer group = any_bytes(0, most);
    if (!group.empty())
        group.front() = static_cast<std::uint8_t>(group.size());
    return group;
}

Protection any_protection()
{
    return *rc::gen::element(Protection::ctr, Protection::ccm_icv4, Protection::ccm_icv8);
}

LinkDirection any_direction()
{
    return *rc::gen::element(LinkDirection::downlink, LinkDirection::uplink);
}

/// Fills the parts of a built PDU that its builder leaves alone.
void fill(MutableBytes part)
{
    for (std::uint8_t& byte : part)
        byte = any<std::uint8_t>();
}

struct MzoneExample {
    HeaderKind kind = HeaderKind::agmh;
    Fid fid;
    Protection protection = Protection::ctr;
    SecurityHeader security;
    Buffer extended;
    Buffer bytes;
};

/// A protected PDU on any flow but the signaling one.
MzoneExample any_mzone_pdu()
{
    MzoneExample example;
    example.kind = *rc::gen::element(HeaderKind::agmh, HeaderKind::spmh);
    example.fid =
        *rc::gen::distinctFrom(rc::gen::exec([] { return any_id<Fid>(); }), kSignalingFid);
    example.protection = any_protection();
    example.security = {any_id<Eks>(), any_id<MzonePn>()};
    example.extended = any_extended_group(40);
    const MzoneFields fields{.kind = example.kind,
                             .fid = example.fid,
                             .sn = static_cast<std::uint8_t>(between(0, 15)),
                             .extended = example.extended,
                             .payload_bytes = between(0, 73)};
    example.bytes.resize(mzone_protected_bytes(fields, example.protection));
    const auto built =
        build_mzone_protected(fields, example.security, example.protection, example.bytes);
    RC_ASSERT(built);
    fill(built->payload);
    fill(built->icv);
    return example;
}

RC_GTEST_PROP(MzonePduProperty, WhatIsBuiltIsParsedTheSame, ())
{
    MzoneExample example = any_mzone_pdu();
    const auto pdu = parse_mzone_protected(example.bytes, example.kind, example.protection);
    RC_ASSERT(pdu);
    RC_ASSERT(pdu->header.fid == example.fid);
    RC_ASSERT(pdu->header.length == example.bytes.size());
    RC_ASSERT(pdu->security == example.security);
    RC_ASSERT(std::ranges::equal(pdu->extended, example.extended));
    RC_ASSERT(pdu->icv.size() == icv_bytes(example.protection));

    const Bytes whole{example.bytes};
    const auto security = whole.subspan(2 + example.extended.size(), kSecurityHeaderBytes);
    RC_ASSERT(
        fill_exactly(whole, {whole.first(2), pdu->extended, security, pdu->payload, pdu->icv}));
}

RC_GTEST_PROP(MzonePduProperty, OneThatIsCutOrLengthenedIsRefused, ())
{
    MzoneExample example = any_mzone_pdu();
    const auto size = pick(rc::gen::distinctFrom(
        rc::gen::inRange<std::size_t>(0, 2 * example.bytes.size()), example.bytes.size()));
    Buffer other = example.bytes;
    other.resize(size);
    other.shrink_to_fit();
    RC_ASSERT(!parse_mzone_protected(other, example.kind, example.protection));
}

RC_GTEST_PROP(MzonePduProperty, AnyBytesGivePartsOfThemselvesOrAnError, ())
{
    Buffer bytes = any_bytes(0, 200);
    const auto kind = *rc::gen::element(HeaderKind::agmh, HeaderKind::spmh);
    const Protection protection = any_protection();
    // A length that agrees, or hardly anything would get past it.
    if (bytes.size() >= 2 && any<bool>()) {
        MacHeader header = parse_mac_header(Bytes{bytes}.first<2>(), kind);
        header.length = static_cast<std::uint16_t>(bytes.size());
        std::ranges::copy(build_mac_header(header), bytes.begin());
    }
    const auto pdu = parse_mzone_protected(bytes, kind, protection);
    if (!pdu) {
        RC_ASSERT(!describe(pdu.error()).empty());
        return;
    }
    const Bytes whole{bytes};
    const auto security = whole.subspan(2 + pdu->extended.size(), kSecurityHeaderBytes);
    RC_ASSERT(
        fill_exactly(whole, {whole.first(2), pdu->extended, security, pdu->payload, pdu->icv}));
}

RC_GTEST_PROP(MzoneNonceProperty, DiffersWheneverAnInputDiffers, ())
{
    const auto header_1 = any_array<2>();
    const auto header_2 = *rc::gen::oneOf(rc::gen::just(header_1), rc::gen::exec(any_array<2>));
    const auto stid_1 = any_id<Stid>();
    const auto stid_2 = *rc::gen::oneOf(rc::gen::just(stid_1), rc::gen::exec(any_id<Stid>));
    const SecurityHeader security_1{any_id<Eks>(), any_id<MzonePn>()};
    const SecurityHeader security_2 =
        *rc::gen::oneOf(rc::gen::just(security_1), rc::gen::exec([] {
                            return SecurityHeader{any_id<Eks>(), any_id<MzonePn>()};
                        }));
    const bool same_input = header_1 == header_2 && stid_1 == stid_2 && security_1 == security_2;
    RC_ASSERT((mzone_nonce(header_1, stid_1, security_1) ==
               mzone_nonce(header_2, stid_2, security_2)) == same_input);
}

RC_GTEST_PROP(MzoneBurstProperty, PdusAreFoundWhereTheyWerePut, ())
{
    Buffer bytes;
    std::vector<std::size_t> ends;
    SpmhFlows spmh_flows;
    std::array<bool, 16> decided{};
    const auto pdus = between(0, 7);
    for (std::size_t i = 0; i < pdus; ++i) {
        const MzoneExample example = any_mzone_pdu();
        // A FID has one kind of header in all of a burst.
        const HeaderKind kind = spmh_flows.kind_of(example.fid);
        if (decided[example.fid.value()] && kind != example.kind)
            continue;
        decided[example.fid.value()] = true;
        if (example.kind == HeaderKind::spmh)
            spmh_flows = spmh_flows.with(example.fid);
        bytes.insert(bytes.end(), example.bytes.begin(), example.bytes.end());
        ends.push_back(bytes.size());
    }
    bytes.shrink_to_fit();

    MzoneBurst burst{bytes, spmh_flows};
    std::size_t at = 0;
    for (const std::size_t end : ends) {
        const auto item = burst.next();
        RC_ASSERT(item);
        RC_ASSERT(item->bytes.data() == bytes.data() + at);
        at += item->bytes.size();
        RC_ASSERT(at == end);
    }
    RC_ASSERT(burst.done());
}

RC_GTEST_PROP(MzoneBurstProperty, AnyBytesComeToAnEnd, ())
{
    Buffer bytes = any_bytes(0, 400);
    SpmhFlows spmh_flows;
    for (unsigned fid = 0; fid < 16; ++fid) {
        if (any<bool>())
            spmh_flows = spmh_flows.with(Fid::from_field(fid));
    }
    MzoneBurst burst{bytes, spmh_flows};
    std::size_t at = 0;
    for (std::size_t calls = 0; !burst.done(); ++calls) {
        RC_ASSERT(calls <= bytes.size() / kMacHeaderBytes);
        const auto item = burst.next();
        if (!item) {
            RC_ASSERT(burst.done());
            return;
        }
        RC_ASSERT(item->bytes.data() == bytes.data() + at);
        at += item->bytes.size();
    }
    RC_ASSERT(at == bytes.size());
}

struct LzoneExample {
    Eks eks;
    LzonePn pn;
    LzoneFields fields; ///< without the extended group
    Buffer extended;
    CrcForm form = CrcForm::ofdma;
    Buffer bytes;
};

LzoneExample any_lzone_pdu()
{
    LzoneExample example;
    example.eks = any_id<Eks>();
    example.pn = any_id<LzonePn>();
    example.extended = any_extended_group(255);
    example.fields = {.cid = any_id<Cid>(),
                      .type = static_cast<std::uint8_t>(between(0, 63)),
                      .crc = *rc::gen::element(Crc::absent, Crc::present),
                      .payload_bytes = between(0, 300)};
    example.form = *rc::gen::element(CrcForm::ofdma, CrcForm::ofdm);
    LzoneFields fields = example.fields;
    fields.extended = example.extended;
    example.bytes.resize(lzone_protected_bytes(fields));
    const auto built = build_lzone_protected(fields, example.eks, example.pn, example.bytes);
    RC_ASSERT(built);
    fill(built->payload);
    fill(built->icv);
    write_crc(*built, example.form);
    return example;
}

RC_GTEST_PROP(LzonePduProperty, WhatIsBuiltIsParsedTheSame, ())
{
    LzoneExample example = any_lzone_pdu();
    const auto pdu = parse_lzone_protected(example.bytes, example.form);
    RC_ASSERT(pdu);
    RC_ASSERT(pdu->header.eks == example.eks);
    RC_ASSERT(pdu->header.cid == example.fields.cid);
    RC_ASSERT(pdu->header.type == example.fields.type);
    RC_ASSERT(pdu->header.has_crc == (example.fields.crc == Crc::present));
    RC_ASSERT(pdu->pn == example.pn);
    RC_ASSERT(std::ranges::equal(pdu->extended, example.extended));
    RC_ASSERT(pdu->payload.size() == example.fields.payload_bytes);

    const Bytes whole{example.bytes};
    const auto pn = whole.subspan(6 + example.extended.size(), kLzonePnBytes);
    RC_ASSERT(
        fill_exactly(whole, {whole.first(6), pdu->extended, pn, pdu->payload, pdu->icv, pdu->crc}));
}

RC_GTEST_PROP(LzonePduProperty, AnyBytesGivePartsOfThemselvesOrAnError, ())
{
    Buffer bytes = any_bytes(0, 200);
    // A length and an HCS that are right, or hardly anything would get past them.
    if (bytes.size() >= kGenericHeaderBytes && any<bool>()) {
        bytes[0] = (bytes[0] & 0x7f) | 0x40;
        bytes[1] = bytes[1] & 0xb8;
        bytes[2] = static_cast<std::uint8_t>(bytes.size());
        bytes[5] = hcs(Bytes{bytes}.first(5));
    }
    const auto pdu = parse_lzone_protected(bytes);
    if (!pdu) {
        RC_ASSERT(!describe(pdu.error()).empty());
        return;
    }
    const Bytes whole{bytes};
    const auto pn = whole.subspan(6 + pdu->extended.size(), kLzonePnBytes);
    RC_ASSERT(
        fill_exactly(whole, {whole.first(6), pdu->extended, pn, pdu->payload, pdu->icv, pdu->crc}));
}

RC_GTEST_PROP(LzoneBurstProperty, PdusAreFoundWhereTheyWerePut, ())
{
    Buffer bytes;
    std::vector<std::size_t> ends;
    const auto pdus = between(0, 5);
    for (std::size_t i = 0; i < pdus; ++i) {
        const LzoneExample example = any_lzone_pdu();
        bytes.insert(bytes.end(), example.bytes.begin(), example.bytes.end());
        ends.push_back(bytes.size());
    }
    if (any<bool>()) {
        const Buffer padding = any_bytes(0, 20);
        bytes.push_back(0xff);
        bytes.insert(bytes.end(), padding.begin(), padding.end());
    }
    bytes.shrink_to_fit();

    LzoneBurst burst{bytes};
    std::size_t at = 0;
    for (const std::size_t end : ends) {
        const auto item = burst.next();
        RC_ASSERT(item);
        RC_ASSERT(item->kind == LzoneBurstKind::pdu);
        RC_ASSERT(item->bytes.data() == bytes.data() + at);
        at += item->bytes.size();
        RC_ASSERT(at == end);
    }
    RC_ASSERT(burst.done());
}

Buffer bits_reversed(Buffer bytes)
{
    for (std::uint8_t& byte : bytes) {
        unsigned reversed = 0;
        for (unsigned bit = 0; bit < 8; ++bit)
            reversed |= (byte >> bit & 1U) << (7 - bit);
        byte = static_cast<std::uint8_t>(reversed);
    }
    return bytes;
}

RC_GTEST_PROP(CrcProperty, TheTwoBitOrdersMirrorEachOther, ())
{
    const Buffer bytes = any_bytes(0, 100);
    const auto lsb = be_bytes<4>(crc32_lsb_first(bits_reversed(bytes)));
    Buffer mirrored = bits_reversed({lsb.begin(), lsb.end()});
    std::ranges::reverse(mirrored);
    RC_ASSERT(load_be(Bytes{mirrored}.first<4>()) == crc32_msb_first(bytes));
}

RC_GTEST_PROP(CrcProperty, OfBytesFollowedByTheirHcsIsZero, ())
{
    Buffer bytes = any_bytes(0, 100);
    bytes.push_back(hcs(bytes));
    RC_ASSERT(hcs(bytes) == 0);
}

RC_GTEST_PROP(SignalingHeaderProperty, WhatIsBuiltIsParsedTheSame, ())
{
    SignalingHeader header;
    header.type = static_cast<std::uint8_t>(between(0, 31));
    header.length = static_cast<std::uint8_t>(between(2, 6));
    const std::uint64_t content_values = std::uint64_t{1} << (8 * header.length - 12);
    header.contents = any<std::uint64_t>() % content_values;
    Buffer room(header.length);
    const auto built = build_signaling_header(header, room);
    RC_ASSERT(built);
    RC_ASSERT(built->size() == room.size());
    RC_ASSERT(parse_signaling_header(room) == header);
}

RC_GTEST_PROP(GsmtapProperty, WhatIsBuiltIsParsedTheSame, ())
{
    GsmtapHeader header{.zone = *rc::gen::element(Zone::lzone, Zone::mzone),
                        .direction = any_direction(),
                        .stid = any_id<Stid>(),
                        .frame_number = any<std::uint32_t>(),
                        .sector = any<std::uint8_t>()};
    if (header.zone == Zone::lzone)
        header.stid = {};
    const Buffer burst = any_bytes(1, 100);
    const auto header_bytes = build_gsmtap(header);
    Buffer bytes{header_bytes.begin(), header_bytes.end()};
    bytes.insert(bytes.end(), burst.begin(), burst.end());
    const auto datagram = parse_gsmtap(bytes);
    RC_ASSERT(datagram);
    RC_ASSERT(datagram->header == header);
    RC_ASSERT(std::ranges::equal(datagram->burst, burst));
}

RC_GTEST_PROP(GreProperty, WhatIsBuiltIsParsedTheSame, ())
{
    const GreHeader header{.key = any<std::uint32_t>(),
                           .protocol = *rc::gen::element(GreProtocol::ipv4, GreProtocol::ipv6)};
    const Buffer payload = any_bytes(0, 100);
    const auto header_bytes = build_gre(header);
    Buffer bytes{header_bytes.begin(), header_bytes.end()};
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    const auto packet = parse_gre(bytes);
    RC_ASSERT(packet);
    RC_ASSERT(packet->header == header);
    RC_ASSERT(std::ranges::equal(packet->payload, payload));
}

RC_GTEST_PROP(CmacTupleProperty, WhatIsBuiltIsParsedTheSame, ())
{
    const MzoneCmacTuple mzone{any_id<AkSn>(), any_id<MzoneCmacPn>(), any_array<8>()};
    RC_ASSERT(parse_mzone_cmac_tuple(build_mzone_cmac_tuple(mzone)) == mzone);

    LzoneCmacTuple lzone{any_id<AkSn>(), {}, any_id<LzoneCmacPn>(), any_array<8>()};
    if (any<bool>())
        lzone.bsid = any_array<6>();
    Buffer room(kMaxLzoneCmacTupleBytes);
    const auto built = build_lzone_cmac_tuple(lzone, room);
    RC_ASSERT(built);
    RC_ASSERT(parse_lzone_cmac_tuple(*built) == lzone);
}

RC_GTEST_PROP(CmacTupleProperty, AnyBytesGiveATupleOrAnError, ())
{
    Buffer bytes = any_bytes(0, 30);
    if (bytes.size() >= 2 && any<bool>()) {
        bytes[0] = kLzoneCmacTupleType;
        bytes[1] = static_cast<std::uint8_t>(bytes.size() - 2);
    }
    RC_ASSERT(parse_mzone_cmac_tuple(bytes).has_value() == (bytes.size() == 12));
    const bool is_lzone = bytes.size() >= 2 && bytes[0] == 141 && bytes[1] + 2U == bytes.size() &&
                          (bytes[1] == 13 || bytes[1] == 19);
    RC_ASSERT(parse_lzone_cmac_tuple(bytes).has_value() == is_lzone);
}

} // namespace
} // namespace aaigw::pdu
