// Fuzz target: LZone PDUs and bursts. Choice: form of the CRC-32, and which checks are made right before parsing.
#include "dataplane/pdu/burst.h"
#include "dataplane/pdu/crc.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/span_oracle.h"

#include <algorithm>

namespace aaigw::pdu {
namespace {

using Buffer = std::vector<std::uint8_t>;

constexpr std::uint8_t kOfdmCrc = 1;
constexpr std::uint8_t kRepair = 2;

/// Makes each HCS right along the lengths, and the CRC of the first PDU. Without that a fuzzer would hardly ever get
/// past them; the inputs that leave it out test that wrong ones are refused.
void repair(Buffer& bytes, CrcForm form)
{
    const MutableBytes all{bytes};
    for (std::size_t at = 0; bytes.size() - at >= kGenericHeaderBytes;) {
        const MutableBytes header = all.subspan(at, kGenericHeaderBytes);
        header[5] = hcs(header.first(5));
        const std::size_t length = (header[1] & 0x07U) << 8 | header[2];
        at += is_lzone_signaling(header[0]) ? kGenericHeaderBytes : length;
        if (length < kGenericHeaderBytes || at > bytes.size())
            break;
    }
    if (bytes.size() < kGenericHeaderBytes + kLzoneCrcBytes)
        return;
    LzonePdu whole{};
    whole.whole = all;
    whole.crc = all.last(kLzoneCrcBytes);
    if ((bytes[1] & 0x40) != 0 && !is_lzone_signaling(bytes[0]))
        write_crc(whole, form);
}

LzoneFields fields_of(const LzonePdu& pdu)
{
    return {.cid = pdu.header.cid,
            .type = pdu.header.type,
            .extended = pdu.extended,
            .crc = pdu.header.has_crc ? Crc::present : Crc::absent,
            .payload_bytes = pdu.payload.size()};
}

/// All but the reserved bit and an EKS without EC, which builders send as 0, is rebuilt the same.
void check_rebuilt(const LzonePdu& pdu, const LzonePdu& built, CrcForm form)
{
    AAIGW_CHECK(built.whole.size() == pdu.whole.size());
    write_crc(built, form);
    if ((pdu.whole[1] & 0x08) == 0 && (pdu.header.encrypted || pdu.header.eks == Eks{}))
        AAIGW_CHECK(std::ranges::equal(built.whole, pdu.whole));
}

void check_clear(Buffer bytes, CrcForm form)
{
    const auto pdu = parse_lzone_clear(bytes, form);
    if (!pdu)
        return;
    const Bytes whole{bytes};
    AAIGW_CHECK(fill_exactly(
        whole, {whole.first(kGenericHeaderBytes), pdu->extended, pdu->payload, pdu->crc}));

    Buffer room = bytes;
    const auto built = build_lzone_clear(fields_of(*pdu), room);
    AAIGW_CHECK(built);
    check_rebuilt(*pdu, *built, form);
}

void check_protected(Buffer bytes, CrcForm form)
{
    const auto pdu = parse_lzone_protected(bytes, form);
    if (!pdu)
        return;
    const Bytes whole{bytes};
    const std::size_t pn_at = kGenericHeaderBytes + pdu->extended.size();
    AAIGW_CHECK(fill_exactly(whole, {whole.first(kGenericHeaderBytes), pdu->extended,
                                     whole.subspan(pn_at, kLzonePnBytes), pdu->payload, pdu->icv,
                                     pdu->crc}));
    AAIGW_CHECK(pdu->icv.size() == kLzoneIcvBytes);

    Buffer room = bytes;
    std::fill_n(room.begin(), pn_at + kLzonePnBytes, std::uint8_t{0});
    const auto built = build_lzone_protected(fields_of(*pdu), pdu->header.eks, pdu->pn, room);
    AAIGW_CHECK(built);
    check_rebuilt(*pdu, *built, form);
}

void check_burst(Buffer bytes)
{
    LzoneBurst burst{bytes};
    std::size_t at = 0;
    while (!burst.done()) {
        const auto item = burst.next();
        if (!item) {
            AAIGW_CHECK(burst.done());
            return;
        }
        AAIGW_CHECK(item->bytes.data() == bytes.data() + at);
        AAIGW_CHECK(item->bytes.size() >= kGenericHeaderBytes);
        at += item->bytes.size();
        AAIGW_CHECK(at <= bytes.size());
        if (item->kind == LzoneBurstKind::signaling) {
            AAIGW_CHECK(parse_lzone_signaling(item->bytes));
            AAIGW_CHECK(item->bytes.size() == kGenericHeaderBytes);
        } else {
            const auto pdu = parse_lzone_clear(item->bytes);
            AAIGW_CHECK(pdu || (pdu.error() != ParseError::length_mismatch &&
                                pdu.error() != ParseError::hcs_mismatch));
        }
    }
    AAIGW_CHECK(at == bytes.size() || bytes[at] == 0xff);
}

} // namespace
} // namespace aaigw::pdu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace aaigw::pdu;

    aaigw::FuzzInput input{data, size};
    const std::uint8_t options = input.choice();
    const CrcForm form = (options & kOfdmCrc) != 0 ? CrcForm::ofdm : CrcForm::ofdma;
    auto bytes = input.rest();
    if ((options & kRepair) != 0)
        repair(bytes, form);

    check_clear(bytes, form);
    check_protected(bytes, form);
    check_burst(bytes);
    return 0;
}
