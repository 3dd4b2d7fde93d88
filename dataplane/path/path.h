// Path: the stages that a packet goes through between two ports, as one worker runs them. No I/O in here.
//
//     classify   frame -> what it is: downlink packet, burst, ARP, ICMP, or a reason to drop it
//     locate     -> which station it is for or from; another worker's are handed over
//     cut        bursts -> PDUs, each a packet of its own
//     resolve    -> the SA that it is sent under or was sent under
//     authorize  takes a PN, or looks whether the PN may still be accepted
//     transform  builds the PDU and gives it to the engine
//     commit     what the engine has finished: replay windows move, frames get their outer headers
//
// Each stage is in the file of its name. A packet that gets its verdict leaves the batch for the outbox.
#pragma once

#include "common/token_bucket.h"
#include "crypto/mb_engine.h"
#include "dataplane/path/batch.h"
#include "dataplane/path/events.h"
#include "dataplane/path/io.h"
#include "dataplane/path/links.h"
#include "dataplane/path/stats.h"
#include "dataplane/pdu/burst.h"
#include "dataplane/sa/key_tables.h"

#include <cstdint>
#include <optional>
#include <variant>

namespace aaigw::path {

/// Rates at which a worker lets unauthenticated things cost something. Ticks are those of Path::begin().
struct PathLimits {
    std::uint64_t ticks_per_second = 1'000'000'000;
    std::uint32_t unauthenticated_control_per_s = 1000;
    std::uint32_t cmac_checks_per_s = 100'000;
    std::uint32_t icmp_errors_per_s = 100;
    std::uint32_t notices_per_s = 100; ///< events about unknown stations, keys and addresses
    std::uint32_t arp_replies_per_s = 1000;
};

/// What a path works with. All of it outlives the path.
struct PathParts {
    const sa::KeyTables& tables;
    const Links& links;
    crypto::MbEngine& engine;
    PacketSource& source;
    EventRing& events;
    PathStats& stats;
    PathLimits limits{};
    std::uint8_t worker = 0;
};

/// One worker's. Nothing here allocates, locks, waits or fails: a packet that cannot go on gets a verdict.
class Path {
  public:
    explicit Path(const PathParts& parts);

    /// Once a poll: the time in ticks, and the GSMTAP frame number that is sent until the next one.
    void begin(std::uint64_t now, std::uint32_t frame_number) noexcept
    {
        now_ = now;
        frame_number_ = frame_number;
    }

    void classify(Batch& frames) noexcept;
    /// Frames that were handed over begin here.
    void locate(Batch& frames) noexcept;
    /// Moves located frames to `items`, bursts cut into PDUs, until items is full or nothing is left; false: nothing was.
    [[nodiscard]] bool cut(Batch& frames, Batch& items) noexcept;
    void resolve(Batch& items) noexcept;
    void authorize(Batch& items) noexcept;
    /// The engine must have room for two jobs an item.
    void transform(Batch& items) noexcept;
    void commit() noexcept;

    /// A control message or frame of the control thread; `packet` is empty and has room for it. A message that has to be
    /// protected joins `items` and goes on with authorize(). False: there was nothing to send, and the packet has been
    /// discarded.
    [[nodiscard]] bool command(const Command& command, Packet& packet, Batch& items) noexcept;

    [[nodiscard]] Outbox& outbox() noexcept { return outbox_; }

    /// Jobs given to the engine and got back, ever: what holds pointers to stations and SAs beyond the batch.
    [[nodiscard]] std::uint64_t jobs_started() const noexcept { return jobs_started_; }
    [[nodiscard]] std::uint64_t jobs_finished() const noexcept { return jobs_finished_; }

  private:
    void finish(Packet& packet, Verdict verdict) noexcept { outbox_.finish(packet, verdict); }
    /// Finishes, for keep_if().
    [[nodiscard]] bool drop(Packet& packet, Verdict verdict) noexcept
    {
        outbox_.finish(packet, verdict);
        return false;
    }

    // classify.cpp
    [[nodiscard]] bool classify_ordinary(Packet& packet) const noexcept;
    [[nodiscard]] bool classify_frame(Packet& packet) noexcept;
    [[nodiscard]] bool classify_ipv4(Packet& packet, MutableBytes payload) noexcept;
    [[nodiscard]] bool classify_gre(Packet& packet, MutableBytes payload) noexcept;
    [[nodiscard]] bool classify_udp(Packet& packet, const net::Ipv4Packet& ip) noexcept;

    // edges.cpp
    [[nodiscard]] bool answer_arp(Packet& packet) noexcept;
    [[nodiscard]] bool answer_icmp(Packet& packet) noexcept;
    void answer_too_big(Packet& packet, std::size_t max_inner_bytes) noexcept;

    // locate.cpp
    void fetch_places(const Batch& frames) noexcept;
    [[nodiscard]] bool find_station(Packet& packet) noexcept;
    [[nodiscard]] bool find_flow(Packet& packet) noexcept;
    [[nodiscard]] bool find_lzone_station(Packet& packet) noexcept;
    [[nodiscard]] bool check_owner(Packet& packet) noexcept;

    // cut.cpp
    [[nodiscard]] bool is_one_pdu(Packet& frame) const noexcept;
    [[nodiscard]] bool cut_mzone(Packet& frame, Batch& items) noexcept;
    [[nodiscard]] bool cut_lzone(Packet& frame, Batch& items) noexcept;
    void end_pdu(Packet& frame, bool last, Verdict verdict) noexcept;
    void add_pdu(Packet& frame, MutableBytes pdu, bool last, PacketKind kind,
                 Batch& items) noexcept;
    [[nodiscard]] Packet* copy_of(const Packet& frame, MutableBytes pdu) noexcept;

    // resolve.cpp
    [[nodiscard]] bool resolve_downlink(Packet& packet) noexcept;
    [[nodiscard]] bool resolve_mzone(Packet& packet) noexcept;
    [[nodiscard]] bool resolve_lzone(Packet& packet) noexcept;
    [[nodiscard]] bool drop_unknown_station(Packet& packet) noexcept;
    [[nodiscard]] bool resolve_key(Packet& packet, pdu::Zone zone, std::size_t sa, Eks eks,
                                   LinkDirection half) noexcept;

    // control_pdu.cpp
    [[nodiscard]] bool resolve_mzone_control(Packet& packet) noexcept;
    [[nodiscard]] bool resolve_lzone_control(Packet& packet) noexcept;
    [[nodiscard]] bool find_cmac(Packet& packet, pdu::Zone zone, AkSn sn,
                                 std::uint32_t pn) noexcept;
    void add_older_cmac(Packet& packet, sa::CmacRx& older) noexcept;
    [[nodiscard]] bool punt_unauthenticated(Packet& packet, Authenticity authenticity) noexcept;
    void start_cmac(Packet& packet) noexcept;
    void commit_cmac(Packet& packet, const crypto::CryptoJob& job) noexcept;
    [[nodiscard]] Verdict punt(const Packet& packet, Authenticity authenticity, Bytes message,
                               sa::TekRef tek) noexcept;

    // authorize.cpp
    [[nodiscard]] bool take_pn(Packet& packet) noexcept;
    [[nodiscard]] bool check_pn(Packet& packet) noexcept;
    [[nodiscard]] static Verdict refusal_of(const Packet& packet) noexcept;
    [[nodiscard]] static bool check_jump(std::uint32_t pn, sa::ReplayWindow& window) noexcept;
    [[nodiscard]] bool drop_with_copy(Packet& packet, Verdict verdict) noexcept;
    void give_up_newer_key(Packet& packet) noexcept;

    // transform.cpp
    [[nodiscard]] crypto::CryptoJob& start_job() noexcept
    {
        ++jobs_started_;
        return engine_.take();
    }
    void protect(Packet& packet) noexcept;
    void protect_mzone(Packet& packet, crypto::CryptoJob& job) noexcept;
    void protect_lzone(Packet& packet, crypto::CryptoJob& job) noexcept;
    void open(Packet& packet) noexcept;
    void open_with(Packet& packet) noexcept;

    // commit.cpp
    void finish_job(const crypto::CryptoJob& job) noexcept;
    void finish_protected(Packet& packet) noexcept;
    void finish_opened(Packet& packet, crypto::JobStatus status) noexcept;
    void refuse(Packet& packet) noexcept;
    [[nodiscard]] Verdict deliver(Packet& packet, std::size_t inner_bytes) noexcept;
    [[nodiscard]] Verdict send_to_core(Packet& packet) noexcept;
    void address_to_station(Packet& packet, pdu::Zone zone) noexcept;
    static void learn_address(const Packet& packet) noexcept;

    // command.cpp
    void set_address(const Command& command) noexcept;
    [[nodiscard]] sa::Station* find_live(sa::StationRef ref) const noexcept;
    void send_message(const Command& command, Packet& packet, Batch& items) noexcept;
    void send_clear(Packet& packet, pdu::Zone zone, bool is_built) noexcept;
    void send_clear_mzone(Packet& packet) noexcept;
    void send_clear_lzone(Packet& packet) noexcept;

    // events.cpp
    [[nodiscard]] bool tell(EventKind kind, const Packet& packet, sa::TekRef tek,
                            std::uint32_t number) noexcept;
    void notice(EventKind kind, const Packet& packet) noexcept;
    struct SourceBits {
        std::uint64_t ip; ///< as of sa::AddressCell
        std::uint64_t mac;
    };
    [[nodiscard]] static SourceBits source_bits(const Packet& packet) noexcept;
    [[nodiscard]] static sa::StationAddress source_of(const Packet& packet) noexcept;

    const sa::KeyTables& tables_;
    const Links& links_;
    crypto::MbEngine& engine_;
    PacketSource& source_;
    EventRing& events_;
    PathStats& stats_;
    std::uint8_t worker_;

    std::uint64_t now_ = 0;
    std::uint32_t frame_number_ = 0;
    std::uint64_t jobs_started_ = 0;
    std::uint64_t jobs_finished_ = 0;
    TokenBucket unauthenticated_;
    TokenBucket cmac_checks_;
    TokenBucket icmp_errors_;
    TokenBucket notices_;
    TokenBucket arp_replies_;

    Outbox outbox_;

    /// Where cut() stopped in a burst that did not fit into the items.
    std::size_t cut_at_ = 0;
    std::optional<std::variant<pdu::MzoneBurst, pdu::LzoneBurst>> burst_;
};

} // namespace aaigw::path
