// The path over memory in place of aaigwd: the same options and files, but no DPDK, threads or control side.
//
//     path_on_captures --config FILE --counters FILE [--exit-when-idle MS] [--burst FRAMES] [--trace FILE]
//
// The configuration is JSON as tests/peer/network.py writes it; its devices are net_pcap with files. A trace has a line
// for each burst: the number of the port, and the verdicts of its packets as they end.
#include "common/hex.h"
#include "common/ipv4.h"
#include "tests/doubles/path_rig.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace aaigw::path {
namespace {

using Json = nlohmann::json;
using doubles::Buffer;

constexpr std::size_t kBurst = 32;

// Captures
// ----------------------------------------------------------------------------

constexpr std::size_t kPcapHeader = 24;
constexpr std::size_t kRecordHeader = 16;

Buffer read_file(const std::string& name)
{
    std::ifstream file{name, std::ios::binary};
    if (!file)
        throw std::runtime_error("cannot read " + name);
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Little-endian, as this machine and tests/peer/pcap.py.
std::deque<Buffer> read_capture(const std::string& name)
{
    const Buffer bytes = read_file(name);
    std::deque<Buffer> frames;
    for (std::size_t at = kPcapHeader; at < bytes.size();) {
        std::uint32_t length = 0;
        std::memcpy(&length, &bytes.at(at + 8), sizeof(length));
        const auto* const begin = bytes.data() + at + kRecordHeader;
        frames.emplace_back(begin, begin + length);
        at += kRecordHeader + length;
    }
    return frames;
}

class CaptureWriter {
  public:
    explicit CaptureWriter(const std::string& name) : file_{name, std::ios::binary}
    {
        write({0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1});
    }

    void add(Bytes frame)
    {
        const auto length = static_cast<std::uint32_t>(frame.size());
        write({0, 0, length, length});
        file_.write(reinterpret_cast<const char*>(frame.data()), length);
    }

  private:
    void write(std::initializer_list<std::uint32_t> words)
    {
        for (const std::uint32_t word : words)
            file_.write(reinterpret_cast<const char*>(&word), sizeof(word));
    }

    std::ofstream file_;
};

// The configuration
// ----------------------------------------------------------------------------

template <class T>
void must(const Result<T>& done)
{
    if (!done)
        throw std::runtime_error(done.error().message);
}

template <class Id>
Id id(const Json& number)
{
    return Id::from_field(number.get<std::uint64_t>());
}

MacAddress mac_of(const Json& text)
{
    std::string digits = text;
    std::erase(digits, ':');
    MacAddress mac{};
    std::ranges::copy(from_hex(digits).value(), mac.begin());
    return mac;
}

Ipv4Address address_of(const Json& text)
{
    Ipv4Address address;
    for (std::istringstream in{text.get<std::string>()}; in;) {
        std::uint32_t byte = 0;
        if (in >> byte)
            address.value = address.value << 8 | byte;
        if (in.get() == '/')
            break;
    }
    return address;
}

std::string file_of(const std::string& device, const std::string& key)
{
    const std::size_t at = device.find(key + "=") + key.size() + 1;
    return device.substr(at, device.find(',', at) - at);
}

crypto::AesKeyView key_of(const Json& text, std::deque<Buffer>& kept)
{
    kept.push_back(from_hex(text.get<std::string>()).value());
    return crypto::AesKeyView{kept.back().data(), 16};
}

sa::TekSpec tek_of(pdu::Zone zone, const Json& json, std::deque<Buffer>& keys)
{
    const std::string use = json["use"];
    const std::uint32_t last = zone == pdu::Zone::mzone ? 0x1fffff : 0x7fffffff;
    sa::TekSpec tek{.eks = id<Eks>(json["eks"]), .key = key_of(json["key"], keys)};
    tek.receive = use != "downlink";
    if (use != "uplink") {
        const std::uint32_t hard = json.value("hard_limit", last);
        tek.send = {.first = json.value("next_pn", 1U),
                    .soft = hard,
                    .hard = hard,
                    .ceiling = json.value("ceiling", hard)};
    }
    return tek;
}

sa::ContextSpec context_of(pdu::Zone zone, const Json& json, std::deque<Buffer>& keys)
{
    sa::ContextSpec context{.zone = zone, .ak_sn = id<AkSn>(json["pmk_sn"])};
    AkId akid{};
    std::ranges::copy(from_hex(json["akid"].get<std::string>()).value(), akid.begin());
    context.cmac.emplace(sa::CmacSpec{.key = key_of(json["cmac_key_u"], keys), .akid = akid});
    for (const Json& sa : json["sas"]) {
        sa::SaSpec spec{.said = sa["said"], .window = sa["window"]};
        if (zone == pdu::Zone::mzone && spec.said == 2)
            spec.protection = pdu::Protection::ctr;
        else if (sa.value("icv", 8) == 4)
            spec.protection = pdu::Protection::ccm_icv4;
        for (const Json& tek : sa["teks"])
            spec.teks.push_back(tek_of(zone, tek, keys));
        context.sas.push_back(std::move(spec));
    }
    return context;
}

/// What the gateway consists of.
class Gateway {
  public:
    Gateway(const Json& json, std::size_t burst, std::ostream& trace)
        : burst_{burst}, trace_{trace}, rig_{{.limits = limits(json["limits"])}}
    {
        Links& links = rig_.links();
        links.core_peer_count = 0;
        read_ports(json);
        for (const Json& peer : json["core_peers"]) {
            CorePeer& to = links.core_peers[links.core_peer_count];
            core_names_[peer["name"]] = static_cast<std::uint8_t>(links.core_peer_count++);
            to.address = address_of(peer["address"]);
            to.port = port_names_.at(json["links"]["core"]);
            to.mac_bits = load_be<6>(mac_of(peer["mac"]));
        }
        for (const Json& station : json["static"]["stations"])
            add_station(station);
        rig_.set_frame_number(json["preset"]["frame_number"]);
    }

    void run()
    {
        bool more = true;
        while (more) {
            more = false;
            for (std::size_t port = 0; port < received_.size(); ++port) {
                poll(static_cast<std::uint8_t>(port));
                more = more || !received_[port].empty();
            }
        }
    }

    [[nodiscard]] Json counters()
    {
        const PathStats& stats = rig_.stats();
        Json verdicts;
        for (std::size_t i = 0; i < kVerdicts; ++i)
            verdicts[std::string{name(static_cast<Verdict>(i))}] = stats.verdicts[i].value();
        return {{"workers", {{{"rx", stats.received()}, {"verdicts", verdicts}}}}};
    }

  private:
    static PathLimits limits(const Json& json)
    {
        return {.unauthenticated_control_per_s = json["unauthenticated_control_per_s"],
                .cmac_checks_per_s = 1'000'000,
                .icmp_errors_per_s = json["icmp_errors_per_s"]};
    }

    void read_ports(const Json& json)
    {
        for (const Json& port : json["ports"]) {
            const std::string port_name = port["name"];
            const auto number = static_cast<std::uint8_t>(received_.size());
            const bool access = json["links"]["access"] == port_name;
            const bool core = json["links"]["core"] == port_name;
            port_names_[port_name] = number;
            access_ = access ? number : access_;
            rig_.links().ports[number] =
                PortLink::make(mac_of(port["mac"]), address_of(port["address"]), port["mtu"],
                               static_cast<Carries>((access ? 1 : 0) | (core ? 2 : 0)));
            received_.push_back(read_capture(file_of(port["device"], "rx_pcap")));
            sent_.emplace_back(file_of(port["device"], "tx_pcap"));
        }
    }

    void add_station(const Json& json)
    {
        sa::StationSpec spec{.sector = json["sector"]};
        if (json.contains("mzone"))
            spec.stid = id<Stid>(json["mzone"]["stid"]);
        if (json.contains("lzone"))
            spec.cids = {.basic = id<Cid>(json["lzone"]["basic_cid"]),
                         .primary = id<Cid>(json["lzone"]["primary_cid"])};
        const auto station = rig_.tables().add_station(spec);
        must(station);
        if (json.contains("address"))
            must(rig_.tables().place_station(
                *station,
                {.ip = address_of(json["address"]), .port = access_, .mac = mac_of(json["mac"])}));
        const Json* contexts = nullptr;
        for (const char* const zone : {"mzone", "lzone"})
            if (json.contains(zone)) {
                contexts = &json[zone]["contexts"];
                add_contexts(*station, json, zone);
            }
        std::uint8_t slot = 3;
        for (const Json& flow : json["flows"])
            add_flow(*station, flow, (*contexts)[0], slot);
    }

    void add_contexts(sa::StationRef station, const Json& json, const std::string& zone)
    {
        std::deque<Buffer> keys;
        const bool sends = json.value("transmit", zone) == zone;
        bool active = true;
        for (const Json& context : json[zone]["contexts"]) {
            const sa::ContextSpec spec =
                context_of(zone == "mzone" ? pdu::Zone::mzone : pdu::Zone::lzone, context, keys);
            const auto ref = rig_.tables().install_context(station, spec);
            must(ref);
            std::vector<sa::SendChoice> choices;
            for (const sa::SaSpec& sa : spec.sas)
                for (const sa::TekSpec& tek : sa.teks)
                    if (tek.send && (choices.empty() || choices.back().said != sa.said))
                        choices.push_back({.said = sa.said, .eks = tek.eks});
            if (active && sends)
                must(rig_.tables().switch_transmit(*ref, choices));
            active = false;
        }
    }

    void add_flow(sa::StationRef station, const Json& json, const Json& context, std::uint8_t& slot)
    {
        sa::FlowSpec flow{.gre_key = json["data_path_id"],
                          .core_peer = core_names_.at(json["core"])};
        flow.slot = json.contains("fid") ? json["fid"].get<std::uint8_t>() : slot++;
        for (std::size_t i = 0; i < context["sas"].size(); ++i)
            if (context["sas"][i]["said"] == json["said"])
                flow.sa = static_cast<std::uint8_t>(i);
        if (json.contains("cid"))
            flow.cid = id<Cid>(json["cid"]);
        if (json.contains("header"))
            flow.header = pdu::HeaderKind::spmh;
        if (json.value("crc", false))
            flow.crc = pdu::Crc::present;
        flow.max_packet = json.value("max_packet", std::uint16_t{0});
        must(rig_.tables().add_flow(station, flow));
    }

    void poll(std::uint8_t port)
    {
        std::deque<Buffer>& left = received_[port];
        const std::size_t count = std::min(burst_, left.size());
        if (count == 0)
            return;
        const std::vector<Buffer> frames(left.begin(), left.begin() + static_cast<long>(count));
        left.erase(left.begin(), left.begin() + static_cast<long>(count));
        trace_ << int{port};
        take(rig_.run(port, frames));
        // What a newer key could not open is tried with the older one, after the rig has flushed.
        while (rig_.engine().in_flight() != 0)
            take(rig_.flush());
        trace_ << '\n';
        rig_.drop_events();
    }

    void take(const doubles::Outcome& outcome)
    {
        for (const doubles::Ended& one : outcome.ended) {
            trace_ << ' ' << name(one.verdict);
            if (fate(one.verdict) == Fate::send)
                sent_[one.port].add(one.frame);
        }
    }

    std::size_t burst_;
    std::ostream& trace_;
    doubles::PathRig rig_;
    std::uint8_t access_ = 0;
    std::map<std::string, std::uint8_t> port_names_;
    std::map<std::string, std::uint8_t> core_names_;
    std::vector<std::deque<Buffer>> received_;
    std::deque<CaptureWriter> sent_;
};

} // namespace
} // namespace aaigw::path

int main(int argc, char** argv)
{
    try {
        std::map<std::string, std::string> options;
        for (int i = 1; i + 1 < argc; i += 2)
            options[argv[i]] = argv[i + 1];
        const auto text = aaigw::path::read_file(options.at("--config"));
        const std::size_t burst =
            options.contains("--burst") ? std::stoul(options["--burst"]) : aaigw::path::kBurst;
        std::ofstream trace{options["--trace"]};
        const auto gateway = std::make_unique<aaigw::path::Gateway>(
            nlohmann::json::parse(text.begin(), text.end()), burst, trace);
        gateway->run();
        std::ofstream{options.at("--counters")} << gateway->counters().dump(2) << '\n';
        return 0;
    } catch (const std::exception& problem) {
        std::cerr << "path_on_captures: " << problem.what() << '\n';
        return 1;
    }
}
