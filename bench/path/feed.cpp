#include "bench/path/feed.h"

#include "bench/crypto/workload.h"
#include "bench/path/frames.h"
#include "common/check.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <random>

namespace aaigw::bench {

namespace {

/// A DPDK buffer is as large: mbuf, private area, headroom, data.
constexpr std::size_t kBufferBytes = 64 + 128 + 2048 + 64;
constexpr std::size_t kLargestFrame = 2048;
constexpr std::size_t kCacheLine = 64;

} // namespace

MemoryStore::MemoryStore(std::size_t packets)
    : count_{packets}, memory_{static_cast<std::uint8_t*>(map_pages(packets * kBufferBytes))}
{
    free_.reserve(packets);
    for (std::size_t i = 0; i < packets; ++i)
        free_.push_back(new (memory_ + i * kBufferBytes) path::Packet);
}

MemoryStore::~MemoryStore()
{
    std::free(memory_);
}

path::Packet* MemoryStore::take() noexcept
{
    if (free_.empty())
        return nullptr;
    path::Packet* const packet = free_.back();
    free_.pop_back();
    *packet = path::Packet{};
    packet->data = reinterpret_cast<std::uint8_t*>(packet) + sizeof(path::Packet) + 128;
    packet->frame = packet->data;
    packet->headroom = 128;
    packet->tailroom = 2048 + 64;
    return packet;
}

void MemoryStore::give_back(std::span<path::Packet* const> packets) noexcept
{
    free_.insert(free_.end(), packets.begin(), packets.end());
}

SizePattern::SizePattern(std::size_t inner_bytes) : sizes_{static_cast<std::uint16_t>(inner_bytes)}
{
}

SizePattern SizePattern::imix()
{
    // Longer than a branch predictor learns.
    constexpr std::size_t kLength = 8192;
    SizePattern pattern;
    std::mt19937 random{7}; // NOLINT: the same every time
    std::discrete_distribution<std::size_t> pick{7, 4, 1};
    constexpr std::array<std::uint16_t, 3> kSizes{64, 576, 1400};
    for (std::size_t i = 0; i < kLength; ++i)
        pattern.sizes_.push_back(kSizes[pick(random)]);
    return pattern;
}

MemoryFeed::MemoryFeed(Population& population, Direction direction, SizePattern sizes,
                       MemoryStore& store)
    : population_{population}, direction_{direction}, sizes_{std::move(sizes)}, store_{store},
      templates_(2048), frames_(kPrepared)
{
    std::mt19937_64 random{3}; // NOLINT: the same every time
    constexpr std::size_t kOrder = std::size_t{1} << 20;
    std::uniform_int_distribution<std::uint32_t> pick{
        0, static_cast<std::uint32_t>(population.flows() - 1)};
    order_.resize(kOrder);
    for (std::uint32_t& flow : order_)
        flow = pick(random);
    if (direction == Direction::uplink)
        uplink_.resize(kPrepared * kLargestFrame);
}

void MemoryFeed::prepare_downlink(Frame& frame, std::size_t flow, std::size_t inner_bytes)
{
    frame.bytes = templates_[inner_bytes].data();
    frame.length = static_cast<std::uint16_t>(templates_[inner_bytes].size());
    frame.gre_key = __builtin_bswap32(population_.gre_key(flow));
}

void MemoryFeed::prepare(std::size_t frames)
{
    AAIGW_CHECK(frames <= kPrepared && empty());
    std::size_t used = 0;
    for (std::size_t i = 0; i < frames; ++i) {
        const std::size_t flow = order_[at_++ % order_.size()];
        const std::size_t inner_bytes = sizes_.next();
        auto& made = templates_[inner_bytes];
        if (made.empty())
            made = direction_ == Direction::downlink ? downlink_frame(inner_packet(inner_bytes))
                                                     : inner_packet(inner_bytes);
        if (direction_ == Direction::downlink) {
            prepare_downlink(frames_[i], flow, inner_bytes);
            continue;
        }
        std::uint8_t* const place = &uplink_[used];
        frames_[i].bytes = place;
        frames_[i].length = static_cast<std::uint16_t>(population_.start_uplink(flow, made, place));
        used += (frames_[i].length + 2 * kCacheLine - 1) / kCacheLine * kCacheLine;
        if (i % 32 == 31)
            population_.finish_uplink();
    }
    if (direction_ == Direction::uplink)
        population_.finish_uplink();
    prepared_ = frames;
    next_ = 0;
}

std::size_t MemoryFeed::receive(path::Batch& out, std::size_t most) noexcept
{
    const std::size_t count = std::min(most, prepared_ - next_);
    for (std::size_t i = 0; i < count; ++i) {
        path::Packet* const packet = store_.take();
        if (packet == nullptr)
            break;
        const Frame& frame = frames_[next_++];
        std::memcpy(packet->data, frame.bytes, frame.length);
        if (direction_ == Direction::downlink)
            std::memcpy(packet->data + kGreKeyAt, &frame.gre_key, sizeof(frame.gre_key));
        packet->widen(0, frame.length);
        packet->port = direction_ == Direction::downlink ? kCorePort : kAccessPort;
        out.add(*packet);
    }
    return 0;
}

std::size_t Junction::send(std::span<path::Packet* const> frames) noexcept
{
    waiting_.insert(waiting_.end(), frames.begin(), frames.end());
    return frames.size();
}

std::size_t Junction::receive(path::Batch& out, std::size_t most) noexcept
{
    while (next_ < waiting_.size() && most-- > 0) {
        path::Packet* const packet = waiting_[next_++];
        packet->frame = packet->data;
        packet->port = kCorePort;
        out.add(*packet);
    }
    if (next_ == waiting_.size()) {
        waiting_.clear();
        next_ = 0;
    }
    return 0;
}

} // namespace aaigw::bench
