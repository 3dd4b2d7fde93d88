// The rules of `static:`: each one broken, and what keeps it from being said when it should not be.
#include "tests/unit/config/config_testing.h"

namespace aaigw::config {
namespace {

const Refusal kRefusals[] = {
    {"MoreStationsThanTheLimit",
     {{"static:", "limits: {stations: 2}\nstatic:"}, {"- name: ams1", "^- name: ams1"}},
     {"stations: 3 of them; raise limits.stations"}},
    {"MoreFlowsThanTheLimit",
     {{"static:", "limits: {flows: 2}\nstatic:"}, {"- name: ams1", "^- name: ams1"}},
     {"stations: 3 flows; raise limits.flows"}},
    {"StationNameTwice",
     {{"name: ams1", "name: @ams1"},
      {"    - sector: 7\n      mzone", "    - name: ^ams1\n      sector: 7\n      mzone"}},
     {"name: the same as in @; each station has its own"}},
    {"NoSuchSector",
     {{"    - sector: 7\n      mzone", "    - sector: ^8\n      mzone"}},
     {"sector: not there; expected an index of sectors"}},
    {"AddressOutOfReach",
     {{"192.0.2.2", "^203.0.113.1"}},
     {"address: not in the network of port access, which has no gateway; give it one, or correct "
      "the address"}},
    {"AddressIsAPort",
     {{"192.0.2.2", "^198.51.100.1"}},
     {"address: the gateway's own; expected somebody else's"}},
    {"MacWithoutAddress",
     {{"      address: 192.0.2.2\n      mac: 02", "      mac: ^02"}},
     {"mac: of an address that is not there; write address too"}},
    {"StidTwice",
     {{"stid: 291", "stid: @291"}, {"stid: 292", "stid: ^291"}},
     {"stid: the same as in @; each station of a sector has its own"}},
    {"ManagementCidTwice",
     {{"basic_cid: 11", "basic_cid: @11"}, {"primary_cid: 12", "primary_cid: ^11"}},
     {"primary_cid: the same as in @; no CID is used twice in a sector"}},
    {"SecondaryCidTwice",
     {{"primary_cid: 2", "primary_cid: @2"}, {"secondary_cid: 3", "secondary_cid: ^2"}},
     {"secondary_cid: the same as in @; no CID is used twice in a sector"}},
    {"TransportCidIsAManagementCid",
     {{"basic_cid: 1\n", "basic_cid: @1\n"}, {"cid: 101", "cid: ^1"}},
     {"cid: the same as in @; no CID is used twice in a sector"}},
    {"TransportCidTwice",
     {{"cid: 100", "cid: @100"}, {"cid: 101", "cid: ^100"}},
     {"cid: the same as in @; no CID is used twice in a sector"}},
    {"InNoZone",
     {{"static:\n  stations:", "static:\n  stations:\n    - ^sector: 7"}},
     {"neither mzone nor lzone; a station is in one zone at least"}},
    {"TransmitLeftOut",
     {{"      transmit: lzone\n", ""}, {"name: ams1", "^name: ams1"}},
     {"transmit: required of a station in both zones; expected mzone or lzone"}},
    {"TransmitInAnotherZone",
     {{"    - sector: 7\n      mzone", "    - sector: 7\n      transmit: ^lzone\n      mzone"}},
     {"transmit: the station is not in this zone; expected the zone that it is in"}},
    {"FidTwice",
     {{"{fid: 3,", "{fid: @3,"},
      {"data_path_id: 1, core: core0}",
       "data_path_id: 1, core: core0}\n        - {fid: ^3, data_path_id: 9, core: core0}"}},
     {"fid: the same as in @; each flow of a station has its own"}},
    {"FidLeftOut",
     {{"{fid: 3, data", "^{data"}},
     {"fid: required, since the station is in the MZone"}},
    {"CidLeftOut",
     {{"{cid: 101, data", "^{data"}},
     {"cid: required, since the station is in the LZone"}},
    {"CidWithoutTheLzone",
     {{"{fid: 3, data", "{fid: 3, cid: ^200, data"}},
     {"cid: the station is not in the LZone; take it out"}},
    {"CrcWithoutTheLzone",
     {{"{fid: 3, data", "{fid: 3, crc: ^false, data"}},
     {"crc: the station is not in the LZone; take it out"}},
    {"FidWithoutTheMzone",
     {{"{cid: 101, data", "{cid: 101, fid: ^3, data"}},
     {"fid: the station is not in the MZone; take it out"}},
    {"HeaderWithoutTheMzone",
     {{"{cid: 101, data", "{cid: 101, header: ^agmh, data"}},
     {"header: the station is not in the MZone; take it out"}},
    {"DataPathTwice",
     {{"data_path_id: 1,", "data_path_id: @1,"}, {"data_path_id: 2,", "data_path_id: ^0x01,"}},
     {"data_path_id: the same as in @; each flow of the gateway has its own"}},
    {"NoSuchPeer",
     {{"data_path_id: 2, core: core0", "data_path_id: 2, core: ^core1"}},
     {"core: no core peer has this name; expected one of core_peers"}},
    {"NoSuchSa",
     {{"{fid: 3, data", "{fid: 3, said: ^2, data"}},
     {"said: not an SA of every context in the MZone; expected one"}},
    {"SaOfTheActiveContextOnly",
     {{"              - {said: 2, teks: [{eks: 1, key: {file: /etc/lab/next2}}]}\n", ""},
      {"said: 2\n          data", "said: ^2\n          data"}},
     {"said: not an SA of every context in the MZone; expected one"}},
    {"NoDefaultSa",
     {{"{said: 1, teks: [{eks: 0, key: {file: /etc/lab/third}",
       "{said: 9, teks: [{eks: 0, key: {file: /etc/lab/third}"},
      {"{cid: 101", "^{cid: 101"}},
     {"said: not an SA of every context in the LZone; expected one"}},
    {"SaidTwice",
     {{"{said: 1, teks: [{eks: 1", "{said: @1, teks: [{eks: 1"},
      {"{said: 2, teks: [{eks: 1", "{said: ^1, teks: [{eks: 1"},
      {"said: 2\n          data", "said: 1\n          data"}},
     {"said: the same as in @; each SA of a context has its own"}},
    {"EksTwice",
     {{"- eks: 0", "- eks: @0"}, {"{eks: 3, key", "{eks: ^0, key"}},
     {"eks: the same as in @; each TEK of an SA has its own"}},
    {"TwoTeksThatSend",
     {{"{eks: 3, key: {file: /etc/lab/tek}, use: uplink}", "^{eks: 3, key: {file: /etc/lab/tek}}"}},
     {"use: a second TEK of this SA that sends; write use: uplink for all but one"}},
    {"IcvOfCtr",
     {{"- said: 2\n                teks:\n                  - {eks: 0",
       "- said: 2\n                icv: ^4\n                teks:\n                  - {eks: 0"}},
     {"icv: SAID 2 (AES-CTR) has none; take it out"}},
    {"PnsOfATekThatDoesNotSend",
     {{"use: downlink\n", "use: uplink\n"},
      {"next_pn: 0x10\n", "next_pn: ^0x10\n"},
      {"soft_limit: 0", "soft_limit: ^0"},
      {"hard_limit: 0", "hard_limit: ^0"},
      {"ceiling: 0", "ceiling: ^0"}},
     {"next_pn: we do not send with this TEK; take it out, or change use",
      "soft_limit: we do not send with this TEK; take it out, or change use",
      "hard_limit: we do not send with this TEK; take it out, or change use",
      "ceiling: we do not send with this TEK; take it out, or change use"}},
    {"PnsAboveTheHardLimit",
     {{"next_pn: 0x10\n", "next_pn: ^0x12\n"},
      {"soft_limit: 0x100000", "soft_limit: ^0x12"},
      {"hard_limit: 0x1ffff0", "hard_limit: 0x11"}},
     {"next_pn: above hard_limit; expected at most that",
      "soft_limit: above hard_limit; expected at most that"}},
    {"PnOfTheUplinkHalf",
     {{"next_pn: 0x10\n", "next_pn: ^0x200000\n"}},
     {"next_pn: out of range; expected a number from 1 to 2097151"}},
};

class RefusedOfAStation : public testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(StaticRules, RefusedOfAStation, testing::ValuesIn(kRefusals), name_of);

TEST_P(RefusedOfAStation, WithItsPlace)
{
    expect_refused(edited(kLab, GetParam().edits), GetParam().messages);
}

const Refusal kAccepted[] = {
    {"SameStidInAnotherSector",
     {{"  - {index: 7, absid: 02:00:00:00:aa:00}",
       "  - {index: 7, absid: 02:00:00:00:aa:00}\n  - {index: 8, absid: 02:00:00:00:aa:01}"},
      {"- sector: 7\n      mzone:\n        stid: 292",
       "- sector: 8\n      mzone:\n        stid: 291"}},
     {}},
    {"SameCidInAnotherSector",
     {{"  - {index: 7, absid: 02:00:00:00:aa:00}",
       "  - {index: 7, absid: 02:00:00:00:aa:00}\n  - {index: 8, absid: 02:00:00:00:aa:01}"},
      {"- sector: 7\n      lzone:\n        basic_cid: 11",
       "- sector: 8\n      lzone:\n        basic_cid: 1"}},
     {}},
    {"SameFidInAnotherStation", {{"fid: 3\n          cid", "fid: 15\n          cid"}}, {}},
    {"TransmitOfTheOnlyZone",
     {{"    - sector: 7\n      mzone", "    - sector: 7\n      transmit: mzone\n      mzone"}},
     {}},
    {"TwoTeksThatWouldSendLater",
     {{"[{eks: 1, key: {file: /etc/lab/next1}}]",
       "[{eks: 1, key: {file: /a}}, {eks: 2, key: {file: /b}}]"}},
     {}},
    {"NoFlows", {{"      flows:\n        - {cid: 101, data_path_id: 2, core: core0}\n", ""}}, {}},
    {"AsManyAsTheLimits", {{"keylog", "limits: {stations: 3, flows: 3}\nkeylog"}}, {}},
    {"PnAtTheHardLimit",
     {{"next_pn: 0x10\n", "next_pn: 0x1ffff0\n"}, {"0x100000", "0x1ffff0"}},
     {}},
};

class AcceptedOfAStation : public testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(StaticRules, AcceptedOfAStation, testing::ValuesIn(kAccepted), name_of);

TEST_P(AcceptedOfAStation, Wholly)
{
    expect_refused(edited(kLab, GetParam().edits), {});
}

// What follows from a mistake is not a mistake of its own.
const Refusal kOneMistake[] = {
    {"ZoneMisspelt",
     {{"    - sector: 7\n      mzone", "    - sector: 7\n      ^mzon"}},
     {"mzon: unknown key; did you mean mzone?"}},
    {"FidMisspelt", {{"{fid: 3, data", "{^fd: 3, data"}}, {"fd: unknown key; did you mean fid?"}},
    {"SaidUnreadable",
     {{"{fid: 3, data", "{fid: 3, said: ^x, data"}},
     {"said: not a whole number; expected a number from 0 to 65535"}},
    {"SaUnreadable",
     {{"{said: 1, teks: [{eks: 0, key: {file: /etc/lab/other}",
       "{said: ^x, teks: [{eks: 0, key: {file: /etc/lab/other}"}},
     {"said: not a whole number; expected a number from 1 to 2"}},
    {"UseUnreadable",
     {{"use: uplink", "use: ^up"}},
     {"use: not a word it takes; expected downlink, uplink or both"}},
    {"UseMisspelt", {{"use: uplink", "^us: uplink"}}, {"us: unknown key; did you mean use?"}},
    {"SectorUnreadable",
     {{"    - sector: 7\n      mzone", "    - sector: ^x\n      mzone"},
      {"stid: 292", "stid: 291"}},
     {"sector: not a whole number; expected a number from 0 to 255"}},
    {"SectorsUnreadable",
     {{"{index: 7,", "{index: ^x,"}},
     {"index: not a whole number; expected a number from 0 to 255"}},
    {"PeersUnreadable",
     {{"{name: core0,", "{name: ^Core,"}},
     {"name: not a name; expected a name of 1 to 15 characters a-z, 0-9, _ and -"}},
    {"LimitUnreadable",
     {{"static:", "limits: {stations: 1, flows: ^x}\nstatic:"}},
     {"flows: not a whole number; expected a number from 1 to 16777216"}},
    {"ContextsAlias",
     {{"stid: 292\n        contexts:\n          - pmk_sn: 2\n            akid: 0000000000000001\n  "
       "          sas:\n              - {said: 1, teks: [{eks: 0, key: {file: /etc/lab/other}}]}",
       "stid: 292\n        contexts: ^&a [^*a]"}},
     {"an anchor (&); take it out", "an alias (*); write the value itself"}},
};

class OneMistakeOfAStation : public testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(StaticRules, OneMistakeOfAStation, testing::ValuesIn(kOneMistake),
                         name_of);

TEST_P(OneMistakeOfAStation, IsToldOnce)
{
    expect_refused(edited(kLab, GetParam().edits), GetParam().messages);
}

TEST(StaticRules, LimitTheFlowsOfAStation)
{
    std::string flows = "\n";
    for (int fid = 3; fid < 16; ++fid)
        flows += "        - {fid: " + std::to_string(fid) +
                 ", data_path_id: " + std::to_string(100 + fid) + ", core: core0}\n";
    constexpr std::string_view kOne = "\n        - {fid: 3, data_path_id: 1, core: core0}\n";
    expect_refused(edited(kLab, {{kOne, flows}}), {});
    flows.replace(1, 8, "        ^");
    flows += "        - {fid: 3, data_path_id: 99, core: core0}\n";
    expect_refused(edited(kLab, {{kOne, flows}}), {"flows: 14 entries; expected 0 to 13"});
}

} // namespace
} // namespace aaigw::config
