#include "tests/doubles/fake_gateway.h"

#include "common/check.h"

#include <fmt/format.h>

#include <array>
#include <memory_resource>

namespace aaigw::api::doubles {

namespace {

PortView port_view(std::string name, std::string driver, std::uint64_t mac, std::uint32_t address,
                   path::Carries carries)
{
    return {.name = std::move(name),
            .driver = std::move(driver),
            .mac = be_bytes<6>(mac),
            .address = {{address}, 24},
            .carries = carries,
            .mtu = 1500,
            .rx_queues = 2,
            .tx_queues = 2,
            .enabled = true,
            .link = {.up = true, .mbps = 10'000},
            .counters = {.rx_packets = 7, .rx_bytes = 700, .tx_packets = 5, .tx_bytes = 500}};
}

} // namespace

FakeGateway::FakeGateway()
    : port_views{port_view("access", "net_null", 0x020000000001, 0x0a010001, path::Carries::access),
                 port_view("core", "net_pcap", 0x020000000002, 0x0a020001, path::Carries::core)},
      tables_{{.stations = 1024, .flows = 4096},
              [](std::uint8_t, std::uint16_t station) {
                  return static_cast<std::uint8_t>(station % 2);
              },
              reclaimer_,
              *std::pmr::get_default_resource()}
{
    for (std::uint16_t core = 2; core < 4; ++core) {
        shared_.push_back(std::make_unique<worker::WorkerShared>());
        workers_.push_back({.core = core, .shared = shared_.back().get()});
    }
}

std::vector<CorePeerView> FakeGateway::core_peers() const
{
    return {{.name = "core1", .address = {0x0a020009}, .mac_bits = 0x020000000209},
            {.name = "core2", .address = {0x0a02000a}, .mac_bits = 0}};
}

std::string FakeGateway::name_of(sa::StationRef station) const
{
    return fmt::format("station {}.{}", station.index, station.generation);
}

sa::StationRef FakeGateway::add_station(Stid stid, std::uint8_t key_byte)
{
    std::array<std::uint8_t, crypto::kAesKeyBytes> key{};
    key.fill(key_byte);
    const auto station = tables_.add_station({.stid = stid});
    AAIGW_CHECK(station);
    AAIGW_CHECK(tables_.add_flow(*station, {.slot = 3, .gre_key = 0x1000U + stid.value()}));
    sa::ContextSpec spec{.ak_sn = AkSn::from_field(5)};
    spec.cmac = {.key = key, .akid = AkId{1, 2, 3, 4, 5, 6, 7, 8}};
    const Eks eks = Eks::from_field(1);
    const sa::PnLimits limits{.first = 1, .soft = 0x100000, .hard = 0x1fffff, .ceiling = 0x1fffff};
    spec.sas.push_back({.said = 1, .teks = {{.eks = eks, .key = key, .send = limits}}});
    const auto context = tables_.install_context(*station, spec);
    AAIGW_CHECK(context);
    AAIGW_CHECK(tables_.switch_transmit(*context, std::array{sa::SendChoice{1, eks}}));
    return *station;
}

} // namespace aaigw::api::doubles
