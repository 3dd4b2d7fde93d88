// The configuration for any input: every valid one comes back as it was written, and no text does harm.
#include "common/hex.h"
#include "config/load.h"
#include "crypto/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace aaigw::config {
namespace {

/// From `first` to `last`, both included, over the whole range from the first case on.
std::uint64_t between(std::uint64_t first, std::uint64_t last)
{
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint64_t>(first, last + 1));
}

bool coin()
{
    return between(0, 1) == 1;
}

template <class T, std::size_t N>
T one_of(const std::array<T, N>& values)
{
    return values[between(0, N - 1)];
}

// Writing
// ----------------------------------------------------------------------------

/// How a value is spelt: always the same, or any way that reads the same.
enum class Spelling : std::uint8_t { plain, any };

class Writer {
  public:
    explicit Writer(Spelling spelling) : any_{spelling == Spelling::any} {}

    [[nodiscard]] std::string scalar(std::string_view text) const
    {
        if (!any_)
            return std::string{text};
        switch (between(0, 2)) {
        case 0:
            return fmt::format("\"{}\"", text);
        case 1:
            return fmt::format("'{}'", text);
        default:
            return std::string{text};
        }
    }
    [[nodiscard]] std::string number(std::uint64_t value) const
    {
        return scalar(any_ && coin() ? fmt::format("{:#x}", value) : fmt::format("{}", value));
    }
    [[nodiscard]] std::string key(const KeySource& source) const
    {
        if (const auto* file = std::get_if<KeyFile>(&source))
            return fmt::format("{{file: {}}}", scalar(file->path));
        return scalar(to_hex(std::get<crypto::Secret<16>>(source).expose()));
    }
    template <class Id>
    [[nodiscard]] std::string optional(std::string_view name, const std::optional<Id>& id) const
    {
        return id ? fmt::format(", {}: {}", name, number(id->value())) : std::string{};
    }
    template <class Pn>
    [[nodiscard]] std::string tek(const Tek<Pn>& tek) const
    {
        static constexpr std::array kUses{"downlink", "uplink", "both"};
        return fmt::format("{{eks: {}, key: {}, use: {}{}{}{}{}}}", number(tek.eks.value()),
                           key(tek.key), scalar(kUses.at(static_cast<std::size_t>(tek.use))),
                           optional("next_pn", tek.next_pn), optional("soft_limit", tek.soft_limit),
                           optional("hard_limit", tek.hard_limit),
                           optional("ceiling", tek.ceiling));
    }
    template <class Items, class Write>
    [[nodiscard]] static std::string list(const Items& items, Write write)
    {
        std::string text;
        for (const auto& item : items)
            text += (text.empty() ? "" : ", ") + write(item);
        return "[" + text + "]";
    }
    [[nodiscard]] std::string icv(const MzoneSa& sa) const
    {
        return sa.said == kCtrSaid ? std::string{}
                                   : fmt::format(", icv: {}", crypto::bytes(sa.icv));
    }
    [[nodiscard]] static std::string icv(const LzoneSa&) { return {}; }
    template <class Sa>
    [[nodiscard]] std::string contexts(const std::vector<Context<Sa>>& contexts) const
    {
        return list(contexts, [this](const Context<Sa>& context) {
            std::string cmac;
            if (context.cmac_key_u)
                cmac += ", cmac_key_u: " + key(*context.cmac_key_u);
            if (context.cmac_key_d)
                cmac += ", cmac_key_d: " + key(*context.cmac_key_d);
            return fmt::format(
                "{{pmk_sn: {}, akid: {}{}, sas: {}}}", number(context.pmk_sn.value()),
                scalar(to_hex(context.akid)), cmac, list(context.sas, [this](const Sa& sa) {
                    return fmt::format(
                        "{{said: {}, window: {}{}, teks: {}}}", number(sa.said.value()),
                        number(sa.window), icv(sa),
                        list(sa.teks, [this](const auto& each) { return this->tek(each); }));
                }));
        });
    }
    [[nodiscard]] std::string flow(const Flow& flow) const
    {
        std::string text =
            fmt::format("{{data_path_id: {}, core: {}, said: {}", number(flow.data_path_id),
                        scalar(flow.core), number(flow.said));
        text += optional("fid", flow.fid) + optional("cid", flow.cid);
        if (flow.fid)
            text += flow.header == FlowHeader::spmh ? ", header: spmh" : ", header: agmh";
        if (flow.cid)
            text += fmt::format(", crc: {}", flow.crc);
        if (flow.max_packet)
            text += ", max_packet: " + number(*flow.max_packet);
        return text + "}";
    }
    [[nodiscard]] std::string station(const Station& station) const;
    [[nodiscard]] std::string config(const Config& config) const;

  private:
    bool any_;
};

std::string Writer::station(const Station& station) const
{
    std::string text = fmt::format("    - sector: {}\n", number(station.sector));
    if (station.name)
        text += fmt::format("      name: {}\n", scalar(*station.name));
    if (station.address)
        text += fmt::format("      address: {}\n", scalar(to_text(*station.address)));
    if (station.udp_port)
        text += fmt::format("      udp_port: {}\n", number(*station.udp_port));
    if (const auto& mzone = station.mzone)
        text += fmt::format("      mzone: {{stid: {}, contexts: {}}}\n",
                            number(mzone->stid.value()), contexts(mzone->contexts));
    if (const auto& lzone = station.lzone)
        text +=
            fmt::format("      lzone: {{basic_cid: {}, primary_cid: {}{}, contexts: {}}}\n",
                        number(lzone->basic_cid.value()), number(lzone->primary_cid.value()),
                        optional("secondary_cid", lzone->secondary_cid), contexts(lzone->contexts));
    text += fmt::format("      transmit: {}\n",
                        scalar(station.transmit == Zone::mzone ? "mzone" : "lzone"));
    return text + fmt::format("      flows: {}\n",
                              list(station.flows, [this](const Flow& each) { return flow(each); }));
}

std::string Writer::config(const Config& config) const
{
    const auto mac = [](const MacAddress& address) {
        std::string text;
        for (const std::uint8_t byte : address)
            text += fmt::format("{}{:02x}", text.empty() ? "" : ":", byte);
        return text;
    };
    std::string text =
        fmt::format("lab: {}\nworkers: {{cores: {}, idle: {}}}\n", config.lab,
                    list(config.workers.cores, [this](std::uint16_t core) { return number(core); }),
                    config.workers.idle == Idle::poll ? "poll" : "sleep");
    text += "ports:\n";
    for (const Port& port : config.ports) {
        text += fmt::format("  - {{name: {}, device: \"{}\", address: {}, mtu: {}", port.name,
                            port.device, scalar(to_text(port.address)), number(port.mtu));
        if (port.gateway)
            text += ", gateway: " + scalar(to_text(*port.gateway));
        if (port.mac)
            text += ", mac: " + scalar(mac(*port.mac));
        text += "}\n";
    }
    text += fmt::format("links: {{access: {}, core: {}}}\nsectors:\n", config.links.access,
                        config.links.core);
    for (const Sector& sector : config.sectors)
        text += fmt::format("  - {{index: {}, absid: {}}}\n", number(sector.index),
                            scalar(mac(sector.absid)));
    text += "core_peers:\n";
    for (const CorePeer& peer : config.core_peers)
        text += fmt::format("  - {{name: {}, address: {}}}\n", peer.name,
                            scalar(to_text(peer.address)));
    if (config.keylog)
        text += fmt::format("keylog: {}\n", scalar(*config.keylog));
    if (config.preset.frame_number)
        text += fmt::format("preset: {{frame_number: {}}}\n", number(*config.preset.frame_number));
    if (!config.lab)
        return text;
    text += "static:\n  stations:\n";
    for (const Station& each : config.static_part.stations)
        text += station(each);
    return config.static_part.stations.empty() ? text + "    []\n" : text;
}

// Any valid configuration
// ----------------------------------------------------------------------------

KeySource any_key()
{
    if (coin())
        return KeyFile{fmt::format("/keys/{}", between(0, 9))};
    // Digits only, now and then: what must not become a number on the way.
    const std::uint64_t max_digit = one_of(std::array<std::uint64_t, 2>{9, 15});
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(between(0, max_digit) << 4 | between(0, max_digit));
    return crypto::Secret<16>::copy_of(bytes);
}

template <class Pn>
Tek<Pn> any_tek(Eks eks, bool may_send, std::uint64_t max_pn)
{
    Tek<Pn> tek{.eks = eks, .key = any_key()};
    tek.use = may_send ? one_of(std::array{TekUse::downlink, TekUse::both}) : TekUse::uplink;
    if (!may_send)
        return tek;
    const std::uint64_t hard = between(1, max_pn);
    const auto up_to = [](std::uint64_t max) {
        return coin() ? Pn::from(between(1, max)) : std::optional<Pn>{};
    };
    tek.next_pn = up_to(hard);
    tek.soft_limit = up_to(hard);
    tek.ceiling = up_to(max_pn);
    tek.hard_limit = coin() ? Pn::from(hard) : std::nullopt;
    return tek;
}

MzoneSa any_sa(MzoneSaid said)
{
    MzoneSa sa{.said = said};
    if (said == kCcmSaid)
        sa.icv = one_of(std::array{crypto::IcvSize::four, crypto::IcvSize::eight});
    return sa;
}

LzoneSa any_sa(LzoneSaid said)
{
    return {.said = said};
}

/// The SAs have the numbers 1 and 2, or 1 only.
template <class Sa, class Pn>
std::vector<Context<Sa>> any_contexts(std::uint64_t sas, std::uint64_t max_pn)
{
    std::vector<Context<Sa>> contexts(between(1, 2));
    for (auto& context : contexts) {
        context.pmk_sn = AkSn::from_field(between(0, 15));
        for (std::uint8_t& byte : context.akid)
            byte = static_cast<std::uint8_t>(between(0, 255));
        if (coin())
            context.cmac_key_u = any_key();
        if (coin())
            context.cmac_key_d = any_key();
        for (std::uint64_t said = 1; said <= sas; ++said) {
            Sa& sa = context.sas.emplace_back(any_sa(decltype(Sa::said)::from_field(said)));
            sa.window = static_cast<std::uint16_t>(between(32, 1024));
            const std::uint64_t teks = between(1, 4);
            const std::uint64_t sender = between(0, 4); // of 4 none is
            for (std::uint64_t eks = 0; eks < teks; ++eks)
                sa.teks.push_back(any_tek<Pn>(Eks::from_field(eks), eks == sender, max_pn));
        }
    }
    return contexts;
}

Station any_station(std::uint16_t index, const Config& config)
{
    Station station;
    station.sector = config.sectors[between(0, config.sectors.size() - 1)].index;
    if (coin())
        station.name = fmt::format("ams{}", index);
    if (coin())
        station.address = Ipv4Address{static_cast<std::uint32_t>(0x0a000100 + index)};
    if (coin())
        station.udp_port = static_cast<std::uint16_t>(between(1, 65535));
    const std::uint64_t zones = between(1, 3);
    const std::uint64_t sas = between(1, 2);
    if ((zones & 1U) != 0)
        station.mzone = {Stid::from_field(index + 1U),
                         any_contexts<MzoneSa, MzonePn>(sas, 0x1fffff)};
    std::uint32_t cid = 20U * index + 1;
    if ((zones & 2U) != 0) {
        station.lzone.emplace();
        station.lzone->basic_cid = Cid::from_field(cid++);
        station.lzone->primary_cid = Cid::from_field(cid++);
        if (coin())
            station.lzone->secondary_cid = Cid::from_field(cid++);
        station.lzone->contexts = any_contexts<LzoneSa, LzonePn>(sas, 0xffffffff);
    }
    station.transmit = zones == 1 || (zones == 3 && coin()) ? Zone::mzone : Zone::lzone;
    const std::uint64_t flows = between(0, 13);
    for (std::uint32_t i = 0; i < flows; ++i) {
        Flow flow{.said = static_cast<std::uint16_t>(between(1, sas)),
                  .data_path_id = (index * 16U + i) * 0x01000193U, // odd: no two are the same
                  .core = config.core_peers[between(0, config.core_peers.size() - 1)].name};
        if (station.mzone) {
            flow.fid = Fid::from_field(3 + i);
            flow.header = one_of(std::array{FlowHeader::agmh, FlowHeader::spmh});
        }
        if (station.lzone) {
            flow.cid = Cid::from_field(cid++);
            flow.crc = coin();
        }
        if (coin())
            flow.max_packet = static_cast<std::uint16_t>(between(68, 9000));
        station.flows.push_back(std::move(flow));
    }
    return station;
}

Config any_config()
{
    Config config;
    config.lab = coin();
    config.workers.cores.clear();
    for (std::uint64_t core = between(1, 64); core > 0; --core)
        config.workers.cores.push_back(static_cast<std::uint16_t>(core));
    config.workers.idle = one_of(std::array{Idle::poll, Idle::sleep});
    for (std::uint32_t i = 0, ports = static_cast<std::uint32_t>(between(1, 16)); i < ports; ++i) {
        Port port{.name = fmt::format("port-{}", i), .device = fmt::format("net_null{}", i)};
        port.address = {{0x0a000001U + (i << 16)}, 16};
        port.mtu = static_cast<std::uint16_t>(between(576, 9000));
        if (coin())
            port.gateway = Ipv4Address{port.address.address.value + 1};
        if (coin())
            port.mac = MacAddress{2, 0, 0, 0, 0, static_cast<std::uint8_t>(i)};
        config.ports.push_back(std::move(port));
    }
    config.links.access = config.ports.front().name;
    config.links.core = config.ports.back().name;
    for (std::uint64_t i = 0, sectors = between(1, 256); i < sectors; ++i)
        config.sectors.push_back(
            {static_cast<std::uint8_t>(i), {0, 0, 0, 0, 1, static_cast<std::uint8_t>(i)}});
    for (std::uint32_t i = 0, peers = static_cast<std::uint32_t>(between(1, 64)); i < peers; ++i)
        config.core_peers.push_back(
            {fmt::format("core{}", i), {config.ports.back().address.address.value + 2 + i}});
    if (!config.lab)
        return config;
    if (coin())
        config.keylog = "/keys/log";
    if (coin())
        config.preset.frame_number = static_cast<std::uint32_t>(between(0, 0xffffffff));
    for (std::uint16_t i = 0, stations = static_cast<std::uint16_t>(between(0, 5)); i < stations;
         ++i)
        config.static_part.stations.push_back(any_station(i, config));
    return config;
}

RC_GTEST_PROP(ConfigProperty, ValidOnesComeBackAsTheyWereWritten, ())
{
    const Config config = any_config();
    const std::string plain = Writer{Spelling::plain}.config(config);
    const auto loaded = load(Writer{Spelling::any}.config(config), "f");
    RC_ASSERT(loaded.has_value());
    RC_ASSERT(Writer{Spelling::plain}.config(*loaded) == plain);
}

// Any text
// ----------------------------------------------------------------------------

void check_any(const std::string& text)
{
    const auto config = load(text, "f");
    RC_ASSERT(config.has_value() || !config.error().empty());
}

RC_GTEST_PROP(ConfigProperty, SpoiltOnesAreReadOrRefused, ())
{
    std::string text = Writer{Spelling::any}.config(any_config());
    constexpr std::array<std::string_view, 16> kPieces{"\n",  " ",  "  ",     ":", ": ", "- ",
                                                       "[",   "]",  "{",      "}", "\"", "'",
                                                       "&a ", "*a", "!!str ", "#"};
    for (std::uint64_t edits = between(1, 5); edits > 0; --edits) {
        const std::size_t at = between(0, text.size());
        if (coin())
            text.insert(at, one_of(kPieces));
        else
            text.erase(at, between(0, 40));
    }
    check_any(text);
}

RC_GTEST_PROP(ConfigProperty, TreesOfItsKeysAreReadOrRefused, ())
{
    constexpr std::array<std::string_view, 16> kKeys{
        "ports", "static", "stations", "mzone", "lzone",  "contexts", "sas",  "teks",
        "key",   "flows",  "sectors",  "links", "limits", "workers",  "file", "lab"};
    const auto tree = [&](const auto& self, std::uint64_t depth) -> std::string {
        const std::uint64_t kind = between(0, depth == 0 ? 1 : 4);
        if (kind == 0)
            return one_of(std::array<std::string, 5>{"1", "true", "~", "''", "0x10"});
        if (kind == 1)
            return std::string{one_of(kKeys)};
        std::string text;
        for (std::uint64_t items = between(0, 4); items > 0; --items) {
            text += text.empty() ? "" : ", ";
            if (kind > 2)
                text += std::string{one_of(kKeys)} + ": ";
            text += self(self, depth - 1);
        }
        return kind > 2 ? "{" + text + "}" : "[" + text + "]";
    };
    std::string text;
    for (const std::string_view key : kKeys)
        text += coin() ? fmt::format("{}: {}\n", key, tree(tree, 6)) : std::string{};
    check_any(text);
}

} // namespace
} // namespace aaigw::config
