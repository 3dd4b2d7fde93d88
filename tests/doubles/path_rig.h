// PathRig: a whole path over memory, run as a worker runs it, with its tables, ports and queues.
#pragma once

#include "dataplane/path/path.h"
#include "dataplane/sa/key_tables.h"
#include "tests/doubles/frames.h"
#include "tests/doubles/memory_packets.h"
#include "tests/doubles/reclaimers.h"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace aaigw::path::doubles {

using aaigw::doubles::Buffer;
using aaigw::doubles::Host;

inline constexpr std::uint8_t kAccessPort = 0;
inline constexpr std::uint8_t kCorePort = 1;

inline constexpr Host kGatewayAccess{{0x02, 0, 0, 0, 0, 0x01}, {0xc0000201}}; // 192.0.2.1
inline constexpr Host kGatewayCore{{0x02, 0, 0, 0, 0, 0x02}, {0xc6336401}};   // 198.51.100.1
inline constexpr Host kCorePeer{{0x02, 0, 0, 0, 0, 0xc1}, {0xc6336409}};      // 198.51.100.9

struct PathRigOptions {
    sa::TableLimits tables{.stations = 64, .flows = 256};
    sa::OwnerOf owner_of{}; ///< none: worker 0 owns every station
    PathLimits limits{};
    LinkDirection receives = LinkDirection::uplink; ///< downlink: the rig is a relay's
    std::uint16_t mtu = 1500;
    std::size_t burst = 32; ///< frames that are received at once
};

/// For what a test sets up and does not ask about.
inline void must(const Result<void>& done)
{
    AAIGW_CHECK(done.has_value());
}

/// A packet at its end.
struct Ended {
    Verdict verdict{};
    std::uint8_t port = 0; ///< of a frame that is sent
    Buffer frame{};        ///< the same
};

/// What a run of the rig has given.
struct Outcome {
    std::vector<Ended> ended{}; ///< in that order; PDUs that are only counted are not in here
    std::array<std::uint64_t, kVerdicts> counts{};
    std::vector<Packet*> handed_over{}; ///< for take_over() of another rig

    [[nodiscard]] std::uint64_t count(Verdict verdict) const
    {
        return counts[static_cast<std::size_t>(verdict)];
    }
    /// Of the frames and PDUs that ended, in that order.
    [[nodiscard]] std::vector<Verdict> verdicts() const;
    /// Frames that were sent to a port.
    [[nodiscard]] std::vector<Buffer> sent(std::uint8_t port) const;
};

/// Checks after each run that every packet has got one verdict and that every buffer has come back: a rig stops the
/// process otherwise.
class PathRig {
  public:
    explicit PathRig(PathRigOptions options = {});
    /// A second worker over the tables, ports and clock of `first`, which outlives it.
    PathRig(PathRig& first, std::uint8_t worker);
    ~PathRig();
    PathRig(const PathRig&) = delete;
    PathRig& operator=(const PathRig&) = delete;

    [[nodiscard]] sa::KeyTables& tables() noexcept { return shared_->tables; }
    [[nodiscard]] Links& links() noexcept { return shared_->links; }
    [[nodiscard]] MemoryPackets& packets() noexcept { return shared_->packets; }
    [[nodiscard]] sa::doubles::DeferredReclaimer& reclaimer() noexcept
    {
        return shared_->reclaimer;
    }
    [[nodiscard]] EventRing& events() noexcept { return *events_; }
    [[nodiscard]] PathStats& stats() noexcept { return stats_; }
    [[nodiscard]] crypto::MbEngine& engine() noexcept { return *engine_; }
    [[nodiscard]] sa::Station& station(sa::StationRef ref) noexcept
    {
        return shared_->tables.station(ref.index);
    }

    /// Time goes on. It stands still otherwise.
    void advance(std::uint64_t ticks) noexcept { shared_->now += ticks; }
    void set_frame_number(std::uint32_t number) noexcept { frame_number_ = number; }

    /// Receives the frames, in bursts, carries them to their end and flushes the engine.
    Outcome run(std::uint8_t port, std::span<const Buffer> frames);
    Outcome run(std::uint8_t port, const Buffer& frame);
    /// One burst of frames of several ports, in that order.
    struct Arrival {
        std::uint8_t port;
        Buffer frame;
    };
    Outcome run(std::span<const Arrival> frames);
    /// The same without the flush: what the engine holds back ends with a later run.
    Outcome run_without_flush(std::uint8_t port, std::span<const Buffer> frames);
    Outcome flush();
    /// Packets that another rig over the same tables has handed over.
    Outcome take_over(std::span<Packet* const> packets);
    /// Instead of that.
    void give_back(std::span<Packet* const> packets);
    Outcome command(const Command& command);

    /// Removes the oldest event, a copy of it; nothing when there is none.
    [[nodiscard]] std::unique_ptr<Event> next_event();
    std::size_t drop_events();

  private:
    struct Shared {
        explicit Shared(PathRigOptions&& with);

        PathRigOptions options;
        Links links;
        MemoryPackets packets;
        sa::doubles::DeferredReclaimer reclaimer;
        sa::KeyTables tables;
        std::uint64_t now;
        std::size_t handed_over = 0; ///< packets between two rigs
        std::size_t busy_rigs = 0;
    };

    PathRig(std::shared_ptr<Shared> shared, std::uint8_t worker);

    void begin();
    void receive(std::uint8_t port, Bytes frame);
    void process();
    void cut_all();
    void protect();
    void emit();
    void drain();
    void check_sums();
    Outcome finish();

    std::shared_ptr<Shared> shared_;
    std::unique_ptr<crypto::MbEngine> engine_;
    std::unique_ptr<EventRing> events_;
    PathStats stats_;
    std::unique_ptr<Path> path_;
    std::uint32_t frame_number_ = 0;
    std::unique_ptr<Batch> frames_;
    std::unique_ptr<Batch> items_;
    bool is_busy_ = false; ///< the engine holds something back
    Outcome run_;
    std::array<std::uint64_t, kVerdicts> counted_{};
};

} // namespace aaigw::path::doubles
