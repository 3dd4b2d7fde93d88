// GRE with a key: what is sent, which optional fields are understood, what is refused.
#include "dataplane/pdu/gre.h"
#include "tests/unit/pdu/pdu_testing.h"

#include <gtest/gtest.h>

namespace aaigw::pdu {
namespace {

TEST(Gre, HeaderIsFlagsProtocolAndKey)
{
    EXPECT_EQ(to_hex(build_gre({.key = 0x01020304, .protocol = GreProtocol::ipv4})),
              "2000080001020304");
    EXPECT_EQ(to_hex(build_gre({.key = 0xffffffff, .protocol = GreProtocol::ipv6})),
              "200086ddffffffff");
}

struct Accepted {
    const char* name;
    const char* packet;
};

class AcceptedGre : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedGre, GivesKeyProtocolAndPayload)
{
    const auto bytes = hex(GetParam().packet);
    const auto packet = parse_gre(bytes);
    ASSERT_TRUE(packet) << describe(packet.error());
    EXPECT_EQ(packet->header, (GreHeader{.key = 0x00001234, .protocol = GreProtocol::ipv4}));
    EXPECT_EQ(to_hex(packet->payload), "4500ab");
}

// Checksums by hand: e.g. a000+0800+1234+4500+ab00 = 1aa34, folded aa35, inverted 55ca.
INSTANTIATE_TEST_SUITE_P(
    Packets, AcceptedGre,
    testing::Values(Accepted{"KeyOnly", "2000 0800 00001234 4500ab"},
                    Accepted{"Sequence", "3000 0800 00001234 00000007 4500ab"},
                    Accepted{"Checksum", "a000 0800 55ca0000 00001234 4500ab"},
                    Accepted{"ChecksumAndSequence", "b000 0800 45c30000 00001234 00000007 4500ab"},
                    Accepted{"ReservedBitsThatAreIgnored", "23f8 0800 00001234 4500ab"}),
    [](const auto& instance) { return std::string{instance.param.name}; });

struct Refused {
    const char* name;
    const char* packet;
    ParseError error;
};

class RefusedGre : public testing::TestWithParam<Refused> {};

TEST_P(RefusedGre, GivesItsError)
{
    const auto packet = parse_gre(hex(GetParam().packet));
    EXPECT_EQ(error_of(packet), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Packets, RefusedGre,
    testing::Values(Refused{"Empty", "", ParseError::truncated},
                    Refused{"HalfKey", "2000 0800 000012", ParseError::truncated},
                    Refused{"NoSequence", "3000 0800 00001234 0000", ParseError::truncated},
                    Refused{"ChecksumButNoKeyField", "a000 0800 00000000", ParseError::truncated},
                    Refused{"NoKeyBit", "0000 0800 00001234", ParseError::gre_no_key},
                    Refused{"Routing", "6000 0800 00001234", ParseError::gre_bad_flags},
                    Refused{"StrictSourceRoute", "2800 0800 00001234", ParseError::gre_bad_flags},
                    Refused{"Recursion", "2400 0800 00001234", ParseError::gre_bad_flags},
                    Refused{"VersionOfPptp", "2001 880b 00001234", ParseError::gre_bad_version},
                    Refused{"Ethernet", "2000 6558 00001234", ParseError::gre_bad_protocol},
                    Refused{"WrongChecksum", "a000 0800 55cb0000 00001234 4500ab",
                            ParseError::gre_checksum_mismatch}),
    [](const auto& instance) { return std::string{instance.param.name}; });

} // namespace
} // namespace aaigw::pdu
