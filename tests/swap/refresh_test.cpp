// A TEK is replaced whenever its PNs come to an end, a thousand times, while its SA carries as much as it can.
#include "tests/swap/load_run.h"

#include <gtest/gtest.h>

#include <chrono>

namespace aaigw::swap {
namespace {

/// The control side of TEK updates: a new TEK when the worker says that the old one nears its end. Up to four are in use at
/// a time, as many as an EKS can tell apart.
class Refresher {
  public:
    explicit Refresher(LoadRun& run) : run_{run} {}

    /// Station 0 gets `count` new TEKs, one after the other.
    [[nodiscard]] bool run(std::uint32_t count)
    {
        using namespace std::chrono_literals;
        while (retired_ != count) {
            run_.gateway().breathe();
            run_.gateway().for_each_event([this](const path::Event& event) { take(event); });
            if (run_.outside().has_complaints())
                return false;
            if (!renew(count) && !retire())
                std::this_thread::sleep_for(20us);
        }
        return true;
    }

    [[nodiscard]] std::uint32_t events() const noexcept { return events_; }

  private:
    void take(const path::Event& event)
    {
        if (event.kind != path::EventKind::soft_limit)
            return;
        ++events_;
        EXPECT_EQ(event.station, run_.gateway().station(0));
        EXPECT_EQ(event.tek.eks, run_.scene().eks_of(present_));
        EXPECT_GE(event.number, run_.scene().soft_pn);
        wanted_ = true;
    }

    [[nodiscard]] bool renew(std::uint32_t count)
    {
        if (!wanted_ || present_ == count || present_ + 1 - retired_ == sa::kEksValues)
            return false;
        wanted_ = false;
        ++present_;
        run_.gateway().install_tek(0, present_);
        run_.gateway().switch_to_tek(0, present_);
        run_.outside().tell(0, present_);
        return true;
    }

    [[nodiscard]] bool retire()
    {
        const std::uint32_t next = retired_ + 1;
        if (retired_ == present_ || !run_.outside().has_moved_to(0, next) ||
            !run_.outside().has_heard(0, next))
            return false;
        run_.gateway().retire_tek(0, retired_);
        retired_ = next;
        return true;
    }

    LoadRun& run_;
    std::uint32_t present_ = 0;
    std::uint32_t retired_ = 0; ///< TEKs before this one are
    std::uint32_t events_ = 0;
    bool wanted_ = false;
};

TEST(TekRefresh, ASaturatedSaRollsAThousandTimes)
{
    const std::uint32_t teks = sized(1000, 60);
    const std::uint32_t hard = 6000;
    LoadRun run{
        {.seed = 11,
         .stations = 1,
         // As many as the hard limit allows, and the last of the run, even if the control thread should come to it late.
         .downlink_budget = hard - 1,
         .soft_pn = 300,
         .hard_pn = hard}};
    run.start_traffic();
    Refresher refresher{run};
    EXPECT_TRUE(refresher.run(teks));
    EXPECT_GE(refresher.events(), teks);
    run.finish();
    run.expect_nothing_lost();
    EXPECT_EQ(run.outside().record().teks(), std::size_t{teks} + 1);
    run.expect_keys_wiped(teks);
}

sa::TekCounters counters_of(LoadRun& run)
{
    return run.gateway().tables().counters(run.gateway().station(0)).value().at(0);
}

bool raise_ceiling(LoadRun& run, std::uint32_t pn)
{
    return run.gateway()
        .tables()
        .raise_ceiling(run.gateway().first_context(0), kSaid, run.scene().eks_of(0), pn)
        .has_value();
}

void send_downlink(LoadRun& run, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        EXPECT_TRUE(run.outside().send_downlink(0));
    run.outside().settle();
}

TEST(Ceiling, PacketsAreRefusedUntilItIsRaised)
{
    LoadRun run{
        {.seed = 12, .stations = 1, .may_be_refused = true, .hard_pn = 250, .ceiling_pn = 100}};
    const Totals& totals = run.outside().totals();
    send_downlink(run, 150);
    EXPECT_EQ(totals.downlink_arrived, 100U);
    EXPECT_EQ(run.gateway().count(path::Verdict::drop_pn_ceiling), 50U);
    EXPECT_EQ(counters_of(run).refused, 50U);
    EXPECT_EQ(counters_of(run).next_pn, 101U);

    EXPECT_FALSE(raise_ceiling(run, 99));
    EXPECT_FALSE(raise_ceiling(run, 251));
    EXPECT_TRUE(raise_ceiling(run, 180));
    send_downlink(run, 100);
    EXPECT_EQ(totals.downlink_arrived, 180U);
    EXPECT_EQ(run.gateway().count(path::Verdict::drop_pn_ceiling), 70U);

    // There is another end, which nobody can raise.
    EXPECT_TRUE(raise_ceiling(run, 250));
    send_downlink(run, 100);
    EXPECT_EQ(totals.downlink_arrived, 250U);
    EXPECT_EQ(run.gateway().count(path::Verdict::drop_pn_ceiling), 70U);
    EXPECT_EQ(run.gateway().count(path::Verdict::drop_pn_exhausted), 30U);
    run.finish();
    EXPECT_TRUE(run.outside().complaints().empty());
}

TEST(Ceiling, IsRaisedUnderLoad)
{
    LoadRun run{{.seed = 13, .stations = 1, .may_be_refused = true, .ceiling_pn = 1}};
    run.start_traffic();
    const std::uint32_t raises = sized(500, 50);
    std::uint32_t ceiling = 1;
    std::uint64_t refused_before = 0;
    for (std::uint32_t raised = 0; raised < raises && !run.outside().has_complaints();) {
        const std::uint64_t refused = counters_of(run).refused;
        if (refused == refused_before) {
            std::this_thread::yield();
            continue;
        }
        refused_before = refused;
        ceiling += 1 + raised % 50;
        EXPECT_TRUE(raise_ceiling(run, ceiling));
        ++raised;
    }
    EXPECT_TRUE(raise_ceiling(run, run.scene().downlink_limits(0).hard));
    run.finish();
    const std::uint64_t refused = counters_of(run).refused;
    EXPECT_GE(refused, raises);
    run.expect_only(path::Verdict::drop_pn_ceiling, refused);
    EXPECT_EQ(run.outside().totals().downlink_missing, refused);
}

} // namespace
} // namespace aaigw::swap
