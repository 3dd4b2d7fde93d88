// Burst cursors: where PDUs begin and end, padding, and that every error ends the burst.
#include "dataplane/pdu/burst.h"
#include "dataplane/pdu/crc.h"
#include "tests/unit/pdu/pdu_testing.h"

#include <gtest/gtest.h>

namespace aaigw::pdu {
namespace {

using Buffer = std::vector<std::uint8_t>;

/// The items of a burst as hex; the last one is the name of the error when the burst is bad.
template <class Burst>
std::vector<std::string> items_of(Burst burst)
{
    std::vector<std::string> items;
    while (!burst.done()) {
        const auto item = burst.next();
        items.push_back(item ? to_hex(item->bytes) : std::string{name(item.error())});
        EXPECT_TRUE(item || burst.done());
    }
    EXPECT_EQ(error_of(burst.next()), ParseError::end_of_burst);
    return items;
}

std::vector<std::string> mzone_items(Buffer bytes, SpmhFlows spmh_flows = {})
{
    return items_of(MzoneBurst{bytes, spmh_flows});
}

std::vector<std::string> lzone_items(Buffer bytes)
{
    return items_of(LzoneBurst{bytes});
}

using Items = std::vector<std::string>;

TEST(MzoneBurst, HoldsPdusBackToBack)
{
    EXPECT_EQ(mzone_items(hex("4003aa 5004bbcc 6002")), (Items{"4003aa", "5004bbcc", "6002"}));
    EXPECT_EQ(mzone_items({}), Items{});
}

TEST(MzoneBurst, FlowTableSaysWhichFidsUseTheSpmh)
{
    const auto bytes = hex("5035aa 4003bb");
    EXPECT_EQ(mzone_items(bytes, SpmhFlows{}.with(Fid::from_field(5))),
              (Items{"5035aa", "4003bb"}));
    EXPECT_EQ(mzone_items(bytes), (Items{"length_past_end"}));

    auto copy = bytes;
    MzoneBurst burst{copy, SpmhFlows{}.with(Fid::from_field(5))};
    const auto item = burst.next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->fid.value(), 5);
    EXPECT_EQ(item->kind, HeaderKind::spmh);
    EXPECT_EQ(item->bytes.data(), copy.data());
}

TEST(MzoneBurst, SignalingHeadersStandBetweenPdus)
{
    EXPECT_EQ(mzone_items(hex("2aa0 4003aa 2af011223344")),
              (Items{"2aa0", "4003aa", "length_reserved"}));
    EXPECT_EQ(mzone_items(hex("2a20 4003aa 2a611122 3344")),
              (Items{"2a20", "4003aa", "2a6111223344"}));
}

TEST(MzoneBurst, LengthsHaveToAddUpExactly)
{
    EXPECT_EQ(mzone_items(hex("4003aa 40")), (Items{"4003aa", "truncated"}));
    EXPECT_EQ(mzone_items(hex("4003aa 4003")), (Items{"4003aa", "length_past_end"}));
    EXPECT_EQ(mzone_items(hex("4003aa 0000 4003aa")), (Items{"4003aa", "length_too_small"}));
    EXPECT_EQ(mzone_items(hex("4001 4003aa")), (Items{"length_too_small"}));
    EXPECT_EQ(mzone_items(hex("4802")), (Items{"length_past_end"}));
    EXPECT_EQ(mzone_items(hex("ffff")), (Items{"length_past_end"}));
}

/// A burst of one EH=1 PDU whose field says `field`, followed by zeros to `size` bytes.
Buffer extended_burst(std::size_t field, std::size_t size)
{
    Buffer bytes(size);
    bytes[0] = static_cast<std::uint8_t>(0x48 | field >> 8);
    bytes[1] = static_cast<std::uint8_t>(field);
    bytes[2] = 1;
    return bytes;
}

TEST(MzoneBurst, LengthWithExtendedHeadersIsTheOnlyOneThatFits)
{
    const auto first_size = [](Buffer bytes) -> std::size_t {
        MzoneBurst burst{bytes, {}};
        const auto item = burst.next();
        return item ? item->bytes.size() : 0;
    };
    EXPECT_EQ(first_size(extended_burst(100, 100)), 100U);
    EXPECT_EQ(first_size(extended_burst(100, 100 + 2047)), 100U);
    EXPECT_EQ(mzone_items(extended_burst(100, 100 + 2048)), (Items{"length_ambiguous"}));
    EXPECT_EQ(mzone_items(extended_burst(100, 99)), (Items{"length_past_end"}));
    // Too short to be the whole length, so one of the high bits has to be set.
    EXPECT_EQ(first_size(extended_burst(2, 2050)), 2050U);
    EXPECT_EQ(mzone_items(extended_burst(2, 2049)), (Items{"length_past_end"}));
    EXPECT_EQ(mzone_items(extended_burst(2, 4098)), (Items{"length_ambiguous"}));
}

/// A clear PDU of `size` bytes with its HCS.
Buffer lzone_pdu(std::size_t size)
{
    Buffer bytes(size, 0x33);
    const auto header = build_generic_header(
        {.eks = {}, .length = static_cast<std::uint16_t>(size), .cid = Cid::from_field(0x0301)});
    std::copy(header.begin(), header.end(), bytes.begin());
    return bytes;
}

Buffer bandwidth_request()
{
    auto bytes = hex("80000a0301");
    bytes.push_back(hcs(bytes));
    return bytes;
}

Buffer joined(std::initializer_list<Buffer> parts)
{
    Buffer whole;
    for (const Buffer& part : parts)
        whole.insert(whole.end(), part.begin(), part.end());
    return whole;
}

TEST(LzoneBurst, HoldsPdusAndSignalingHeadersBackToBack)
{
    const auto pdu = lzone_pdu(9);
    const auto request = bandwidth_request();
    EXPECT_EQ(lzone_items(joined({pdu, request, pdu})),
              (Items{to_hex(pdu), to_hex(request), to_hex(pdu)}));

    auto bytes = joined({request, pdu});
    LzoneBurst burst{bytes};
    EXPECT_EQ(burst.next()->kind, LzoneBurstKind::signaling);
    EXPECT_EQ(burst.next()->kind, LzoneBurstKind::pdu);
}

TEST(LzoneBurst, PaddingRunsToTheEnd)
{
    const auto pdu = lzone_pdu(7);
    EXPECT_EQ(lzone_items(joined({pdu, {0xff}})), (Items{to_hex(pdu)}));
    EXPECT_EQ(lzone_items(joined({pdu, {0xff, 0xff, 0x00}, pdu})), (Items{to_hex(pdu)}));
    EXPECT_EQ(lzone_items({0xff}), Items{});
}

TEST(LzoneBurst, LengthIsNotBelievedWithoutItsHcs)
{
    auto damaged = lzone_pdu(7);
    damaged[2] = 8;
    EXPECT_EQ(lzone_items(joined({damaged, lzone_pdu(7)})), (Items{"hcs_mismatch"}));
    auto request = bandwidth_request();
    request[2] ^= 1;
    EXPECT_EQ(lzone_items(request), (Items{"hcs_mismatch"}));
}

TEST(LzoneBurst, LengthsThatLeadNowhereEndTheBurst)
{
    const auto pdu = lzone_pdu(7);
    auto cut = lzone_pdu(8);
    cut.pop_back();
    EXPECT_EQ(lzone_items(joined({pdu, cut})), (Items{to_hex(pdu), "length_past_end"}));
    EXPECT_EQ(lzone_items(joined({pdu, {0x00, 0x00}})), (Items{to_hex(pdu), "truncated"}));
    const auto header = build_generic_header({.eks = {}, .length = 5, .cid = {}});
    EXPECT_EQ(lzone_items({header.begin(), header.end()}), (Items{"length_too_small"}));
}

} // namespace
} // namespace aaigw::pdu
