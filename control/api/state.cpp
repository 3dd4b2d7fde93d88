// state_document(): what the gateway holds, in an order that depends on nothing but what it holds.
#include "common/check.h"
#include "common/hex.h"
#include "control/api/documents.h"

#include <algorithm>
#include <tuple>

namespace aaigw::api {

namespace {

constexpr std::string_view zone_name(pdu::Zone zone) noexcept
{
    return zone == pdu::Zone::mzone ? "mzone" : "lzone";
}

constexpr std::string_view protection_name(pdu::Protection protection) noexcept
{
    switch (protection) {
    case pdu::Protection::ctr:
        return "ctr";
    case pdu::Protection::ccm_icv4:
        return "ccm_icv4";
    case pdu::Protection::ccm_icv8:
        break;
    }
    return "ccm_icv8";
}

/// What the tables know of one station. The control thread alone retires keys: they stay while it looks.
class StationPart {
  public:
    StationPart(const GatewayView& gateway, sa::StationRef ref)
        : station_{gateway.tables().station(ref.index)}, keys_{station_.snapshot.load()},
          name_{gateway.name_of(ref)}
    {
        auto counted = gateway.tables().counters(ref);
        AAIGW_CHECK(counted.has_value()); // it is one of stations()
        counters_ = std::move(*counted);
        std::ranges::sort(counters_, {}, [](const sa::TekCounters& one) {
            return std::tuple{one.tek.context, one.tek.said, one.tek.eks};
        });
    }

    [[nodiscard]] Json document() const
    {
        return {
            {"name", name_},
            {"place", station_.index},
            {"generation", station_.ref().generation},
            {"sector", station_.sector},
            {"stid", number_or_null(station_.stid.load())},
            {"basic_cid", number_or_null(station_.basic_cid.load())},
            {"worker", station_.owner},
            {"sends", station_.sends == LinkDirection::downlink ? "downlink" : "uplink"},
            {"address", address()},
            {"transmit_zone", keys_ == nullptr ? Json{} : Json(zone_name(keys_->transmit_zone))},
            {"flows", flows()},
            {"teks", teks()},
            {"cmac_keys", cmac_keys()}};
    }

  private:
    /// No station has STID 0 or basic CID 0.
    [[nodiscard]] static Json number_or_null(std::uint16_t number)
    {
        return number == 0 ? Json{} : Json(number);
    }

    [[nodiscard]] Json address() const
    {
        if (!station_.address.known())
            return {};
        const sa::StationAddress at = station_.address.get();
        return {{"ip", to_text(at.ip)},
                {"udp_port", at.udp_port},
                {"port", at.port},
                {"mac", mac_text(load_be<6>(at.mac))}};
    }

    [[nodiscard]] Json flows() const
    {
        Json all = Json::array();
        for (std::size_t slot = 0; slot < sa::kFlowSlots; ++slot) {
            const sa::FlowWord flow = station_.flow(slot);
            if (!flow.exists())
                continue;
            const bool limited = (flow.flags() & sa::kFlowLimited) != 0;
            all.push_back(
                {{"slot", slot},
                 {"data_path_id", flow.gre_key()},
                 {"core_peer", flow.core_peer()},
                 {"cid", number_or_null(flow.cid().value())},
                 {"sa", (flow.flags() & sa::kFlowSecondSa) != 0 ? 1 : 0},
                 {"header", (flow.flags() & sa::kFlowSpmh) != 0 ? "spmh" : "agmh"},
                 {"crc", (flow.flags() & sa::kFlowCrc) != 0},
                 {"max_packet", number_or_null(limited ? station_.max_packet[slot].load() : 0)}});
        }
        return all;
    }

    [[nodiscard]] const sa::SaRx* receiver_of(const sa::TekRef& tek) const
    {
        if (keys_ == nullptr)
            return nullptr;
        for (const pdu::Zone zone : {pdu::Zone::mzone, pdu::Zone::lzone}) {
            for (std::size_t sa = 0; sa < sa::kSasPerStation; ++sa) {
                for (const sa::SaRx* const candidate : {keys_->receive(zone)[sa][tek.eks.value()],
                                                        keys_->older_key(zone, sa, tek.eks)})
                    if (candidate != nullptr && candidate->tek_ref == tek)
                        return candidate;
            }
        }
        return nullptr;
    }

    [[nodiscard]] Json teks() const
    {
        Json all = Json::array();
        for (const sa::TekCounters& tek : counters_) {
            Json send;
            if (tek.next_pn != 0)
                send = {{"in_use", tek.sends},
                        {"next_pn", tek.next_pn},
                        {"ceiling", tek.ceiling},
                        {"bytes", tek.sent_bytes},
                        {"refused", tek.refused}};
            all.push_back({{"context", tek.tek.context},
                           {"said", tek.tek.said},
                           {"eks", tek.tek.eks.value()},
                           {"send", std::move(send)},
                           {"receive", receiving_half(tek)}});
        }
        return all;
    }

    [[nodiscard]] Json receiving_half(const sa::TekCounters& tek) const
    {
        const sa::SaRx* const receiver = receiver_of(tek.tek);
        if (!tek.receives || receiver == nullptr)
            return {};
        return {{"zone", zone_name(receiver->zone)},
                {"protection", protection_name(receiver->protection)},
                {"window", receiver->window.size()},
                {"highest_pn", tek.highest_pn},
                {"packets", tek.received_packets},
                {"bytes", tek.received_bytes},
                {"replays", tek.replays},
                {"icv_failures", tek.icv_failures}};
    }

    [[nodiscard]] Json cmac_keys() const
    {
        Json all = Json::array();
        if (keys_ == nullptr)
            return all;
        for (const pdu::Zone zone : {pdu::Zone::mzone, pdu::Zone::lzone}) {
            for (const sa::CmacRx* const key : keys_->cmac[static_cast<std::size_t>(zone)]) {
                if (key == nullptr)
                    continue;
                all.push_back({{"context", key->context},
                               {"zone", zone_name(zone)},
                               {"ak_sn", key->ak_sn.value()},
                               {"akid", to_hex(key->akid)},
                               {"last_pn", key->last_pn.value()},
                               {"accepted", key->accepted.value()},
                               {"failures", key->failures.value()}});
            }
        }
        return all;
    }

    const sa::Station& station_;
    const sa::Snapshot* keys_;
    std::string name_;
    std::vector<sa::TekCounters> counters_;
};

Json workers_part(const GatewayView& gateway)
{
    Json all = Json::array();
    for (const WorkerView& view : gateway.workers()) {
        Json worker = {{"worker", all.size()}, {"core", view.core}};
        worker.update(packet_counters(view.shared->stats));
        all.push_back(std::move(worker));
    }
    return all;
}

Json core_peers_part(const GatewayView& gateway)
{
    Json all = Json::array();
    for (const CorePeerView& peer : gateway.core_peers())
        all.push_back({{"name", peer.name},
                       {"address", to_text(peer.address)},
                       {"mac", peer.mac_bits == 0 ? Json{} : Json(mac_text(peer.mac_bits))}});
    return all;
}

} // namespace

Json state_document(const GatewayView& gateway, std::uint64_t from, std::uint64_t most)
{
    const sa::KeyTables& tables = gateway.tables();
    const std::vector<sa::StationRef> refs = tables.stations();
    const std::uint64_t begin = std::min<std::uint64_t>(from, refs.size());
    const std::uint64_t end = begin + std::min({most, kMaxStationsAtOnce, refs.size() - begin});
    Json stations = Json::array();
    for (std::uint64_t at = begin; at < end; ++at)
        stations.push_back(StationPart{gateway, refs[at]}.document());

    Json ports = Json::array();
    for (const PortView& port : gateway.ports())
        ports.push_back(port_description(port));
    return {{"workers", workers_part(gateway)},
            {"ports", std::move(ports)},
            {"core_peers", core_peers_part(gateway)},
            {"events", event_counters(gateway.events())},
            {"station_count", refs.size()},
            {"flow_count", tables.flow_count()},
            {"stations", std::move(stations)},
            {"next", end == refs.size() ? Json{} : Json(end)}};
}

} // namespace aaigw::api
