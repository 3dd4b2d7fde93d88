// Replay windows: sequences at every boundary, sweeps in both directions, and a set of numbers as the oracle.
#include "dataplane/sa/replay_window.h"
#include "tests/doubles/dice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace aaigw::sa {
namespace {

using aaigw::doubles::Dice;

constexpr std::uint16_t kSizes[]{32, 33, 63, 64, 65, 127, 128, 192, 193, 256, 500, 512, 1023, 1024};

class Window : public testing::TestWithParam<std::uint16_t> {
  protected:
    [[nodiscard]] static std::uint32_t size() { return GetParam(); }

    ReplayWindow window_{GetParam(), 0};
};

std::string size_name(const testing::TestParamInfo<std::uint16_t>& info)
{
    return std::to_string(info.param);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Window, testing::ValuesIn(kSizes), size_name);

/// A PN, or the place of one in terms of the window: `windows` times its size and `plus`.
struct Step {
    std::uint32_t windows;
    std::int32_t plus;
    Arrival arrival;
};

/// One after the other; every boundary that a window has.
constexpr Step kSteps[]{
    {0, 1, Arrival::newest},     {0, 1, Arrival::replayed},  {0, 9, Arrival::newest},
    {0, 8, Arrival::late},       {0, 7, Arrival::late},      {0, 7, Arrival::replayed},
    {1, 0, Arrival::newest},     {1, -1, Arrival::late},     {1, -1, Arrival::replayed},
    {0, 2, Arrival::late},       {0, 2, Arrival::replayed},  {1, 16, Arrival::newest},
    {0, 3, Arrival::replayed},   {0, 16, Arrival::replayed}, {0, 17, Arrival::late},
    {0, 17, Arrival::replayed},  {1, 15, Arrival::late},     {4, 0, Arrival::newest},
    {4, -32, Arrival::replayed}, // only with a window of 32: see below
    {4, 0, Arrival::replayed},   {3, 0, Arrival::replayed},  {3, 1, Arrival::late},
    {3, 1, Arrival::replayed},   {2, 5, Arrival::replayed},  {4, 2, Arrival::newest},
    {3, 2, Arrival::replayed},   {3, 3, Arrival::late},      {4, 1, Arrival::late},
    {4, 1, Arrival::replayed},   {5, 1, Arrival::newest},    {4, 2, Arrival::replayed},
    {4, 3, Arrival::late},       {9, 0, Arrival::newest},    {4, 4, Arrival::replayed},
};

TEST_P(Window, SequenceThatMeetsEveryBoundary)
{
    std::size_t number = 0;
    for (const Step& step : kSteps) {
        ++number;
        if (step.plus == -32 && size() != 32)
            continue;
        const auto pn = static_cast<std::uint32_t>(
            static_cast<std::int64_t>(step.windows * size()) + step.plus);
        EXPECT_EQ(window_.may_accept(pn), step.arrival != Arrival::replayed) << "step " << number;
        EXPECT_EQ(window_.record(pn), step.arrival) << "step " << number << ", pn " << pn;
    }
}

TEST_P(Window, LookingChangesNothing)
{
    ASSERT_EQ(window_.record(5), Arrival::newest);
    for (const std::uint32_t pn : {6U, 5000U, 4U, 0xffffffffU})
        static_cast<void>(window_.may_accept(pn));
    EXPECT_EQ(window_.highest(), 5U);
    EXPECT_TRUE(window_.may_accept(4));
    EXPECT_TRUE(window_.may_accept(6));
    EXPECT_FALSE(window_.may_accept(5));
}

TEST_P(Window, NothingBeforeTheFirstNumberIsAccepted)
{
    for (const std::uint32_t before : {0U, 0x200000U, 0x80000000U, 77U, 5000U}) {
        ReplayWindow window{GetParam(), before};
        for (std::uint32_t back = 0; back <= 2 * size() && back <= before; ++back)
            EXPECT_EQ(window.record(before - back), Arrival::replayed) << before << " - " << back;
        EXPECT_EQ(window.record(before + size() - 1), Arrival::newest);
        EXPECT_EQ(window.record(before), Arrival::replayed);
        EXPECT_EQ(window.record(before + 1), Arrival::late);
        EXPECT_EQ(window.record(before + 1), Arrival::replayed);
    }
}

/// Sweeps of `count` numbers from `first` on: every second one, then the others backwards.
TEST_P(Window, SweepsOfAboutItsOwnLength)
{
    for (const std::uint32_t count : {size() - 1, size(), size() + 1}) {
        for (const std::uint32_t first : {1U, 63U, 64U, 65U, 100'000U, 0xffffffffU - 2 * size()}) {
            ReplayWindow window{GetParam(), first - 1};
            for (std::uint32_t i = 0; i < count; i += 2)
                EXPECT_EQ(window.record(first + i), Arrival::newest);
            const std::uint32_t highest = window.highest();
            for (std::uint32_t i = count; i-- > 0;) {
                const std::uint32_t pn = first + i;
                const bool is_new = i % 2 == 1;
                Arrival expected = Arrival::replayed;
                if (is_new && pn > highest)
                    expected = Arrival::newest;
                else if (is_new && window.highest() - pn < size())
                    expected = Arrival::late;
                EXPECT_EQ(window.record(pn), expected) << "count " << count << ", pn " << pn;
            }
        }
    }
}

TEST_P(Window, EndsWithTheLastNumberThereIs)
{
    ReplayWindow window{GetParam(), 0x80000000};
    EXPECT_EQ(window.record(0xffffffff), Arrival::newest);
    EXPECT_EQ(window.record(0xffffffff), Arrival::replayed);
    EXPECT_EQ(window.record(0xffffffff - size() + 1), Arrival::late);
    EXPECT_EQ(window.record(0xffffffff - size()), Arrival::replayed);
}

TEST_P(Window, MovesWithoutAccepting)
{
    ASSERT_EQ(window_.record(10), Arrival::newest);
    window_.advance_to(10 + size() - 1);
    EXPECT_EQ(window_.record(10), Arrival::replayed);
    EXPECT_EQ(window_.record(11), Arrival::late);
    EXPECT_EQ(window_.record(10 + size() - 1), Arrival::late);
    window_.advance_to(10 + size());
    EXPECT_EQ(window_.record(10), Arrival::replayed);
    EXPECT_EQ(window_.highest(), 10 + size());
}

/// What a window is: the numbers that were accepted, and the greatest one that came.
class Oracle {
  public:
    Oracle(std::uint32_t size, std::uint32_t before_first) : size_{size}, highest_{before_first}
    {
        for (std::uint32_t back = 0; back < size && back <= before_first; ++back)
            seen_.insert(before_first - back);
    }

    Arrival record(std::uint32_t pn)
    {
        if (pn <= highest_ && (highest_ - pn >= size_ || seen_.contains(pn)))
            return Arrival::replayed;
        seen_.insert(pn);
        if (pn < highest_)
            return Arrival::late;
        highest_ = pn;
        while (highest_ - *seen_.begin() >= size_)
            seen_.erase(seen_.begin());
        return Arrival::newest;
    }

    [[nodiscard]] std::uint32_t highest() const { return highest_; }

  private:
    std::uint32_t size_;
    std::uint32_t highest_;
    std::set<std::uint32_t> seen_;
};

/// A number near the end of the window, in it or around its beginning; now and then far away.
std::uint32_t next_pn(Dice& dice, std::uint32_t highest, std::uint32_t size)
{
    std::int64_t pn = highest;
    const auto below = [&dice](std::uint32_t bound) { return std::int64_t{dice.below(bound)}; };
    switch (dice.below(16)) {
    case 0:
        pn += below(3 * size);
        break;
    case 1:
        pn -= size - 2 + below(5);
        break;
    case 2:
        pn -= below(3 * size);
        break;
    case 3:
        pn += below(70) == 0 ? below(100 * size) : 1;
        break;
    default:
        pn += below(size) - 2 * std::int64_t{size} / 3;
        break;
    }
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(pn, 0, 0xffffffff));
}

TEST_P(Window, DoesWhatASetOfNumbersDoes)
{
    constexpr std::size_t kStepsPerStart = 150'000;
    Dice dice{GetParam()};
    for (const std::uint32_t before : {0U, 0x200000U, 0xfff00000U}) {
        ReplayWindow window{GetParam(), before};
        Oracle oracle{size(), before};
        for (std::size_t step = 0; step < kStepsPerStart; ++step) {
            const std::uint32_t pn = next_pn(dice, oracle.highest(), size());
            const bool may_accept = window.may_accept(pn);
            const Arrival arrival = window.record(pn);
            ASSERT_EQ(arrival, oracle.record(pn)) << "step " << step << ", pn " << pn;
            ASSERT_EQ(may_accept, arrival != Arrival::replayed) << "step " << step;
            ASSERT_EQ(window.highest(), oracle.highest());
        }
    }
}

TEST(WindowSize, IsChecked)
{
    EXPECT_DEATH((ReplayWindow{31, 0}), "check failed");
    EXPECT_DEATH((ReplayWindow{1025, 0}), "check failed");
}

} // namespace
} // namespace aaigw::sa
