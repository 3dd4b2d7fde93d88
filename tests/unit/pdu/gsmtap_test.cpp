// The GSMTAP header of a burst: its bytes, what is refused, what is ignored; and the stations' source ports.
#include "dataplane/pdu/gsmtap.h"
#include "tests/unit/pdu/pdu_testing.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace aaigw::pdu {
namespace {

TEST(Gsmtap, MzoneUplinkHeaderHasTheseBytes)
{
    const GsmtapHeader header{.zone = Zone::mzone,
                              .direction = LinkDirection::uplink,
                              .stid = Stid::from_field(0x123),
                              .frame_number = 0x01020304,
                              .sector = 5};
    EXPECT_EQ(to_hex(build_gsmtap(header)), "02040700412300000102030441050000");
}

TEST(Gsmtap, LzoneDownlinkHeaderIsWhatWiresharkKnows)
{
    const GsmtapHeader header{
        .zone = Zone::lzone, .stid = Stid::from_field(0x123), .frame_number = 1};
    EXPECT_EQ(to_hex(build_gsmtap(header)), "02040700000000000000000113000000");
}

TEST(Gsmtap, BurstBeginsBehindTheHeader)
{
    auto bytes = hex("02040700412300000102030441050000 aabb");
    const auto datagram = parse_gsmtap(bytes);
    ASSERT_TRUE(datagram) << describe(datagram.error());
    EXPECT_EQ(datagram->header.zone, Zone::mzone);
    EXPECT_EQ(datagram->header.direction, LinkDirection::uplink);
    EXPECT_EQ(datagram->header.stid.value(), 0x123);
    EXPECT_EQ(datagram->header.frame_number, 0x01020304U);
    EXPECT_EQ(datagram->header.sector, 5);
    EXPECT_EQ(datagram->burst.data(), bytes.data() + 16);
    EXPECT_EQ(datagram->burst.size(), 2U);
}

TEST(Gsmtap, FieldsWithoutMeaningAreIgnored)
{
    auto plain = hex("02040700412300000102030441050000 aa");
    auto noisy = hex("020407ffb123ffff010203044105ffff aa");
    noisy[4] = 0xf1; // PCS band bit and the bits above the STID
    const auto one = parse_gsmtap(plain);
    const auto other = parse_gsmtap(noisy);
    ASSERT_TRUE(one);
    ASSERT_TRUE(other);
    EXPECT_EQ(one->header, other->header);

    auto lzone_with_stid = hex("02040700012300000000000013000000 aa");
    const auto lzone = parse_gsmtap(lzone_with_stid);
    ASSERT_TRUE(lzone);
    EXPECT_EQ(lzone->header.stid, Stid{});
}

TEST(Gsmtap, WrongHeadersAreRefused)
{
    struct Case {
        const char* bytes;
        ParseError error;
    };
    const Case cases[] = {
        {"", ParseError::truncated},
        {"020407004123000001020304410500", ParseError::truncated},
        {"02040700412300000102030441050000", ParseError::gsmtap_empty_burst},
        {"01040700412300000102030441050000aa", ParseError::gsmtap_bad_version},
        {"03040700412300000102030441050000aa", ParseError::gsmtap_bad_version},
        {"02030700412300000102030441050000aa", ParseError::gsmtap_bad_header_length},
        {"0205070041230000010203044105000000000000aa", ParseError::gsmtap_bad_header_length},
        {"02040800412300000102030441050000aa", ParseError::gsmtap_bad_type},
        {"02040700412300000102030410050000aa", ParseError::gsmtap_bad_sub_type},
        {"02040700412300000102030440050000aa", ParseError::gsmtap_bad_sub_type},
    };
    for (const Case& wrong : cases) {
        auto bytes = hex(wrong.bytes);
        const auto datagram = parse_gsmtap(bytes);
        EXPECT_EQ(error_of(datagram), wrong.error) << wrong.bytes;
    }
}

TEST(StationPort, IsTheStatedHash)
{
    EXPECT_EQ(station_port(0, 0), 0xc000);
    EXPECT_EQ(station_port(0, 1), 0xc000 + (0x9e3779b1U >> 18));
    EXPECT_EQ(station_port(1, 0), 0xc000 + (0x79b10000U >> 18));
}

TEST(StationPort, IsNeverBelow0xC000)
{
    for (unsigned station = 0; station <= 0xffff; ++station)
        ASSERT_GE(station_port(3, static_cast<std::uint16_t>(station)), 0xc000);
}

TEST(StationPort, SpreadsTheStationsOfASectorEvenly)
{
    for (const std::uint8_t sector : std::initializer_list<std::uint8_t>{0, 1, 2, 7}) {
        std::set<std::uint16_t> ports;
        std::array<unsigned, 16> stations_of_slice{};
        for (std::uint16_t stid = 0; stid < 4096; ++stid) {
            const std::uint16_t port = station_port(sector, stid);
            ports.insert(port);
            ++stations_of_slice[(port & 0x3fff) / 1024];
        }
        EXPECT_EQ(ports.size(), 4096U) << "sector " << int{sector};
        for (const unsigned stations : stations_of_slice)
            EXPECT_NEAR(stations, 4096 / 16, 8) << "sector " << int{sector};
    }
}

} // namespace
} // namespace aaigw::pdu
