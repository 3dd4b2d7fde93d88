// Memory in the place of ports: buffers, receive and transmit queues, and queues between workers. No queue is ever full:
// each has a place for every buffer there is, so that whatever is lost was lost by the gateway.
#pragma once

#include "common/check.h"
#include "common/spsc_ring.h"
#include "dataplane/path/io.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "tests/swap/frames.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <vector>

namespace aaigw::swap {

inline constexpr std::size_t kMostBuffers = 8192;

/// Packet buffers for workers and for those who send to them.
class Buffers final : public path::PacketStore {
  public:
    explicit Buffers(std::size_t count)
    {
        AAIGW_CHECK(count <= kMostBuffers);
        all_.reserve(count);
        free_.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            all_.push_back(std::make_unique<Buffer>());
            free_.push_back(&all_.back()->packet);
        }
        free_count_ = count;
    }

    [[nodiscard]] path::Packet* take() noexcept override
    {
        path::Packet* packet = nullptr;
        {
            const std::scoped_lock lock{mutex_};
            if (free_.empty())
                return nullptr;
            packet = free_.back();
            free_.pop_back();
            free_count_.store(free_.size(), std::memory_order_relaxed);
        }
        empty(*packet);
        return packet;
    }

    void give_back(std::span<path::Packet* const> packets) noexcept override
    {
        const std::scoped_lock lock{mutex_};
        AAIGW_CHECK(free_.size() + packets.size() <= all_.size());
        free_.insert(free_.end(), packets.begin(), packets.end());
        free_count_.store(free_.size(), std::memory_order_relaxed);
    }

    /// At some moment just now.
    [[nodiscard]] std::size_t free() const noexcept
    {
        return free_count_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t in_use() const noexcept { return all_.size() - free(); }

  private:
    static constexpr std::size_t kBytes = path::kMinHeadroom + 2048 + path::kMinTailroom;

    struct Buffer {
        path::Packet packet;
        std::array<std::uint8_t, kBytes> bytes;
    };

    /// The Packet is the first member of its Buffer.
    static void empty(path::Packet& packet) noexcept
    {
        packet = path::Packet{};
        packet.data =
            reinterpret_cast<std::uint8_t*>(&packet) + sizeof(path::Packet) + path::kMinHeadroom;
        packet.frame = packet.data;
        packet.headroom = path::kMinHeadroom;
        packet.tailroom = kBytes - path::kMinHeadroom;
    }

    std::vector<std::unique_ptr<Buffer>> all_;
    std::mutex mutex_;
    std::vector<path::Packet*> free_; ///< guarded by mutex_
    std::atomic<std::size_t> free_count_{0};
};

using PacketRing = SpscRing<path::Packet*, kMostBuffers>;

/// A receive queue: filled by one thread, emptied by one worker.
class Entry final : public path::FrameSource {
  public:
    void put(path::Packet& packet) noexcept
    {
        path::Packet** const place = ring_.claim();
        AAIGW_CHECK(place != nullptr);
        *place = &packet;
        ring_.publish();
    }

    [[nodiscard]] std::size_t receive(path::Batch& out, std::size_t most) noexcept override
    {
        // A worker resolves what it has received before it asks for more.
        resolved_.store(handed_out_, std::memory_order_relaxed);
        if (stop_.load(std::memory_order_relaxed)) {
            stopped_.store(true, std::memory_order_relaxed);
            stop_.wait(true, std::memory_order_relaxed);
            stopped_.store(false, std::memory_order_relaxed);
        }
        for (; most > 0; --most) {
            path::Packet** const front = ring_.front();
            if (front == nullptr)
                break;
            out.add(**front);
            ring_.pop();
            ++handed_out_;
        }
        if (Buffers* const buffers = flood_.load(std::memory_order_acquire); buffers != nullptr)
            fill_up(out, most, *buffers);
        return 0;
    }

    /// How many frames have been received, and their keys been found. Any thread. Says nothing of memory: a test that ordered
    /// the threads itself would not show whether the gateway does.
    [[nodiscard]] std::uint64_t resolved() const noexcept
    {
        return resolved_.load(std::memory_order_relaxed);
    }

    /// The worker comes to rest at its next receive(), in the middle of a poll; is_stopped() says when it has.
    void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool is_stopped() const noexcept
    {
        return stopped_.load(std::memory_order_relaxed);
    }
    void go_on() noexcept
    {
        stop_.store(false, std::memory_order_relaxed);
        stop_.notify_all();
    }

    /// From now on the queue is never empty: there is always one more frame from the core, with that GRE key.
    void flood(Buffers& buffers, std::uint32_t gre_key) noexcept
    {
        flood_key_ = gre_key;
        flood_.store(&buffers, std::memory_order_release);
    }
    void stop_flood() noexcept { flood_.store(nullptr, std::memory_order_release); }

  private:
    void fill_up(path::Batch& out, std::size_t most, Buffers& buffers) const noexcept
    {
        for (; most > 0; --most) {
            path::Packet* const packet = buffers.take();
            if (packet == nullptr)
                return;
            write_inner(write_core_frame(*packet, flood_key_, kMinInnerBytes), {});
            out.add(*packet);
        }
    }

    PacketRing ring_;
    std::uint64_t handed_out_ = 0;
    std::atomic<std::uint64_t> resolved_{0};
    std::atomic<bool> stop_{false};
    std::atomic<bool> stopped_{false};
    std::atomic<Buffers*> flood_{nullptr};
    std::uint32_t flood_key_ = 0;
};

/// A transmit queue: filled by one worker, emptied by one thread.
class Exit final : public path::FrameSink {
  public:
    [[nodiscard]] std::size_t send(std::span<path::Packet* const> frames) noexcept override
    {
        for (path::Packet* const frame : frames) {
            path::Packet** const place = ring_.claim();
            AAIGW_CHECK(place != nullptr);
            *place = frame;
            ring_.publish();
        }
        return frames.size();
    }

    /// The oldest frame, or null.
    [[nodiscard]] path::Packet* take() noexcept
    {
        path::Packet** const front = ring_.front();
        if (front == nullptr)
            return nullptr;
        path::Packet* const frame = *front;
        ring_.pop();
        return frame;
    }

  private:
    PacketRing ring_;
};

/// Where what is sent to the guest ends. It has one LZone flow and a new TEK each time it comes.
class GuestExit final : public path::FrameSink {
  public:
    GuestExit(Buffers& buffers, Cid cid) : buffers_{buffers}, cid_{cid} {}

    [[nodiscard]] std::size_t send(std::span<path::Packet* const> frames) noexcept override
    {
        for (const path::Packet* const frame : frames) {
            const auto sent = read_access_frame(*frame);
            AAIGW_CHECK(sent.has_value());
            const auto pdu = pdu::parse_lzone_protected(sent->pdu);
            AAIGW_CHECK(pdu.has_value());
            wrong_cids_ += pdu->header.cid == cid_ ? 0U : 1U;
            const std::uint32_t pn = pdu->pn.value();
            if (pn == pdu::kLzoneDownlinkPns.first.value())
                ++teks_;
            else if (pn != last_pn_ + 1)
                ++wrong_pns_;
            last_pn_ = pn;
        }
        frames_ += frames.size();
        buffers_.give_back(frames);
        return frames.size();
    }

    // When the worker is at rest.

    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
    /// How often the PNs started.
    [[nodiscard]] std::uint64_t teks() const noexcept { return teks_; }
    /// How often one was neither the first nor the next.
    [[nodiscard]] std::uint64_t wrong_pns() const noexcept { return wrong_pns_; }
    [[nodiscard]] std::uint64_t wrong_cids() const noexcept { return wrong_cids_; }

  private:
    Buffers& buffers_;
    Cid cid_;
    std::uint32_t last_pn_ = 0;
    std::uint64_t frames_ = 0;
    std::uint64_t teks_ = 0;
    std::uint64_t wrong_pns_ = 0;
    std::uint64_t wrong_cids_ = 0;
};

/// Packets for one worker from all others.
class Inbox final : public path::HandOverQueue {
  public:
    [[nodiscard]] std::size_t put(std::span<path::Packet* const> packets) noexcept override
    {
        const std::scoped_lock lock{mutex_};
        AAIGW_CHECK(put_ - taken_ + packets.size() <= places_.size());
        for (path::Packet* const packet : packets)
            places_[put_++ % kMostBuffers] = packet;
        return packets.size();
    }

    void take(path::Batch& out, std::size_t most) noexcept override
    {
        const std::scoped_lock lock{mutex_};
        for (; most > 0 && taken_ != put_; --most)
            out.add(*places_[taken_++ % kMostBuffers]);
    }

  private:
    std::mutex mutex_;
    std::vector<path::Packet*> places_ = std::vector<path::Packet*>(kMostBuffers);
    std::size_t put_ = 0;
    std::size_t taken_ = 0;
};

} // namespace aaigw::swap
