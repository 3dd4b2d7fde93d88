#include "tests/swap/gateway.h"

#include "common/check.h"
#include "crypto/aes_key.h"
#include "tests/swap/frames.h"

#include <fmt/format.h>

#include <memory_resource>

namespace aaigw::swap {

namespace {

/// One is there, and those before it are still being freed.
constexpr std::uint32_t kPlacesForGuests = 8;

/// For what cannot fail as long as the test itself is right.
template <class T>
T must(Result<T> result)
{
    if (!result)
        fmt::print(stderr, "{}\n", result.error().message);
    AAIGW_CHECK(result.has_value());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

} // namespace

Gateway::Gateway(const Scene& scene)
    : scene_{scene}, tables_{{.stations = scene.stations + kPlacesForGuests,
                              .flows = scene.flows() + kPlacesForGuests},
                             [scene](std::uint8_t, std::uint16_t stid) {
                                 return scene.owner_of_stid(stid);
                             },
                             reclaimer_,
                             *std::pmr::new_delete_resource()},
      buffers_{scene.buffers}, keys_{scene.seed}, stations_(scene.stations)
{
    set_up_links(links_);
    for (std::uint8_t index = 0; index < scene.workers; ++index) {
        queues_.push_back(
            std::unique_ptr<Queues>{new Queues{.from_stations = {},
                                               .from_core = {},
                                               .to_stations = {},
                                               .to_core = {},
                                               .to_guest{buffers_, Scene::kGuestTransportCid}}});
        inboxes_.push_back(std::make_unique<Inbox>());
        shared_.push_back(std::make_unique<worker::WorkerShared>());
    }
    for (std::uint8_t index = 0; index < scene.workers; ++index)
        add_worker(index);
    for (std::uint32_t index = 0; index < scene.stations; ++index)
        add_station(index);
    if (scene.is_saturated) {
        AAIGW_CHECK(add_guest());
        queues_[0]->from_core.flood(buffers_, Scene::kGuestGreKey);
    }
}

Gateway::~Gateway()
{
    stop();
}

void Gateway::add_worker(std::uint8_t index)
{
    std::vector<path::HandOverQueue*> inboxes;
    for (const auto& inbox : inboxes_)
        inboxes.push_back(inbox.get());
    Queues& queues = *queues_[index];
    std::vector<worker::PortQueues> ports(3);
    ports[kAccessPort] = {.source = &queues.from_stations, .sink = &queues.to_stations};
    ports[kCorePort] = {.source = &queues.from_core, .sink = &queues.to_core};
    ports[kGuestPort] = {.source = nullptr, .sink = &queues.to_guest};
    workers_.push_back(must(worker::Worker::create({.index = index,
                                                    .tables = tables_,
                                                    .links = links_,
                                                    .store = buffers_,
                                                    .shared = *shared_[index],
                                                    .ports = std::move(ports),
                                                    .inboxes = std::move(inboxes)})));
}

void Gateway::add_station(std::uint32_t index)
{
    sa::StationSpec spec{.sector = Scene::sector_of(index), .stid = Scene::stid_of(index)};
    if (scene_.zones_alternate)
        spec.cids = Scene::cids_of(index);
    const sa::StationRef ref = must(tables_.add_station(spec));
    stations_[index].ref = ref;
    for (std::uint32_t i = 0; i < scene_.flows_per_station; ++i) {
        const std::uint32_t flow = index * scene_.flows_per_station + i;
        sa::FlowSpec flow_spec{.slot = scene_.fid_of(flow).value(),
                               .gre_key = Scene::gre_key_of(flow)};
        if (scene_.zones_alternate)
            flow_spec.cid = scene_.cid_of(flow);
        must(tables_.add_flow(ref, flow_spec));
    }
    must(tables_.place_station(ref,
                               {.ip = station_ip(), .port = kAccessPort, .mac = station_mac()}));
    install_context(index, 0);
    switch_to_context(index, 0);
}

void Gateway::start(worker::Idle idle)
{
    for (const auto& worker : workers_)
        threads_.emplace_back(
            [&worker = *worker, idle](const std::stop_token& stop) { worker.run(stop, idle); });
}

void Gateway::stop()
{
    threads_.clear(); // asks each to stop, and joins it
}

void Gateway::install_context(std::uint32_t station, std::uint32_t context)
{
    const Tek tek = keys_.tek(station, context);
    const sa::ContextSpec spec{
        .zone = scene_.zone_of(context),
        .ak_sn = AkSn::from_field(context),
        .sas = {{.said = kSaid,
                 .teks = {{.eks = scene_.eks_of(context),
                           .key = tek.expose(),
                           .send = scene_.downlink_limits(context)}}}},
    };
    stations_[station].contexts[context % 2] =
        must(tables_.install_context(stations_[station].ref, spec));
}

void Gateway::switch_to_context(std::uint32_t station, std::uint32_t context)
{
    const sa::SendChoice choice{.said = kSaid, .eks = scene_.eks_of(context)};
    must(tables_.switch_transmit(stations_[station].contexts[context % 2], {&choice, 1}));
}

void Gateway::retire_context(std::uint32_t station, std::uint32_t context)
{
    must(tables_.retire_context(stations_[station].contexts[context % 2]));
}

void Gateway::install_tek(std::uint32_t station, std::uint32_t number)
{
    const Tek tek = keys_.tek(station, number);
    must(tables_.install_tek(first_context(station), kSaid,
                             {.eks = scene_.eks_of(number),
                              .key = tek.expose(),
                              .send = scene_.downlink_limits(number)}));
}

void Gateway::switch_to_tek(std::uint32_t station, std::uint32_t number)
{
    const sa::SendChoice choice{.said = kSaid, .eks = scene_.eks_of(number)};
    must(tables_.switch_transmit(first_context(station), {&choice, 1}));
}

void Gateway::retire_tek(std::uint32_t station, std::uint32_t number)
{
    must(tables_.retire_tek(first_context(station), kSaid, scene_.eks_of(number)));
}

bool Gateway::add_guest()
{
    const auto ref =
        tables_.add_station({.sector = Scene::kGuestSector,
                             .cids = sa::ManagementCids{.basic = Scene::kGuestBasicCid,
                                                        .primary = Scene::kGuestPrimaryCid}});
    if (!ref)
        return false;
    guest_ = *ref;
    must(tables_.add_flow(guest_, {.slot = Scene::kGuestFid,
                                   .gre_key = Scene::kGuestGreKey,
                                   .cid = Scene::kGuestTransportCid}));
    must(tables_.place_station(guest_,
                               {.ip = station_ip(), .port = kGuestPort, .mac = station_mac()}));
    const Tek tek = keys_.tek(scene_.stations, guests_++);
    const std::uint32_t last = pdu::kLzoneDownlinkPns.last.value();
    const sa::PnLimits limits{.first = 1, .soft = last, .hard = last, .ceiling = last};
    const sa::ContextSpec spec{
        .zone = pdu::Zone::lzone,
        .ak_sn = {},
        .sas = {{.said = kSaid, .teks = {{.eks = {}, .key = tek.expose(), .send = limits}}}}};
    const sa::SendChoice choice{.said = kSaid, .eks = {}};
    must(tables_.switch_transmit(must(tables_.install_context(guest_, spec)), {&choice, 1}));
    return true;
}

void Gateway::remove_guest()
{
    must(tables_.remove_station(guest_));
}

std::size_t Gateway::breathe()
{
    reader_.quiescent();
    // Keys are given up when their owners are destroyed, and wait once more.
    const std::size_t objects = reclaimer_.reap();
    return objects + crypto::reap_retired_keys();
}

void Gateway::breathe_out()
{
    while (breathe() != 0)
        std::this_thread::yield();
}

std::uint64_t Gateway::count(path::Verdict verdict) const
{
    std::uint64_t sum = 0;
    for (const auto& shared : shared_)
        sum += shared->stats.verdicts[static_cast<std::size_t>(verdict)].value();
    return sum;
}

std::uint64_t Gateway::drops() const
{
    std::uint64_t sum = 0;
    for (const auto& shared : shared_)
        sum += shared->stats.ended();
    return sum - count(path::Verdict::forwarded) - count(path::Verdict::handed_over);
}

std::string Gateway::verdicts() const
{
    std::string words;
    for (std::size_t i = 0; i < path::kVerdicts; ++i)
        if (const auto verdict = static_cast<path::Verdict>(i); count(verdict) != 0)
            words += fmt::format("{} {} ", path::name(verdict), count(verdict));
    return words;
}

bool Gateway::adds_up() const
{
    for (const auto& shared : shared_)
        if (shared->stats.received() != shared->stats.ended())
            return false;
    return true;
}

} // namespace aaigw::swap
