// Outside: everything around the gateway, the stations and the core. Sends, and looks at all that comes out.
#pragma once

#include "tests/swap/frames.h"
#include "tests/swap/gateway.h"
#include "tests/swap/keys.h"
#include "tests/swap/scene.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aaigw::swap {

/// What was sent and what came, in packets.
struct Totals {
    std::uint64_t downlink_sent = 0;
    std::uint64_t downlink_arrived = 0;
    std::uint64_t downlink_missing = 0; ///< gaps, where packets may be refused
    std::uint64_t opened = 0; ///< of downlink_arrived: by OpenSSL, and their contents compared
    std::uint64_t uplink_sent = 0;
    std::uint64_t uplink_arrived = 0;
    std::uint64_t replayed = 0; ///< uplink frames that were sent a further time
};

/// A station sends under the context that it was told of last, and follows the gateway to the next one whenever that sends
/// under it. What it receives must be exactly what was sent, in order, each PN the one after the last.
///
/// One thread works on it, with run() or call by call. The control thread talks with the stations through words that do
/// not order anything else: what a worker and the control thread share, the gateway itself has to order.
class Outside {
  public:
    explicit Outside(Gateway& gateway);

    // On its thread.

    /// Sends as much as the buffers hold and receives, until `stop`.
    void run(const std::stop_token& stop);
    /// False: too many packets are waiting for that worker, or are on their way to the station.
    bool send_downlink(std::uint32_t station);
    bool send_uplink(std::uint32_t station);
    /// What has come out by now. Gives whether anything has.
    bool collect();
    /// Until every buffer is back.
    void settle();

    // On the control thread.

    /// Stations that are told send under that context from their next PDU on.
    void tell(std::uint32_t station, std::uint32_t context) noexcept;
    /// It sends under `context` or a later one, and the workers have found the keys of all that it sent before.
    [[nodiscard]] bool has_moved_to(std::uint32_t station, std::uint32_t context) const noexcept;
    /// It has received something under `context` or a later one.
    [[nodiscard]] bool has_heard(std::uint32_t station, std::uint32_t context) const noexcept;
    /// It has received as much under `context` as the scene asks for.
    [[nodiscard]] bool is_at_home_in(std::uint32_t station, std::uint32_t context) const noexcept;
    /// run() sends one last packet to and from each station, and then nothing.
    void finish() noexcept { phase_.store(Phase::finishing, std::memory_order_relaxed); }
    [[nodiscard]] bool is_finished() const noexcept
    {
        return phase_.load(std::memory_order_acquire) == Phase::finished &&
               gateway_.buffers().in_use() == 0;
    }
    /// Something went wrong already: there is nothing to wait for.
    [[nodiscard]] bool has_complaints() const noexcept
    {
        return complaint_count_.load(std::memory_order_relaxed) != 0;
    }

    // On the control thread, after run() has returned.

    [[nodiscard]] const Totals& totals() const noexcept { return totals_; }
    [[nodiscard]] const SentRecord& record() const noexcept { return record_; }
    /// The first ones, in words; empty when everything was right.
    [[nodiscard]] const std::vector<std::string>& complaints() const noexcept
    {
        return complaints_;
    }
    /// Wipes the keys that the stations still have.
    void forget_keys() noexcept;

  private:
    enum class Phase : std::uint8_t { sending, finishing, finished };

    struct HeldKey {
        std::uint32_t number = kNoContext;
        std::optional<Tek> tek;
    };
    /// A station's ends of both directions, and the core's.
    struct Station {
        std::uint32_t sends_under = 0;
        std::uint32_t next_uplink_pn = 0;
        std::uint64_t uplink_sent = 0;
        std::uint64_t uplink_arrived = 0;
        std::uint64_t sent_before_move = 0; ///< uplink packets under older keys
        bool is_moving = false;             ///< some of them are still on their way
        std::uint32_t heard = kNoContext;
        std::uint32_t next_downlink_pn = 0;
        SentPns* pns = nullptr; ///< of the TEK that was heard last
        std::uint64_t downlink_sent = 0;
        std::uint64_t downlink_arrived = 0; ///< or refused, as far as known
        std::uint64_t arrived_before_heard = 0;
        std::uint32_t last_told = 0;
        std::uint64_t budget_from = 0; ///< downlink packets before this one are under older TEKs
        bool has_last_downlink = false;
        bool has_last_uplink = false;
        std::array<HeldKey, 4> keys{}; ///< by number, modulo 4
    };
    /// What is written on one thread and read on another.
    struct Words {
        std::atomic<std::uint32_t> told{0};
        std::atomic<std::uint64_t> moved{
            0}; ///< context(24) | frames put into its entry by then(40)
        std::atomic<std::uint32_t> heard{kNoContext};
        std::atomic<std::uint32_t> at_home{kNoContext};
    };
    /// Frames put into the entries of a worker.
    struct Put {
        std::uint64_t from_stations = 0;
        std::uint64_t from_core = 0;
    };
    /// A PDU to a station, with what stands in its headers.
    struct Downlink {
        std::uint32_t station = 0;
        std::uint32_t flow = 0;
        pdu::Zone zone = pdu::Zone::mzone;
        Eks eks{};
        std::uint32_t pn = 0;
        crypto::CcmNonce nonce{};
        MutableBytes payload{};
        MutableBytes icv{};
    };

    [[nodiscard]] bool feed();
    [[nodiscard]] bool feed_last();
    [[nodiscard]] std::uint32_t pick() noexcept;
    [[nodiscard]] std::size_t next_size() noexcept;
    void move_to(std::uint32_t index, std::uint32_t context);
    void report_move(std::uint32_t index);
    void put_uplink(path::Packet& packet, std::uint8_t worker);
    void record(const path::Packet& sent, std::uint8_t worker);
    void replay();
    [[nodiscard]] std::size_t build_pdu(std::uint32_t index, std::uint32_t flow,
                                        std::size_t inner_bytes, MutableBytes room);
    [[nodiscard]] std::size_t protect(const Tek& tek, const crypto::CcmNonce& nonce,
                                      const Inner& inner, MutableBytes payload, MutableBytes icv,
                                      std::size_t whole_bytes);
    void check_downlink(const path::Packet& packet);
    [[nodiscard]] std::optional<Downlink> parse_downlink(const path::Packet& packet);
    [[nodiscard]] bool follow(const Downlink& downlink);
    void open(const Downlink& downlink);
    void check_uplink(const path::Packet& packet);
    [[nodiscard]] const Tek& key_of(std::uint32_t station, std::uint32_t number);
    void complain(std::string what);

    Gateway& gateway_;
    const Scene scene_;
    KeyTree keys_;
    std::unique_ptr<crypto::Provider> reference_; ///< OpenSSL
    std::unique_ptr<crypto::Provider> cipher_;    ///< with which the stations send
    std::vector<Station> stations_;
    std::vector<Words> words_;
    std::vector<Put> put_; ///< by worker
    std::size_t
        most_waiting_; ///< for one worker at one port, so that one that stands still stops no other
    std::vector<path::Packet*> collected_;
    Totals totals_;
    SentRecord record_;
    std::vector<std::string> complaints_;
    std::atomic<std::uint64_t> complaint_count_{0};
    std::atomic<Phase> phase_{Phase::sending};
    std::uint64_t random_ = 0x853c49e6748fea9b;

    struct Recorded {
        std::uint8_t worker = 0;
        std::vector<std::uint8_t> frame;
    };
    std::vector<Recorded> recorded_;
};

} // namespace aaigw::swap
