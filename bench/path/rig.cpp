#include "bench/path/rig.h"

#include "bench/path/frames.h"
#include "bench/timing.h"

#include <fmt/format.h>

#include <stdexcept>

namespace aaigw::bench {

namespace {

/// As few as keep everything in flight: they stay in the caches.
constexpr std::size_t kPackets = 2048;

} // namespace

std::string_view name_of(Way way) noexcept
{
    switch (way) {
    case Way::downlink:
        return "downlink";
    case Way::uplink:
        return "uplink";
    case Way::mixed:
        return "mixed";
    case Way::relay:
        break;
    }
    return "relay";
}

Rig::Rig(Population& population, Way way, const SizePattern& sizes)
    : population_{population}, way_{way}, store_{kPackets}, sink_{store_},
      shared_{std::make_unique<worker::WorkerShared>()}
{
    set_up_links(links_);
    std::vector<worker::PortQueues> ports(2);
    ports[kAccessPort].sink = &sink_;
    ports[kCorePort].sink = &sink_;
    if (way != Way::uplink && way != Way::relay)
        ports[kCorePort].source =
            &down_.emplace(population, MemoryFeed::Direction::downlink, sizes, store_);
    if (way != Way::downlink)
        ports[kAccessPort].source =
            &up_.emplace(population, MemoryFeed::Direction::uplink, sizes, store_);
    if (way == Way::relay) {
        // The other half is the core peer of the first one.
        set_up_links(behind_links_);
        behind_links_.ports[kCorePort] =
            path::PortLink::make(kPeerMac, kPeerAddress, kMtu, path::Carries::core);
        behind_links_.core_peers[0].address = kCoreAddress;
        std::vector<worker::PortQueues> behind(2);
        behind[kAccessPort].sink = &sink_;
        behind[kCorePort] = {.source = &junction_, .sink = &sink_};
        ports[kCorePort].sink = &junction_;
        behind_shared_ = std::make_unique<worker::WorkerShared>();
        behind_ = make_worker(behind_links_, *behind_shared_, std::move(behind));
    }
    worker_ = make_worker(links_, *shared_, std::move(ports));
}

std::unique_ptr<worker::Worker> Rig::make_worker(const path::Links& links,
                                                 worker::WorkerShared& shared,
                                                 std::vector<worker::PortQueues> ports)
{
    auto made = worker::Worker::create({.tables = population_.tables(),
                                        .links = links,
                                        .store = store_,
                                        .shared = shared,
                                        .ports = std::move(ports)});
    if (!made)
        throw std::runtime_error{made.error().message};
    return std::move(*made);
}

double Rig::run(std::size_t packets, rcu::ReaderThread& reader)
{
    std::uint64_t cycles = 0;
    std::size_t done = 0;
    const auto feed = [&](std::optional<MemoryFeed>& one) {
        if (one) {
            one->prepare(MemoryFeed::kPrepared);
            done += MemoryFeed::kPrepared;
        }
    };
    const auto fed = [&] { return (!down_ || down_->empty()) && (!up_ || up_->empty()); };
    while (done < packets) {
        feed(down_);
        feed(up_);
        const std::uint64_t begin = tsc();
        while (!fed()) {
            worker_->poll(reader);
            if (behind_ != nullptr)
                behind_->poll(reader);
        }
        cycles += tsc() - begin;
    }
    // What the engines still hold. It was paid for by packets that were held at the beginning.
    constexpr int kPollsToDrain = 64; // two engines, a burst at a time
    for (int i = 0; i < kPollsToDrain; ++i) {
        worker_->poll(reader);
        if (behind_ != nullptr)
            behind_->poll(reader);
    }
    fed_ += done;
    check_all_forwarded(fed_);
    return static_cast<double>(cycles) / static_cast<double>(done);
}

double Rig::floor(std::size_t packets)
{
    std::uint64_t cycles = 0;
    std::size_t done = 0;
    path::Batch batch;
    for (std::optional<MemoryFeed>* const feed : {&down_, &up_}) {
        while (*feed && done < packets) {
            (*feed)->prepare(MemoryFeed::kPrepared);
            const std::uint64_t begin = tsc();
            while (!(*feed)->empty()) {
                batch.clear();
                (void)(*feed)->receive(batch, worker::Worker::kBurst);
                (void)sink_.send(batch.packets());
            }
            cycles += tsc() - begin;
            done += MemoryFeed::kPrepared;
        }
    }
    return static_cast<double>(cycles) / static_cast<double>(done);
}

void Rig::check_all_forwarded(std::uint64_t expected) const
{
    const worker::WorkerShared& last = behind_shared_ != nullptr ? *behind_shared_ : *shared_;
    const std::uint64_t forwarded =
        last.stats.verdicts[static_cast<std::size_t>(path::Verdict::forwarded)].value();
    if (forwarded == expected)
        return;
    std::string drops;
    for (const worker::WorkerShared* const one : {shared_.get(), behind_shared_.get()})
        for (std::size_t i = 0; one != nullptr && i < path::kVerdicts; ++i)
            if (one->stats.verdicts[i].value() != 0)
                drops += fmt::format(" {}={}", path::name(static_cast<path::Verdict>(i)),
                                     one->stats.verdicts[i].value());
    throw std::runtime_error{fmt::format("{}: {} of {} packets were forwarded:{}", name_of(way_),
                                         forwarded, expected, drops)};
}

} // namespace aaigw::bench
