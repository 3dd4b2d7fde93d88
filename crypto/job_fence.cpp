#include "crypto/job_fence.h"

#include <algorithm>
#include <utility>

namespace aaigw::crypto {

namespace {

constexpr std::size_t kMoved = QueueSlot::kMaxQueues;

/// A cache line each: every queue writes its own once a burst.
struct alignas(64) Place {
    std::atomic<std::uint64_t> taken{0};
    std::atomic<std::uint64_t> finished{0};
    std::atomic_flag in_use;
};

constinit std::array<Place, QueueSlot::kMaxQueues> places{};

/// Each count has one writer: a plain addition, not a locked one.
void add(std::atomic<std::uint64_t>& count, std::size_t increment) noexcept
{
    count.store(count.load(std::memory_order_relaxed) + increment, std::memory_order_release);
}

} // namespace

std::optional<QueueSlot> QueueSlot::acquire() noexcept
{
    for (std::size_t i = 0; i < kMaxQueues; ++i) {
        if (!places[i].in_use.test_and_set(std::memory_order_acquire))
            return QueueSlot{i};
    }
    return std::nullopt;
}

QueueSlot::QueueSlot(QueueSlot&& other) noexcept : index_{std::exchange(other.index_, kMoved)} {}

QueueSlot::~QueueSlot()
{
    if (index_ != kMoved)
        places[index_].in_use.clear(std::memory_order_release);
}

void QueueSlot::took(std::size_t count) noexcept
{
    add(places[index_].taken, count);
}

void QueueSlot::finished(std::size_t count) noexcept
{
    add(places[index_].finished, count);
}

JobFence JobFence::now()
{
    JobFence fence;
    for (std::size_t i = 0; i < QueueSlot::kMaxQueues; ++i) {
        const std::uint64_t taken = places[i].taken.load(std::memory_order_acquire);
        if (places[i].finished.load(std::memory_order_acquire) < taken)
            fence.awaited_.push_back({i, taken});
    }
    return fence;
}

bool JobFence::passed() const noexcept
{
    return std::ranges::all_of(awaited_, [](const Awaited& awaited) {
        return places[awaited.queue].finished.load(std::memory_order_acquire) >= awaited.count;
    });
}

} // namespace aaigw::crypto
