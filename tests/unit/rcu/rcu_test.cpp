// The reclaimer of the running gateway: nothing is destroyed before all readers and all jobs have let go of it.
#include "dataplane/rcu/rcu.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace aaigw::rcu {
namespace {

/// Says when it is destroyed, and on which thread.
struct Watched {
    explicit Watched(std::vector<int>& to, int my_number) : log{to}, number{my_number} {}
    ~Watched() { log.push_back(number); }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    std::vector<int>& log;
    int number;
    std::thread::id made_on = std::this_thread::get_id();
};

/// Lets call_rcu's thread go on, which waits for this one, too.
void reap_all(RcuReclaimer& reclaimer, ReaderThread& self)
{
    while (reclaimer.reap() != 0) {
        self.quiescent();
        std::this_thread::yield();
    }
}

TEST(RcuReclaimer, DestroysInOrderOnTheThreadThatReaps)
{
    ReaderThread self;
    RcuReclaimer reclaimer;
    std::vector<int> log;
    EXPECT_EQ(reclaimer.reap(), 0U);
    for (int i = 0; i < 20; ++i)
        reclaimer.retire(std::make_unique<Watched>(log, i));
    reap_all(reclaimer, self);
    ASSERT_EQ(log.size(), 20U);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(log[static_cast<std::size_t>(i)], i);
    reclaimer.retire(std::unique_ptr<Watched>{});
    EXPECT_EQ(reclaimer.reap(), 0U);
}

TEST(RcuReclaimer, WaitsForEveryReader)
{
    ReaderThread self;
    RcuReclaimer reclaimer;
    std::vector<int> log;
    std::atomic<int> step{0};
    std::thread reader{[&] {
        ReaderThread other;
        step.store(1);
        while (step.load() < 2)
            std::this_thread::yield(); // holds what it may have read
        other.quiescent();
        while (step.load() < 3) {
            other.quiescent();
            std::this_thread::yield();
        }
    }};
    while (step.load() < 1)
        std::this_thread::yield();
    reclaimer.retire(std::make_unique<Watched>(log, 1));
    for (int i = 0; i < 2000; ++i) {
        self.quiescent();
        EXPECT_EQ(reclaimer.reap(), 1U);
    }
    EXPECT_TRUE(log.empty());
    step.store(2);
    reap_all(reclaimer, self);
    EXPECT_EQ(log.size(), 1U);
    step.store(3);
    reader.join();
}

TEST(RcuReclaimer, DoesNotWaitForAReaderThatIsOffline)
{
    ReaderThread self;
    RcuReclaimer reclaimer;
    std::vector<int> log;
    std::atomic<int> step{0};
    std::thread sleeper{[&] {
        ReaderThread other;
        other.offline();
        step.store(1);
        while (step.load() < 2)
            std::this_thread::yield();
        other.online();
    }};
    while (step.load() < 1)
        std::this_thread::yield();
    reclaimer.retire(std::make_unique<Watched>(log, 1));
    reap_all(reclaimer, self);
    EXPECT_EQ(log.size(), 1U);
    step.store(2);
    sleeper.join();
}

TEST(RcuReclaimer, WaitsForJobsThatWereInFlight)
{
    ReaderThread self;
    RcuReclaimer reclaimer;
    std::vector<int> log;
    std::optional<crypto::QueueSlot> queue = crypto::QueueSlot::acquire();
    ASSERT_TRUE(queue);
    queue->took(2);
    reclaimer.retire(std::make_unique<Watched>(log, 1));
    const auto look = [&] {
        for (int i = 0; i < 2000; ++i) {
            self.quiescent();
            EXPECT_EQ(reclaimer.reap(), 1U);
            std::this_thread::yield();
        }
    };
    look();
    queue->finished(1);
    look();
    EXPECT_TRUE(log.empty());
    queue->finished(1);
    // Later ones are not waited for.
    while (log.empty()) {
        self.quiescent();
        static_cast<void>(reclaimer.reap());
    }
    EXPECT_EQ(reclaimer.reap(), 0U);
}

TEST(RcuReclaimer, EndsWithNothingLeft)
{
    std::vector<int> log;
    {
        ReaderThread self;
        RcuReclaimer reclaimer;
        for (int i = 0; i < 100; ++i)
            reclaimer.retire(std::make_unique<Watched>(log, i));
        self.offline();
    }
    EXPECT_EQ(log.size(), 100U);
}

/// What a reader finds in a published place stays whole until its next quiescent state.
TEST(RcuReclaimer, ReadersNeverSeeWhatIsDestroyed)
{
    struct Pair {
        explicit Pair(std::uint64_t value) : first{value}, second{~value} {}
        ~Pair() { first = second = 0; }
        std::uint64_t first;
        std::uint64_t second;
    };
    ReaderThread self;
    RcuReclaimer reclaimer;
    std::atomic<const Pair*> published{new Pair{0}};
    std::atomic<bool> stop{false};
    std::array<std::atomic<std::uint64_t>, 2> rounds{};
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> readers;
    for (std::size_t number = 0; number < rounds.size(); ++number)
        readers.emplace_back([&, number] {
            ReaderThread reader;
            while (!stop.load(std::memory_order_relaxed)) {
                const Pair* const pair = published.load(std::memory_order_acquire);
                for (int i = 0; i < 10; ++i)
                    wrong.fetch_add(pair->first != ~pair->second ? 1U : 0U);
                rounds[number].fetch_add(1);
                reader.quiescent();
            }
        });
    for (std::uint64_t i = 1; i < 3000 || rounds[0].load() < 100 || rounds[1].load() < 100; ++i) {
        const Pair* const before = published.exchange(new Pair{i}, std::memory_order_acq_rel);
        reclaimer.retire(std::unique_ptr<const Pair>{before});
        self.quiescent();
        static_cast<void>(reclaimer.reap());
    }
    stop.store(true);
    for (std::thread& reader : readers)
        reader.join();
    reclaimer.retire(std::unique_ptr<const Pair>{published.load()});
    reap_all(reclaimer, self);
    EXPECT_EQ(wrong.load(), 0U);
}

} // namespace
} // namespace aaigw::rcu
