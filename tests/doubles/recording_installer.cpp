#include "tests/doubles/recording_installer.h"

#include <fmt/format.h>

#include <algorithm>

namespace aaigw::sa::doubles {

namespace {

Key copy_of(crypto::AesKeyView key)
{
    Key copy{};
    std::ranges::copy(key, copy.begin());
    return copy;
}

RecordedTek record(const TekSpec& spec)
{
    return {.eks = spec.eks, .key = copy_of(spec.key), .send = spec.send, .receive = spec.receive};
}

} // namespace

bool RecordingInstaller::has_station(StationRef station) const
{
    return contexts_.contains(station.index) && station.generation == 1;
}

bool RecordingInstaller::has_context(ContextRef context) const
{
    return has_station(context.station) &&
           std::ranges::count(contexts_.at(context.station.index), context.context) == 1;
}

Result<void> RecordingInstaller::check_failure()
{
    if (!failure_ || successes_left_-- > 0)
        return {};
    const Error error = *std::exchange(failure_, std::nullopt);
    return fail(error.code, error.message);
}

Result<void> RecordingInstaller::check(StationRef station)
{
    if (!has_station(station))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("no station {}.{}", station.index, station.generation));
    return check_failure();
}

Result<void> RecordingInstaller::check(ContextRef context)
{
    if (!has_context(context))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("no context {} of station {}.{}", context.context,
                                context.station.index, context.station.generation));
    return check_failure();
}

/// A place is never used twice here, so that every generation is 1.
Result<StationRef> RecordingInstaller::add_station(const StationSpec& spec)
{
    TRY_DO(check_failure());
    const StationRef ref{.index = next_station_++, .generation = 1};
    contexts_[ref.index];
    calls_.emplace_back(AddStation{spec, ref});
    return ref;
}

Result<void> RecordingInstaller::remove_station(StationRef station)
{
    TRY_DO(check(station));
    contexts_.erase(station.index);
    calls_.emplace_back(RemoveStation{station});
    return {};
}

Result<void> RecordingInstaller::set_stid(StationRef station, std::optional<Stid> stid)
{
    TRY_DO(check(station));
    calls_.emplace_back(SetStid{station, stid});
    return {};
}

Result<void> RecordingInstaller::set_cids(StationRef station, std::optional<ManagementCids> cids)
{
    TRY_DO(check(station));
    calls_.emplace_back(SetCids{station, cids});
    return {};
}

Result<void> RecordingInstaller::add_flow(StationRef station, const FlowSpec& spec)
{
    TRY_DO(check(station));
    calls_.emplace_back(AddFlow{station, spec});
    return {};
}

Result<void> RecordingInstaller::remove_flow(StationRef station, std::uint8_t slot)
{
    TRY_DO(check(station));
    calls_.emplace_back(RemoveFlow{station, slot});
    return {};
}

Result<ContextRef> RecordingInstaller::install_context(StationRef station, const ContextSpec& spec)
{
    TRY_DO(check(station));
    InstallContext call{.station = station,
                        .zone = spec.zone,
                        .ak_sn = spec.ak_sn,
                        .cmac = {},
                        .sas = {},
                        .given = {.station = station, .context = next_context_++}};
    if (spec.cmac)
        call.cmac = RecordedCmac{
            .key = copy_of(spec.cmac->key), .akid = spec.cmac->akid, .last_pn = spec.cmac->last_pn};
    for (const SaSpec& sa : spec.sas) {
        RecordedSa& recorded = call.sas.emplace_back(RecordedSa{
            .said = sa.said, .protection = sa.protection, .window = sa.window, .teks = {}});
        for (const TekSpec& tek : sa.teks)
            recorded.teks.push_back(record(tek));
    }
    contexts_[station.index].push_back(call.given.context);
    calls_.emplace_back(call);
    return call.given;
}

Result<void> RecordingInstaller::install_tek(ContextRef context, std::uint16_t said,
                                             const TekSpec& spec)
{
    TRY_DO(check(context));
    calls_.emplace_back(InstallTek{context, said, record(spec)});
    return {};
}

Result<void> RecordingInstaller::switch_transmit(ContextRef context,
                                                 std::span<const SendChoice> choices)
{
    TRY_DO(check(context));
    calls_.emplace_back(SwitchTransmit{context, {choices.begin(), choices.end()}});
    return {};
}

Result<void> RecordingInstaller::retire_tek(ContextRef context, std::uint16_t said, Eks eks)
{
    TRY_DO(check(context));
    calls_.emplace_back(RetireTek{context, said, eks});
    return {};
}

Result<void> RecordingInstaller::retire_context(ContextRef context)
{
    TRY_DO(check(context));
    std::erase(contexts_[context.station.index], context.context);
    calls_.emplace_back(RetireContext{context});
    return {};
}

Result<void> RecordingInstaller::raise_ceiling(ContextRef context, std::uint16_t said, Eks eks,
                                               std::uint32_t pn)
{
    TRY_DO(check(context));
    calls_.emplace_back(RaiseCeiling{context, said, eks, pn});
    return {};
}

Result<std::vector<TekCounters>> RecordingInstaller::counters(StationRef station) const
{
    if (!has_station(station))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("no station {}.{}", station.index, station.generation));
    const auto found = counters_.find(station.index);
    return found == counters_.end() ? std::vector<TekCounters>{} : found->second;
}

} // namespace aaigw::sa::doubles
