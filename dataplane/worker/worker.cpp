#include "dataplane/worker/worker.h"

#include <x86intrin.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace aaigw::worker {

namespace {

/// Polls between two that are measured stage by stage.
constexpr std::uint64_t kPollsPerMeasurement = 64;

/// IEEE 802.16m 5.1: a frame lasts 5 ms.
constexpr std::uint64_t kFramesPerSecond = 200;

/// Commands are rare; a poll takes a few so that traffic does not wait for many.
constexpr std::size_t kCommandsPerPoll = 8;

std::uint64_t time_stamp_counter()
{
    return __rdtsc();
}

} // namespace

/// THE LOOP. Everything that a packet meets is called from here, stage by stage (see path/path.h).
std::size_t Worker::poll(rcu::ReaderThread& reader) noexcept
{
    begin_poll();
    std::size_t received = 0;
    for (const PortQueues& port : parts_.ports) {
        if (port.source == nullptr)
            continue;
        received += receive(*port.source);
        process(frames_);
    }
    take_over();
    obey();
    // Later jobs push earlier ones out of the engine; when there are none, because nothing came or all of it was refused,
    // what is in there must not wait for them.
    if (path_.jobs_started() == started_published_)
        drain();
    flush_all();
    publish_jobs();
    reader
        .quiescent(); // no pointer from the tables is held beyond this line, except by jobs in flight
    return received;
}

void Worker::process(path::Batch& frames) noexcept
{
    if (frames.empty())
        return;
    path_.classify(frames);
    clock_.end_of(Stage::classify);
    path_.locate(frames);
    clock_.end_of(Stage::locate);
    while (path_.cut(frames, items_)) {
        clock_.end_of(Stage::cut);
        path_.resolve(items_);
        clock_.end_of(Stage::resolve);
        protect(items_);
    }
    emit();
    clock_.end_of(Stage::emit);
}

/// From a packet's keys being known to its being done, or in the engine.
void Worker::protect(path::Batch& items) noexcept
{
    path_.authorize(items);
    clock_.end_of(Stage::authorize);
    if (engine_->room() < 2 * items.size())
        engine_->flush();
    path_.transform(items);
    clock_.end_of(Stage::transform);
    path_.commit();
    clock_.end_of(Stage::commit);
    emit();
    clock_.end_of(Stage::emit);
}

std::size_t Worker::receive(path::FrameSource& source) noexcept
{
    frames_.clear();
    const std::size_t refused = source.receive(frames_, kBurst);
    path::PathStats& stats = parts_.shared.stats;
    stats.frames.add(frames_.size() + refused);
    if (refused > 0) [[unlikely]]
        count(path::Verdict::drop_too_big, refused);
    std::uint64_t bytes = 0;
    for (const path::Packet* const packet : frames_.packets())
        bytes += packet->length;
    stats.bytes_in.add(bytes);
    clock_.end_of(Stage::receive);
    clock_.count(frames_.size());
    return frames_.size() + refused;
}

/// What other workers have received for the stations of this one.
void Worker::take_over() noexcept
{
    if (parts_.inboxes.size() < 2)
        return;
    frames_.clear();
    parts_.inboxes[parts_.index]->take(frames_, kBurst);
    if (frames_.empty())
        return;
    parts_.shared.stats.taken_over.add(frames_.size());
    path_.locate(frames_);
    while (path_.cut(frames_, items_)) {
        path_.resolve(items_);
        protect(items_);
    }
    emit();
}

/// What the control thread wants to be sent.
void Worker::obey() noexcept
{
    path::CommandRing& commands = parts_.shared.commands;
    if (commands.front() == nullptr) [[likely]]
        return;
    items_.clear();
    for (std::size_t i = 0; i < kCommandsPerPoll && commands.front() != nullptr; ++i) {
        path::Packet* const packet = parts_.store.take();
        if (packet == nullptr)
            break;
        if (path_.command(*commands.front(), *packet, items_))
            parts_.shared.stats.commanded.add();
        commands.pop();
    }
    protect(items_);
}

void Worker::emit() noexcept
{
    path::Outbox& outbox = path_.outbox();
    for (path::Packet* const packet : outbox.finished()) {
        switch (path::fate(packet->verdict)) {
        case path::Fate::send:
            send(*packet);
            break;
        case path::Fate::hand_over:
            hand_over(*packet);
            break;
        case path::Fate::drop:
            count(packet->verdict);
            freed_.push_back(packet);
            break;
        }
    }
    freed_.insert(freed_.end(), outbox.discarded().begin(), outbox.discarded().end());
    outbox.clear();
    if (!freed_.empty()) {
        parts_.store.give_back(freed_);
        freed_.clear();
    }
}

void Worker::send(path::Packet& packet) noexcept
{
    TxBuffer& buffer = tx_[packet.port];
    buffer.verdicts[buffer.size] = packet.verdict;
    buffer.not_forwarded += packet.verdict == path::Verdict::forwarded ? 0 : 1;
    buffer.packets[buffer.size++] = &packet;
    if (buffer.size == buffer.packets.size())
        flush_port(packet.port);
}

void Worker::flush_port(std::size_t port) noexcept
{
    TxBuffer& buffer = tx_[port];
    if (buffer.size == 0)
        return;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < buffer.size; ++i)
        bytes += buffer.packets[i]->length;
    const std::span<path::Packet* const> packets{buffer.packets.data(), buffer.size};
    path::FrameSink* const sink = parts_.ports[port].sink;
    const std::size_t sent = sink == nullptr ? 0 : sink->send(packets);
    if (sent < packets.size()) [[unlikely]] {
        for (const path::Packet* const packet : packets.subspan(sent))
            bytes -= packet->length;
        count(path::Verdict::drop_tx_full, packets.size() - sent);
        parts_.store.give_back(packets.subspan(sent));
    }
    parts_.shared.stats.bytes_out.add(bytes);
    if (buffer.not_forwarded == 0) [[likely]] {
        count(path::Verdict::forwarded, sent);
    } else {
        for (std::size_t i = 0; i < sent; ++i)
            count(buffer.verdicts[i]);
    }
    buffer.size = buffer.not_forwarded = 0;
}

void Worker::hand_over(path::Packet& packet) noexcept
{
    HandOverBuffer& buffer = hand_over_[packet.worker];
    buffer.packets[buffer.size++] = &packet;
    if (buffer.size == buffer.packets.size())
        flush_hand_over(packet.worker);
}

void Worker::flush_hand_over(std::size_t worker) noexcept
{
    HandOverBuffer& buffer = hand_over_[worker];
    if (buffer.size == 0)
        return;
    const std::span<path::Packet* const> packets{buffer.packets.data(), buffer.size};
    const std::size_t taken = parts_.inboxes[worker]->put(packets);
    count(path::Verdict::handed_over, taken);
    if (taken < packets.size()) [[unlikely]] {
        count(path::Verdict::drop_handover_full, packets.size() - taken);
        parts_.store.give_back(packets.subspan(taken));
    }
    buffer.size = 0;
}

void Worker::flush_all() noexcept
{
    for (std::size_t port = 0; port < tx_.size(); ++port)
        flush_port(port);
    for (std::size_t worker = 0; worker < hand_over_.size(); ++worker)
        flush_hand_over(worker);
}

void Worker::drain() noexcept
{
    if (engine_->in_flight() == 0)
        return;
    engine_->flush();
    path_.commit();
    emit();
}

/// Before the quiescent state: whoever then takes something out of the tables knows what is in flight.
void Worker::publish_jobs() noexcept
{
    slot_.took(path_.jobs_started() - started_published_);
    slot_.finished(path_.jobs_finished() - finished_published_);
    started_published_ = path_.jobs_started();
    finished_published_ = path_.jobs_finished();
}

void Worker::begin_poll() noexcept
{
    const std::uint64_t now = parts_.now();
    const std::uint64_t polls = parts_.shared.polls.value();
    parts_.shared.polls.add();
    path_.begin(now, parts_.frame_number ? *parts_.frame_number
                                         : static_cast<std::uint32_t>(now / ticks_per_frame_));
    clock_.start(polls % kPollsPerMeasurement == 0);
}

void Worker::run(const std::stop_token& stop, Idle idle)
{
    using namespace std::chrono_literals;
    constexpr std::size_t kEmptyPollsBeforeSleep = 64;
    constexpr auto kShortest = 20us;
    constexpr auto kLongest = 500us;

    rcu::ReaderThread reader;
    std::size_t empty = 0;
    std::chrono::microseconds rest = kShortest;
    while (!stop.stop_requested()) {
        if (poll(reader) != 0) {
            empty = 0;
            rest = kShortest;
            continue;
        }
        parts_.shared.empty_polls.add();
        if (idle == Idle::poll || ++empty < kEmptyPollsBeforeSleep)
            continue;
        // Grace periods must not wait for a sleeper.
        reader.offline();
        parts_.shared.sleeps.add();
        std::this_thread::sleep_for(rest);
        reader.online();
        rest = std::min<std::chrono::microseconds>(rest * 2, kLongest);
    }
    drain();
    flush_all();
    publish_jobs();
}

Result<std::unique_ptr<Worker>> Worker::create(WorkerParts parts)
{
    TRY(auto engine, crypto::MbEngine::create());
    auto slot = crypto::QueueSlot::acquire();
    if (!slot)
        return fail(ErrorCode::unavailable, "too many crypto queues in one process");
    if (parts.now == nullptr)
        parts.now = &time_stamp_counter;
    return std::unique_ptr<Worker>{
        new Worker{std::move(parts), std::move(engine), std::move(*slot)}};
}

Worker::Worker(WorkerParts parts, std::unique_ptr<crypto::MbEngine> engine, crypto::QueueSlot slot)
    : parts_{std::move(parts)}, engine_{std::move(engine)}, slot_{std::move(slot)},
      path_{path::PathParts{.tables = parts_.tables,
                            .links = parts_.links,
                            .engine = *engine_,
                            .source = parts_.store,
                            .events = parts_.shared.events,
                            .stats = parts_.shared.stats,
                            .limits = parts_.limits,
                            .worker = parts_.index}},
      clock_{parts_.shared.costs, parts_.now}, tx_(parts_.ports.size()),
      hand_over_(parts_.inboxes.size()), ticks_per_frame_{std::max<std::uint64_t>(
                                             parts_.limits.ticks_per_second / kFramesPerSecond, 1)}
{
    freed_.reserve(2 * path::Outbox::kMax);
}

Worker::~Worker()
{
    drain();
    flush_all();
    publish_jobs();
}

} // namespace aaigw::worker
