// The outer headers against scapy: what it builds is understood, and what we build and answer is what it builds.
#include "common/hex.h"
#include "dataplane/net/arp.h"
#include "dataplane/net/icmp.h"
#include "dataplane/net/udp.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace aaigw::net {
namespace {

using Json = nlohmann::json;
using Buffer = std::vector<std::uint8_t>;

constexpr MacAddress kOwnMac{0x02, 0x00, 0x00, 0x00, 0x00, 0x01};
constexpr MacAddress kPeerMac{0x02, 0x00, 0x00, 0x00, 0x00, 0x02};
constexpr Ipv4Address kOwn{0xc0000201};
constexpr Ipv4Address kPeer{0xc0000202};
constexpr std::uint16_t kPort = 4729;

/// Throws when there is none: a misspelt kind must not pass for a test that ran.
std::vector<Json> vectors_of(std::string_view kind)
{
    const char* const folder = std::getenv("AAIGW_VECTORS");
    if (folder == nullptr)
        throw std::runtime_error("AAIGW_VECTORS is not set");
    std::ifstream file{std::filesystem::path{folder} / "packets.json"};
    const Json document = Json::parse(file);
    std::vector<Json> found;
    for (const Json& vector : document.at("vectors"))
        if (vector.at("kind") == kind)
            found.push_back(vector);
    if (found.empty())
        throw std::runtime_error("no vector of kind " + std::string{kind});
    return found;
}

class Scapy : public testing::TestWithParam<Json> {
  protected:
    [[nodiscard]] static std::string text(const char* member) { return GetParam().at(member); }
    [[nodiscard]] static Buffer bytes(const char* member) { return from_hex(text(member)).value(); }
    [[nodiscard]] static std::uint16_t number(const char* member) { return GetParam().at(member); }
    [[nodiscard]] static std::uint8_t octet(const char* member) { return GetParam().at(member); }
};

std::string name_of(const testing::TestParamInfo<Json>& info)
{
    std::string name = info.param.at("name");
    std::ranges::replace(name, '-', '_');
    return name;
}

/// Parses what is in `frame` down to its UDP payload and compares it.
void expect_datagram(Buffer frame, const EthernetHeader& ethernet, const Ipv4Header& ip,
                     std::uint16_t source_port, const std::string& payload)
{
    const auto outer = parse_ethernet(frame);
    ASSERT_TRUE(outer) << describe(outer.error());
    EXPECT_EQ(outer->header, ethernet);
    const auto packet = parse_ipv4(outer->payload);
    ASSERT_TRUE(packet) << describe(packet.error());
    EXPECT_EQ(packet->header, ip);
    const auto datagram = parse_udp(*packet);
    ASSERT_TRUE(datagram) << describe(datagram.error());
    EXPECT_EQ(datagram->header, (UdpHeader{source_port, kPort}));
    EXPECT_EQ(to_hex(datagram->payload), payload);
}

class Datagram : public Scapy {};

TEST_P(Datagram, IsReadAndWritten)
{
    const EthernetHeader ethernet{kPeerMac, kOwnMac, EtherType::ipv4};
    const std::uint8_t type_of_service = octet("type_of_service");
    const Buffer payload = bytes("payload");
    expect_datagram(bytes("frame"), ethernet,
                    {.source = kOwn, .destination = kPeer, .type_of_service = type_of_service},
                    number("source_port"), text("payload"));

    Buffer frame(kEthernetHeaderBytes + kIpv4HeaderBytes + kUdpHeaderBytes);
    const MutableBytes out{frame};
    write_ethernet(out.first<14>(), ethernet);
    Ipv4Writer{kOwn, IpProtocol::udp, type_of_service}.write(out.subspan<14, 20>(), kPeer,
                                                             kUdpHeaderBytes + payload.size());
    write_udp(out.subspan<34, 8>(), {number("source_port"), kPort}, payload.size());
    frame.insert(frame.end(), payload.begin(), payload.end());
    EXPECT_EQ(to_hex(frame), text("frame"));
}

class Received : public Scapy {};

TEST_P(Received, IsRead)
{
    expect_datagram(bytes("frame"), {kOwnMac, kPeerMac, EtherType::ipv4},
                    {.source = kPeer,
                     .destination = kOwn,
                     .protocol = IpProtocol::udp,
                     .ttl = octet("ttl"),
                     .type_of_service = octet("type_of_service")},
                    number("source_port"), text("payload"));
}

class ArpRequest : public Scapy {};

TEST_P(ArpRequest, IsWritten)
{
    std::array<std::uint8_t, kEthernetMinimumBytes> frame{};
    write_arp_request(frame, {kOwnMac, kOwn}, kPeer);
    EXPECT_EQ(to_hex(frame), text("frame"));
}

class ArpAnnouncement : public Scapy {};

TEST_P(ArpAnnouncement, IsWritten)
{
    std::array<std::uint8_t, kEthernetMinimumBytes> frame{};
    write_arp_announcement(frame, {kOwnMac, kOwn});
    EXPECT_EQ(to_hex(frame), text("frame"));
}

class ArpAnswer : public Scapy {};

TEST_P(ArpAnswer, IsMadeOfTheRequest)
{
    Buffer frame = bytes("request");
    const auto reply = answer_arp(frame, kOwnMac);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(to_hex(*reply), text("reply"));
}

class Echo : public Scapy {};

TEST_P(Echo, IsMadeOfTheRequest)
{
    Buffer frame = bytes("request");
    const auto reply = answer_echo(frame);
    ASSERT_TRUE(reply) << describe(reply.error());
    EXPECT_EQ(to_hex(*reply), text("reply"));
}

class TooBig : public Scapy {};

TEST_P(TooBig, IsBuilt)
{
    Buffer out(kTooBigIpv6Bytes);
    const auto error = build_too_big(bytes("inner"), number("mtu"), out);
    ASSERT_TRUE(error) << describe(error.error());
    EXPECT_EQ(to_hex(*error), text("error"));
}

INSTANTIATE_TEST_SUITE_P(Net, Datagram, testing::ValuesIn(vectors_of("datagram")), name_of);
INSTANTIATE_TEST_SUITE_P(Net, Received, testing::ValuesIn(vectors_of("received")), name_of);
INSTANTIATE_TEST_SUITE_P(Net, ArpRequest, testing::ValuesIn(vectors_of("arp-request")), name_of);
INSTANTIATE_TEST_SUITE_P(Net, ArpAnnouncement, testing::ValuesIn(vectors_of("arp-announcement")),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Net, ArpAnswer, testing::ValuesIn(vectors_of("arp-answer")), name_of);
INSTANTIATE_TEST_SUITE_P(Net, Echo, testing::ValuesIn(vectors_of("echo")), name_of);
INSTANTIATE_TEST_SUITE_P(Net, TooBig, testing::ValuesIn(vectors_of("too-big")), name_of);

} // namespace
} // namespace aaigw::net
