// The answers of the API: that the numbers in them are the gateway's, and that state is canonical.
#include "control/api/documents.h"
#include "tests/doubles/fake_gateway.h"

#include <gtest/gtest.h>

#include <set>

namespace aaigw::api {
namespace {

Stid stid(std::uint16_t value)
{
    return Stid::from_field(value);
}

struct Documents : testing::Test {
    void count(std::size_t worker, path::Verdict verdict, std::uint64_t packets)
    {
        path::PathStats& stats = gateway.worker(worker).stats;
        stats.frames.add(packets);
        stats.verdicts[static_cast<std::size_t>(verdict)].add(packets);
    }

    doubles::FakeGateway gateway;
};

TEST_F(Documents, VersionSaysWhoAnswers)
{
    const Json version = version_document(gateway);
    EXPECT_EQ(version["program"], "aaigwd");
    EXPECT_EQ(version["version"], "0.1.0");
    EXPECT_EQ(version["role"], "abs");
    EXPECT_EQ(version["lab"], true);
}

TEST_F(Documents, CountersAreThoseOfEachWorker)
{
    count(0, path::Verdict::forwarded, 10);
    count(1, path::Verdict::drop_replay, 3);
    gateway.worker(1).stats.further_pdus.add(2);
    gateway.worker(1).polls.add(1000);
    gateway.event_counts[static_cast<std::size_t>(path::EventKind::arp)] = 4;
    gateway.add_station(stid(1), 0xaa);
    gateway.add_station(stid(2), 0xbb);

    const Json counters = counters_document(gateway);
    const Json& workers = counters["workers"];
    ASSERT_EQ(workers.size(), 2U);
    EXPECT_EQ(workers[0]["core"], 2);
    EXPECT_EQ(workers[0]["rx"], 10);
    EXPECT_EQ(workers[0]["verdicts"]["forwarded"], 10);
    EXPECT_EQ(workers[0]["verdicts"]["drop_replay"], 0);
    EXPECT_EQ(workers[0]["verdicts"].size(), path::kVerdicts);
    EXPECT_EQ(workers[1]["rx"], 5);
    EXPECT_EQ(workers[1]["further_pdus"], 2);
    EXPECT_EQ(workers[1]["verdicts"]["drop_replay"], 3);
    EXPECT_EQ(workers[1]["polls"], 1000);
    EXPECT_EQ(counters["ports"][1]["name"], "core");
    EXPECT_EQ(counters["ports"][1]["counters"]["rx_bytes"], 700);
    EXPECT_EQ(counters["pool"], Json({{"packets", 8191}, {"in_use", 2048}}));
    EXPECT_EQ(counters["tables"],
              Json({{"stations", 2}, {"flows", 2}, {"contexts", 2}, {"teks", 2}}));
    EXPECT_EQ(counters["events"]["arp"], 4);
    EXPECT_EQ(counters["events"]["first_use"], 0);
}

TEST_F(Documents, VerdictsAddUpAndSayWhatTheyMean)
{
    count(0, path::Verdict::drop_icv, 2);
    count(1, path::Verdict::drop_icv, 5);
    const Json document = verdicts_document(gateway);
    const Json& verdicts = document["verdicts"];
    ASSERT_EQ(verdicts.size(), path::kVerdicts);
    std::set<std::string> names;
    for (std::size_t at = 0; at < path::kVerdicts; ++at) {
        const Json& one = verdicts[at];
        names.insert(one["verdict"].get<std::string>());
        const bool is_icv = at == static_cast<std::size_t>(path::Verdict::drop_icv);
        EXPECT_EQ(one["packets"], is_icv ? 7 : 0);
        EXPECT_EQ(one["of_workers"], is_icv ? Json({2, 5}) : Json({0, 0}));
        EXPECT_EQ(one["meaning"], path::describe(static_cast<path::Verdict>(at)));
    }
    EXPECT_EQ(names.size(), path::kVerdicts);
    EXPECT_EQ(verdicts[0]["fate"], "send");
    EXPECT_EQ(verdicts[static_cast<std::size_t>(path::Verdict::handed_over)]["fate"], "hand_over");
    EXPECT_EQ(verdicts[static_cast<std::size_t>(path::Verdict::drop_icv)]["fate"], "drop");
}

TEST_F(Documents, StagesAreTicksByPackets)
{
    worker::StageCosts& costs = gateway.worker(0).costs;
    costs.packets.add(30);
    costs.ticks[static_cast<std::size_t>(worker::Stage::transform)].add(1000);
    costs.ticks[static_cast<std::size_t>(worker::Stage::emit)].add(500);
    const Json stages = stages_document(gateway);
    const Json& measured = stages["workers"][0];
    EXPECT_EQ(measured["packets"], 30);
    EXPECT_EQ(measured["ticks"]["transform"], 1000);
    EXPECT_EQ(measured["ticks"]["total"], 1500);
    EXPECT_EQ(measured["ticks_per_packet"]["transform"], 33.3);
    EXPECT_EQ(measured["ticks_per_packet"]["total"], 50);
    EXPECT_EQ(measured["ticks_per_packet"].size(), worker::kStages + 1);
    EXPECT_EQ(stages["workers"][1]["ticks_per_packet"]["total"], 0);
}

TEST_F(Documents, PortsSayWhatTheyAreAndHaveCounted)
{
    gateway.port_views[0].enabled = false;
    gateway.port_views[0].link = {};
    const Json document = ports_document(gateway);
    const Json& access = document["ports"][0];
    EXPECT_EQ(access["name"], "access");
    EXPECT_EQ(access["driver"], "net_null");
    EXPECT_EQ(access["carries"], "access");
    EXPECT_EQ(access["mac"], "02:00:00:00:00:01");
    EXPECT_EQ(access["address"], "10.1.0.1/24");
    EXPECT_EQ(access["enabled"], false);
    EXPECT_EQ(access["link"], Json({{"up", false}, {"mbps", 0}}));
    EXPECT_EQ(access["counters"]["rx_packets"], 7);
    EXPECT_EQ(access["counters"]["tx_errors"], 0);
}

TEST_F(Documents, HealthListsProblems)
{
    EXPECT_EQ(health_document(gateway), Json({{"ok", true}, {"problems", Json::array()}}));
    gateway.all_problems = {"worker 1 stands still"};
    EXPECT_EQ(health_document(gateway),
              Json({{"ok", false}, {"problems", Json::array({"worker 1 stands still"})}}));
}

TEST_F(Documents, StateTellsOfStationsFlowsAndKeys)
{
    const sa::StationRef ref = gateway.add_station(stid(0x123), 0xaa);
    ASSERT_TRUE(gateway.key_tables().place_station(
        ref, {.ip = {0x0a010064}, .udp_port = 49152, .mac = be_bytes<6>(0x020000000164)}));
    const Json document = state_document(gateway);
    EXPECT_EQ(document["station_count"], 1);
    EXPECT_EQ(document["next"], nullptr);
    const Json& station = document["stations"][0];
    EXPECT_EQ(station["name"], "station 0.1");
    EXPECT_EQ(station["stid"], 0x123);
    EXPECT_EQ(station["basic_cid"], nullptr);
    EXPECT_EQ(station["worker"], 1);
    EXPECT_EQ(station["transmit_zone"], "mzone");
    EXPECT_EQ(station["address"], Json({{"ip", "10.1.0.100"},
                                        {"udp_port", 49152},
                                        {"port", 0},
                                        {"mac", "02:00:00:00:01:64"}}));
    ASSERT_EQ(station["flows"].size(), 1U);
    EXPECT_EQ(station["flows"][0]["slot"], 3);
    EXPECT_EQ(station["flows"][0]["data_path_id"], 0x1123);
    EXPECT_EQ(station["flows"][0]["max_packet"], nullptr);
    ASSERT_EQ(station["teks"].size(), 1U);
    const Json& tek = station["teks"][0];
    EXPECT_EQ(tek["said"], 1);
    EXPECT_EQ(tek["eks"], 1);
    EXPECT_EQ(tek["send"]["in_use"], true);
    EXPECT_EQ(tek["send"]["next_pn"], 1);
    EXPECT_EQ(tek["send"]["ceiling"], 0x1fffff);
    EXPECT_EQ(tek["receive"]["zone"], "mzone");
    EXPECT_EQ(tek["receive"]["protection"], "ccm_icv8");
    EXPECT_EQ(tek["receive"]["window"], sa::kDefaultWindow);
    EXPECT_EQ(tek["receive"]["packets"], 0);
    ASSERT_EQ(station["cmac_keys"].size(), 1U);
    EXPECT_EQ(station["cmac_keys"][0]["ak_sn"], 5);
    EXPECT_EQ(station["cmac_keys"][0]["akid"], "0102030405060708");
}

TEST_F(Documents, StateOfAStationWithoutKeysAndAddress)
{
    ASSERT_TRUE(gateway.key_tables().add_station({.stid = stid(9)}));
    const Json document = state_document(gateway);
    const Json& station = document["stations"][0];
    EXPECT_EQ(station["address"], nullptr);
    EXPECT_EQ(station["flows"], Json::array());
    EXPECT_EQ(station["teks"], Json::array());
    EXPECT_EQ(station["cmac_keys"], Json::array());
}

TEST_F(Documents, StateIsTheSameBytesUntilAPacketCounts)
{
    gateway.add_station(stid(3), 1);
    const std::string before = one_line(state_document(gateway));
    gateway.worker(0).polls.add(5);
    gateway.worker(0).empty_polls.add(5);
    gateway.worker(0).sleeps.add(5);
    gateway.worker(0).costs.packets.add(5);
    gateway.port_views[0].counters.rx_missed = 5;
    EXPECT_EQ(one_line(state_document(gateway)), before);
    count(0, path::Verdict::forwarded, 1);
    EXPECT_NE(one_line(state_document(gateway)), before);
}

TEST_F(Documents, StateComesInParts)
{
    for (std::uint16_t number = 1; number <= 300; ++number)
        ASSERT_TRUE(gateway.key_tables().add_station({.stid = stid(number)}));
    std::vector<int> stids;
    std::vector<std::size_t> sizes;
    Json next = 0;
    while (!next.is_null()) {
        const Json part = state_document(gateway, next.get<std::uint64_t>());
        sizes.push_back(part["stations"].size());
        for (const Json& station : part["stations"])
            stids.push_back(station["stid"].get<int>());
        EXPECT_EQ(part["station_count"], 300);
        next = part["next"];
    }
    EXPECT_EQ(sizes, (std::vector<std::size_t>{kMaxStationsAtOnce, 300 - kMaxStationsAtOnce}));
    EXPECT_EQ(std::set<int>(stids.begin(), stids.end()).size(), 300U);

    const Json part = state_document(gateway, 10, 2);
    EXPECT_EQ(part["stations"].size(), 2U);
    EXPECT_EQ(part["next"], 12);
    EXPECT_EQ(state_document(gateway, 300)["next"], nullptr);
    EXPECT_EQ(state_document(gateway, ~std::uint64_t{0}, ~std::uint64_t{0})["stations"].size(), 0U);
}

TEST_F(Documents, NoAnswerHoldsAKey)
{
    gateway.add_station(stid(1), 0xa7);
    for (const Json& document :
         {version_document(gateway), counters_document(gateway), verdicts_document(gateway),
          stages_document(gateway), state_document(gateway), ports_document(gateway),
          health_document(gateway)}) {
        const std::string text = one_line(document);
        EXPECT_EQ(text.find("a7a7a7"), std::string::npos);
        EXPECT_EQ(text.find("p6en"), std::string::npos); // a7 a7 a7 in base64
        EXPECT_EQ(text.find("167,167,167"), std::string::npos);
    }
}

} // namespace
} // namespace aaigw::api
