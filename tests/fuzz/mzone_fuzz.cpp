// Fuzz target: MZone PDUs and bursts. Choices: header kind and protection, then two bytes of SPMH flows.
#include "dataplane/pdu/burst.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/span_oracle.h"

#include <algorithm>

namespace aaigw::pdu {
namespace {

using Buffer = std::vector<std::uint8_t>;

MzoneFields fields_of(const MzonePdu& pdu)
{
    return {.kind = pdu.header.kind,
            .fid = pdu.header.fid,
            .sn = pdu.header.sn,
            .extended = pdu.extended,
            .payload_bytes = pdu.payload.size()};
}

/// A PDU whose length its own header can say is rebuilt the same, any other is refused.
template <class Built>
void check_rebuilt(const MzonePdu& pdu, const Built& built, const Buffer& room)
{
    if (pdu.whole.size() > max_pdu_bytes(pdu.header.kind)) {
        AAIGW_CHECK(!built && built.error() == ParseError::too_long);
        return;
    }
    AAIGW_CHECK(built);
    AAIGW_CHECK(built->header == pdu.header);
    AAIGW_CHECK(std::ranges::equal(room, pdu.whole));
}

void check_clear(Buffer bytes, HeaderKind kind)
{
    const auto pdu = parse_mzone_clear(bytes, kind);
    if (!pdu)
        return;
    const Bytes whole{bytes};
    AAIGW_CHECK(fill_exactly(whole, {whole.first(kMacHeaderBytes), pdu->extended, pdu->payload}));

    Buffer room = bytes;
    std::fill_n(room.begin(), kMacHeaderBytes + pdu->extended.size(), std::uint8_t{0});
    const auto built = build_mzone_clear(fields_of(*pdu), room);
    check_rebuilt(*pdu, built, room);
}

void check_protected(Buffer bytes, HeaderKind kind, Protection protection)
{
    const auto pdu = parse_mzone_protected(bytes, kind, protection);
    if (!pdu)
        return;
    const Bytes whole{bytes};
    const std::size_t security_at = kMacHeaderBytes + pdu->extended.size();
    AAIGW_CHECK(fill_exactly(whole, {whole.first(kMacHeaderBytes), pdu->extended,
                                     whole.subspan(security_at, kSecurityHeaderBytes), pdu->payload,
                                     pdu->icv}));
    AAIGW_CHECK(pdu->icv.size() == icv_bytes(protection));

    Buffer room = bytes;
    std::fill_n(room.begin(), security_at + kSecurityHeaderBytes, std::uint8_t{0});
    const auto built = build_mzone_protected(fields_of(*pdu), pdu->security, protection, room);
    check_rebuilt(*pdu, built, room);
    if (built)
        AAIGW_CHECK(mzone_nonce(*built, Stid{}) == mzone_nonce(*pdu, Stid{}));
}

void check_signaling(Bytes bytes)
{
    const auto header = parse_signaling_header(bytes);
    AAIGW_CHECK(header);
    AAIGW_CHECK(header->length == bytes.size());
    std::array<std::uint8_t, kMaxSignalingBytes> room{};
    const auto built = build_signaling_header(*header, room);
    AAIGW_CHECK(built);
    AAIGW_CHECK(std::ranges::equal(*built, bytes));
}

void check_burst(Buffer bytes, SpmhFlows spmh_flows)
{
    MzoneBurst burst{bytes, spmh_flows};
    std::size_t at = 0;
    while (!burst.done()) {
        const auto item = burst.next();
        if (!item) {
            AAIGW_CHECK(burst.done());
            return;
        }
        AAIGW_CHECK(item->bytes.data() == bytes.data() + at);
        AAIGW_CHECK(item->bytes.size() >= kMacHeaderBytes);
        at += item->bytes.size();
        AAIGW_CHECK(at <= bytes.size());
        if (item->fid == kSignalingFid) {
            check_signaling(item->bytes);
        } else {
            const auto pdu = parse_mzone_clear(item->bytes, item->kind);
            AAIGW_CHECK(pdu || pdu.error() != ParseError::length_mismatch);
        }
    }
    AAIGW_CHECK(at == bytes.size());
}

} // namespace
} // namespace aaigw::pdu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace aaigw::pdu;
    constexpr std::array kProtections{Protection::ctr, Protection::ccm_icv4, Protection::ccm_icv8};

    aaigw::FuzzInput input{data, size};
    const std::uint8_t layout = input.choice();
    const HeaderKind kind = (layout & 1) != 0 ? HeaderKind::spmh : HeaderKind::agmh;
    const Protection protection = kProtections[layout / 2 % kProtections.size()];
    const unsigned spmh_high = input.choice();
    const unsigned spmh_bits = spmh_high << 8 | input.choice();
    SpmhFlows spmh_flows;
    for (unsigned fid = 0; fid < 16; ++fid) {
        if ((spmh_bits >> fid & 1) != 0)
            spmh_flows = spmh_flows.with(aaigw::Fid::from_field(fid));
    }

    check_clear(input.rest(), kind);
    check_protected(input.rest(), kind, protection);
    check_burst(input.rest(), spmh_flows);
    return 0;
}
