// The table of data paths: held against a map, at its limits, and with a reader beside the writer.
#include "dataplane/sa/gre_table.h"
#include "tests/doubles/dice.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <unordered_map>
#include <vector>

namespace aaigw::sa {
namespace {

using aaigw::doubles::Dice;

GreEntry entry_of(std::uint32_t key, std::uint32_t station = 1)
{
    return {key, station, static_cast<std::uint8_t>(key % kFlowSlots), kFlowExists};
}

TEST(GreEntry, KeepsItsFields)
{
    const GreEntry entry{0xffffffff, GreEntry::kMaxStations - 1, 15, 0x1f};
    EXPECT_EQ(entry.gre_key(), 0xffffffffU);
    EXPECT_EQ(entry.station(), GreEntry::kMaxStations - 1);
    EXPECT_EQ(entry.slot(), 15);
    EXPECT_EQ(entry.flags(), 0x1f);
    EXPECT_TRUE(entry.exists());
    const GreEntry other{1, 2, 3, kFlowExists | kFlowCrc};
    EXPECT_EQ(other.gre_key(), 1U);
    EXPECT_EQ(other.station(), 2U);
    EXPECT_EQ(other.slot(), 3);
    EXPECT_EQ(other.flags(), kFlowExists | kFlowCrc);
    EXPECT_FALSE(GreEntry{}.exists());
}

class Table : public testing::Test {
  protected:
    static constexpr std::size_t kFlows = 500;

    GreTable table_{kFlows, *std::pmr::new_delete_resource()};
};

TEST_F(Table, FindsWhatWasPutIn)
{
    EXPECT_FALSE(table_.find(0).exists());
    ASSERT_TRUE(table_.insert(entry_of(0, 7)));
    ASSERT_TRUE(table_.insert(entry_of(0xffffffff, 8)));
    EXPECT_EQ(table_.find(0).station(), 7U);
    EXPECT_EQ(table_.find(0xffffffff).station(), 8U);
    EXPECT_FALSE(table_.find(1).exists());
    ASSERT_TRUE(table_.insert(entry_of(0, 9)));
    EXPECT_EQ(table_.find(0).station(), 9U);
    table_.erase(0);
    EXPECT_FALSE(table_.find(0).exists());
    table_.erase(0);
    EXPECT_EQ(table_.find(0xffffffff).station(), 8U);
}

/// Keys in sequence, and keys that differ in their upper bits only.
TEST_F(Table, HoldsAsManyFlowsAsItWasMadeFor)
{
    for (const unsigned shift : {0U, 8U, 16U, 20U}) {
        for (std::uint32_t i = 0; i < kFlows; ++i)
            ASSERT_TRUE(table_.insert(entry_of(i << shift, i))) << "shift " << shift << ", " << i;
        for (std::uint32_t i = 0; i < kFlows; ++i)
            ASSERT_EQ(table_.find(i << shift).station(), i);
        for (std::uint32_t i = 0; i < kFlows; ++i)
            table_.erase(i << shift);
        for (std::uint32_t i = 0; i < kFlows; ++i)
            ASSERT_FALSE(table_.find(i << shift).exists());
    }
}

/// Keys that all begin their search in one place.
std::vector<std::uint32_t> colliding_keys(const GreTable& table, std::size_t count)
{
    std::vector<std::uint32_t> keys;
    const void* const place = table.place_of(12345);
    for (std::uint32_t key = 0; keys.size() < count; ++key)
        if (table.place_of(key) == place)
            keys.push_back(key);
    return keys;
}

TEST_F(Table, RefusesAKeyThatFindsNoPlaceNearItsOwn)
{
    const auto keys = colliding_keys(table_, GreTable::kMaxProbes + 1);
    for (std::size_t i = 0; i < GreTable::kMaxProbes; ++i)
        ASSERT_TRUE(table_.insert(entry_of(keys[i])));
    EXPECT_FALSE(table_.insert(entry_of(keys.back())));
    EXPECT_FALSE(table_.find(keys.back()).exists());
    // One that is there is replaced all the same, and a place that becomes free is used.
    EXPECT_TRUE(table_.insert(entry_of(keys[3], 9)));
    EXPECT_EQ(table_.find(keys[3]).station(), 9U);
    table_.erase(keys[5]);
    EXPECT_TRUE(table_.insert(entry_of(keys.back())));
    for (std::size_t i = 0; i < keys.size(); ++i)
        EXPECT_EQ(table_.find(keys[i]).exists(), i != 5) << i;
}

TEST_F(Table, KeysBehindAnErasedOneAreStillFound)
{
    const auto keys = colliding_keys(table_, 10);
    for (const std::uint32_t key : keys)
        ASSERT_TRUE(table_.insert(entry_of(key)));
    for (const std::size_t gone : {0U, 4U, 8U})
        table_.erase(keys[gone]);
    for (std::size_t i = 0; i < keys.size(); ++i)
        EXPECT_EQ(table_.find(keys[i]).exists(), i != 0 && i != 4 && i != 8) << i;
    // Not twice, although an earlier place has become free.
    ASSERT_TRUE(table_.insert(entry_of(keys[9], 77)));
    table_.erase(keys[9]);
    EXPECT_FALSE(table_.find(keys[9]).exists());
}

/// A search for a key that is not there ends at an empty place: erased ones would make it longer for ever.
TEST_F(Table, IsAsGoodAsNewWhenAllIsErased)
{
    Dice dice{1};
    std::vector<std::uint32_t> keys;
    for (std::size_t round = 0; round < 50; ++round) {
        keys.clear();
        for (std::size_t i = 0; i < kFlows; ++i) {
            keys.push_back(dice.u32());
            ASSERT_TRUE(table_.insert(entry_of(keys.back())));
        }
        dice.shuffle(keys);
        for (const std::uint32_t key : keys)
            table_.erase(key);
    }
    EXPECT_EQ(table_.marks(), 0U);
}

TEST_F(Table, DoesWhatAMapDoes)
{
    std::unordered_map<std::uint32_t, std::uint64_t> model;
    Dice dice{2};
    const auto key = [&dice] { return dice.below(900) << (dice.one_in(2) ? 16U : 0U); };
    for (std::size_t step = 0; step < 300'000; ++step) {
        const std::uint32_t chosen = key();
        if (dice.one_in(2) && (model.size() < kFlows || model.contains(chosen))) {
            const GreEntry entry = entry_of(chosen, dice.below(GreEntry::kMaxStations));
            ASSERT_TRUE(table_.insert(entry)) << "step " << step;
            model[chosen] = entry.bits();
        } else {
            table_.erase(chosen);
            model.erase(chosen);
        }
        const std::uint32_t looked_up = key();
        const auto expected = model.find(looked_up);
        ASSERT_EQ(table_.find(looked_up).bits(), expected == model.end() ? 0 : expected->second)
            << "step " << step << ", key " << looked_up;
    }
}

/// What is in the table all the time is found all the time, whatever else goes on.
TEST_F(Table, MayBeReadWhileItIsChanged)
{
    constexpr std::uint32_t kStay = 100;
    const auto stays = colliding_keys(table_, kStay / 4);
    for (const std::uint32_t key : stays)
        ASSERT_TRUE(table_.insert(entry_of(key, key % 1000)));
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<std::uint64_t> found{0};
    std::thread reader{[&] {
        while (!stop.load(std::memory_order_relaxed))
            for (const std::uint32_t key : stays) {
                const GreEntry entry = table_.find(key);
                if (!entry.exists() || entry.gre_key() != key || entry.station() != key % 1000)
                    wrong.fetch_add(1);
                found.fetch_add(1, std::memory_order_relaxed);
            }
    }};
    Dice dice{3};
    for (std::size_t step = 0; step < 200'000 || found.load() < 1000; ++step) {
        const std::uint32_t key = 0x80000000U | dice.below(300);
        if (dice.one_in(2))
            static_cast<void>(table_.insert(entry_of(key, dice.below(1000))));
        else
            table_.erase(key);
    }
    stop.store(true);
    reader.join();
    EXPECT_EQ(wrong.load(), 0U);
}

} // namespace
} // namespace aaigw::sa
