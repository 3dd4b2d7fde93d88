// Neighbours: finds out by ARP where frames to core peers and to configured stations go, and keeps knowing it.
#pragma once

#include "common/bytes.h"
#include "common/ids.h"
#include "common/ipv4.h"
#include "dataplane/path/links.h"
#include "dataplane/sa/station.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

namespace aaigw::runtime {

/// What workers do for the control thread. Neither call waits; false: the queue is full, and it is to be tried again.
class WorkerOrders {
  public:
    virtual ~WorkerOrders() = default;

    [[nodiscard]] virtual bool send_frame(std::uint8_t port, Bytes frame) = 0;
    /// Ignored for a station whose address has been learned from a verified PDU.
    [[nodiscard]] virtual bool set_address(sa::StationRef station,
                                           const sa::StationAddress& address) = 0;
};

/// A port as ARP sees it.
struct NeighbourPort {
    MacAddress mac{};
    Ipv4Network address{};
    std::optional<Ipv4Address> gateway{};
};

/// Control thread only. Time comes from the caller and never goes back.
class Neighbours {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// After start or a failed answer: 0, 100 and 300 ms, then every second.
    static constexpr std::chrono::milliseconds kSecondTry{100};
    static constexpr std::chrono::milliseconds kThirdTry{200};
    static constexpr std::chrono::seconds kRetry{1};
    /// An answer is good for so long; then the neighbour is asked again, by unicast at first.
    static constexpr std::chrono::seconds kRefresh{30};
    static constexpr unsigned kUnicastTries = 3;
    /// RFC 5227 2.3: the own addresses are announced twice.
    static constexpr unsigned kAnnouncements = 2;
    static constexpr std::chrono::seconds kBetweenAnnouncements{2};
    /// Requests that one tick sends at most.
    static constexpr std::size_t kRequestsPerTick = 32;

    Neighbours(std::vector<NeighbourPort> ports, WorkerOrders& orders);

    /// The peer's MAC address is written as soon as it is known. `peer` outlives this.
    void add_core_peer(path::CorePeer& peer);
    /// Told to the station's worker, once. `address` has all but the MAC address.
    void add_station(sa::StationRef station, const sa::StationAddress& address);
    /// Tell everybody on the links of the own addresses.
    void announce();

    void tick(Time now);
    /// An ARP reply that came: taken when it answers a question.
    void learn(const sa::StationAddress& source, Time now);

    struct View {
        std::uint8_t port = 0;
        Ipv4Address address{};
        std::optional<MacAddress> mac{};
        bool answers = false; ///< the last question was answered, or no more than one is open
    };
    [[nodiscard]] std::vector<View> list() const;
    [[nodiscard]] std::size_t unresolved() const noexcept { return unresolved_; }
    /// Replies to nothing that was asked.
    [[nodiscard]] std::uint64_t unasked_replies() const noexcept { return unasked_; }

  private:
    struct Waiting {
        sa::StationRef station;
        sa::StationAddress address;
    };
    struct Entry {
        std::uint8_t port = 0;
        Ipv4Address address{};
        std::optional<MacAddress> mac{};
        unsigned tries = 0; ///< since the last answer
        Time due{};
        std::vector<path::CorePeer*> peers{};
        std::vector<Waiting> waiting{}; ///< stations that have not been told yet
    };
    struct Due {
        Time at;
        std::size_t entry;

        friend bool operator>(const Due& a, const Due& b) noexcept { return a.at > b.at; }
    };

    Entry& entry_for(std::uint8_t port, Ipv4Address address);
    void schedule(std::size_t entry, Time at);
    void send_announcements(Time now);
    [[nodiscard]] bool ask(Entry& entry);
    [[nodiscard]] bool tell_stations(Entry& entry);
    /// Does what is due for the entry, and says when it is next; nothing: never.
    [[nodiscard]] std::optional<Time> serve(Entry& entry, Time now);

    std::vector<NeighbourPort> ports_;
    WorkerOrders& orders_;
    std::vector<Entry> entries_;
    std::map<std::pair<std::uint8_t, Ipv4Address>, std::size_t> places_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    unsigned announcements_left_ = 0;
    std::size_t announce_port_ = 0; ///< the next one in this round
    Time announce_at_{};
    std::size_t unresolved_ = 0;
    std::uint64_t unasked_ = 0;
};

} // namespace aaigw::runtime
