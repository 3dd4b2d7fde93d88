#include "dataplane/sa/key_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

namespace aaigw::sa {

namespace {

/// FIDs 0 to 2 are control and signaling (IEEE 802.16.1-2012 6.2.2).
constexpr std::uint8_t kFirstFlowSlot = 3;

std::uint8_t flags_of(const FlowSpec& spec)
{
    return static_cast<std::uint8_t>(kFlowExists | (spec.sa == 1 ? kFlowSecondSa : 0) |
                                     (spec.header == pdu::HeaderKind::spmh ? kFlowSpmh : 0) |
                                     (spec.crc == pdu::Crc::present ? kFlowCrc : 0) |
                                     (spec.max_packet != 0 ? kFlowLimited : 0));
}

std::vector<Cid> list_of(const std::optional<ManagementCids>& cids)
{
    std::vector<Cid> all;
    if (cids)
        all = {cids->basic, cids->primary};
    if (cids && cids->secondary)
        all.push_back(*cids->secondary);
    return all;
}

bool contains(const std::vector<Cid>& all, Cid cid)
{
    return std::ranges::find(all, cid) != all.end();
}

std::string words(StationRef station)
{
    return fmt::format("station {}.{}", station.index, station.generation);
}

} // namespace

/// A station's place, given back when no worker can be looking at it.
struct KeyTables::FreePlace {
    std::shared_ptr<std::vector<std::uint32_t>> list;
    std::uint32_t index;

    ~FreePlace() { list->push_back(index); }
};

KeyTables::KeyTables(TableLimits limits, OwnerOf owner_of, Reclaimer& reclaimer,
                     std::pmr::memory_resource& memory)
    : limits_{limits}, owner_of_{std::move(owner_of)},
      reclaimer_{reclaimer}, memory_{memory}, provider_{crypto::make_openssl_provider()},
      stations_{static_cast<Station*>(
          memory.allocate(std::size_t{limits.stations} * sizeof(Station), alignof(Station)))},
      gre_{limits.flows, memory},
      records_(limits.stations), free_places_{std::make_shared<std::vector<std::uint32_t>>()}
{
    AAIGW_CHECK(limits.stations > 0 && limits.stations < GreEntry::kMaxStations);
    std::uninitialized_value_construct_n(stations_, limits_.stations);
    free_places_->reserve(limits_.stations);
    for (std::uint32_t index = limits_.stations; index > 0; --index) {
        stations_[index - 1].index = index - 1;
        free_places_->push_back(index - 1);
    }
}

KeyTables::~KeyTables()
{
    for (const StationRef station : stations())
        AAIGW_CHECK(remove_station(station).has_value());
    memory_.deallocate(stations_, std::size_t{limits_.stations} * sizeof(Station),
                       alignof(Station));
    for (std::size_t sector = 0; sector < kSectors; ++sector) {
        if (StidTable* const table = stids_[sector].load(); table != nullptr)
            memory_.deallocate(table, sizeof(StidTable), 64);
        if (CidTable* const table = cids_[sector].load(); table != nullptr)
            memory_.deallocate(table, sizeof(CidTable), 64);
    }
}

KeyTables::StidTable& KeyTables::stid_table(std::uint8_t sector)
{
    StidTable* table = stids_[sector].load(std::memory_order_relaxed);
    if (table == nullptr) {
        table = new (memory_.allocate(sizeof(StidTable), 64)) StidTable{};
        stids_[sector].store(table, std::memory_order_release);
    }
    return *table;
}

KeyTables::CidTable& KeyTables::cid_table(std::uint8_t sector)
{
    CidTable* table = cids_[sector].load(std::memory_order_relaxed);
    if (table == nullptr) {
        table = new (memory_.allocate(sizeof(CidTable), 64)) CidTable{};
        cids_[sector].store(table, std::memory_order_release);
    }
    return *table;
}

Result<KeyTables::Record*> KeyTables::find(StationRef station)
{
    if (station.index >= records_.size() || !records_[station.index].in_use ||
        records_[station.index].generation != station.generation)
        return fail(ErrorCode::invalid_argument, words(station) + " does not exist (any more)");
    return &records_[station.index];
}

Result<const KeyTables::Record*> KeyTables::find(StationRef station) const
{
    if (station.index >= records_.size() || !records_[station.index].in_use ||
        records_[station.index].generation != station.generation)
        return fail(ErrorCode::invalid_argument, words(station) + " does not exist (any more)");
    return &records_[station.index];
}

Result<StationRef> KeyTables::add_station(const StationSpec& spec)
{
    if (!spec.stid && !spec.cids)
        return fail(ErrorCode::invalid_argument, "a station needs an STID or CIDs");
    if (spec.stid && spec.stid->value() == 0)
        return fail(ErrorCode::invalid_argument, "STID 0 stands for none");
    if (spec.stid && stid_table(spec.sector)[spec.stid->value()].load() != 0)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("STID {} of sector {} is taken", spec.stid->value(), spec.sector));
    if (spec.cids)
        TRY_DO(check_cids(spec.sector, *spec.cids, std::nullopt));
    if (free_places_->empty())
        return fail(ErrorCode::unavailable,
                    fmt::format("all {} places for stations are taken or still being freed",
                                limits_.stations));

    const std::uint32_t index = free_places_->back();
    free_places_->pop_back();
    Record& record = records_[index];
    const StationRef ref{.index = index, .generation = ++record.generation};
    record.in_use = true;
    record.keys = std::make_unique<StationKeys>(ref, spec.sends, *provider_);
    record.cids = spec.cids;

    Station& station = stations_[index];
    station.generation.store(ref.generation, std::memory_order_relaxed);
    station.sector = spec.sector;
    station.sends = spec.sends;
    station.owner =
        owner_of_(spec.sector, spec.stid ? spec.stid->value() : spec.cids->basic.value());
    station.address.set(0, 0);
    station.spmh_sn = {};
    publish(station, *record.keys);
    if (spec.stid) {
        station.stid.store(spec.stid->value());
        stid_table(spec.sector)[spec.stid->value()].store(index + 1, std::memory_order_release);
    }
    if (spec.cids)
        write_cids(station, *spec.cids);
    return ref;
}

Result<void> KeyTables::remove_station(StationRef ref)
{
    TRY(Record * record, find(ref));
    Station& station = stations_[ref.index];
    for (std::uint8_t slot = kFirstFlowSlot; slot < kFlowSlots; ++slot)
        if (station.flow(slot).exists())
            TRY_DO(remove_flow(ref, slot));
    record->keys->remove_all();
    TRY_DO(set_stid(ref, std::nullopt));
    TRY_DO(set_cids(ref, std::nullopt));
    const Snapshot* const last = station.snapshot.exchange(nullptr, std::memory_order_acq_rel);
    reclaimer_.retire(std::unique_ptr<const Snapshot>{last});
    record->keys->retire_removed(reclaimer_);
    record->keys.reset();
    record->in_use = false;
    reclaimer_.retire(
        std::unique_ptr<FreePlace>{new FreePlace{.list = free_places_, .index = ref.index}});
    return {};
}

Result<void> KeyTables::set_stid(StationRef ref, std::optional<Stid> stid)
{
    TRY(const Record* record, find(ref));
    Station& station = stations_[ref.index];
    StidTable& table = stid_table(station.sector);
    const std::uint16_t before = station.stid.load(std::memory_order_relaxed);
    const std::uint16_t after = stid ? stid->value() : 0;
    if (before == after)
        return {};
    if (after != 0 && table[after].load() != 0)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("STID {} of sector {} is taken", after, station.sector));
    if (after == 0 && record->keys->transmit_zone() == pdu::Zone::mzone)
        return fail(ErrorCode::invalid_argument,
                    "the station is sent to in the MZone; switch first");
    if (before != 0)
        table[before].store(0, std::memory_order_release);
    station.stid.store(after);
    if (after != 0)
        table[after].store(ref.index + 1, std::memory_order_release);
    return {};
}

Result<void> KeyTables::set_cids(StationRef ref, std::optional<ManagementCids> cids)
{
    TRY(Record * record, find(ref));
    Station& station = stations_[ref.index];
    if (cids)
        TRY_DO(check_cids(station.sector, *cids, record->cids));
    else if (record->keys->transmit_zone() == pdu::Zone::lzone)
        return fail(ErrorCode::invalid_argument,
                    "the station is sent to in the LZone; switch first");
    const auto before = std::exchange(record->cids, cids);
    if (cids)
        write_cids(station, *cids);
    if (before)
        clear_cids(station, *before, cids);
    return {};
}

/// `own`: those that the station has already.
Result<void> KeyTables::check_cids(std::uint8_t sector, const ManagementCids& cids,
                                   const std::optional<ManagementCids>& own) const
{
    // CID 0 is for initial ranging, and no station's own (IEEE 802.16-2009 10.4).
    const std::vector<Cid> all = list_of(cids);
    for (const Cid cid : all) {
        const auto* const place = cid_place(sector, cid);
        const bool taken = place != nullptr && place->load() != 0 && !contains(list_of(own), cid);
        if (cid.value() == 0 || taken || std::ranges::count(all, cid) > 1)
            return fail(ErrorCode::invalid_argument,
                        fmt::format("CID {} of sector {} is taken, given twice or reserved",
                                    cid.value(), sector));
    }
    return {};
}

void KeyTables::write_cids(Station& station, const ManagementCids& cids)
{
    CidTable& table = cid_table(station.sector);
    const auto write = [&](Cid cid, CidUse use) {
        table[cid.value()].store(CidEntry{station.index, 0, use}.bits(), std::memory_order_release);
    };
    write(cids.basic, CidUse::basic);
    write(cids.primary, CidUse::primary);
    if (cids.secondary)
        write(*cids.secondary, CidUse::secondary);
    station.basic_cid.store(cids.basic.value());
}

/// Takes away those of `cids` that are not among `except`.
void KeyTables::clear_cids(const Station& station, const ManagementCids& cids,
                           const std::optional<ManagementCids>& except)
{
    CidTable& table = cid_table(station.sector);
    for (const Cid cid : list_of(cids))
        if (!contains(list_of(except), cid))
            table[cid.value()].store(0, std::memory_order_release);
    if (!except)
        stations_[station.index].basic_cid.store(0);
}

Result<void> KeyTables::add_flow(StationRef ref, const FlowSpec& spec)
{
    TRY_DO(find(ref));
    Station& station = stations_[ref.index];
    if (spec.slot < kFirstFlowSlot || spec.slot >= kFlowSlots || spec.sa >= kSasPerStation)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("flow {}: no such FID for data, or no such SA", spec.slot));
    if (spec.core_peer >= kMaxCorePeers)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("flow {}: core peer {} (the last one is {})", spec.slot,
                                spec.core_peer, kMaxCorePeers - 1));
    if (station.flow(spec.slot).exists())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the station has a flow {} already", spec.slot));
    if (gre_.find(spec.gre_key).exists())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("data path id {:#x} belongs to another flow", spec.gre_key));
    if (flow_count_ == limits_.flows)
        return fail(ErrorCode::unavailable, fmt::format("all {} flows are taken", limits_.flows));
    if (spec.cid) {
        const auto* const place = cid_place(station.sector, *spec.cid);
        if (spec.cid->value() == 0 || (place != nullptr && place->load() != 0))
            return fail(ErrorCode::invalid_argument,
                        fmt::format("CID {} of sector {} is taken or reserved", spec.cid->value(),
                                    station.sector));
    }

    const std::uint8_t flags = flags_of(spec);
    const FlowWord word{spec.gre_key, spec.cid.value_or(Cid{}), spec.core_peer, flags};
    station.max_packet[spec.slot].store(spec.max_packet, std::memory_order_relaxed);
    station.flows[spec.slot].store(word.bits(), std::memory_order_release);
    if (!gre_.insert(GreEntry{spec.gre_key, ref.index, spec.slot, flags})) {
        station.flows[spec.slot].store(0, std::memory_order_release);
        return fail(ErrorCode::unavailable,
                    fmt::format("no place near enough for data path id {:#x}; raise the limit of "
                                "flows, or spread the ids",
                                spec.gre_key));
    }
    if (spec.header == pdu::HeaderKind::spmh)
        station.spmh_fids.fetch_or(static_cast<std::uint16_t>(1U << spec.slot));
    if (spec.cid)
        cid_table(station.sector)[spec.cid->value()].store(
            CidEntry{ref.index, spec.slot, CidUse::transport}.bits(), std::memory_order_release);
    ++flow_count_;
    return {};
}

Result<void> KeyTables::remove_flow(StationRef ref, std::uint8_t slot)
{
    TRY_DO(find(ref));
    Station& station = stations_[ref.index];
    const FlowWord word = slot < kFlowSlots ? station.flow(slot) : FlowWord{};
    if (!word.exists())
        return fail(ErrorCode::invalid_argument, fmt::format("the station has no flow {}", slot));
    gre_.erase(word.gre_key());
    if (word.cid().value() != 0)
        cid_table(station.sector)[word.cid().value()].store(0, std::memory_order_release);
    station.flows[slot].store(0, std::memory_order_release);
    station.spmh_fids.fetch_and(static_cast<std::uint16_t>(~(1U << slot)));
    --flow_count_;
    return {};
}

void KeyTables::publish(Station& station, const StationKeys& keys)
{
    const Snapshot* const before =
        station.snapshot.exchange(keys.make_snapshot().release(), std::memory_order_acq_rel);
    reclaimer_.retire(std::unique_ptr<const Snapshot>{before});
}

Result<ContextRef> KeyTables::install_context(StationRef ref, const ContextSpec& spec)
{
    TRY(Record * record, find(ref));
    TRY(const std::uint32_t id, record->keys->install_context(spec, next_context_));
    if (id == next_context_) {
        ++next_context_;
        publish(stations_[ref.index], *record->keys);
    }
    return ContextRef{.station = ref, .context = id};
}

Result<void> KeyTables::install_tek(ContextRef context, std::uint16_t said, const TekSpec& spec)
{
    TRY(Record * record, find(context.station));
    TRY_DO(record->keys->install_tek(context.context, said, spec));
    publish(stations_[context.station.index], *record->keys);
    return {};
}

Result<void> KeyTables::switch_transmit(ContextRef context, std::span<const SendChoice> choices)
{
    TRY(Record * record, find(context.station));
    TRY(const pdu::Zone zone, record->keys->zone_of(context.context));
    const bool has_side = zone == pdu::Zone::mzone
                              ? stations_[context.station.index].stid.load() != 0
                              : record->cids.has_value();
    if (!has_side)
        return fail(ErrorCode::invalid_argument,
                    words(context.station) + " has no STID or CIDs in the zone of the context");
    TRY_DO(record->keys->switch_transmit(context.context, choices));
    publish(stations_[context.station.index], *record->keys);
    return {};
}

Result<void> KeyTables::retire_tek(ContextRef context, std::uint16_t said, Eks eks)
{
    TRY(Record * record, find(context.station));
    TRY_DO(record->keys->retire_tek(context.context, said, eks));
    publish(stations_[context.station.index], *record->keys);
    record->keys->retire_removed(reclaimer_);
    return {};
}

Result<void> KeyTables::retire_context(ContextRef context)
{
    TRY(Record * record, find(context.station));
    TRY_DO(record->keys->retire_context(context.context));
    publish(stations_[context.station.index], *record->keys);
    record->keys->retire_removed(reclaimer_);
    return {};
}

Result<void> KeyTables::raise_ceiling(ContextRef context, std::uint16_t said, Eks eks,
                                      std::uint32_t pn)
{
    TRY(Record * record, find(context.station));
    return record->keys->raise_ceiling(context.context, said, eks, pn);
}

Result<std::vector<TekCounters>> KeyTables::counters(StationRef station) const
{
    TRY(const Record* record, find(station));
    return record->keys->counters();
}

Result<void> KeyTables::place_station(StationRef station, const StationAddress& address)
{
    TRY_DO(find(station));
    stations_[station.index].address.set(address);
    return {};
}

std::vector<StationRef> KeyTables::stations() const
{
    std::vector<StationRef> all;
    for (std::uint32_t index = 0; index < records_.size(); ++index)
        if (records_[index].in_use)
            all.push_back({.index = index, .generation = records_[index].generation});
    return all;
}

} // namespace aaigw::sa
