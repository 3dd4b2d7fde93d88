// A worker that stands still is named once, and once more when it goes on.
#include "control/runtime/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace aaigw::runtime {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

class SupervisorTest : public testing::Test {
  protected:
    /// Looks every 10 ms for that long.
    std::vector<Supervisor::Notice> look_for(std::chrono::milliseconds time,
                                             bool second_moves = true)
    {
        std::vector<Supervisor::Notice> all;
        for (const auto end = now_ + time; now_ < end;) {
            now_ += 10ms;
            if (second_moves)
                beats_[1].add();
            const auto notices = supervisor_.look(now_);
            all.insert(all.end(), notices.begin(), notices.end());
        }
        return all;
    }

    std::array<Counter, 2> beats_;
    Supervisor supervisor_{{&beats_[0], &beats_[1]}, 100ms};
    Supervisor::Time now_{1h};
};

TEST_F(SupervisorTest, NamesAWorkerThatDoesNotMoveOnce)
{
    beats_[0].add();
    EXPECT_THAT(look_for(100ms), IsEmpty());
    const auto notices = look_for(1s);
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].worker, 0U);
    EXPECT_EQ(notices[0].change, Supervisor::Change::stalled);
    EXPECT_EQ(notices[0].still, 100ms);
    EXPECT_TRUE(supervisor_.is_stalled(0));
    EXPECT_FALSE(supervisor_.is_stalled(1));
    EXPECT_EQ(supervisor_.stalls(0), 1U);
    EXPECT_EQ(supervisor_.stalls(1), 0U);
}

TEST_F(SupervisorTest, SaysWhenItMovesAgainAndHowLongItDidNot)
{
    beats_[0].add();
    EXPECT_EQ(look_for(500ms).size(), 1U);
    beats_[0].add();
    const auto notices = look_for(50ms);
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].change, Supervisor::Change::recovered);
    EXPECT_EQ(notices[0].still, 500ms);
    EXPECT_FALSE(supervisor_.is_stalled(0));
    EXPECT_EQ(look_for(500ms).size(), 1U);
    EXPECT_EQ(supervisor_.stalls(0), 2U);
}

TEST_F(SupervisorTest, SeesOneThatNeverMovedAtAll)
{
    EXPECT_THAT(look_for(100ms), IsEmpty());
    EXPECT_EQ(look_for(500ms).size(), 1U);
}

TEST_F(SupervisorTest, DoesNotBlameWorkersWhenItDidNotLook)
{
    beats_[0].add();
    EXPECT_THAT(look_for(50ms), IsEmpty());
    now_ += 1h;
    EXPECT_THAT(look_for(100ms, false), IsEmpty());
    EXPECT_EQ(look_for(100ms, false).size(), 2U);
}

} // namespace
} // namespace aaigw::runtime
