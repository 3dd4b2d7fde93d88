// Stations of the configuration become calls of the control seam, or one message that names the station.
#include "config/load.h"
#include "control/runtime/static_stations.h"
#include "tests/doubles/recording_installer.h"
#include "tests/unit/runtime/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace aaigw::runtime {
namespace {

using namespace sa::doubles;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view kHead = R"(lab: true
ports:
  - {name: core, device: net_null1, address: 198.51.100.1/24}
  - {name: access, device: net_null0, address: 192.0.2.1/24}
sectors: [{index: 0, absid: 02:00:00:00:aa:00}, {index: 7, absid: 02:00:00:00:aa:07}]
core_peers: [{name: a, address: 198.51.100.2}, {name: b, address: 198.51.100.3}]
static:
  stations:
)";

constexpr std::string_view kMzone = R"(    - name: ams1
      sector: 7
      address: 192.0.2.2
      mac: 02:00:00:00:01:02
      udp_port: 4730
      mzone:
        stid: 291
        contexts:
          - pmk_sn: 3
            akid: 0011223344556677
            cmac_key_u: 101112131415161718191a1b1c1d1e1f
            sas:
              - said: 2
                teks: [{eks: 0, key: 202122232425262728292a2b2c2d2e2f}]
              - said: 1
                icv: 4
                window: 1024
                teks:
                  - {eks: 1, key: 303132333435363738393a3b3c3d3e3f, use: uplink}
                  - {eks: 2, key: 404142434445464748494a4b4c4d4e4f, use: downlink, next_pn: 16,
                     soft_limit: 20, hard_limit: 30, ceiling: 25}
          - pmk_sn: 4
            akid: 8899aabbccddeeff
            sas:
              - {said: 1, teks: [{eks: 3, key: 505152535455565758595a5b5c5d5e5f}]}
              - {said: 2, teks: [{eks: 3, key: 606162636465666768696a6b6c6d6e6f}]}
      flows:
        - {fid: 5, said: 1, data_path_id: 0x77, core: b, header: spmh, max_packet: 500}
        - {fid: 3, said: 2, data_path_id: 0x78, core: a}
)";

constexpr std::string_view kLzone = R"(    - sector: 0
      address: 192.0.2.9
      lzone:
        basic_cid: 1
        primary_cid: 2
        secondary_cid: 3
        contexts:
          - pmk_sn: 1
            akid: 0000000000000000
            sas: [{said: 9, window: 64, teks: [{eks: 2, key: 707172737475767778797a7b7c7d7e7f}]}]
      flows:
        - {cid: 100, said: 9, data_path_id: 1, core: a, crc: true}
        - {cid: 101, said: 9, data_path_id: 2, core: a}
)";

config::Config load(std::string_view stations)
{
    auto config = config::load(std::string{kHead} + std::string{stations}, "lab.yaml");
    if (!config) {
        ADD_FAILURE() << config::to_text(config.error().front());
        return {};
    }
    return std::move(*config);
}

Key key_from(std::uint8_t first)
{
    Key key{};
    for (std::uint8_t& byte : key)
        byte = first++;
    return key;
}

TEST(StaticStations, OfTheMzoneComeWithEverythingThatIsConfigured)
{
    RecordingInstaller installer;
    const auto stations = install_static(load(kMzone), installer);
    ASSERT_TRUE(stations) << stations.error().message;
    const auto added = installer.calls_of<AddStation>();
    ASSERT_EQ(added.size(), 1U);
    EXPECT_EQ(added[0].spec.sector, 7);
    EXPECT_EQ(added[0].spec.stid, Stid::from_field(291));
    EXPECT_FALSE(added[0].spec.cids);
    EXPECT_EQ(added[0].spec.sends, LinkDirection::downlink);
    ASSERT_EQ(stations->size(), 1U);
    const StaticStation& station = stations->front();
    EXPECT_EQ(station.name, "ams1");
    EXPECT_EQ(station.contexts.size(), 2U);
    EXPECT_TRUE(station.has_mac);
    EXPECT_EQ(station.address,
              (sa::StationAddress{
                  .ip = {0xc0000202}, .udp_port = 4730, .port = 1, .mac = {2, 0, 0, 0, 1, 2}}));
}

TEST(StaticStations, HaveTheActiveContextFirstAndSendUnderIt)
{
    RecordingInstaller installer;
    const auto stations = install_static(load(kMzone), installer);
    ASSERT_TRUE(stations) << stations.error().message;
    const auto contexts = installer.calls_of<InstallContext>();
    ASSERT_EQ(contexts.size(), 2U);
    EXPECT_EQ(contexts[0].ak_sn, AkSn::from_field(3));
    ASSERT_TRUE(contexts[0].cmac);
    EXPECT_EQ(contexts[0].cmac->key, key_from(0x10));
    EXPECT_EQ(contexts[0].cmac->akid, (AkId{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77}));
    EXPECT_EQ(contexts[0].cmac->last_pn, 0U);
    EXPECT_EQ(contexts[1].ak_sn, AkSn::from_field(4));
    EXPECT_FALSE(contexts[1].cmac);
    const auto switched = installer.calls_of<SwitchTransmit>();
    ASSERT_EQ(switched.size(), 1U);
    EXPECT_EQ(switched[0].context, contexts[0].given);
    ASSERT_EQ(switched[0].choices.size(), 2U);
    EXPECT_EQ(switched[0].choices[0].said, 2);
    EXPECT_EQ(switched[0].choices[0].eks, Eks::from_field(0));
    EXPECT_EQ(switched[0].choices[1].said, 1);
    EXPECT_EQ(switched[0].choices[1].eks, Eks::from_field(2));
}

TEST(StaticStations, HaveAnSaAtTheSamePlaceInEveryContext)
{
    RecordingInstaller installer;
    ASSERT_TRUE(install_static(load(kMzone), installer));
    for (const InstallContext& context : installer.calls_of<InstallContext>()) {
        ASSERT_EQ(context.sas.size(), 2U);
        EXPECT_EQ(context.sas[0].said, 2);
        EXPECT_EQ(context.sas[0].protection, pdu::Protection::ctr);
        EXPECT_EQ(context.sas[1].said, 1);
    }
    const auto sas = installer.calls_of<InstallContext>()[0].sas;
    EXPECT_EQ(sas[1].protection, pdu::Protection::ccm_icv4);
    EXPECT_EQ(sas[1].window, 1024);
    EXPECT_EQ(installer.calls_of<InstallContext>()[1].sas[1].protection, pdu::Protection::ccm_icv8);
    const auto flows = installer.calls_of<AddFlow>();
    ASSERT_EQ(flows.size(), 2U);
    EXPECT_EQ(flows[0].spec.slot, 5);
    EXPECT_EQ(flows[0].spec.sa, 1);
    EXPECT_EQ(flows[0].spec.gre_key, 0x77U);
    EXPECT_EQ(flows[0].spec.core_peer, 1);
    EXPECT_EQ(flows[0].spec.header, pdu::HeaderKind::spmh);
    EXPECT_EQ(flows[0].spec.max_packet, 500);
    EXPECT_EQ(flows[1].spec.slot, 3);
    EXPECT_EQ(flows[1].spec.sa, 0);
    EXPECT_EQ(flows[1].spec.header, pdu::HeaderKind::agmh);
    EXPECT_EQ(flows[1].spec.max_packet, 0);
}

TEST(StaticStations, UseTeksTheWaysThatAreConfigured)
{
    RecordingInstaller installer;
    ASSERT_TRUE(install_static(load(kMzone), installer));
    const auto contexts = installer.calls_of<InstallContext>();
    const RecordedTek& both = contexts[0].sas[0].teks[0];
    EXPECT_EQ(both.key, key_from(0x20));
    EXPECT_TRUE(both.receive);
    ASSERT_TRUE(both.send);
    EXPECT_EQ(both.send->first, 1U);
    EXPECT_EQ(both.send->hard, 0x1fffffU);
    EXPECT_EQ(both.send->ceiling, 0x1fffffU);
    EXPECT_EQ(both.send->soft, 0x17ffffU) << "three quarters of the half";
    const RecordedTek& uplink = contexts[0].sas[1].teks[0];
    EXPECT_TRUE(uplink.receive);
    EXPECT_FALSE(uplink.send);
    const RecordedTek& downlink = contexts[0].sas[1].teks[1];
    EXPECT_FALSE(downlink.receive);
    ASSERT_TRUE(downlink.send);
    EXPECT_EQ(downlink.send->first, 16U);
    EXPECT_EQ(downlink.send->soft, 20U);
    EXPECT_EQ(downlink.send->hard, 30U);
    EXPECT_EQ(downlink.send->ceiling, 25U);
    EXPECT_TRUE(contexts[1].sas[1].teks[0].send) << "of a pending context, for later";
}

TEST(StaticStations, OfTheLzoneHaveCidsAndItsPns)
{
    RecordingInstaller installer;
    const auto stations = install_static(load(kLzone), installer);
    ASSERT_TRUE(stations) << stations.error().message;
    EXPECT_EQ(stations->front().name, "station 1");
    EXPECT_FALSE(stations->front().has_mac);
    EXPECT_EQ(stations->front().address->ip, (Ipv4Address{0xc0000209}));
    EXPECT_EQ(stations->front().address->udp_port, 4729);
    const auto added = installer.calls_of<AddStation>();
    EXPECT_FALSE(added[0].spec.stid);
    ASSERT_TRUE(added[0].spec.cids);
    EXPECT_EQ(added[0].spec.cids->basic, Cid::from_field(1));
    EXPECT_EQ(added[0].spec.cids->primary, Cid::from_field(2));
    EXPECT_EQ(added[0].spec.cids->secondary, Cid::from_field(3));
    const auto contexts = installer.calls_of<InstallContext>();
    ASSERT_EQ(contexts.size(), 1U);
    EXPECT_EQ(contexts[0].zone, pdu::Zone::lzone);
    EXPECT_EQ(contexts[0].sas[0].window, 64);
    const sa::PnLimits limits = *contexts[0].sas[0].teks[0].send;
    EXPECT_EQ(limits.first, 1U);
    EXPECT_EQ(limits.hard, 0x7fffffffU);
    const auto flows = installer.calls_of<AddFlow>();
    ASSERT_EQ(flows.size(), 2U);
    EXPECT_NE(flows[0].spec.slot, flows[1].spec.slot);
    EXPECT_GE(std::min(flows[0].spec.slot, flows[1].spec.slot), 3);
    EXPECT_EQ(flows[0].spec.cid, Cid::from_field(100));
    EXPECT_EQ(flows[0].spec.crc, pdu::Crc::present);
    EXPECT_EQ(flows[1].spec.crc, pdu::Crc::absent);
}

TEST(StaticStations, InBothZonesSendInTheOneThatIsConfigured)
{
    constexpr std::string_view kBoth = R"(    - sector: 0
      mzone:
        stid: 1
        contexts:
          - pmk_sn: 1
            akid: 0000000000000000
            sas: [{said: 1, teks: [{eks: 0, key: 101112131415161718191a1b1c1d1e1f}]}]
      lzone:
        basic_cid: 1
        primary_cid: 2
        contexts:
          - pmk_sn: 1
            akid: 0000000000000000
            sas: [{said: 1, teks: [{eks: 0, key: 202122232425262728292a2b2c2d2e2f}]}]
)";
    for (const auto& [zone, name] :
         {std::pair{pdu::Zone::mzone, "mzone"}, {pdu::Zone::lzone, "lzone"}}) {
        RecordingInstaller installer;
        const auto stations =
            install_static(load(std::string{kBoth} + "      transmit: " + name + "\n"), installer);
        ASSERT_TRUE(stations) << stations.error().message;
        EXPECT_FALSE(stations->front().address);
        const auto contexts = installer.calls_of<InstallContext>();
        ASSERT_EQ(contexts.size(), 2U);
        const auto switched = installer.calls_of<SwitchTransmit>();
        ASSERT_EQ(switched.size(), 1U);
        const auto sends = std::ranges::find(contexts, switched[0].context, &InstallContext::given);
        EXPECT_EQ(sends->zone, zone);
    }
}

TEST(StaticStations, WithoutATekToSendWithSendNothing)
{
    constexpr std::string_view kUplink = R"(    - sector: 0
      mzone:
        stid: 1
        contexts:
          - pmk_sn: 1
            akid: 0000000000000000
            sas: [{said: 1, teks: [{eks: 0, key: 101112131415161718191a1b1c1d1e1f, use: uplink}]}]
)";
    RecordingInstaller installer;
    ASSERT_TRUE(install_static(load(kUplink), installer));
    for (const SwitchTransmit& call : installer.calls_of<SwitchTransmit>())
        EXPECT_THAT(call.choices, IsEmpty());
}

TEST(StaticStations, ReadTheirKeyFiles)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("tek", "303132333435363738393a3b3c3d3e3f\n");
    std::string text{kLzone};
    const std::string_view inline_key = "707172737475767778797a7b7c7d7e7f";
    text.replace(text.find(inline_key), inline_key.size(), "{file: " + path + "}");
    RecordingInstaller installer;
    const auto stations = install_static(load(text), installer);
    ASSERT_TRUE(stations) << stations.error().message;
    EXPECT_EQ(installer.calls_of<InstallContext>()[0].sas[0].teks[0].key, key_from(0x30));

    std::ofstream{path} << "not a key";
    const auto failed = install_static(load(text), installer);
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().message, StartsWith("static station station 1: key file "));
    EXPECT_THAT(failed.error().message, testing::Not(HasSubstr("not a key")));
}

TEST(StaticStations, AreNamedWhenTheyAreRefused)
{
    for (std::size_t successes = 0; successes < 6; ++successes) {
        RecordingInstaller installer;
        installer.fail_later({ErrorCode::unavailable, "the table is full"}, successes);
        const auto stations = install_static(load(kMzone), installer);
        ASSERT_FALSE(stations) << successes;
        EXPECT_EQ(stations.error().message, "static station ams1: the table is full");
    }
}

} // namespace
} // namespace aaigw::runtime
