#include "control/runtime/static_stations.h"

#include "control/runtime/key_file.h"
#include "dataplane/pdu/gsmtap.h"
#include "dataplane/pdu/lzone_pdu.h"
#include "dataplane/pdu/security_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <utility>
#include <variant>

namespace aaigw::runtime {

namespace {

constexpr std::uint8_t kFirstFlowSlot = 3;
/// Of the PNs of its direction, how many a TEK uses before it asks for the next one.
constexpr std::uint32_t kSoftPercent = 75;

using Keys = std::list<crypto::Secret<crypto::kAesKeyBytes>>;

/// The key's bytes, for as long as `keys` lives.
Result<crypto::AesKeyView> key_of(const config::KeySource& source, KeyFileRule rule, Keys& keys)
{
    if (const auto* secret = std::get_if<crypto::Secret<crypto::kAesKeyBytes>>(&source))
        return secret->expose();
    TRY(auto key, read_key(std::get<config::KeyFile>(source).path, rule));
    keys.push_back(std::move(key));
    return keys.back().expose();
}

/// What the configuration leaves open is the whole half of the direction.
template <class Range, class Pn>
sa::PnLimits limits_of(const config::Tek<Pn>& tek, Range half)
{
    const std::uint32_t first = half.first.value();
    const std::uint32_t hard = tek.hard_limit.value_or(half.last).value();
    const std::uint64_t count = half.last.value() - first;
    const auto soft = static_cast<std::uint32_t>(first + count * kSoftPercent / 100);
    return {.first = tek.next_pn.value_or(half.first).value(),
            .soft = tek.soft_limit ? tek.soft_limit->value() : std::min(soft, hard),
            .hard = hard,
            .ceiling = tek.ceiling ? tek.ceiling->value() : hard};
}

sa::PnLimits limits_of(const config::Tek<MzonePn>& tek, LinkDirection sends)
{
    return limits_of(tek, pdu::pn_range(sends));
}
sa::PnLimits limits_of(const config::Tek<LzonePn>& tek, LinkDirection sends)
{
    return limits_of(tek, pdu::lzone_pn_range(sends));
}

pdu::Protection protection_of(const config::MzoneSa& sa)
{
    return sa.said == config::kCtrSaid ? pdu::Protection::ctr : pdu::ccm(sa.icv);
}
pdu::Protection protection_of(const config::LzoneSa&)
{
    return pdu::Protection::ccm_icv8;
}

bool sends(config::TekUse use)
{
    return use != config::TekUse::uplink;
}

/// One station on its way into the tables.
class Installation {
  public:
    Installation(const config::Config& config, const config::Station& station, std::size_t number,
                 sa::Installer& installer)
        : config_{config}, station_{station}, installer_{installer},
          rule_{config.lab ? KeyFileRule::any_may_read : KeyFileRule::owner_only}
    {
        result_.name = station.name.value_or(fmt::format("station {}", number));
    }

    Result<StaticStation> run()
    {
        auto done = install();
        if (!done)
            return fail(done.error().code,
                        fmt::format("static station {}: {}", result_.name, done.error().message));
        return std::move(result_);
    }

  private:
    Result<void> install()
    {
        TRY(result_.ref, installer_.add_station(station_spec()));
        number_sas();
        if (station_.mzone)
            TRY_DO(install_contexts(pdu::Zone::mzone, station_.mzone->contexts));
        if (station_.lzone)
            TRY_DO(install_contexts(pdu::Zone::lzone, station_.lzone->contexts));
        TRY_DO(install_flows());
        place();
        return {};
    }

    [[nodiscard]] sa::StationSpec station_spec() const
    {
        sa::StationSpec spec{.sector = station_.sector, .sends = kSends};
        if (station_.mzone)
            spec.stid = station_.mzone->stid;
        if (station_.lzone)
            spec.cids = sa::ManagementCids{.basic = station_.lzone->basic_cid,
                                           .primary = station_.lzone->primary_cid,
                                           .secondary = station_.lzone->secondary_cid};
        return spec;
    }

    /// A flow names its SA by a place that is the same in every context, so an SAID has one in all of them.
    void number_sas()
    {
        const auto number = [this](const auto& contexts) {
            for (const auto& context : contexts) {
                for (const auto& sa : context.sas) {
                    if (std::ranges::find(saids_, sa.said.value()) == saids_.end())
                        saids_.push_back(sa.said.value());
                }
            }
        };
        if (station_.mzone)
            number(station_.mzone->contexts);
        if (station_.lzone)
            number(station_.lzone->contexts);
    }

    template <class Sa>
    Result<void> install_contexts(pdu::Zone zone, const std::vector<config::Context<Sa>>& contexts)
    {
        const bool transmits =
            (station_.transmit == config::Zone::mzone) == (zone == pdu::Zone::mzone);
        for (std::size_t i = 0; i < contexts.size(); ++i) {
            TRY(const sa::ContextRef ref, install_context(zone, contexts[i]));
            result_.contexts.push_back(ref);
            if (i == 0 && transmits)
                TRY_DO(send_with(ref, contexts[i]));
        }
        return {};
    }

    template <class Sa>
    Result<sa::ContextRef> install_context(pdu::Zone zone, const config::Context<Sa>& context)
    {
        Keys keys;
        sa::ContextSpec spec{.zone = zone, .ak_sn = context.pmk_sn, .cmac = {}, .sas = {}};
        if (context.cmac_key_u) {
            TRY(const crypto::AesKeyView key, key_of(*context.cmac_key_u, rule_, keys));
            spec.cmac = sa::CmacSpec{.key = key, .akid = context.akid};
        }
        for (const std::uint16_t said : saids_)
            spec.sas.push_back({.said = said});
        for (const Sa& sa : context.sas) {
            const auto place = std::ranges::find(spec.sas, sa.said.value(), &sa::SaSpec::said);
            place->protection = protection_of(sa);
            place->window = sa.window;
            for (const auto& tek : sa.teks) {
                TRY(const crypto::AesKeyView key, key_of(tek.key, rule_, keys));
                sa::TekSpec tek_spec{.eks = tek.eks,
                                     .key = key,
                                     .send = std::nullopt,
                                     .receive = tek.use != config::TekUse::downlink};
                if (sends(tek.use))
                    tek_spec.send = limits_of(tek, kSends);
                place->teks.push_back(tek_spec);
            }
        }
        return installer_.install_context(result_.ref, spec);
    }

    template <class Sa>
    Result<void> send_with(sa::ContextRef ref, const config::Context<Sa>& context)
    {
        std::vector<sa::SendChoice> choices;
        for (const Sa& sa : context.sas) {
            const auto tek =
                std::ranges::find_if(sa.teks, [](const auto& one) { return sends(one.use); });
            if (tek != sa.teks.end())
                choices.push_back({.said = sa.said.value(), .eks = tek->eks});
        }
        return installer_.switch_transmit(ref, choices);
    }

    Result<void> install_flows()
    {
        std::uint8_t next_slot = kFirstFlowSlot; // of a station that has no FIDs
        for (const config::Flow& flow : station_.flows) {
            const auto place = std::ranges::find(saids_, flow.said);
            sa::FlowSpec spec{.slot = flow.fid ? flow.fid->value() : next_slot++,
                              .gre_key = flow.data_path_id};
            spec.core_peer =
                static_cast<std::uint8_t>(config::index_of(config_.core_peers, flow.core));
            spec.sa = static_cast<std::uint8_t>(place - saids_.begin());
            spec.cid = flow.cid;
            spec.header = flow.header == config::FlowHeader::spmh ? pdu::HeaderKind::spmh
                                                                  : pdu::HeaderKind::agmh;
            spec.crc = flow.crc ? pdu::Crc::present : pdu::Crc::absent;
            spec.max_packet = flow.max_packet.value_or(0);
            TRY_DO(installer_.add_flow(result_.ref, spec));
        }
        return {};
    }

    void place()
    {
        if (!station_.address)
            return;
        const std::size_t port = config::index_of(config_.ports, config_.links.access);
        result_.address =
            sa::StationAddress{.ip = *station_.address,
                               .udp_port = station_.udp_port.value_or(pdu::kGsmtapPort),
                               .port = static_cast<std::uint8_t>(port),
                               .mac = station_.mac.value_or(MacAddress{})};
        result_.has_mac = station_.mac.has_value();
    }

    /// Stations of the configuration are below this gateway.
    static constexpr LinkDirection kSends = LinkDirection::downlink;

    const config::Config& config_;
    const config::Station& station_;
    sa::Installer& installer_;
    KeyFileRule rule_;
    std::vector<std::uint16_t> saids_;
    StaticStation result_{};
};

} // namespace

Result<std::vector<StaticStation>> install_static(const config::Config& config,
                                                  sa::Installer& installer)
{
    std::vector<StaticStation> installed;
    installed.reserve(config.static_part.stations.size());
    for (const config::Station& station : config.static_part.stations) {
        TRY(auto one, Installation(config, station, installed.size() + 1, installer).run());
        installed.push_back(std::move(one));
    }
    return installed;
}

} // namespace aaigw::runtime
