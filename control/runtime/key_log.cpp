#include "control/runtime/key_log.h"

#include "common/hex.h"
#include "crypto/secret.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace aaigw::runtime {

namespace {

std::string now_text()
{
    using namespace std::chrono;
    const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    return fmt::format("{}.{:06}", now / 1'000'000, now % 1'000'000);
}

std::string_view zone_text(pdu::Zone zone)
{
    return zone == pdu::Zone::mzone ? "mzone" : "lzone";
}

std::string_view use_text(const sa::StationSpec& station, const sa::TekSpec& tek)
{
    if (tek.send && tek.receive)
        return "both";
    const bool downlink = (station.sends == LinkDirection::downlink) == tek.send.has_value();
    return downlink ? "downlink" : "uplink";
}

} // namespace

Result<KeyLog> KeyLog::open(const std::string& path, sa::Installer& behind)
{
    UniqueFd file{
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file.is_open())
        return fail(ErrorCode::io,
                    fmt::format("keylog {}: {}", path, std::generic_category().message(errno)));
    return KeyLog{std::move(file), behind};
}

void KeyLog::write(std::string line)
{
    line += '\n';
    // A line at a time, so that a reader that follows the file sees no half of one.
    const ssize_t written = ::write(file_.get(), line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size()))
        ++lines_lost_;
    crypto::wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
}

std::string KeyLog::start_of_line(std::string_view what, sa::ContextRef context) const
{
    std::string line = fmt::format("{} {} station={}.{}", now_text(), what, context.station.index,
                                   context.station.generation);
    line.reserve(512); // no copies of a key when it grows
    const auto out = std::back_inserter(line);
    if (const auto station = stations_.find(context.station.index); station != stations_.end()) {
        fmt::format_to(out, " sector={}", station->second.sector);
        if (station->second.stid)
            fmt::format_to(out, " stid={}", station->second.stid->value());
        if (station->second.cids)
            fmt::format_to(out, " cid={}", station->second.cids->basic.value());
    }
    fmt::format_to(out, " context={}", context.context);
    if (const auto zone = zones_.find(context.context); zone != zones_.end())
        fmt::format_to(out, " zone={}", zone_text(zone->second));
    return line;
}

void KeyLog::log_tek(sa::ContextRef context, std::uint16_t said, const sa::TekSpec& tek)
{
    std::string line = start_of_line("installed", context);
    std::string key = to_hex(tek.key);
    const auto station = stations_.find(context.station.index);
    fmt::format_to(std::back_inserter(line), " said={} eks={} use={} tek={}", said, tek.eks.value(),
                   use_text(station == stations_.end() ? sa::StationSpec{} : station->second, tek),
                   key);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
    write(std::move(line));
}

Result<sa::StationRef> KeyLog::add_station(const sa::StationSpec& spec)
{
    TRY(const sa::StationRef station, behind_->add_station(spec));
    stations_[station.index] = spec;
    return station;
}

Result<void> KeyLog::remove_station(sa::StationRef station)
{
    TRY_DO(behind_->remove_station(station));
    write(start_of_line("removed", {.station = station, .context = 0}));
    stations_.erase(station.index);
    return {};
}

Result<void> KeyLog::set_stid(sa::StationRef station, std::optional<Stid> stid)
{
    TRY_DO(behind_->set_stid(station, stid));
    stations_[station.index].stid = stid;
    return {};
}

Result<void> KeyLog::set_cids(sa::StationRef station, std::optional<sa::ManagementCids> cids)
{
    TRY_DO(behind_->set_cids(station, cids));
    stations_[station.index].cids = cids;
    return {};
}

Result<void> KeyLog::add_flow(sa::StationRef station, const sa::FlowSpec& spec)
{
    return behind_->add_flow(station, spec);
}

Result<void> KeyLog::remove_flow(sa::StationRef station, std::uint8_t slot)
{
    return behind_->remove_flow(station, slot);
}

Result<sa::ContextRef> KeyLog::install_context(sa::StationRef station, const sa::ContextSpec& spec)
{
    TRY(const sa::ContextRef context, behind_->install_context(station, spec));
    if (!zones_.emplace(context.context, spec.zone).second)
        return context; // was there already
    if (spec.cmac) {
        std::string line = start_of_line("installed", context);
        std::string key = to_hex(spec.cmac->key);
        fmt::format_to(std::back_inserter(line), " pmk_sn={} akid={} cmac={}", spec.ak_sn.value(),
                       to_hex(spec.cmac->akid), key);
        crypto::wipe({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
        write(std::move(line));
    }
    for (const sa::SaSpec& one : spec.sas)
        for (const sa::TekSpec& tek : one.teks)
            log_tek(context, one.said, tek);
    return context;
}

Result<void> KeyLog::install_tek(sa::ContextRef context, std::uint16_t said,
                                 const sa::TekSpec& spec)
{
    TRY_DO(behind_->install_tek(context, said, spec));
    log_tek(context, said, spec);
    return {};
}

Result<void> KeyLog::switch_transmit(sa::ContextRef context,
                                     std::span<const sa::SendChoice> choices)
{
    return behind_->switch_transmit(context, choices);
}

Result<void> KeyLog::retire_tek(sa::ContextRef context, std::uint16_t said, Eks eks)
{
    TRY_DO(behind_->retire_tek(context, said, eks));
    write(start_of_line("retired", context) + fmt::format(" said={} eks={}", said, eks.value()));
    return {};
}

Result<void> KeyLog::retire_context(sa::ContextRef context)
{
    TRY_DO(behind_->retire_context(context));
    write(start_of_line("retired", context));
    zones_.erase(context.context);
    return {};
}

Result<void> KeyLog::raise_ceiling(sa::ContextRef context, std::uint16_t said, Eks eks,
                                   std::uint32_t pn)
{
    return behind_->raise_ceiling(context, said, eks, pn);
}

Result<std::vector<sa::TekCounters>> KeyLog::counters(sa::StationRef station) const
{
    return behind_->counters(station);
}

} // namespace aaigw::runtime
