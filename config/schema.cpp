// What every daemon is configured with; the keys of `static:` are in static_schema.cpp.
#include "config/schema.h"

namespace aaigw::config {

using enum Need;

namespace {

template <class E, std::size_t N>
constexpr Words<E, N> words(const Word<E> (&list)[N])
{
    return {std::to_array(list)};
}

constexpr std::uint64_t kMaxStations = 0xfffff;
constexpr std::uint64_t kMaxFlows = std::uint64_t{1} << 24;
constexpr std::size_t kMaxUnixPath = 107; // unix(7): sun_path without the zero byte

} // namespace

template <>
const Schema<Config>& schema<Config>()
{
    static const Schema<Config> fields{
        field("lab", &Config::lab, Flag{}, optional,
              "A lab: allows what would be unsafe elsewhere, such as keys in this text."),
        field("role", &Config::role, words<Role>({{"abs", Role::abs}, {"ars", Role::ars}}),
              optional, "Base station (abs) or relay station (ars)."),
        field("kdf_profile", &Config::kdf_profile,
              words<KdfProfile>({{"draft", KdfProfile::draft}, {"final", KdfProfile::final_}}),
              optional, "Key derivation by the draft of IEEE 802.16m or by its final text."),
        field("workers", &Config::workers, Section<Workers>{}, optional,
              "The threads that carry packets."),
        field("memory", &Config::memory, Section<Memory>{}, optional, "Memory for packets."),
        field("ports", &Config::ports, ListOf<Section<Port>>{{}, 1, 16}, required,
              "The network devices."),
        field("links", &Config::links, Section<Links>{}, optional,
              "Which port leads where; both may be the same one."),
        field("limits", &Config::limits, Section<Limits>{}, optional,
              "How much there can be of things."),
        field("sectors", &Config::sectors, ListOf<Section<Sector>>{{}, 1, 256}, required,
              "The sectors that this gateway serves."),
        field(
            "core_peers", &Config::core_peers, ListOf<Section<CorePeer>>{{}, 1, 64}, required,
            "The other ends of the R6 data path. GRE is accepted from the peer of its flow only."),
        field("control_socket", &Config::control_socket, Path{kMaxUnixPath}, optional,
              "The Unix socket on which `aaigwctl` finds the daemon."),
        field("state_dir", &Config::state_dir, Path{}, optional,
              "The folder of what must outlive a restart."),
        field("log", &Config::log, Section<Log>{}, optional, "The log."),
        field("keylog", &Config::keylog, Path{}, lab_only,
              "A file that gets every key, for Wireshark."),
        field("preset", &Config::preset, Section<Preset>{}, lab_only,
              "Starting values, so that tests reach the ends of ranges."),
        field("static", &Config::static_part, Section<StaticPart>{}, lab_only,
              "Stations, flows and keys that are there from the start."),
    };
    return fields;
}

template <>
const Schema<Workers>& schema<Workers>()
{
    static const Schema<Workers> fields{
        field("cores", &Workers::cores, ListOf<Number>{{0, 1023}, 1, 64}, optional,
              "CPU numbers; each gets a worker of its own. Only a lab may name one twice."),
        field("idle", &Workers::idle, words<Idle>({{"poll", Idle::poll}, {"sleep", Idle::sleep}}),
              optional,
              "Without packets: go on polling, which takes the whole CPU, or sleep for a moment."),
        field("stall_alarm_ms", &Workers::stall_alarm_ms, Number{10, 60000}, optional,
              "A worker that shows no sign of life for so long is reported."),
    };
    return fields;
}

template <>
const Schema<Memory>& schema<Memory>()
{
    static const Schema<Memory> fields{
        field("huge_pages", &Memory::huge_pages,
              words<HugePages>({{"auto", HugePages::automatic},
                                {"never", HugePages::never},
                                {"required", HugePages::required}}),
              optional,
              "Whether packets live in huge pages; `auto` takes them when there are any."),
        field("size_mb", &Memory::size_mb, Number{32, 65536}, optional,
              "Memory that DPDK takes, in MiB."),
        field("packets", &Memory::packets, Number{1024, 1048576}, optional,
              "Buffers, each for one packet of the largest MTU."),
    };
    return fields;
}

template <>
const Schema<Port>& schema<Port>()
{
    static const Schema<Port> fields{
        field("name", &Port::name, Name{}, required, "How the rest of this text calls the port."),
        field("device", &Port::device, Device{}, required, "The device, as DPDK calls it."),
        field("address", &Port::address, HostNetwork{}, required,
              "The gateway's own address on this port, and the network around it."),
        field("gateway", &Port::gateway, HostAddress{}, optional,
              "The next hop to addresses outside that network; it lies inside."),
        field("mtu", &Port::mtu, Number{576, 9000}, optional,
              "The longest IP packet that the port carries, in bytes."),
        field("mac", &Port::mac, Mac{MacKind::unicast}, optional,
              "Set on the port at start; without it the device keeps its own."),
        field("rx_ring", &Port::rx_ring, Number{64, 16384}, optional,
              "Receive descriptors of each queue."),
        field("tx_ring", &Port::tx_ring, Number{64, 16384}, optional,
              "Transmit descriptors of each queue."),
    };
    return fields;
}

template <>
const Schema<Links>& schema<Links>()
{
    static const Schema<Links> fields{
        field("access", &Links::access, Name{}, optional, "The port towards the stations."),
        field("core", &Links::core, Name{}, optional, "The port towards the core peers."),
    };
    return fields;
}

template <>
const Schema<Limits>& schema<Limits>()
{
    static const Schema<Limits> fields{
        field("stations", &Limits::stations, Number{1, kMaxStations}, optional,
              "Stations at one time."),
        field("flows", &Limits::flows, Number{1, kMaxFlows}, optional,
              "Flows of all stations together."),
        field("unauthenticated_control_per_s", &Limits::unauthenticated_control_per_s,
              Number{0, 1000000}, optional,
              "Control messages without CMAC that are looked at in a second."),
        field("icmp_errors_per_s", &Limits::icmp_errors_per_s, Number{0, 1000000}, optional,
              "ICMP errors that are sent in a second."),
    };
    return fields;
}

template <>
const Schema<Sector>& schema<Sector>()
{
    static const Schema<Sector> fields{
        field("index", &Sector::index, Number{0, 255}, required,
              "The sector in GSMTAP, `antenna_nr`."),
        field("absid", &Sector::absid, Mac{}, required, "Its ABSID."),
    };
    return fields;
}

template <>
const Schema<CorePeer>& schema<CorePeer>()
{
    static const Schema<CorePeer> fields{
        field("name", &CorePeer::name, Name{}, required, "How flows call the peer."),
        field("address", &CorePeer::address, HostAddress{}, required,
              "Where GRE goes to and comes from."),
        field("mac", &CorePeer::mac, Mac{MacKind::unicast}, optional,
              "The MAC address that leads there; without it the gateway asks for it."),
    };
    return fields;
}

template <>
const Schema<Log>& schema<Log>()
{
    static const Schema<Log> fields{
        field("level", &Log::level,
              words<LogLevel>({{"trace", LogLevel::trace},
                               {"debug", LogLevel::debug},
                               {"info", LogLevel::info},
                               {"warn", LogLevel::warn},
                               {"error", LogLevel::error},
                               {"critical", LogLevel::critical}}),
              optional, "What is logged: this and everything graver."),
    };
    return fields;
}

template <>
const Schema<Preset>& schema<Preset>()
{
    static const Schema<Preset> fields{
        field("frame_number", &Preset::frame_number, Number{0, 0xffffffff}, optional,
              "GSMTAP `frame_number` stays at this value."),
    };
    return fields;
}

template <>
const Schema<KeyFile>& schema<KeyFile>()
{
    static const Schema<KeyFile> fields{
        field("file", &KeyFile::path, Path{}, required, "The file that holds the key."),
    };
    return fields;
}

} // namespace aaigw::config
