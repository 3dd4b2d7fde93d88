// Frames from memory and into nothing: what a worker is measured between.
#pragma once

#include "bench/path/population.h"
#include "dataplane/path/io.h"

#include <cstdint>
#include <vector>

namespace aaigw::bench {

/// Packet buffers in one piece of memory; the one that was given back last comes first. One thread.
class MemoryStore final : public path::PacketStore {
  public:
    explicit MemoryStore(std::size_t packets);
    ~MemoryStore() override;
    MemoryStore(const MemoryStore&) = delete;
    MemoryStore& operator=(const MemoryStore&) = delete;

    [[nodiscard]] path::Packet* take() noexcept override;
    void give_back(std::span<path::Packet* const> packets) noexcept override;
    [[nodiscard]] std::size_t in_use() const noexcept { return count_ - free_.size(); }

  private:
    std::size_t count_;
    std::uint8_t* memory_;
    std::vector<path::Packet*> free_;
};

/// Frame sizes of a measurement in the order in which they come: one size, or a random IMIX of 64, 576 and 1,400 bytes
/// of inner packet in the proportion 7 : 4 : 1.
class SizePattern {
  public:
    explicit SizePattern(std::size_t inner_bytes);
    [[nodiscard]] static SizePattern imix();

    [[nodiscard]] std::size_t next() noexcept { return sizes_[at_++ % sizes_.size()]; }

  private:
    SizePattern() = default;
    std::vector<std::uint16_t> sizes_;
    std::size_t at_ = 0;
};

/// One receive queue that copies each frame out of memory into a fresh packet, as a NIC would put it there.
class MemoryFeed final : public path::FrameSource {
  public:
    enum class Direction : std::uint8_t { downlink, uplink };

    MemoryFeed(Population& population, Direction direction, SizePattern sizes, MemoryStore& store);

    /// Makes the next `frames` frames (at most kPrepared), of flows in random order. Not part of what is measured.
    void prepare(std::size_t frames);
    [[nodiscard]] std::size_t receive(path::Batch& out, std::size_t most) noexcept override;
    [[nodiscard]] bool empty() const noexcept { return next_ == prepared_; }

    /// Many, so that making them does not sweep the worker's caches all the time.
    static constexpr std::size_t kPrepared = 1024;

  private:
    struct Frame {
        const std::uint8_t* bytes = nullptr;
        std::uint16_t length = 0;
        std::uint32_t gre_key = 0;
    };

    void prepare_downlink(Frame& frame, std::size_t flow, std::size_t inner_bytes);

    Population& population_;
    Direction direction_;
    SizePattern sizes_;
    MemoryStore& store_;
    std::vector<std::uint32_t> order_; ///< of flows
    std::size_t at_ = 0;
    std::vector<std::vector<std::uint8_t>> templates_; ///< by inner size
    std::vector<std::uint8_t> uplink_;                 ///< the frames, one behind the other
    std::vector<Frame> frames_;
    std::size_t prepared_ = 0;
    std::size_t next_ = 0;
};

/// Frees what it is given, as net_null does.
class NullSink final : public path::FrameSink {
  public:
    explicit NullSink(MemoryStore& store) : store_{store} {}
    [[nodiscard]] std::size_t send(std::span<path::Packet* const> frames) noexcept override
    {
        store_.give_back(frames);
        return frames.size();
    }

  private:
    MemoryStore& store_;
};

/// What is sent here is received there: joins two workers of one thread.
class Junction final : public path::FrameSink, public path::FrameSource {
  public:
    [[nodiscard]] std::size_t send(std::span<path::Packet* const> frames) noexcept override;
    [[nodiscard]] std::size_t receive(path::Batch& out, std::size_t most) noexcept override;

  private:
    std::vector<path::Packet*> waiting_;
    std::size_t next_ = 0;
};

} // namespace aaigw::bench
