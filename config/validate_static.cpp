// The rules of `static:`.
#include "config/rules.h"
#include "config/validate.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace aaigw::config {

namespace {

constexpr std::string_view kStationAdvice = "each station of a sector has its own";

template <class Pn>
bool sends(const Tek<Pn>& tek) noexcept
{
    return tek.use != TekUse::uplink;
}

/// What a TEK that does not send has no use for.
void check_no_pns(TreeNode& node, Reading& reading)
{
    for (const char* key : {"next_pn", "soft_limit", "hard_limit", "ceiling"}) {
        if (TreeNode* written = node.find(key))
            reading.refuse(*written,
                           fmt::format("{}: we do not send with this TEK; take it out, or "
                                       "change use",
                                       key));
    }
}

template <class Pn>
void check_pns(const Tek<Pn>& tek, TreeNode& node, Reading& reading)
{
    TreeNode* hard = sound(&node, "hard_limit");
    if (hard == nullptr)
        return;
    for (const auto& [key, pn] :
         {std::pair{"next_pn", tek.next_pn}, std::pair{"soft_limit", tek.soft_limit}}) {
        TreeNode* written = sound(&node, key);
        if (written != nullptr && pn > tek.hard_limit)
            reading.refuse(*written,
                           fmt::format("{}: above hard_limit; expected at most that", key));
    }
}

template <class Sa>
void check_sa(const Sa& sa, bool active, TreeNode& node, Reading& reading)
{
    TreeNode* teks = node.find("teks");
    if (teks == nullptr)
        return;
    Distinct<Eks> eks;
    bool sender = false;
    for (std::size_t i = 0; i < sa.teks.size(); ++i) {
        const auto& tek = sa.teks[i];
        TreeNode& tek_node = teks->items[i];
        eks.add(sound(&tek_node, "eks"), tek.eks, "eks", "each TEK of an SA has its own", reading);
        const bool use_known = tek_node.find("use") == nullptr ? !tek_node.incomplete
                                                               : sound(&tek_node, "use") != nullptr;
        if (!use_known)
            continue;
        if (!sends(tek))
            check_no_pns(tek_node, reading);
        else if (active && sender)
            reading.refuse(tek_node, "use: a second TEK of this SA that sends; write use: uplink "
                                     "for all but one");
        check_pns(tek, tek_node, reading);
        sender = sender || sends(tek);
    }
}

void check_icv(const MzoneSa& sa, TreeNode& node, Reading& reading)
{
    TreeNode* icv = node.find("icv");
    if (icv != nullptr && sound(&node, "said") != nullptr && sa.said == kCtrSaid)
        reading.refuse(*icv, "icv: SAID 2 (AES-CTR) has none; take it out");
}

void check_icv(const LzoneSa&, TreeNode&, Reading&) {}

/// `zone` is the mapping with the key `contexts`.
template <class Sa>
void check_contexts(const std::vector<Context<Sa>>& contexts, TreeNode* zone, Reading& reading)
{
    TreeNode* list = zone == nullptr ? nullptr : zone->find("contexts");
    for (std::size_t i = 0; list != nullptr && i < contexts.size(); ++i) {
        TreeNode* sas = list->items[i].find("sas");
        Distinct<decltype(Sa::said)> saids;
        for (std::size_t j = 0; sas != nullptr && j < contexts[i].sas.size(); ++j) {
            const Sa& sa = contexts[i].sas[j];
            TreeNode& node = sas->items[j];
            saids.add(sound(&node, "said"), sa.said, "said", "each SA of a context has its own",
                      reading);
            check_icv(sa, node, reading);
            check_sa(sa, i == 0, node, reading);
        }
    }
}

template <class Sa>
bool have_said(const std::vector<Context<Sa>>& contexts, std::uint16_t said)
{
    return std::ranges::all_of(contexts, [=](const Context<Sa>& context) {
        return std::ranges::any_of(context.sas,
                                   [=](const Sa& sa) { return sa.said.value() == said; });
    });
}

/// The stations in turn, with what they must not have in common.
class StationRules {
  public:
    StationRules(const Config& config, TreeNode& root, Reading& reading)
        : config_{config}, reading_{reading}, access_{linked_port(config, root,
                                                                  config.links.access)},
          sectors_known_{sound(&root, "sectors") != nullptr}, peers_known_{
                                                                  sound(&root, "core_peers") !=
                                                                  nullptr}
    {
    }

    void check(const Station& station, TreeNode& node);

  private:
    using InSector = std::pair<std::uint8_t, std::uint16_t>;

    void check_mac(TreeNode& node);
    void check_zones(const Station& station, TreeNode& node);
    void check_transmit(const Station& station, TreeNode& node);
    void check_flow(const Station& station, TreeNode& station_node, const Flow& flow,
                    TreeNode& node);
    void check_zone_key(TreeNode& flow, std::string_view key, bool in_zone, std::string_view zone);
    void refuse_zone_key(TreeNode& flow, std::string_view key, bool in_zone, std::string_view zone);
    void check_said(const Station& station, TreeNode& station_node, const Flow& flow,
                    TreeNode& node);
    void add_cid(TreeNode* node, const Station& station, Cid cid, std::string_view key);

    const Config& config_;
    Reading& reading_;
    const Port* access_;
    bool sectors_known_;
    bool peers_known_;
    bool sector_known_ = false; ///< of the station in hand
    Distinct<std::string> names_;
    Distinct<InSector> stids_;
    Distinct<InSector> cids_;
    Distinct<std::uint32_t> data_paths_;
};

void StationRules::check(const Station& station, TreeNode& node)
{
    names_.add(sound(&node, "name"), station.name.value_or(std::string{}), "name",
               "each station has its own", reading_);
    TreeNode* sector = sound(&node, "sector");
    sector_known_ = sector != nullptr;
    if (sector != nullptr && sectors_known_ &&
        std::ranges::find(config_.sectors, station.sector, &Sector::index) == config_.sectors.end())
        reading_.refuse(*sector, "sector: not there; expected an index of sectors");
    check_reachable(config_, access_, station.address.value_or(Ipv4Address{}),
                    sound(&node, "address"), reading_);
    check_mac(node);
    check_zones(station, node);
    check_transmit(station, node);
    TreeNode* flows = node.find("flows");
    Distinct<Fid> fids;
    for (std::size_t i = 0; flows != nullptr && i < station.flows.size(); ++i) {
        const Flow& flow = station.flows[i];
        TreeNode& flow_node = flows->items[i];
        fids.add(sound(&flow_node, "fid"), flow.fid.value_or(Fid{}), "fid",
                 "each flow of a station has its own", reading_);
        check_flow(station, node, flow, flow_node);
    }
}

void StationRules::check_mac(TreeNode& node)
{
    TreeNode* mac = node.find("mac");
    if (mac != nullptr && node.find("address") == nullptr && !node.incomplete)
        reading_.refuse(*mac, "mac: of an address that is not there; write address too");
}

void StationRules::check_zones(const Station& station, TreeNode& node)
{
    TreeNode* mzone = node.find("mzone");
    TreeNode* lzone = node.find("lzone");
    if (mzone == nullptr && lzone == nullptr && !node.incomplete)
        reading_.refuse(node, "neither mzone nor lzone; a station is in one zone at least");
    if (station.mzone) {
        if (sector_known_)
            stids_.add(sound(mzone, "stid"), {station.sector, station.mzone->stid.value()}, "stid",
                       kStationAdvice, reading_);
        check_contexts(station.mzone->contexts, mzone, reading_);
    }
    if (station.lzone) {
        add_cid(sound(lzone, "basic_cid"), station, station.lzone->basic_cid, "basic_cid");
        add_cid(sound(lzone, "primary_cid"), station, station.lzone->primary_cid, "primary_cid");
        add_cid(sound(lzone, "secondary_cid"), station,
                station.lzone->secondary_cid.value_or(Cid{}), "secondary_cid");
        check_contexts(station.lzone->contexts, lzone, reading_);
    }
}

void StationRules::check_transmit(const Station& station, TreeNode& node)
{
    if (node.incomplete)
        return;
    TreeNode* transmit = node.find("transmit");
    if (transmit == nullptr) {
        if (station.mzone && station.lzone)
            reading_.refuse(node,
                            "transmit: required of a station in both zones; expected mzone or "
                            "lzone");
        return;
    }
    const bool there =
        station.transmit == Zone::mzone ? station.mzone.has_value() : station.lzone.has_value();
    if (!transmit->flawed && !there)
        reading_.refuse(*transmit, "transmit: the station is not in this zone; expected the zone "
                                   "that it is in");
}

void StationRules::check_flow(const Station& station, TreeNode& station_node, const Flow& flow,
                              TreeNode& node)
{
    const bool in_mzone = station_node.find("mzone") != nullptr;
    const bool in_lzone = station_node.find("lzone") != nullptr;
    if (!station_node.incomplete) {
        check_zone_key(node, "fid", in_mzone, "MZone");
        check_zone_key(node, "cid", in_lzone, "LZone");
        refuse_zone_key(node, "header", in_mzone, "MZone");
        refuse_zone_key(node, "crc", in_lzone, "LZone");
    }
    if (flow.cid)
        add_cid(sound(&node, "cid"), station, *flow.cid, "cid");
    data_paths_.add(sound(&node, "data_path_id"), flow.data_path_id, "data_path_id",
                    "each flow of the gateway has its own", reading_);
    TreeNode* core = sound(&node, "core");
    if (core != nullptr && peers_known_ &&
        index_of(config_.core_peers, flow.core) == config_.core_peers.size())
        reading_.refuse(*core, "core: no core peer has this name; expected one of core_peers");
    check_said(station, station_node, flow, node);
}

void StationRules::check_zone_key(TreeNode& flow, std::string_view key, bool in_zone,
                                  std::string_view zone)
{
    if (in_zone && flow.find(key) == nullptr && !flow.incomplete)
        reading_.refuse(flow,
                        fmt::format("{}: required, since the station is in the {}", key, zone));
    refuse_zone_key(flow, key, in_zone, zone);
}

void StationRules::refuse_zone_key(TreeNode& flow, std::string_view key, bool in_zone,
                                   std::string_view zone)
{
    TreeNode* written = flow.find(key);
    if (!in_zone && written != nullptr)
        reading_.refuse(*written,
                        fmt::format("{}: the station is not in the {}; take it out", key, zone));
}

void StationRules::check_said(const Station& station, TreeNode& station_node, const Flow& flow,
                              TreeNode& node)
{
    TreeNode* written = node.find("said");
    const bool known = written == nullptr ? !node.incomplete : !written->flawed;
    if (!known)
        return;
    TreeNode& place = written == nullptr ? node : *written;
    TreeNode* mzone = station_node.find("mzone");
    TreeNode* lzone = station_node.find("lzone");
    if (sound(mzone, "contexts") != nullptr && !have_said(station.mzone->contexts, flow.said))
        reading_.refuse(place, "said: not an SA of every context in the MZone; expected one");
    if (sound(lzone, "contexts") != nullptr && !have_said(station.lzone->contexts, flow.said))
        reading_.refuse(place, "said: not an SA of every context in the LZone; expected one");
}

void StationRules::add_cid(TreeNode* node, const Station& station, Cid cid, std::string_view key)
{
    if (sector_known_)
        cids_.add(node, {station.sector, cid.value()}, key, "no CID is used twice in a sector",
                  reading_);
}

} // namespace

void validate_static(const Config& config, TreeNode& root, Reading& reading)
{
    TreeNode* part = root.find("static");
    TreeNode* list = part == nullptr ? nullptr : part->find("stations");
    if (list == nullptr)
        return;
    const std::vector<Station>& stations = config.static_part.stations;
    TreeNode* limits = root.find("limits");
    const bool limits_known = limits == nullptr ? !root.incomplete : !limits->flawed;
    std::size_t flows = 0;
    for (const Station& station : stations)
        flows += station.flows.size();
    if (limits_known && stations.size() > config.limits.stations)
        reading.refuse(*list,
                       fmt::format("stations: {} of them; raise limits.stations", stations.size()));
    if (limits_known && flows > config.limits.flows)
        reading.refuse(*list, fmt::format("stations: {} flows; raise limits.flows", flows));
    StationRules rules{config, root, reading};
    for (std::size_t i = 0; i < stations.size(); ++i)
        rules.check(stations[i], list->items[i]);
}

} // namespace aaigw::config
