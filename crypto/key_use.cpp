#include "crypto/key_use.h"

#include <utility>

namespace aaigw::crypto {

namespace {

constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << QueueSlot::kSequenceBits) - 1;
constexpr std::size_t kMoved = QueueSlot::kMaxQueues;

/// A cache line each: every queue writes its own once a burst.
struct alignas(64) Place {
    std::atomic<std::uint64_t> finished{0};
    std::atomic_flag taken;
};

constinit std::array<Place, QueueSlot::kMaxQueues> places{};

} // namespace

std::optional<QueueSlot> QueueSlot::acquire() noexcept
{
    for (std::size_t i = 0; i < kMaxQueues; ++i) {
        if (!places[i].taken.test_and_set(std::memory_order_acquire))
            return QueueSlot{i};
    }
    return std::nullopt;
}

QueueSlot::QueueSlot(std::size_t index) noexcept
    : index_{index}, issued_{static_cast<std::uint64_t>(index) << kSequenceBits |
                             places[index].finished.load(std::memory_order_relaxed)}
{
}

QueueSlot::QueueSlot(QueueSlot&& other) noexcept
    : index_{std::exchange(other.index_, kMoved)}, issued_{other.issued_}
{
}

QueueSlot::~QueueSlot()
{
    if (index_ != kMoved)
        places[index_].taken.clear(std::memory_order_release);
}

void QueueSlot::finish(std::size_t count) noexcept
{
    std::atomic<std::uint64_t>& finished = places[index_].finished;
    finished.store(finished.load(std::memory_order_relaxed) + count, std::memory_order_release);
}

bool KeyUse::in_flight() const noexcept
{
    const std::uint64_t last = last_.load(std::memory_order_acquire);
    if (last == 0)
        return false;
    const Place& place = places[static_cast<std::size_t>(last >> QueueSlot::kSequenceBits)];
    return place.finished.load(std::memory_order_acquire) < (last & kSequenceMask);
}

} // namespace aaigw::crypto
