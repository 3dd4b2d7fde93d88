// hostile_worker: hostile frames through a worker on DPDK devices, in buffers of one and of several segments. It ends with
// 0 when each has one verdict and every buffer is back in its pool.
#include "dataplane/dpdk/buffer.h"
#include "dataplane/dpdk/eal.h"
#include "dataplane/dpdk/queues.h"
#include "dataplane/worker/worker.h"
#include "tests/hostile/stock.h"

#include <cstdio>
#include <cstdlib>

namespace aaigw::dpdk {
namespace {

using path::doubles::PathRig;
using path::doubles::Traffic;

constexpr std::size_t kFramesPerRound = 48;
constexpr std::size_t kRoundsPerKeys = 500;

/// Two devices to receive from and two to send to: what goes into a ring device comes out of it.
class Devices {
  public:
    explicit Devices(PacketPool& pool)
    {
        for (const char* name : {"net_ring0", "net_ring1", "net_ring2", "net_ring3"})
            ports_.push_back(Port::open({.name = name, .device = name}, pool).value());
        for (std::uint8_t number = 0; number < 2; ++number) {
            sources_[number].emplace(ports_[number], std::uint16_t{0}, number);
            sinks_[number].emplace(ports_[2U + number], std::uint16_t{0});
        }
    }

    [[nodiscard]] std::vector<worker::PortQueues> queues()
    {
        return {{.source = &*sources_[0], .sink = &*sinks_[0]},
                {.source = &*sources_[1], .sink = &*sinks_[1]}};
    }
    void arrive(std::uint8_t port, rte_mbuf* mbuf)
    {
        AAIGW_CHECK(ports_[port].tx_burst(0, {&mbuf, 1}) == 1);
    }
    /// Takes what the worker has sent; returns how much that was.
    std::uint64_t take_sent()
    {
        std::uint64_t count = 0;
        std::array<rte_mbuf*, 64> mbufs{};
        for (std::size_t port = 2; port < 4; ++port)
            while (const std::size_t taken = ports_[port].rx_burst(0, mbufs)) {
                rte_pktmbuf_free_bulk(mbufs.data(), static_cast<unsigned>(taken));
                count += taken;
            }
        return count;
    }

  private:
    std::vector<Port> ports_;
    std::array<std::optional<RxQueue>, 2> sources_;
    std::array<std::optional<TxQueue>, 2> sinks_;
};

/// A chain of as many buffers as the dice say, mostly one, with as much room in front of the first as they say.
rte_mbuf* frame_of(doubles::Dice& dice, PacketPool& pool, Bytes bytes)
{
    const auto segment = [&](std::size_t size) {
        rte_mbuf* const mbuf = rte_pktmbuf_alloc(pool.mempool());
        AAIGW_CHECK(mbuf != nullptr);
        if (dice.one_in(50))
            mbuf->data_off = static_cast<std::uint16_t>(dice.below(path::kMinHeadroom + 1));
        size = std::min({size, bytes.size(), std::size_t{1500}});
        std::uint8_t* const at = reinterpret_cast<std::uint8_t*>(
            rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(size)));
        AAIGW_CHECK(at != nullptr);
        std::copy_n(bytes.begin(), size, at);
        bytes = bytes.subspan(size);
        return mbuf;
    };
    const auto most = static_cast<std::uint32_t>(bytes.size()) + 1;
    rte_mbuf* const first = segment(dice.one_in(10) ? dice.below(most) : 1500);
    while (!bytes.empty())
        AAIGW_CHECK(rte_pktmbuf_chain(first, segment(1 + dice.below(1500))) == 0);
    return first;
}

int run(std::uint64_t frames, std::uint64_t seed)
{
    auto pool = PacketPool::create({.name = "hostile", .packets = 2047}).value();
    PathRig rig; // for its tables
    Traffic traffic{seed};
    traffic.add_to(rig);
    path::Stock stock{traffic};
    const auto shared = std::make_unique<worker::WorkerShared>();
    std::uint64_t sent = 0;
    std::uint64_t sent_by_verdict = 0;
    {
        Devices devices{pool};
        rcu::ReaderThread reader;
        const auto worker = worker::Worker::create({.tables = rig.tables(),
                                                    .links = rig.links(),
                                                    .store = pool,
                                                    .shared = *shared,
                                                    .ports = devices.queues()})
                                .value();
        const auto finish = [&] {
            while (worker->poll(reader) != 0 || shared->stats.received() != shared->stats.ended())
                sent += devices.take_sent();
            sent += devices.take_sent();
            for (; const path::Event* event = shared->events.front(); shared->events.pop())
                if (event->authenticity == path::Authenticity::verified)
                    AAIGW_CHECK(is_genuine(traffic, *event));
        };
        for (std::uint64_t round = 1; round * kFramesPerRound <= frames; ++round) {
            for (std::size_t i = 0; i < kFramesPerRound; ++i) {
                const PathRig::Arrival one = stock.next();
                devices.arrive(one.port, frame_of(traffic.dice(), pool, Bytes{one.frame}));
            }
            finish();
            AAIGW_CHECK(pool.in_use() == 0);
            AAIGW_CHECK(shared->stats.frames.value() == round * kFramesPerRound);
            if (round % kRoundsPerKeys == 0)
                traffic.add_to(rig);
        }
    }
    for (std::size_t i = 0; i < path::kVerdicts; ++i) {
        const auto verdict = static_cast<path::Verdict>(i);
        const std::uint64_t count = shared->stats.verdicts[i].value();
        std::printf("%12llu %s\n", static_cast<unsigned long long>(count), name(verdict).data());
        sent_by_verdict += path::fate(verdict) == path::Fate::send ? count : 0;
    }
    AAIGW_CHECK(sent == sent_by_verdict);
    AAIGW_CHECK(pool.in_use() == 0);
    return 0;
}

} // namespace
} // namespace aaigw::dpdk

int main(int argc, char** argv)
{
    using namespace aaigw;
    dpdk::EalOptions options;
    options.huge_pages = dpdk::HugePages::never;
    options.memory_mib = 96;
    const auto eal = dpdk::Eal::start(options);
    AAIGW_CHECK(eal.has_value());
    const auto number = [&](int at, std::uint64_t otherwise) {
        return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
    };
    return dpdk::run(number(1, 300'000), number(2, 1));
}
