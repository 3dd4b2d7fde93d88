// A worker that stands still, and one that gets nothing but frames that it has to refuse.
#include "control/runtime/supervisor.h"
#include "tests/swap/load_run.h"

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <utility>
#include <vector>

namespace aaigw::swap {
namespace {

std::vector<std::uint32_t> stations_of(const Scene& scene, std::uint8_t worker)
{
    std::vector<std::uint32_t> all;
    for (std::uint32_t station = 0; station < scene.stations; ++station)
        if (scene.owner_of(station) == worker)
            all.push_back(station);
    return all;
}

using Change = runtime::Supervisor::Change;
using Notices = std::vector<std::pair<std::size_t, Change>>;

/// The control thread's look at the workers, on a clock that goes on when all of those have moved that are to move.
class Watch {
  public:
    explicit Watch(Gateway& gateway)
        : gateway_{gateway}, supervisor_{{&gateway.shared(0).polls, &gateway.shared(1).polls},
                                         std::chrono::seconds{1}}
    {
    }

    /// What it says in three seconds.
    [[nodiscard]] Notices look(std::initializer_list<std::size_t> moving)
    {
        using namespace std::chrono_literals;
        Notices all;
        for (int half_second = 0; half_second < 6; ++half_second) {
            for (const std::size_t worker : moving)
                wait_for(gateway_.shared(worker).polls);
            now_ += 500ms;
            for (const auto& notice : supervisor_.look(now_))
                all.emplace_back(notice.worker, notice.change);
        }
        return all;
    }

  private:
    void wait_for(const Counter& polls)
    {
        for (const std::uint64_t before = polls.value(); polls.value() == before;)
            gateway_.breathe();
    }

    Gateway& gateway_;
    runtime::Supervisor supervisor_;
    runtime::Supervisor::Time now_{};
};

/// One worker stops in the middle of a poll, with frames in its hands. The control thread goes on, for the stations of both
/// workers, and so does the other worker. But nobody can know which keys the one that stands still is looking at.
TEST(StalledWorker, IsNamedAndStopsNobodyButNoKeyIsWipedBeforeItMoves)
{
    const std::uint32_t swaps = sized(20, 4);
    LoadRun run{{.seed = 21, .stations = 40, .workers = 2}};
    const auto its_stations = stations_of(run.scene(), 0);
    const auto other_stations = stations_of(run.scene(), 1);
    run.start_traffic();
    Swapper swapper = run.swapper();
    EXPECT_TRUE(swapper.run(1));
    run.gateway().breathe_out();

    Entry& stalled = run.gateway().queues(0).from_core;
    stalled.stop();
    while (!stalled.is_stopped())
        run.gateway().breathe();

    Watch watch{run.gateway()};
    EXPECT_EQ(watch.look({1}), (Notices{{0, Change::stalled}}));

    for (const std::uint32_t station : its_stations)
        swapper.begin(station);
    EXPECT_TRUE(swapper.run(other_stations, swaps));
    EXPECT_GT(run.gateway().breathe(), 0U);
    std::vector<TekRange> retired;
    for (const std::uint32_t station : other_stations)
        retired.push_back({.station = station, .first = 1, .last = swaps});
    const Leftovers unwiped = search_for_keys(run.scene().seed, retired);
    EXPECT_EQ(unwiped.teks_found, unwiped.teks);
    EXPECT_EQ(unwiped.teks, other_stations.size() * swaps);

    stalled.go_on();
    EXPECT_EQ(watch.look({0, 1}), (Notices{{0, Change::recovered}}));

    EXPECT_TRUE(swapper.run(its_stations, swaps));
    run.finish();
    run.expect_nothing_lost();
    run.expect_keys_wiped(swaps + 1);
}

/// The engine holds packets back until later ones push them out. Frames that are refused push nothing: somebody who sends
/// very many of them must not keep what came before from going on its way.
TEST(FloodedWorker, RefusedFramesHoldNothingBack)
{
    constexpr std::uint64_t kPatience = 1000; // polls
    constexpr std::size_t kPackets = 5;
    LoadRun run{{.seed = 22, .stations = 1}};
    worker::WorkerShared& shared = run.gateway().shared(0);
    const Counter& refused =
        shared.stats.verdicts[static_cast<std::size_t>(path::Verdict::drop_unknown_data_path)];
    Entry& entry = run.gateway().queues(0).from_core;
    entry.flood(run.gateway().buffers(), run.scene().gre_key_of(run.scene().flows()));
    while (refused.value() == 0)
        std::this_thread::yield();

    for (std::size_t i = 0; i < kPackets; ++i)
        EXPECT_TRUE(run.outside().send_downlink(0));
    while (entry.resolved() < kPackets)
        std::this_thread::yield();
    const std::uint64_t polls = shared.polls.value();
    while (shared.polls.value() < polls + kPatience)
        std::this_thread::yield();
    run.outside().collect();
    EXPECT_EQ(run.outside().totals().downlink_arrived, kPackets);

    entry.stop_flood();
    run.outside().settle();
    run.finish();
    EXPECT_TRUE(run.outside().complaints().empty());
}

} // namespace
} // namespace aaigw::swap
