// load(): every key reaches its member, defaults fill the rest, and each way to write a value wrongly is refused.
#include "crypto/secret.h"
#include "tests/unit/config/config_testing.h"

namespace aaigw::config {
namespace {

using testing::ElementsAre;

Config loaded(std::string_view text)
{
    auto config = load(text, "gw.yaml");
    EXPECT_EQ(problems_of(text), Lines{});
    return config ? std::move(*config) : Config{};
}

std::string file_of(const std::optional<KeySource>& key)
{
    const auto* file = key ? std::get_if<KeyFile>(&*key) : nullptr;
    return file == nullptr ? "no file" : file->path;
}

bool is_key(const KeySource& source, std::array<std::uint8_t, 16> bytes)
{
    const auto* secret = std::get_if<crypto::Secret<16>>(&source);
    return secret != nullptr && crypto::ct_equal(secret->expose(), bytes);
}

TEST(Load, ReadsEachKeyOfAGateway)
{
    const Config config = loaded(kGateway);
    EXPECT_FALSE(config.lab);
    EXPECT_EQ(config.role, Role::ars);
    EXPECT_EQ(config.kdf_profile, KdfProfile::final_);
    EXPECT_THAT(config.workers.cores, ElementsAre(1, 2));
    EXPECT_EQ(config.workers.idle, Idle::sleep);
    EXPECT_EQ(config.workers.stall_alarm_ms, 500U);
    EXPECT_EQ(config.memory.huge_pages, HugePages::required);
    EXPECT_EQ(config.memory.size_mb, 1024U);
    EXPECT_EQ(config.memory.packets, 65536U);
    EXPECT_EQ(config.links.access, "air");
    EXPECT_EQ(config.links.core, "net");
    EXPECT_EQ(config.limits.stations, 100U);
    EXPECT_EQ(config.limits.flows, 200U);
    EXPECT_EQ(config.limits.unauthenticated_control_per_s, 10U);
    EXPECT_EQ(config.limits.icmp_errors_per_s, 0U);
    ASSERT_EQ(config.sectors.size(), 2U);
    EXPECT_EQ(config.sectors[1].index, 255);
    EXPECT_EQ(config.sectors[1].absid, (MacAddress{2, 0, 0, 0, 0xaa, 1}));
    ASSERT_EQ(config.core_peers.size(), 2U);
    EXPECT_EQ(config.core_peers[1].name, "core1");
    EXPECT_EQ(config.core_peers[1].address, Ipv4Address{0xc6336403});
    EXPECT_EQ(config.core_peers[1].mac, (MacAddress{6, 0, 0, 0, 2, 3}));
    EXPECT_FALSE(config.core_peers[0].mac);
    EXPECT_EQ(config.control_socket, "/run/one/socket");
    EXPECT_EQ(config.state_dir, "/var/lib/one");
    EXPECT_EQ(config.log.level, LogLevel::warn);
    EXPECT_FALSE(config.keylog || config.preset.frame_number);
    EXPECT_TRUE(config.static_part.stations.empty());
}

TEST(Load, ReadsEachKeyOfAPort)
{
    const Config config = loaded(kGateway);
    ASSERT_EQ(config.ports.size(), 2U);
    const Port& air = config.ports[0];
    EXPECT_EQ(air.name, "air");
    EXPECT_EQ(air.device, "0000:01:00.0");
    EXPECT_FALSE(air.is_virtual());
    EXPECT_EQ(air.address, (Ipv4Network{{0xc0000201}, 24}));
    EXPECT_EQ(air.gateway, Ipv4Address{0xc00002fe});
    EXPECT_EQ(air.mtu, 9000);
    EXPECT_EQ(air.mac, (MacAddress{2, 0, 0, 0, 0, 1}));
    EXPECT_EQ(air.rx_ring, 2048);
    EXPECT_EQ(air.tx_ring, 512);
    EXPECT_EQ(config.ports[1].device, "net_af_packet0,iface=eth1");
    EXPECT_TRUE(config.ports[1].is_virtual());
    EXPECT_EQ(index_of(config.ports, "net"), 1U);
    EXPECT_EQ(index_of(config.ports, "none"), 2U);
}

TEST(Load, FillsInWhatIsLeftOut)
{
    const Config config = loaded("ports: [{name: access, device: net_null0, address: 10.0.0.1/8},\n"
                                 "        {name: core, device: net_null1, address: 11.0.0.1/8}]\n"
                                 "sectors: [{index: 0, absid: 02:00:00:00:00:01}]\n"
                                 "core_peers: [{name: a, address: 11.0.0.2}]\n");
    EXPECT_FALSE(config.lab);
    EXPECT_EQ(config.role, Role::abs);
    EXPECT_EQ(config.kdf_profile, KdfProfile::draft);
    EXPECT_THAT(config.workers.cores, ElementsAre(1));
    EXPECT_EQ(config.workers.idle, Idle::poll);
    EXPECT_EQ(config.workers.stall_alarm_ms, 1000U);
    EXPECT_EQ(config.memory.huge_pages, HugePages::automatic);
    EXPECT_EQ(config.memory.size_mb, 256U);
    EXPECT_EQ(config.memory.packets, 8192U);
    EXPECT_EQ(config.ports[0].mtu, 1500);
    EXPECT_EQ(config.ports[0].rx_ring, 1024);
    EXPECT_EQ(config.ports[0].tx_ring, 1024);
    EXPECT_FALSE(config.ports[0].gateway || config.ports[0].mac);
    EXPECT_EQ(config.links.access, "access");
    EXPECT_EQ(config.links.core, "core");
    EXPECT_EQ(config.limits.stations, 4096U);
    EXPECT_EQ(config.limits.flows, 16384U);
    EXPECT_EQ(config.limits.unauthenticated_control_per_s, 1000U);
    EXPECT_EQ(config.limits.icmp_errors_per_s, 100U);
    EXPECT_EQ(config.control_socket, "/run/aaigw/aaigwd.sock");
    EXPECT_EQ(config.state_dir, "/var/lib/aaigw");
    EXPECT_EQ(config.log.level, LogLevel::info);
}

TEST(Load, ReadsEachKeyOfAStation)
{
    const Config config = loaded(kLab);
    EXPECT_TRUE(config.lab);
    EXPECT_EQ(config.keylog, "/run/lab/keys");
    EXPECT_EQ(config.preset.frame_number, 5U);
    ASSERT_EQ(config.static_part.stations.size(), 3U);
    const Station& station = config.static_part.stations[0];
    EXPECT_EQ(station.name, "ams1");
    EXPECT_EQ(station.sector, 7);
    EXPECT_EQ(station.address, Ipv4Address{0xc0000202});
    EXPECT_EQ(station.mac, (MacAddress{2, 0, 0, 0, 1, 2}));
    EXPECT_EQ(station.udp_port, 4730);
    EXPECT_EQ(station.transmit, Zone::lzone);
    ASSERT_TRUE(station.lzone);
    EXPECT_EQ(station.lzone->basic_cid, Cid::from(1));
    EXPECT_EQ(station.lzone->primary_cid, Cid::from(2));
    EXPECT_EQ(station.lzone->secondary_cid, Cid::from(3));
    ASSERT_EQ(station.flows.size(), 1U);
    const Flow& flow = station.flows[0];
    EXPECT_EQ(flow.fid, Fid::from(3));
    EXPECT_EQ(flow.cid, Cid::from(100));
    EXPECT_EQ(flow.said, 2);
    EXPECT_EQ(flow.data_path_id, 0xffffffffU);
    EXPECT_EQ(flow.core, "core0");
    EXPECT_EQ(flow.header, FlowHeader::spmh);
    EXPECT_TRUE(flow.crc);
    EXPECT_EQ(flow.max_packet, 100);
}

TEST(Load, ReadsEachKeyOfAnMzoneContext)
{
    const Config config = loaded(kLab);
    const auto& mzone = config.static_part.stations.at(0).mzone;
    ASSERT_TRUE(mzone && mzone->contexts.size() == 2);
    EXPECT_EQ(mzone->stid, Stid::from(291));
    const Context<MzoneSa>& active = mzone->contexts[0];
    EXPECT_EQ(active.pmk_sn, AkSn::from(1));
    EXPECT_EQ(active.akid, (AkId{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77}));
    ASSERT_TRUE(active.cmac_key_u);
    EXPECT_TRUE(is_key(*active.cmac_key_u,
                       {16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}));
    EXPECT_EQ(file_of(active.cmac_key_d), "/etc/lab/cmac");
    ASSERT_EQ(active.sas.size(), 2U);
    const MzoneSa& sa = active.sas[0];
    EXPECT_EQ(sa.said, kCcmSaid);
    EXPECT_EQ(sa.icv, crypto::IcvSize::four);
    EXPECT_EQ(sa.window, 1024);
    ASSERT_EQ(sa.teks.size(), 2U);
    EXPECT_EQ(sa.teks[0].eks, Eks::from(0));
    EXPECT_TRUE(is_key(sa.teks[0].key, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5}))
        << "a key of decimal digits is no number";
    EXPECT_EQ(sa.teks[0].use, TekUse::downlink);
    EXPECT_EQ(sa.teks[0].next_pn, MzonePn::from(0x10));
    EXPECT_EQ(sa.teks[0].soft_limit, MzonePn::from(0x100000));
    EXPECT_EQ(sa.teks[0].hard_limit, MzonePn::from(0x1ffff0));
    EXPECT_EQ(sa.teks[0].ceiling, MzonePn::from(0x1000));
    EXPECT_EQ(sa.teks[1].eks, Eks::from(3));
    EXPECT_EQ(file_of(KeySource{KeyFile{std::get<KeyFile>(sa.teks[1].key)}}), "/etc/lab/tek");
    EXPECT_EQ(sa.teks[1].use, TekUse::uplink);
    EXPECT_EQ(active.sas[1].said, kCtrSaid);
    EXPECT_EQ(mzone->contexts[1].pmk_sn, AkSn::from(15));
    EXPECT_FALSE(mzone->contexts[1].cmac_key_u || mzone->contexts[1].cmac_key_d);
}

TEST(Load, ReadsEachKeyOfAnLzoneContext)
{
    const Config config = loaded(kLab);
    const auto& lzone = config.static_part.stations.at(0).lzone;
    ASSERT_TRUE(lzone && lzone->contexts.size() == 1);
    ASSERT_EQ(lzone->contexts[0].sas.size(), 2U);
    const LzoneSa& sa = lzone->contexts[0].sas[0];
    EXPECT_EQ(sa.said, LzoneSaid::from(1));
    EXPECT_EQ(sa.window, 32);
    ASSERT_EQ(sa.teks.size(), 1U);
    EXPECT_EQ(sa.teks[0].next_pn, LzonePn::from(0xffffffff));
    EXPECT_EQ(sa.teks[0].use, TekUse::both);
    EXPECT_FALSE(sa.teks[0].soft_limit || sa.teks[0].hard_limit || sa.teks[0].ceiling);
}

TEST(Load, FillsInWhatAStationLeavesOut)
{
    const Config config = loaded(kLab);
    const Station& in_mzone = config.static_part.stations.at(1);
    EXPECT_FALSE(in_mzone.name || in_mzone.address || in_mzone.udp_port || in_mzone.lzone);
    EXPECT_EQ(in_mzone.transmit, Zone::mzone);
    EXPECT_EQ(config.static_part.stations.at(2).transmit, Zone::lzone);
    const MzoneSa& sa = in_mzone.mzone->contexts.at(0).sas.at(0);
    EXPECT_EQ(sa.icv, crypto::IcvSize::eight);
    EXPECT_EQ(sa.window, 128);
    const Flow& flow = in_mzone.flows.at(0);
    EXPECT_EQ(flow.said, 1);
    EXPECT_EQ(flow.header, FlowHeader::agmh);
    EXPECT_FALSE(flow.crc || flow.cid || flow.max_packet);
}

TEST(Load, SaysWhereAndInWhichFile)
{
    const auto config = load("log:\n  levle: info\n", "/etc/aaigw/gw.yaml");
    ASSERT_FALSE(config);
    const Problem& problem = config.error().back();
    EXPECT_EQ(problem.file, "/etc/aaigw/gw.yaml");
    EXPECT_EQ(problem.place, (Place{2, 3}));
    EXPECT_EQ(problem.message, "levle: unknown key; did you mean level?");
    EXPECT_EQ(to_text(problem), "/etc/aaigw/gw.yaml:2:3: levle: unknown key; did you mean level?");
}

TEST(Load, TellsAllProblemsInTheOrderOfTheText)
{
    EXPECT_EQ(
        problems_of("log: {level: loud}\nworkers: {cores: [x, 0x400]}\nrole: 1\nports: x\n"
                    "sectors: [{absid: 1}]\nlimits: {flows: 0}\n"),
        (Lines{
            "1:1: core_peers: required, but not here; expected a list of 1 to 64, each a mapping",
            "1:14: level: not a word it takes; expected trace, debug, info, warn, error or "
            "critical",
            "2:19: cores: not a whole number; expected a number from 0 to 1023",
            "2:22: cores: out of range; expected a number from 0 to 1023",
            "3:7: role: not a word it takes; expected abs or ars",
            "4:8: ports: a single value; expected a list of 1 to 16, each a mapping",
            "5:11: index: required, but not here; expected a number from 0 to 255",
            "5:19: absid: not a MAC address; expected a MAC address such as "
            "02:00:00:00:00:01",
            "6:17: flows: out of range; expected a number from 1 to 16777216",
        }));
}

TEST(Load, OfAnEmptyTextTellsWhatIsRequired)
{
    EXPECT_EQ(
        problems_of(""),
        (Lines{
            "1:1: ports: required, but not here; expected a list of 1 to 16, each a mapping",
            "1:1: sectors: required, but not here; expected a list of 1 to 256, each a mapping",
            "1:1: core_peers: required, but not here; expected a list of 1 to 64, each a "
            "mapping",
        }));
    EXPECT_EQ(problems_of("[]"), Lines{"1:1: a list; expected a mapping"});
    EXPECT_EQ(problems_of("lab"), Lines{"1:1: a single value; expected a mapping"});
}

TEST(Load, DoesNotMissAKeyThatIsMisspelt)
{
    expect_refused(edited(kGateway, {{"core_peers:", "^core_pears:"}}),
                   {"core_pears: unknown key; did you mean core_peers?"});
    expect_refused(
        edited(kGateway, {{"lab: false", "^lab: false"}, {"core_peers:", "^routers:"}}),
        {"core_peers: required, but not here; expected a list of 1 to 64, each a mapping",
         "routers: unknown key; expected lab, role, kdf_profile, workers, memory, ports, links, "
         "limits, sectors, core_peers, control_socket, state_dir, log, keylog, preset, static"});
}

} // namespace
} // namespace aaigw::config
