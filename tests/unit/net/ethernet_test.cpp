// Ethernet frames: what is read, what is written, what is refused.
#include "dataplane/net/ethernet.h"
#include "tests/unit/net/net_testing.h"

namespace aaigw::net {
namespace {

constexpr MacAddress kGateway{0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
constexpr MacAddress kPeer{0x02, 0x00, 0x00, 0x00, 0x00, 0x02};

TEST(Ethernet, GivesAddressesTypeAndPayload)
{
    Buffer bytes = hex("020000000001 020000000002 0800 4500ab");
    const auto frame = parse_ethernet(bytes);
    ASSERT_TRUE(frame) << describe(frame.error());
    EXPECT_EQ(frame->header, (EthernetHeader{kGateway, kPeer, EtherType::ipv4}));
    EXPECT_EQ(frame->payload.data(), bytes.data() + kEthernetHeaderBytes);
    EXPECT_EQ(to_hex(frame->payload), "4500ab");
}

TEST(Ethernet, MayEndBehindItsHeader)
{
    Buffer bytes = hex("ffffffffffff 020000000002 0806");
    const auto frame = parse_ethernet(bytes);
    ASSERT_TRUE(frame) << describe(frame.error());
    EXPECT_EQ(frame->header, (EthernetHeader{kBroadcastMac, kPeer, EtherType::arp}));
    EXPECT_TRUE(frame->payload.empty());
}

TEST(Ethernet, IsWrittenAsItIsRead)
{
    std::array<std::uint8_t, kEthernetHeaderBytes> bytes{};
    write_ethernet(bytes, {kGateway, kPeer, EtherType::arp});
    EXPECT_EQ(to_hex(bytes), "0200000000010200000000020806");
}

TEST(Ethernet, KnowsGroupsByOneBit)
{
    EXPECT_TRUE(is_group(kBroadcastMac));
    EXPECT_TRUE(is_group({0x01, 0x00, 0x5e, 0x00, 0x00, 0x01}));
    EXPECT_FALSE(is_group(kGateway));
}

struct Refused {
    const char* name;
    const char* frame;
    NetError error;
};

class RefusedEthernet : public testing::TestWithParam<Refused> {};

TEST_P(RefusedEthernet, GivesItsError)
{
    Buffer bytes = hex(GetParam().frame);
    EXPECT_EQ(error_of(parse_ethernet(bytes)), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Frames, RefusedEthernet,
    testing::Values(Refused{"Empty", "", NetError::truncated},
                    Refused{"Runt", "020000000001 020000000002 08", NetError::truncated},
                    Refused{"Ipv6", "020000000001 020000000002 86dd 60",
                            NetError::ethernet_unknown_type},
                    Refused{"VlanTag", "020000000001 020000000002 8100 0001 0800 45",
                            NetError::ethernet_unknown_type},
                    Refused{"LengthOf8023", "020000000001 020000000002 0003 424203",
                            NetError::ethernet_unknown_type}),
    [](const auto& instance) { return std::string{instance.param.name}; });

} // namespace
} // namespace aaigw::net
