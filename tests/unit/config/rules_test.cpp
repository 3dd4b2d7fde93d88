// The rules between keys of a gateway: each one broken, and what keeps it from being said when it should not be.
#include "tests/unit/config/config_testing.h"

namespace aaigw::config {
namespace {

const Refusal kRefusals[] = {
    {"CoreTwice",
     {{"[1, 2]", "[@1, 2, ^1, ^1]"}},
     {"cores: the same as in @; outside a lab each worker has a CPU of its own",
      "cores: the same as in @; outside a lab each worker has a CPU of its own"}},
    {"PortNameTwice",
     {{"name: air", "name: @air"},
      {"name: net", "name: ^air"},
      {"core: net", "core: air"},
      {"198.51.100.2}", "192.0.2.2}"}},
     {"name: the same as in @; each port has its own"}},
    {"DeviceTwice",
     {{"0000:01:00.0", "@net_af_packet0,iface=eth0"}, {"device: \"net_af", "device: ^\"net_af"}},
     {"device: the same as in @; each port has its own"}},
    {"PortAddressTwice",
     {{"192.0.2.1/24", "@192.0.2.1/24"},
      {"198.51.100.1/25", "^192.0.2.1/26\n    gateway: 192.0.2.9"}},
     {"address: the same as in @; each port has its own"}},
    {"MacTwice",
     {{"mac: 02", "mac: @02"},
      {"    address: 198", "    mac: ^02:00:00:00:00:01\n    address: 198"}},
     {"mac: the same as in @; each port has its own"}},
    {"GatewayOutsideTheNetwork",
     {{"gateway: 192.0.2.254", "gateway: ^192.0.3.1"}},
     {"gateway: not another host of the port's network; expected one that the prefix of address "
      "covers"}},
    {"GatewayIsThePort",
     {{"gateway: 192.0.2.254", "gateway: ^192.0.2.1"}},
     {"gateway: not another host of the port's network; expected one that the prefix of address "
      "covers"}},
    {"GatewayIsBroadcast",
     {{"gateway: 192.0.2.254", "gateway: ^192.0.2.255"}},
     {"gateway: not another host of the port's network; expected one that the prefix of address "
      "covers"}},
    {"PacketsWithoutRoom",
     {{"huge_pages: required", "^huge_pages: required"}, {"size_mb: 1024", "size_mb: 562"}},
     {"memory: so many packets of the largest MTU take more than 562 MiB; raise size_mb or lower "
      "packets"}},
    {"LinkToNoPort",
     {{"access: air", "access: ^are"}},
     {"access: no port has this name; expected one of ports"}},
    {"DefaultLinkToNoPort",
     {{"{access: air, ", "^{"}},
     {"links: no port is named access, which is the default of access; name one of ports there"}},
    {"DefaultLinksToNoPorts",
     {{"links: {access: air, core: net}\n", ""}, {"- name: air", "^^- name: air"}},
     {"links: no port is named access, which is the default of access; name one of ports there",
      "links: no port is named core, which is the default of core; name one of ports there"}},
    {"SectorIndexTwice",
     {{"index: 0", "index: @0"}, {"index: 255", "index: ^0"}},
     {"index: the same as in @; each sector has its own"}},
    {"AbsidTwice",
     {{"\"02:00:00:00:aa:00\"", "@\"02:00:00:00:aa:00\""},
      {"absid: 02:00:00:00:aa:01", "absid: ^02:00:00:00:AA:00"}},
     {"absid: the same as in @; each sector has its own"}},
    {"PeerNameTwice",
     {{"name: core0", "name: @core0"}, {"name: core1", "name: ^core0"}},
     {"name: the same as in @; each core peer has its own"}},
    {"PeerAddressTwice",
     {{"198.51.100.2}", "@198.51.100.2}"}, {"198.51.100.3", "^198.51.100.2"}},
     {"address: the same as in @; each core peer has its own"}},
    {"PeerIsThePort",
     {{"198.51.100.3", "^198.51.100.1"}},
     {"address: the gateway's own; expected somebody else's"}},
    {"PeerIsAnotherPort",
     {{"198.51.100.3", "^192.0.2.1"}},
     {"address: the gateway's own; expected somebody else's"}},
    {"PeerOutOfReach",
     {{"198.51.100.3", "^203.0.113.1"}},
     {"address: not in the network of port net, which has no gateway; give it one, or correct the "
      "address"}},
    {"PeerIsBroadcast",
     {{"198.51.100.3", "^198.51.100.127"}},
     {"address: of the network of port net itself or broadcast; expected a host's"}},
};

class RefusedByARule : public testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Rules, RefusedByARule, testing::ValuesIn(kRefusals), name_of);

TEST_P(RefusedByARule, WithItsPlace)
{
    expect_refused(edited(kGateway, GetParam().edits), GetParam().messages);
}

const Refusal kAccepted[] = {
    {"CoreTwiceInALab", {{"lab: false", "lab: true"}, {"[1, 2]", "[1, 1]"}}, {}},
    {"OnePortForBothLinks", {{"core: net", "core: air"}}, {}},
    {"PeerBehindTheGateway", {{"core: net", "core: air"}, {"198.51.100.3", "203.0.113.1"}}, {}},
    {"JustEnoughRoom", {{"size_mb: 1024", "size_mb: 563"}}, {}},
    {"VirtualDevicesOfOneDriver", {{"0000:01:00.0", "net_af_packet1,iface=eth1"}}, {}},
};

class AcceptedByTheRules : public testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Rules, AcceptedByTheRules, testing::ValuesIn(kAccepted), name_of);

TEST_P(AcceptedByTheRules, Wholly)
{
    expect_refused(edited(kGateway, GetParam().edits), {});
}

// What follows from a mistake is not a mistake of its own.
const Refusal kOneMistake[] = {
    {"PortNameUnreadable",
     {{"name: net", "name: ^Net"}},
     {"name: not a name; expected a name of 1 to 15 characters a-z, 0-9, _ and -"}},
    {"PortAddressUnreadable",
     {{"198.51.100.1/25", "^198.51.100.1"}},
     {"address: not an IPv4 address with a prefix; expected an IPv4 address with a prefix of 8 to "
      "31 bits, such as 192.0.2.1/24"}},
    {"LinksMisspelt", {{"links:", "^link:"}}, {"link: unknown key; did you mean links?"}},
    {"LinkMisspelt",
     {{"access: air", "^acess: air"}},
     {"acess: unknown key; did you mean access?"}},
    {"LinksUnreadable",
     {{"access: air", "access: ^[air]"}},
     {"access: a list; expected a name of 1 to 15 characters a-z, 0-9, _ and -"}},
    {"MtuUnreadable",
     {{"mtu: 9000", "mtu: ^x"}, {"size_mb: 1024", "size_mb: 32"}},
     {"mtu: not a whole number; expected a number from 576 to 9000"}},
    {"CoreUnreadable",
     {{"[1, 2]", "[1, ^x, ^x]"}},
     {"cores: not a whole number; expected a number from 0 to 1023",
      "cores: not a whole number; expected a number from 0 to 1023"}},
};

class OneMistake : public testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Rules, OneMistake, testing::ValuesIn(kOneMistake), name_of);

TEST_P(OneMistake, IsToldOnce)
{
    expect_refused(edited(kGateway, GetParam().edits), GetParam().messages);
}

} // namespace
} // namespace aaigw::config
