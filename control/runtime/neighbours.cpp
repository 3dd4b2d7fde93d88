#include "control/runtime/neighbours.h"

#include "common/check.h"
#include "dataplane/net/arp.h"

#include <algorithm>
#include <array>

namespace aaigw::runtime {

Neighbours::Neighbours(std::vector<NeighbourPort> ports, WorkerOrders& orders)
    : ports_{std::move(ports)}, orders_{orders}
{
}

/// The entry of the next hop to `address`.
Neighbours::Entry& Neighbours::entry_for(std::uint8_t port, Ipv4Address address)
{
    AAIGW_CHECK(port < ports_.size());
    const NeighbourPort& link = ports_[port];
    const bool on_link = link.address.contains(address) || !link.gateway;
    const Ipv4Address next_hop = on_link ? address : *link.gateway;
    const auto [place, is_new] = places_.try_emplace({port, next_hop}, entries_.size());
    if (is_new) {
        entries_.push_back({.port = port, .address = next_hop});
        ++unresolved_;
    }
    schedule(place->second, Time::min());
    return entries_[place->second];
}

/// Takes the place of the time that the entry had.
void Neighbours::schedule(std::size_t entry, Time at)
{
    entries_[entry].due = at;
    due_.push({.at = at, .entry = entry});
}

void Neighbours::add_core_peer(path::CorePeer& peer)
{
    entry_for(peer.port, peer.address).peers.push_back(&peer);
}

void Neighbours::add_station(sa::StationRef station, const sa::StationAddress& address)
{
    entry_for(address.port, address.ip).waiting.push_back({.station = station, .address = address});
}

void Neighbours::announce()
{
    announcements_left_ = kAnnouncements;
    announce_port_ = 0;
}

void Neighbours::send_announcements(Time now)
{
    if (announcements_left_ == 0 || now < announce_at_)
        return;
    for (; announce_port_ < ports_.size(); ++announce_port_) {
        const NeighbourPort& port = ports_[announce_port_];
        std::array<std::uint8_t, net::kEthernetMinimumBytes> frame{};
        net::write_arp_announcement(frame, {.mac = port.mac, .address = port.address.address});
        if (!orders_.send_frame(static_cast<std::uint8_t>(announce_port_), frame))
            return;
    }
    announce_port_ = 0;
    --announcements_left_;
    announce_at_ = now + kBetweenAnnouncements;
}

bool Neighbours::ask(Entry& entry)
{
    const NeighbourPort& port = ports_[entry.port];
    const bool unicast = entry.mac && entry.tries < kUnicastTries;
    std::array<std::uint8_t, net::kEthernetMinimumBytes> frame{};
    net::write_arp_request(frame, {.mac = port.mac, .address = port.address.address}, entry.address,
                           unicast ? *entry.mac : net::kBroadcastMac);
    if (!orders_.send_frame(entry.port, frame))
        return false;
    ++entry.tries;
    return true;
}

bool Neighbours::tell_stations(Entry& entry)
{
    while (!entry.waiting.empty()) {
        Waiting& one = entry.waiting.back();
        one.address.mac = *entry.mac;
        if (!orders_.set_address(one.station, one.address))
            return false;
        entry.waiting.pop_back();
    }
    return true;
}

std::optional<Neighbours::Time> Neighbours::serve(Entry& entry, Time now)
{
    if (entry.mac && !tell_stations(entry))
        return now; // the queue is full: with the next tick
    if (entry.mac && entry.peers.empty())
        return std::nullopt; // what comes from the station tells where it is from now on
    if (!ask(entry))
        return now;
    if (entry.mac || entry.tries > 2)
        return now + kRetry;
    return now + (entry.tries == 1 ? kSecondTry : kThirdTry);
}

void Neighbours::tick(Time now)
{
    send_announcements(now);
    for (std::size_t served = 0; served < kRequestsPerTick && !due_.empty();) {
        const Due due = due_.top();
        if (due.at > now)
            return;
        due_.pop();
        if (due.at != entries_[due.entry].due)
            continue; // it was given another time since
        ++served;
        const std::optional<Time> next = serve(entries_[due.entry], now);
        if (!next)
            continue;
        schedule(due.entry, *next);
        if (*next == now)
            return; // no room to send
    }
}

void Neighbours::learn(const sa::StationAddress& source, Time now)
{
    const auto place = places_.find({source.port, source.ip});
    if (place == places_.end() || entries_[place->second].tries == 0) {
        ++unasked_;
        return;
    }
    Entry& entry = entries_[place->second];
    if (!entry.mac)
        --unresolved_;
    entry.mac = source.mac;
    entry.tries = 0;
    for (path::CorePeer* const peer : entry.peers)
        peer->mac_bits.store(load_be<6>(source.mac), std::memory_order_relaxed);
    schedule(place->second, entry.waiting.empty() ? now + kRefresh : now);
}

std::vector<Neighbours::View> Neighbours::list() const
{
    std::vector<View> all;
    all.reserve(entries_.size());
    for (const Entry& entry : entries_)
        all.push_back({.port = entry.port,
                       .address = entry.address,
                       .mac = entry.mac,
                       .answers = entry.mac && entry.tries <= 1});
    return all;
}

} // namespace aaigw::runtime
