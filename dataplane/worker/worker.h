// Worker: the loop that carries packets. One thread each; start reading with Worker::poll() in worker.cpp.
#pragma once

#include "crypto/job_fence.h"
#include "dataplane/path/path.h"
#include "dataplane/rcu/rcu.h"
#include "dataplane/worker/stages.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

namespace aaigw::worker {

/// What a worker does when nothing comes.
enum class Idle : std::uint8_t {
    poll, ///< asks again at once: its core is its own
    sleep ///< rests for a little longer each time, so that a lab of many daemons fits a few cores
};

/// A port as one worker uses it: its own receive queue, or null when others receive there, and its transmit queue.
struct PortQueues {
    path::FrameSource* source = nullptr;
    path::FrameSink* sink = nullptr;
};

/// Everything that others read of a worker, or write to it.
struct WorkerShared {
    path::PathStats stats;
    StageCosts costs;
    Counter polls;       ///< its heartbeat
    Counter empty_polls; ///< of them, those without a packet
    Counter sleeps;
    path::EventRing events;     ///< the worker fills, the control thread empties
    path::CommandRing commands; ///< the other way round
};

/// What a worker works with; all of it outlives the worker.
struct WorkerParts {
    std::uint8_t index = 0;
    const sa::KeyTables& tables;
    const path::Links& links;
    path::PacketStore& store;
    WorkerShared& shared;
    std::vector<PortQueues> ports; ///< by port number
    /// Of every worker, by index; its own is where it finds what others hand over.
    std::vector<path::HandOverQueue*> inboxes{};
    path::PathLimits limits{};
    StageClock::Now now = nullptr; ///< null: the time-stamp counter
    /// Set: the GSMTAP frame number stays at this value, for output that is the same every time.
    std::optional<std::uint32_t> frame_number{};
};

class Worker {
  public:
    /// Frames that are taken from a queue at once.
    static constexpr std::size_t kBurst = 32;

    /// Runs the engine's self-test.
    [[nodiscard]] static Result<std::unique_ptr<Worker>> create(WorkerParts parts);
    /// Gives back what is still in flight.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Once around: everything that has come is carried to its end, or into the engine. `reader` is the calling
    /// thread's. Returns the number of packets that came.
    std::size_t poll(rcu::ReaderThread& reader) noexcept;

    /// Polls until `stop`, then finishes what is in flight. On the thread that is to be the worker.
    void run(const std::stop_token& stop, Idle idle);

    /// Finishes what the engine holds back.
    void drain() noexcept;

  private:
    struct TxBuffer {
        std::size_t size = 0;
        std::size_t not_forwarded = 0; ///< of them, those with another verdict than forwarded
        std::array<path::Packet*, path::Batch::kMax> packets;
        std::array<path::Verdict, path::Batch::kMax> verdicts;
    };
    struct HandOverBuffer {
        std::size_t size = 0;
        std::array<path::Packet*, path::Batch::kMax> packets;
    };

    Worker(WorkerParts parts, std::unique_ptr<crypto::MbEngine> engine, crypto::QueueSlot slot);

    [[nodiscard]] std::size_t receive(path::FrameSource& source) noexcept;
    void process(path::Batch& frames) noexcept;
    void protect(path::Batch& items) noexcept;
    void take_over() noexcept;
    void obey() noexcept;
    void emit() noexcept;
    void send(path::Packet& packet) noexcept;
    void hand_over(path::Packet& packet) noexcept;
    void flush_port(std::size_t port) noexcept;
    void flush_hand_over(std::size_t worker) noexcept;
    void flush_all() noexcept;
    void end(path::Packet& packet) noexcept;
    void publish_jobs() noexcept;
    void begin_poll() noexcept;
    void count(path::Verdict verdict, std::uint64_t packets = 1) noexcept
    {
        parts_.shared.stats.verdicts[static_cast<std::size_t>(verdict)].add(packets);
    }

    WorkerParts parts_;
    std::unique_ptr<crypto::MbEngine> engine_;
    crypto::QueueSlot slot_; ///< tells fences which packets are in flight
    path::Path path_;
    StageClock clock_;
    path::Batch frames_;
    path::Batch items_;
    std::vector<TxBuffer> tx_;
    std::vector<HandOverBuffer> hand_over_;
    std::vector<path::Packet*> freed_;
    std::uint64_t started_published_ = 0;
    std::uint64_t finished_published_ = 0;
    std::uint64_t ticks_per_frame_;
};

} // namespace aaigw::worker
