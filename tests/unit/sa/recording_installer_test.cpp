// The fake data plane does what tests of the control side rely on: it remembers values, and fails when it is told to.
#include "tests/doubles/recording_installer.h"

#include <gtest/gtest.h>

namespace aaigw::sa {
namespace {

using doubles::RecordingInstaller;

TEST(RecordingInstaller, RemembersCallsWithTheirKeys)
{
    RecordingInstaller fake;
    const auto station = fake.add_station({.sector = 1, .stid = Stid::from_field(9)}).value();
    doubles::Key key{1, 2, 3};
    ContextSpec spec;
    spec.ak_sn = AkSn::from_field(4);
    spec.sas.push_back({.said = 7});
    spec.sas[0].teks.push_back({.eks = Eks::from_field(2), .key = key, .send = {}});
    const auto context = fake.install_context(station, spec).value();
    key = {};

    EXPECT_TRUE(fake.has_context(context));
    ASSERT_EQ(fake.calls().size(), 2U);
    const auto installed = fake.calls_of<doubles::InstallContext>();
    ASSERT_EQ(installed.size(), 1U);
    EXPECT_EQ(installed[0].station, station);
    EXPECT_EQ(installed[0].given, context);
    ASSERT_EQ(installed[0].sas.size(), 1U);
    EXPECT_EQ(installed[0].sas[0].said, 7);
    ASSERT_EQ(installed[0].sas[0].teks.size(), 1U);
    EXPECT_EQ(installed[0].sas[0].teks[0].key, (doubles::Key{1, 2, 3}));

    ASSERT_TRUE(fake.retire_context(context));
    EXPECT_FALSE(fake.has_context(context));
    EXPECT_FALSE(fake.retire_context(context));
    ASSERT_TRUE(fake.remove_station(station));
    EXPECT_FALSE(fake.has_station(station));
    EXPECT_FALSE(fake.set_stid(station, {}));
    EXPECT_EQ(fake.calls().size(), 4U);
}

TEST(RecordingInstaller, FailsWhenItIsTold)
{
    RecordingInstaller fake;
    const auto station = fake.add_station({}).value();
    fake.fail_later({ErrorCode::unavailable, "full"}, 1);
    EXPECT_TRUE(fake.add_flow(station, {.slot = 3}));
    const auto refused = fake.add_flow(station, {.slot = 4});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(fake.add_flow(station, {.slot = 4}));
    EXPECT_EQ(fake.calls_of<doubles::AddFlow>().size(), 2U);
}

TEST(RecordingInstaller, AnswersTheCountersOfTheTest)
{
    RecordingInstaller fake;
    const auto station = fake.add_station({}).value();
    EXPECT_EQ(fake.counters(station).value().size(), 0U);
    TekCounters one;
    one.next_pn = 77;
    fake.set_counters(station, {one});
    ASSERT_EQ(fake.counters(station).value().size(), 1U);
    EXPECT_EQ(fake.counters(station).value()[0].next_pn, 77U);
    EXPECT_FALSE(fake.counters({.index = 5, .generation = 1}));
}

} // namespace
} // namespace aaigw::sa
