#include "config/validate.h"

#include "config/rules.h"

#include <algorithm>
#include <string>

namespace aaigw::config {

namespace {

void check_workers(const Config& config, TreeNode& root, Reading& reading)
{
    TreeNode* cores = sound(sound(&root, "workers"), "cores");
    if (cores == nullptr || config.lab)
        return;
    Distinct<std::uint16_t> distinct;
    for (std::size_t i = 0; i < config.workers.cores.size(); ++i)
        distinct.add(&cores->items[i], config.workers.cores[i], "cores",
                     "outside a lab each worker has a CPU of its own", reading);
}

void check_gateway(const Port& port, TreeNode& node, Reading& reading)
{
    TreeNode* gateway = sound(&node, "gateway");
    if (gateway == nullptr || sound(&node, "address") == nullptr)
        return;
    if (!port.address.has_host(*port.gateway) || *port.gateway == port.address.address)
        reading.refuse(*gateway, "gateway: not another host of the port's network; expected one "
                                 "that the prefix of address covers");
}

void check_ports(const Config& config, TreeNode& root, Reading& reading)
{
    TreeNode* ports = root.find("ports");
    if (ports == nullptr)
        return;
    constexpr std::string_view kAdvice = "each port has its own";
    Distinct<std::string> names;
    Distinct<std::string> devices;
    Distinct<Ipv4Address> addresses;
    Distinct<MacAddress> macs;
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const Port& port = config.ports[i];
        TreeNode& node = ports->items[i];
        names.add(sound(&node, "name"), port.name, "name", kAdvice, reading);
        // DPDK knows a virtual device by what stands before the comma.
        devices.add(sound(&node, "device"), port.device.substr(0, port.device.find(',')), "device",
                    kAdvice, reading);
        addresses.add(sound(&node, "address"), port.address.address, "address", kAdvice, reading);
        macs.add(sound(&node, "mac"), port.mac.value_or(MacAddress{}), "mac", kAdvice, reading);
        check_gateway(port, node, reading);
    }
}

/// Buffers of the largest MTU, without what DPDK needs for itself, must fit into the memory.
void check_memory(const Config& config, TreeNode& root, Reading& reading)
{
    TreeNode* memory = root.find("memory");
    TreeNode* ports = sound(&root, "ports");
    if (memory == nullptr || memory->flawed || ports == nullptr || config.ports.empty())
        return;
    const std::uint64_t packet = std::ranges::max(config.ports, {}, &Port::mtu).mtu;
    const std::uint64_t needed_mb = config.memory.packets * packet >> 20;
    if (needed_mb >= config.memory.size_mb)
        reading.refuse(*memory, fmt::format("memory: so many packets of the largest MTU take more "
                                            "than {} MiB; raise size_mb or lower packets",
                                            needed_mb));
}

/// Whether the names of config.links are what was meant. Without the key they are, unless it is misspelt.
bool links_known(TreeNode& root)
{
    TreeNode* links = root.find("links");
    return links == nullptr ? !root.incomplete : !links->flawed;
}

void check_link(const Config& config, TreeNode& root, std::string_view link,
                const std::string& name, Reading& reading)
{
    TreeNode* ports = sound(&root, "ports");
    if (ports == nullptr || !links_known(root) ||
        index_of(config.ports, name) < config.ports.size())
        return;
    TreeNode* links = root.find("links");
    TreeNode* written = sound(links, link);
    const TreeNode& at = written != nullptr ? *written : links != nullptr ? *links : *ports;
    // At the place only, without a flaw in the node: the other link may be wrong in the same way.
    reading.refuse(at.place,
                   written != nullptr
                       ? fmt::format("{}: no port has this name; expected one of ports", link)
                       : fmt::format("links: no port is named {}, which is the default of "
                                     "{}; name one of ports there",
                                     name, link));
}

void check_sectors(const Config& config, TreeNode& root, Reading& reading)
{
    TreeNode* sectors = root.find("sectors");
    if (sectors == nullptr)
        return;
    Distinct<std::uint8_t> indexes;
    Distinct<MacAddress> absids;
    for (std::size_t i = 0; i < config.sectors.size(); ++i) {
        TreeNode& node = sectors->items[i];
        constexpr std::string_view kAdvice = "each sector has its own";
        indexes.add(sound(&node, "index"), config.sectors[i].index, "index", kAdvice, reading);
        absids.add(sound(&node, "absid"), config.sectors[i].absid, "absid", kAdvice, reading);
    }
}

void check_core_peers(const Config& config, TreeNode& root, Reading& reading)
{
    TreeNode* peers = root.find("core_peers");
    if (peers == nullptr)
        return;
    Distinct<std::string> names;
    Distinct<Ipv4Address> addresses;
    const Port* port = linked_port(config, root, config.links.core);
    for (std::size_t i = 0; i < config.core_peers.size(); ++i) {
        const CorePeer& peer = config.core_peers[i];
        TreeNode& node = peers->items[i];
        constexpr std::string_view kAdvice = "each core peer has its own";
        names.add(sound(&node, "name"), peer.name, "name", kAdvice, reading);
        addresses.add(sound(&node, "address"), peer.address, "address", kAdvice, reading);
        check_reachable(config, port, peer.address, sound(&node, "address"), reading);
    }
}

} // namespace

const Port* linked_port(const Config& config, TreeNode& root, std::string_view name)
{
    const std::size_t at = index_of(config.ports, name);
    const bool known = sound(&root, "ports") != nullptr && links_known(root);
    return known && at < config.ports.size() ? &config.ports[at] : nullptr;
}

void check_reachable(const Config& config, const Port* port, Ipv4Address address, TreeNode* node,
                     Reading& reading)
{
    if (port == nullptr || node == nullptr)
        return;
    const auto is_own = [&](const Port& each) { return each.address.address == address; };
    if (std::ranges::any_of(config.ports, is_own))
        reading.refuse(*node, "address: the gateway's own; expected somebody else's");
    else if (!port->gateway && !port->address.contains(address))
        reading.refuse(*node, fmt::format("address: not in the network of port {}, which has no "
                                          "gateway; give it one, or correct the address",
                                          port->name));
    else if (port->address.contains(address) && !port->address.has_host(address))
        reading.refuse(*node, fmt::format("address: of the network of port {} itself or broadcast; "
                                          "expected a host's",
                                          port->name));
}

void validate(const Config& config, TreeNode& root, Reading& reading)
{
    check_workers(config, root, reading);
    check_ports(config, root, reading);
    check_memory(config, root, reading);
    check_link(config, root, "access", config.links.access, reading);
    check_link(config, root, "core", config.links.core, reading);
    check_sectors(config, root, reading);
    check_core_peers(config, root, reading);
    validate_static(config, root, reading);
}

} // namespace aaigw::config
