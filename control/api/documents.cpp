#include "control/api/documents.h"

#include "common/check.h"
#include "common/hex.h"

#include <unistd.h>

#include <cmath>
#include <set>
#include <string_view>

namespace aaigw::api {

namespace {

constexpr std::array<std::string_view, kEventKinds> kEventNames{
    "control_pdu",     "soft_limit",  "icv_failures", "first_use",
    "unknown_station", "unknown_key", "arp",          "no_address"};
static_assert(static_cast<std::size_t>(path::EventKind::no_address) + 1 == kEventKinds);

constexpr std::string_view fate_name(path::Fate fate) noexcept
{
    switch (fate) {
    case path::Fate::send:
        return "send";
    case path::Fate::drop:
        return "drop";
    case path::Fate::hand_over:
        break;
    }
    return "hand_over";
}

constexpr std::string_view carries_name(path::Carries carries) noexcept
{
    switch (carries) {
    case path::Carries::nothing:
        return "nothing";
    case path::Carries::access:
        return "access";
    case path::Carries::core:
        return "core";
    case path::Carries::both:
        break;
    }
    return "both";
}

/// How full the tables are. Asks every station for its keys.
Json table_counters(const sa::KeyTables& tables)
{
    std::size_t teks = 0;
    std::set<std::uint32_t> contexts;
    const std::vector<sa::StationRef> stations = tables.stations();
    for (const sa::StationRef station : stations) {
        const auto counted = tables.counters(station);
        AAIGW_CHECK(counted.has_value()); // nobody removes stations meanwhile
        teks += counted->size();
        for (const sa::TekCounters& tek : *counted)
            contexts.insert(tek.tek.context);
    }
    return {{"stations", stations.size()},
            {"flows", tables.flow_count()},
            {"contexts", contexts.size()},
            {"teks", teks}};
}

Json port_counters(const dpdk::PortCounters& counted)
{
    return {{"rx_packets", counted.rx_packets},     {"rx_bytes", counted.rx_bytes},
            {"rx_missed", counted.rx_missed},       {"rx_errors", counted.rx_errors},
            {"rx_no_buffer", counted.rx_no_buffer}, {"tx_packets", counted.tx_packets},
            {"tx_bytes", counted.tx_bytes},         {"tx_errors", counted.tx_errors}};
}

Json worker_counters(std::size_t index, const WorkerView& view)
{
    Json worker = {{"worker", index}, {"core", view.core}};
    worker.update(packet_counters(view.shared->stats));
    worker["polls"] = view.shared->polls.value();
    worker["empty_polls"] = view.shared->empty_polls.value();
    worker["sleeps"] = view.shared->sleeps.value();
    return worker;
}

Json worker_stages(std::size_t index, const WorkerView& view)
{
    const worker::StageCosts& costs = view.shared->costs;
    const std::uint64_t packets = costs.packets.value();
    Json ticks = Json::object();
    Json per_packet = Json::object();
    const auto add = [&](std::string_view name, std::uint64_t spent) {
        constexpr double kDecimal = 10;
        const double cost =
            packets == 0 ? 0 : static_cast<double>(spent) / static_cast<double>(packets);
        ticks[name] = spent;
        per_packet[name] = std::round(cost * kDecimal) / kDecimal;
    };
    std::uint64_t total = 0;
    for (std::size_t stage = 0; stage < worker::kStages; ++stage) {
        const std::uint64_t spent = costs.ticks[stage].value();
        add(worker::kStageNames[stage], spent);
        total += spent;
    }
    add("total", total);
    return {{"worker", index},
            {"core", view.core},
            {"packets", packets},
            {"ticks", ticks},
            {"ticks_per_packet", per_packet}};
}

/// `make(index, worker)` of each worker, as an array.
template <class Make>
Json of_each_worker(const GatewayView& gateway, Make make)
{
    Json all = Json::array();
    for (const WorkerView& view : gateway.workers())
        all.push_back(make(all.size(), view));
    return all;
}

} // namespace

Json version_document(const GatewayView& gateway)
{
    const About about = gateway.about();
    return {{"program", "aaigwd"},
            {"version", AAIGW_VERSION},
            {"role", about.role},
            {"lab", about.lab},
            {"pid", ::getpid()}};
}

Json counters_document(const GatewayView& gateway)
{
    Json ports = Json::array();
    for (const PortView& port : gateway.ports())
        ports.push_back({{"name", port.name}, {"counters", port_counters(port.counters)}});
    const PoolView pool = gateway.pool();
    return {{"workers", of_each_worker(gateway, worker_counters)},
            {"ports", ports},
            {"pool", {{"packets", pool.packets}, {"in_use", pool.in_use}}},
            {"tables", table_counters(gateway.tables())},
            {"events", event_counters(gateway.events())}};
}

Json verdicts_document(const GatewayView& gateway)
{
    Json verdicts = Json::array();
    for (std::size_t at = 0; at < path::kVerdicts; ++at) {
        const auto verdict = static_cast<path::Verdict>(at);
        std::uint64_t total = 0;
        const Json of_workers = of_each_worker(gateway, [&](std::size_t, const WorkerView& view) {
            const std::uint64_t packets = view.shared->stats.verdicts[at].value();
            total += packets;
            return packets;
        });
        verdicts.push_back({{"verdict", path::name(verdict)},
                            {"fate", fate_name(path::fate(verdict))},
                            {"meaning", path::describe(verdict)},
                            {"packets", total},
                            {"of_workers", of_workers}});
    }
    return {{"verdicts", verdicts}};
}

Json stages_document(const GatewayView& gateway)
{
    return {{"workers", of_each_worker(gateway, worker_stages)}};
}

Json ports_document(const GatewayView& gateway)
{
    Json ports = Json::array();
    for (const PortView& view : gateway.ports()) {
        Json port = port_description(view);
        port["counters"] = port_counters(view.counters);
        ports.push_back(std::move(port));
    }
    return {{"ports", ports}};
}

Json health_document(const GatewayView& gateway)
{
    const std::vector<std::string> problems = gateway.problems();
    return {{"ok", problems.empty()}, {"problems", problems}};
}

Json packet_counters(const path::PathStats& stats)
{
    Json verdicts = Json::object();
    for (std::size_t at = 0; at < path::kVerdicts; ++at)
        verdicts[path::name(static_cast<path::Verdict>(at))] = stats.verdicts[at].value();
    return {{"rx", stats.received()},
            {"frames", stats.frames.value()},
            {"further_pdus", stats.further_pdus.value()},
            {"taken_over", stats.taken_over.value()},
            {"commanded", stats.commanded.value()},
            {"bytes_in", stats.bytes_in.value()},
            {"bytes_out", stats.bytes_out.value()},
            {"pdus_protected", stats.pdus_protected.value()},
            {"pdus_opened", stats.pdus_opened.value()},
            {"older_key_opened", stats.older_key_opened.value()},
            {"events_lost", stats.events_lost.value()},
            {"verdicts", verdicts}};
}

Json event_counters(const EventCounts& events)
{
    Json counted = Json::object();
    for (std::size_t kind = 0; kind < kEventKinds; ++kind)
        counted[kEventNames[kind]] = events[kind];
    return counted;
}

Json port_description(const PortView& port)
{
    return {{"name", port.name},
            {"driver", port.driver},
            {"carries", carries_name(port.carries)},
            {"mac", mac_text(load_be<6>(port.mac))},
            {"address", to_text(port.address)},
            {"mtu", port.mtu},
            {"rx_queues", port.rx_queues},
            {"tx_queues", port.tx_queues},
            {"enabled", port.enabled},
            {"link", {{"up", port.link.up}, {"mbps", port.link.mbps}}}};
}

std::string mac_text(std::uint64_t mac_bits)
{
    std::string text = to_hex(be_bytes<6>(mac_bits));
    for (std::size_t at = text.size() - 2; at > 0; at -= 2)
        text.insert(at, 1, ':');
    return text;
}

} // namespace aaigw::api
