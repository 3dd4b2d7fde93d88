#include "control/api/live_gateway.h"

#include <fmt/format.h>

#include <algorithm>

namespace aaigw::api {

static_assert(kEventKinds == runtime::kEventKinds);

LiveGateway::LiveGateway(const runtime::Gateway& gateway, const runtime::ControlLoop& loop)
    : gateway_{gateway}, loop_{loop}
{
    for (std::size_t i = 0; i < gateway.worker_count(); ++i)
        workers_.push_back({.core = gateway.core_of(i), .shared = &gateway.worker(i)});
}

About LiveGateway::about() const
{
    const config::Config& config = gateway_.config();
    return {.role = config.role == config::Role::abs ? "abs" : "ars", .lab = config.lab};
}

std::vector<PortView> LiveGateway::ports() const
{
    std::vector<PortView> all;
    for (std::size_t i = 0; i < gateway_.port_count(); ++i) {
        const dpdk::Port& port = gateway_.port(i);
        all.push_back({.name = port.name(),
                       .driver = port.driver(),
                       .mac = port.mac(),
                       .address = gateway_.config().ports[i].address,
                       .carries = gateway_.links().ports[i].carries,
                       .mtu = port.mtu(),
                       .rx_queues = port.rx_queues(),
                       .tx_queues = port.tx_queues(),
                       .enabled = port.is_up(),
                       .link = port.link(),
                       .counters = port.counters()});
    }
    return all;
}

std::vector<CorePeerView> LiveGateway::core_peers() const
{
    std::vector<CorePeerView> all;
    const std::vector<config::CorePeer>& configured = gateway_.config().core_peers;
    for (std::size_t i = 0; i < configured.size(); ++i)
        all.push_back({.name = configured[i].name,
                       .address = configured[i].address,
                       .mac_bits = gateway_.links().core_peers[i].mac_bits.load()});
    return all;
}

PoolView LiveGateway::pool() const
{
    return {.packets = gateway_.pool().capacity(), .in_use = gateway_.pool().in_use()};
}

std::string LiveGateway::name_of(sa::StationRef station) const
{
    return gateway_.name_of(station);
}

EventCounts LiveGateway::events() const
{
    EventCounts counts{};
    for (std::size_t kind = 0; kind < kEventKinds; ++kind)
        counts[kind] = loop_.events(static_cast<path::EventKind>(kind));
    return counts;
}

std::vector<std::string> LiveGateway::problems() const
{
    std::vector<std::string> all;
    for (std::size_t worker = 0; worker < workers_.size(); ++worker) {
        if (loop_.supervisor().is_stalled(worker))
            all.push_back(fmt::format("worker {} on core {} does not move", worker,
                                      gateway_.core_of(worker)));
    }
    for (std::size_t i = 0; i < gateway_.port_count(); ++i) {
        const dpdk::Port& port = gateway_.port(i);
        if (!port.is_up())
            all.push_back(fmt::format("port {} is out of use", port.name()));
        else if (!port.link().up)
            all.push_back(fmt::format("port {} has no link", port.name()));
    }
    add_neighbour_problems(all);
    return all;
}

void LiveGateway::add_neighbour_problems(std::vector<std::string>& all) const
{
    constexpr std::size_t kMostNamed = 8;
    std::size_t silent = 0;
    for (const runtime::Neighbours::View& neighbour : loop_.neighbours().list()) {
        if (neighbour.answers && neighbour.mac)
            continue;
        if (++silent <= kMostNamed)
            all.push_back(fmt::format("{} on port {} does not answer ARP",
                                      to_text(neighbour.address),
                                      gateway_.port(neighbour.port).name()));
    }
    if (silent > kMostNamed)
        all.push_back(fmt::format("nor do {} others", silent - kMostNamed));
}

} // namespace aaigw::api
