// hostile: millions of random and changed frames through the whole path. It ends with 0 when none of them did any harm:
// every packet has got one verdict, every buffer is back, and nothing has come through that was not proven.
#include "tests/hostile/stock.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace aaigw::path {
namespace {

using doubles::kCorePort;
using doubles::Outcome;
using doubles::PathRig;
using doubles::Traffic;

constexpr std::size_t kFramesPerRound = 32;
/// The keys are new then: forgeries halt them sooner or later, and halted keys open nothing.
constexpr std::size_t kRoundsPerKeys = 500;

using Counts = std::array<std::uint64_t, kVerdicts>;

/// One gateway, and the frames that come to it.
class Side {
  public:
    Side(std::uint64_t seed, LinkDirection receives)
        : rig_{{.receives = receives}}, traffic_{seed, receives}
    {
        traffic_.add_to(rig_);
    }

    void round()
    {
        if (++rounds_ % kRoundsPerKeys == 0)
            traffic_.add_to(rig_);
        frames_.clear();
        for (std::size_t i = 0; i < kFramesPerRound; ++i)
            frames_.push_back(stock_.next());
        // Stops the process when a packet has no verdict, or two, or a buffer does not come back.
        const Outcome outcome = rig_.run(frames_);
        for (std::size_t i = 0; i < kVerdicts; ++i)
            counts_[i] += outcome.counts[i];
        for (const auto& one : outcome.ended)
            if (one.verdict == Verdict::forwarded && one.port == kCorePort)
                AAIGW_CHECK(is_genuine(traffic_, Bytes{one.frame}));
        rig_.advance(20'000);
        if (rounds_ % 8 == 0)
            look_at_events();
    }

    void add_to(Counts& counts) const
    {
        for (std::size_t i = 0; i < kVerdicts; ++i)
            counts[i] += counts_[i];
    }
    [[nodiscard]] std::uint64_t frames() { return rig_.stats().frames.value(); }

    /// Whether its books are right: what came in is what ended, and each end was counted.
    [[nodiscard]] bool adds_up()
    {
        const PathStats& stats = rig_.stats();
        std::uint64_t ended = 0;
        for (const std::uint64_t count : counts_)
            ended += count;
        return stats.frames.value() == rounds_ * kFramesPerRound && stats.received() == ended &&
               stats.ended() == ended && rig_.packets().out() == 0;
    }

  private:
    void look_at_events()
    {
        for (; const Event* event = rig_.events().front(); rig_.events().pop())
            if (event->kind == EventKind::control_pdu &&
                event->authenticity == Authenticity::verified)
                AAIGW_CHECK(is_genuine(traffic_, *event));
    }

    PathRig rig_;
    Traffic traffic_;
    Stock stock_{traffic_};
    Counts counts_{};
    std::uint64_t rounds_ = 0;
    std::vector<PathRig::Arrival> frames_;
};

/// Those that no frame comes to here: one worker, empty queues, addresses that are known, and keys that are new before
/// their PNs end or forgeries halt them.
constexpr std::array kNotHere{
    Verdict::handed_over,           Verdict::drop_sa_halted,     Verdict::drop_pn_exhausted,
    Verdict::drop_pn_ceiling,       Verdict::drop_no_address,    Verdict::drop_no_buffer,
    Verdict::drop_event_queue_full, Verdict::drop_handover_full, Verdict::drop_tx_full};

/// Frames must come to every verdict, or they do not reach what they are for.
bool reaches_all(const Counts& counts)
{
    bool all = true;
    for (std::size_t i = 0; i < kVerdicts; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        if (counts[i] != 0 || std::ranges::find(kNotHere, verdict) != kNotHere.end())
            continue;
        std::fprintf(stderr, "hostile: no frame came to %s\n", name(verdict).data());
        all = false;
    }
    return all;
}

/// So many frames reach every verdict for sure.
constexpr std::uint64_t kEnough = 400'000;

int run(std::uint64_t frames, std::uint64_t seed)
{
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    Side gateway{seed, LinkDirection::uplink};
    Side relay{seed + 1, LinkDirection::downlink};
    while (gateway.frames() + relay.frames() < frames) {
        gateway.round();
        relay.round();
    }
    const std::chrono::duration<double> seconds = Clock::now() - start;
    Counts counts{};
    gateway.add_to(counts);
    relay.add_to(counts);
    for (std::size_t i = 0; i < kVerdicts; ++i)
        std::printf("%12llu %s\n", static_cast<unsigned long long>(counts[i]),
                    name(static_cast<Verdict>(i)).data());
    const std::uint64_t all = gateway.frames() + relay.frames();
    std::printf("%llu frames with seed %llu, %.1f s, %.0f frames a second\n",
                static_cast<unsigned long long>(all), static_cast<unsigned long long>(seed),
                seconds.count(), static_cast<double>(all) / seconds.count());
    const bool right = gateway.adds_up() && relay.adds_up();
    if (!right)
        std::fprintf(stderr, "hostile: the sums differ\n");
    return right && (all < kEnough || reaches_all(counts)) ? 0 : 1;
}

} // namespace
} // namespace aaigw::path

int main(int argc, char** argv)
{
    std::uint64_t frames = 2'000'000;
    std::uint64_t seed = 1;
    for (int i = 1; i < argc; ++i) {
        char* end = nullptr;
        const std::uint64_t value = std::strtoull(argv[i], &end, 10);
        if (i > 2 || *argv[i] == '\0' || *end != '\0') {
            std::fprintf(stderr, "usage: hostile [FRAMES [SEED]]\n");
            return 2;
        }
        (i == 1 ? frames : seed) = value;
    }
    return aaigw::path::run(frames, seed);
}
