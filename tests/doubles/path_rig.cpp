#include "tests/doubles/path_rig.h"

#include <algorithm>

namespace aaigw::path::doubles {

namespace {

constexpr std::uint64_t kStart = 1'000'000'000'000;

PortLink link_of(const Host& host, const PathRigOptions& options, Carries carries)
{
    PortLink link = PortLink::make(host.mac, host.ip, options.mtu, carries);
    link.receives = options.receives;
    return link;
}

sa::OwnerOf owner_of(const PathRigOptions& options)
{
    if (options.owner_of)
        return options.owner_of;
    return [](std::uint8_t, std::uint16_t) { return std::uint8_t{0}; };
}

} // namespace

std::vector<Verdict> Outcome::verdicts() const
{
    std::vector<Verdict> all;
    for (const Ended& one : ended)
        all.push_back(one.verdict);
    return all;
}

std::vector<Buffer> Outcome::sent(std::uint8_t port) const
{
    std::vector<Buffer> frames;
    for (const Ended& one : ended)
        if (fate(one.verdict) == Fate::send && one.port == port)
            frames.push_back(one.frame);
    return frames;
}

PathRig::Shared::Shared(PathRigOptions&& with)
    : options{std::move(with)}, tables{options.tables, owner_of(options), reclaimer,
                                       *std::pmr::new_delete_resource()},
      now{kStart}
{
    links.ports[kAccessPort] = link_of(kGatewayAccess, options, Carries::access);
    links.ports[kCorePort] = link_of(kGatewayCore, options, Carries::core);
    links.core_peers[0].address = kCorePeer.ip;
    links.core_peers[0].port = kCorePort;
    links.core_peers[0].mac_bits = load_be<6>(kCorePeer.mac);
    links.core_peer_count = 1;
}

PathRig::PathRig(PathRigOptions options) : PathRig{std::make_shared<Shared>(std::move(options)), 0}
{
}

PathRig::PathRig(PathRig& first, std::uint8_t worker) : PathRig{first.shared_, worker} {}

PathRig::PathRig(std::shared_ptr<Shared> shared, std::uint8_t worker)
    : shared_{std::move(shared)}, engine_{crypto::MbEngine::create().value()},
      events_{std::make_unique<EventRing>()}, path_{std::make_unique<Path>(
                                                  PathParts{.tables = shared_->tables,
                                                            .links = shared_->links,
                                                            .engine = *engine_,
                                                            .source = shared_->packets,
                                                            .events = *events_,
                                                            .stats = stats_,
                                                            .limits = shared_->options.limits,
                                                            .worker = worker})},
      frames_{std::make_unique<Batch>()}, items_{std::make_unique<Batch>()}
{
}

PathRig::~PathRig()
{
    flush();
}

Outcome PathRig::run(std::uint8_t port, std::span<const Buffer> frames)
{
    Outcome first = run_without_flush(port, frames);
    Outcome second = flush();
    first.ended.insert(first.ended.end(), second.ended.begin(), second.ended.end());
    first.handed_over.insert(first.handed_over.end(), second.handed_over.begin(),
                             second.handed_over.end());
    for (std::size_t i = 0; i < kVerdicts; ++i)
        first.counts[i] += second.counts[i];
    return first;
}

Outcome PathRig::run(std::uint8_t port, const Buffer& frame)
{
    return run(port, std::span{&frame, 1});
}

Outcome PathRig::run(std::span<const Arrival> frames)
{
    begin();
    for (const Arrival& one : frames)
        receive(one.port, one.frame);
    process();
    drain();
    return finish();
}

Outcome PathRig::run_without_flush(std::uint8_t port, std::span<const Buffer> frames)
{
    while (!frames.empty()) {
        begin();
        const std::size_t count = std::min(frames.size(), shared_->options.burst);
        for (const Buffer& frame : frames.first(count))
            receive(port, frame);
        process();
        frames = frames.subspan(count);
    }
    return finish();
}

Outcome PathRig::flush()
{
    drain();
    return finish();
}

Outcome PathRig::take_over(std::span<Packet* const> packets)
{
    begin();
    for (Packet* const packet : packets)
        frames_->add(*packet);
    shared_->handed_over -= packets.size();
    stats_.taken_over.add(packets.size());
    path_->locate(*frames_);
    cut_all();
    drain();
    return finish();
}

void PathRig::give_back(std::span<Packet* const> packets)
{
    shared_->handed_over -= packets.size();
    shared_->packets.give_back(packets);
}

Outcome PathRig::command(const Command& command)
{
    begin();
    items_->clear();
    Packet* const packet = shared_->packets.take();
    AAIGW_CHECK(packet != nullptr);
    if (path_->command(command, *packet, *items_))
        stats_.commanded.add();
    protect();
    drain();
    return finish();
}

std::unique_ptr<Event> PathRig::next_event()
{
    const Event* const oldest = events_->front();
    if (oldest == nullptr)
        return nullptr;
    auto event = std::make_unique<Event>(*oldest);
    events_->pop();
    return event;
}

std::size_t PathRig::drop_events()
{
    std::size_t count = 0;
    for (; events_->front() != nullptr; ++count)
        events_->pop();
    return count;
}

void PathRig::begin()
{
    frames_->clear();
    path_->begin(shared_->now, frame_number_);
}

void PathRig::receive(std::uint8_t port, Bytes frame)
{
    AAIGW_CHECK(!frames_->full());
    frames_->add(shared_->packets.received(frame, port));
    stats_.frames.add();
    stats_.bytes_in.add(frame.size());
}

void PathRig::process()
{
    path_->classify(*frames_);
    path_->locate(*frames_);
    cut_all();
}

void PathRig::cut_all()
{
    while (path_->cut(*frames_, *items_)) {
        path_->resolve(*items_);
        protect();
    }
    emit();
}

void PathRig::protect()
{
    path_->authorize(*items_);
    AAIGW_CHECK(engine_->room() >= 2 * items_->size());
    path_->transform(*items_);
    path_->commit();
    emit();
}

void PathRig::emit()
{
    Outbox& outbox = path_->outbox();
    for (Packet* const packet : outbox.finished()) {
        const Verdict verdict = packet->verdict;
        stats_.verdicts[static_cast<std::size_t>(verdict)].add();
        Ended& ended = run_.ended.emplace_back(Ended{.verdict = verdict});
        if (fate(verdict) == Fate::hand_over) {
            run_.handed_over.push_back(packet);
            ++shared_->handed_over;
            continue;
        }
        if (fate(verdict) == Fate::send) {
            ended.port = packet->port;
            ended.frame.assign(packet->data, packet->data + packet->length);
            stats_.bytes_out.add(packet->length);
        }
        shared_->packets.give_back({&packet, 1});
    }
    shared_->packets.give_back(outbox.discarded());
    outbox.clear();
}

void PathRig::drain()
{
    engine_->flush();
    path_->commit();
    emit();
}

/// With jobs in flight the sums are still to come.
void PathRig::check_sums()
{
    const bool is_busy = engine_->in_flight() != 0;
    shared_->busy_rigs += (is_busy ? 1U : 0U) - (is_busy_ ? 1U : 0U);
    is_busy_ = is_busy;
    AAIGW_CHECK(is_busy || stats_.received() == stats_.ended());
    AAIGW_CHECK(shared_->busy_rigs != 0 || shared_->packets.out() == shared_->handed_over);
}

Outcome PathRig::finish()
{
    for (std::size_t i = 0; i < kVerdicts; ++i) {
        const std::uint64_t now = stats_.verdicts[i].value();
        run_.counts[i] = now - counted_[i];
        counted_[i] = now;
    }
    check_sums();
    return std::exchange(run_, {});
}

} // namespace aaigw::path::doubles
