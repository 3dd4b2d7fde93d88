// Stations that come and go while others are served.
#include "tests/swap/load_run.h"

#include <gtest/gtest.h>

namespace aaigw::swap {
namespace {

/// The core sends to the guest whether or not it is there, as fast as the worker can take it. Each time it comes to a place
/// that another station, itself, has just left.
TEST(Guest, ComesAndGoesUnderLoad)
{
    const std::uint32_t visits = sized(400, 60);
    LoadRun run{{.seed = 41, .stations = 8}};
    run.gateway().queues(0).from_core.flood(run.gateway().buffers(), Scene::kGuestGreKey);
    run.start_traffic();
    const Counter& polls = run.gateway().shared(0).polls;
    while (run.gateway().guests() < visits && !run.outside().has_complaints()) {
        run.gateway().breathe();
        if (!run.gateway().add_guest())
            continue;
        // Now and then it stays until there are packets for it in the engine.
        if (run.gateway().guests() % 4 == 0)
            for (const std::uint64_t before = polls.value(); polls.value() < before + 2;)
                run.gateway().breathe();
        run.gateway().remove_guest();
    }
    run.finish();
    EXPECT_GT(run.gateway().queues(0).to_guest.teks(), 0U);
    run.expect_only_guest_refused();
    run.expect_keys_wiped(0);
}

} // namespace
} // namespace aaigw::swap
