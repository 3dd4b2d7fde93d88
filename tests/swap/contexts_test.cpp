// Contexts are swapped while packets flow: nothing is lost, accepted twice or sent with a PN that its TEK has used, and
// nothing is left of a TEK that is over.
#include "tests/swap/load_run.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace aaigw::swap {
namespace {

void swap_all(LoadRun& run, std::uint32_t swaps)
{
    run.start_traffic();
    Swapper swapper = run.swapper();
    EXPECT_TRUE(swapper.run(swaps));
    fmt::print("{} packets on their way at a swap, on average\n",
               swapper.packets_in_flight() / swapper.swaps());
    run.finish();
    run.expect_nothing_lost();
    EXPECT_EQ(run.outside().record().teks(),
              std::size_t{run.scene().stations} * (std::size_t{swaps} + 1));
}

TEST(ContextSwap, AThousandStationsAHundredTimesEach)
{
    const std::uint32_t swaps = sized(100, 20);
    LoadRun run{
        {.seed = 1, .stations = sized(1000, 100), .is_saturated = true, .packets_per_context = 12},
        worker::Idle::poll};
    swap_all(run, swaps);
    run.expect_keys_wiped(swaps);
}

/// Which of two keys a PDU was sent under is then found by trying.
TEST(ContextSwap, BothContextsUseTheSameEks)
{
    const std::uint32_t swaps = sized(60, 8);
    LoadRun run{{.seed = 2, .stations = sized(200, 20), .one_eks = true}};
    swap_all(run, swaps);
    EXPECT_GT(run.gateway().shared(0).stats.older_key_opened.value(), 0U);
    run.expect_keys_wiped(swaps);
}

TEST(ContextSwap, EverySwapChangesTheZone)
{
    const std::uint32_t swaps = sized(60, 8);
    LoadRun run{{.seed = 3, .stations = sized(200, 20), .zones_alternate = true}};
    swap_all(run, swaps);
    run.expect_keys_wiped(swaps);
}

/// Somebody has recorded uplink frames, some of them under contexts that are over, and sends them again at any time.
TEST(ContextSwap, NothingIsAcceptedTwice)
{
    const std::uint32_t swaps = sized(60, 8);
    LoadRun run{{.seed = 4, .stations = sized(200, 20), .replay_every = 8}};
    swap_all(run, swaps);
    EXPECT_GT(run.outside().totals().replayed, 0U);
    EXPECT_GT(run.gateway().count(path::Verdict::drop_replay), 0U);
    run.expect_keys_wiped(swaps);
}

/// The same, where the EKS does not tell a recorded frame of the older context from one of the newer.
TEST(ContextSwap, NothingIsAcceptedTwiceUnderTheSameEks)
{
    const std::uint32_t swaps = sized(60, 8);
    LoadRun run{{.seed = 5, .stations = sized(200, 20), .one_eks = true, .replay_every = 8}};
    swap_all(run, swaps);
    EXPECT_GT(run.outside().totals().replayed, 0U);
    run.expect_keys_wiped(swaps);
}

/// Each worker receives the frames of the other's stations.
TEST(ContextSwap, AThousandStationsOnTwoWorkersThatHandOver)
{
    const std::uint32_t swaps = sized(100, 20);
    LoadRun run{
        {.seed = 6, .stations = sized(1000, 100), .workers = 2, .comes_in_elsewhere = true}};
    swap_all(run, swaps);
    const Totals& totals = run.outside().totals();
    EXPECT_EQ(run.gateway().count(path::Verdict::handed_over),
              totals.downlink_sent + totals.uplink_sent);
    for (std::size_t worker = 0; worker < 2; ++worker)
        EXPECT_GT(run.gateway().shared(worker).stats.taken_over.value(), 0U);
    run.expect_keys_wiped(swaps);
}

} // namespace
} // namespace aaigw::swap
