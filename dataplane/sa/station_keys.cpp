#include "dataplane/sa/station_keys.h"

#include "crypto/secret.h"
#include "dataplane/pdu/lzone_pdu.h"

#include <fmt/format.h>

#include <algorithm>

namespace aaigw::sa {

namespace {

struct Half {
    std::uint32_t first;
    std::uint32_t last;
};

/// The PNs of one direction in a zone.
Half half_of(pdu::Zone zone, LinkDirection direction)
{
    if (zone == pdu::Zone::mzone) {
        const auto range = pdu::pn_range(direction);
        return {range.first.value(), range.last.value()};
    }
    const auto range = pdu::lzone_pn_range(direction);
    return {range.first.value(), range.last.value()};
}

LinkDirection opposite(LinkDirection direction)
{
    return direction == LinkDirection::downlink ? LinkDirection::uplink : LinkDirection::downlink;
}

bool is_zero(crypto::AesKeyView key)
{
    const std::array<std::uint8_t, crypto::kAesKeyBytes> zero{};
    return crypto::ct_equal(key, zero);
}

Result<void> check_sa(pdu::Zone zone, const SaSpec& spec)
{
    if (spec.window < kMinWindow || spec.window > kMaxWindow)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}: a replay window of {} (allowed: {} to {})", spec.said,
                                spec.window, kMinWindow, kMaxWindow));
    if (zone == pdu::Zone::lzone && spec.protection != pdu::Protection::ccm_icv8)
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("SAID {}: the LZone has AES-CCM with an 8-byte ICV only", spec.said));
    return {};
}

} // namespace

Result<std::uint32_t> StationKeys::install_context(const ContextSpec& spec, std::uint32_t id)
{
    for (const auto& there : contexts_)
        if (same_keys(*there, spec))
            return there->id;
    TRY_DO(check_context(spec));
    if (contexts_.size() == kContextsPerStation)
        return fail(ErrorCode::unavailable,
                    "the station has an active and a pending context; retire one first");

    auto context = std::make_unique<Context>();
    context->id = id;
    context->zone = spec.zone;
    context->ak_sn = spec.ak_sn;
    if (spec.cmac)
        context->cmac =
            std::make_unique<CmacRx>(crypto::make_cmac_key(spec.cmac->key), spec.cmac->akid,
                                     spec.ak_sn, spec.cmac->last_pn, id, station_);
    for (const SaSpec& wanted : spec.sas) {
        TRY_DO(check_sa(spec.zone, wanted));
        Sa sa{.said = wanted.said,
              .protection = wanted.protection,
              .window = wanted.window,
              .teks = {}};
        for (const TekSpec& tek_spec : wanted.teks) {
            TRY(auto tek, make_tek(*context, sa, tek_spec));
            sa.teks.push_back(std::move(tek));
        }
        context->sas.push_back(std::move(sa));
    }
    TRY_DO(check_no_tek_twice(*context));
    for (const Sa& sa : context->sas)
        for (const auto& tek : sa.teks)
            remember(*tek);
    contexts_.insert(contexts_.begin(), std::move(context));
    return id;
}

/// What can be said of a new context before its TEKs are looked at.
Result<void> StationKeys::check_context(const ContextSpec& spec) const
{
    if (spec.sas.size() > kSasPerStation)
        return fail(ErrorCode::invalid_argument, fmt::format("{} SAs in a context (at most {})",
                                                             spec.sas.size(), kSasPerStation));
    if (spec.sas.size() == 2 && spec.sas[0].said == spec.sas[1].said)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {} stands twice in one context", spec.sas[0].said));
    static_assert(kSasPerStation == 2);
    if (!spec.cmac)
        return {};
    if (is_zero(spec.cmac->key))
        return fail(ErrorCode::invalid_argument, "a CMAC key of zeros; no derivation gives one");
    // An AKID names an AK, and with it the key whose CMAC_PN must not start again.
    if (std::ranges::any_of(contexts_, [&](const auto& there) {
            return there->zone == spec.zone && there->cmac != nullptr &&
                   there->cmac->akid == spec.cmac->akid;
        }))
        return fail(ErrorCode::invalid_argument,
                    "a context of this AKID is there already, with other TEKs");
    return {};
}

Result<void> StationKeys::check_no_tek_twice(const Context& context)
{
    std::vector<KeyCheckValue> senders;
    std::vector<KeyCheckValue> receivers;
    for (const Sa& sa : context.sas)
        for (const auto& tek : sa.teks) {
            if (tek->tx != nullptr)
                senders.push_back(tek->check_value);
            if (tek->rx != nullptr)
                receivers.push_back(tek->check_value);
        }
    for (auto* const values : {&senders, &receivers}) {
        std::ranges::sort(*values);
        if (std::ranges::adjacent_find(*values) != values->end())
            return fail(ErrorCode::invalid_argument, "one TEK is given twice for one direction");
    }
    return {};
}

/// The same context again, as a retransmitted message would have it: one that is already there stays untouched, so
/// that no counter starts anew (the lesson of key reinstallation attacks).
bool StationKeys::same_keys(const Context& context, const ContextSpec& spec)
{
    if (context.zone != spec.zone || context.ak_sn != spec.ak_sn ||
        context.sas.size() != spec.sas.size())
        return false;
    if ((context.cmac != nullptr) != spec.cmac.has_value())
        return false;
    if (spec.cmac && context.cmac->akid != spec.cmac->akid)
        return false;
    for (std::size_t i = 0; i < spec.sas.size(); ++i) {
        if (context.sas[i].said != spec.sas[i].said)
            return false;
        for (const TekSpec& wanted : spec.sas[i].teks) {
            const KeyCheckValue value = check_value(wanted.key);
            if (!std::ranges::any_of(context.sas[i].teks, [&](const auto& tek) {
                    return tek->eks == wanted.eks && tek->check_value == value;
                }))
                return false;
        }
    }
    return spec.cmac.has_value() ||
           std::ranges::any_of(spec.sas, [](const SaSpec& sa) { return !sa.teks.empty(); });
}

Result<void> StationKeys::install_tek(std::uint32_t context, std::uint16_t said,
                                      const TekSpec& spec)
{
    TRY(Context * found, find(context));
    TRY(Sa * sa, find(context, said));
    if (const Tek* there = find(*sa, spec.eks); there != nullptr) {
        if (there->check_value == check_value(spec.key))
            return {};
        return fail(ErrorCode::unavailable,
                    fmt::format("SAID {}: EKS {} has another TEK; retire that first", said,
                                spec.eks.value()));
    }
    TRY(auto tek, make_tek(*found, *sa, spec));
    remember(*tek);
    sa->teks.push_back(std::move(tek));
    return {};
}

Result<std::unique_ptr<StationKeys::Tek>> StationKeys::make_tek(const Context& context,
                                                                const Sa& sa, const TekSpec& spec)
{
    if (is_zero(spec.key))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}: a TEK of zeros; no derivation gives one", sa.said));
    if (std::ranges::any_of(sa.teks, [&](const auto& tek) { return tek->eks == spec.eks; }))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}: two TEKs with EKS {}", sa.said, spec.eks.value()));
    auto tek = std::make_unique<Tek>();
    tek->check_value = check_value(spec.key);
    tek->key = crypto::make_aes_key(spec.key);
    tek->eks = spec.eks;
    TRY_DO(check_unused(sa, *tek, spec));
    const TekRef names{.context = context.id, .said = sa.said, .eks = spec.eks};
    if (spec.send) {
        TRY_DO(check_limits(context.zone, *spec.send));
        tek->tx = std::make_unique<SaTx>(*tek->key, sa.protection, *spec.send, names, station_);
    }
    if (spec.receive) {
        const LinkDirection from_peer = opposite(sends_);
        tek->rx =
            std::make_unique<SaRx>(*tek->key, sa.protection, context.zone, from_peer, sa.window,
                                   half_of(context.zone, from_peer).first - 1, names, station_);
    }
    return tek;
}

Result<void> StationKeys::check_limits(pdu::Zone zone, const PnLimits& limits) const
{
    const Half half = half_of(zone, sends_);
    if (limits.first < half.first || limits.first > limits.hard || limits.hard > half.last ||
        limits.ceiling > limits.hard)
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("PN limits: the first {:#x} and the ceiling {:#x} must not be above "
                        "the hard limit {:#x}, and all lie in {:#x} to {:#x}",
                        limits.first, limits.ceiling, limits.hard, half.first, half.last));
    return {};
}

Result<void> StationKeys::switch_transmit(std::uint32_t context,
                                          std::span<const SendChoice> choices)
{
    TRY(Context * found, find(context));
    std::array<SaTx*, kSasPerStation> next{};
    if (transmit_context_ == found)
        next = transmit_;
    for (const SendChoice& choice : choices) {
        TRY(Sa * sa, find(context, choice.said));
        const Tek* const tek = find(*sa, choice.eks);
        if (tek == nullptr || tek->tx == nullptr)
            return fail(ErrorCode::invalid_argument,
                        fmt::format("SAID {}: no TEK with EKS {} that may be sent with",
                                    choice.said, choice.eks.value()));
        next[static_cast<std::size_t>(sa - found->sas.data())] = tek->tx.get();
    }
    transmit_ = next;
    transmit_context_ = found;
    return {};
}

bool StationKeys::sends_with(const Tek& tek) const
{
    return tek.tx != nullptr && std::ranges::find(transmit_, tek.tx.get()) != transmit_.end();
}

Result<void> StationKeys::retire_tek(std::uint32_t context, std::uint16_t said, Eks eks)
{
    TRY(Sa * sa, find(context, said));
    const auto at =
        std::ranges::find_if(sa->teks, [&](const auto& tek) { return tek->eks == eks; });
    if (at == sa->teks.end())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}: no TEK with EKS {}", said, eks.value()));
    if (sends_with(**at))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}: the TEK with EKS {} is being sent with; switch first",
                                said, eks.value()));
    removed_teks_.push_back(std::move(*at));
    sa->teks.erase(at);
    return {};
}

Result<void> StationKeys::retire_context(std::uint32_t context)
{
    TRY(Context * found, find(context));
    if (transmit_context_ == found) {
        transmit_context_ = nullptr;
        transmit_ = {};
    }
    const auto at =
        std::ranges::find_if(contexts_, [&](const auto& c) { return c.get() == found; });
    removed_contexts_.push_back(std::move(*at));
    contexts_.erase(at);
    return {};
}

Result<void> StationKeys::raise_ceiling(std::uint32_t context, std::uint16_t said, Eks eks,
                                        std::uint32_t pn)
{
    TRY(Sa * sa, find(context, said));
    const Tek* const tek = find(*sa, eks);
    if (tek == nullptr || tek->tx == nullptr)
        return fail(
            ErrorCode::invalid_argument,
            fmt::format("SAID {}: no TEK with EKS {} that may be sent with", said, eks.value()));
    if (pn < tek->tx->ceiling.load(std::memory_order_relaxed) || pn > tek->tx->hard_limit)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}: a ceiling of {:#x} is below the present one or above "
                                "the hard limit",
                                said, pn));
    tek->tx->ceiling.store(pn, std::memory_order_release);
    return {};
}

void StationKeys::place_receiver(Snapshot& snapshot, OlderKeys& older, const Context& context,
                                 std::size_t sa, const Tek& tek, bool& overlap)
{
    if (tek.rx == nullptr)
        return;
    const bool mzone = context.zone == pdu::Zone::mzone;
    SaRx*& newest = (mzone ? snapshot.mzone : snapshot.lzone)[sa][tek.eks.value()];
    if (newest == nullptr) {
        newest = tek.rx.get();
        return;
    }
    (mzone ? older.mzone : older.lzone)[sa][tek.eks.value()] = tek.rx.get();
    overlap = true;
}

std::unique_ptr<Snapshot> StationKeys::make_snapshot() const
{
    auto snapshot = std::make_unique<Snapshot>();
    auto older = std::make_unique<OlderKeys>();
    bool overlap = false;
    std::array<std::size_t, 2> cmac_keys{};
    for (const auto& context : contexts_) {
        const auto zone = static_cast<std::size_t>(context->zone);
        if (context->cmac != nullptr)
            snapshot->cmac[zone][cmac_keys[zone]++] = context->cmac.get();
        for (std::size_t sa = 0; sa < context->sas.size(); ++sa)
            for (const auto& tek : context->sas[sa].teks)
                place_receiver(*snapshot, *older, *context, sa, *tek, overlap);
    }
    if (overlap)
        snapshot->older = older.release();
    snapshot->transmit = transmit_;
    if (transmit_context_ != nullptr)
        snapshot->transmit_zone = transmit_context_->zone;
    return snapshot;
}

void StationKeys::retire_removed(Reclaimer& reclaimer)
{
    for (auto& tek : removed_teks_)
        reclaimer.retire(std::move(tek));
    for (auto& context : removed_contexts_)
        reclaimer.retire(std::move(context));
    removed_teks_.clear();
    removed_contexts_.clear();
}

void StationKeys::remove_all()
{
    transmit_ = {};
    transmit_context_ = nullptr;
    for (auto& context : contexts_)
        removed_contexts_.push_back(std::move(context));
    contexts_.clear();
}

std::vector<TekCounters> StationKeys::counters() const
{
    std::vector<TekCounters> all;
    for (const auto& context : contexts_)
        for (const Sa& sa : context->sas)
            for (const auto& tek : sa.teks) {
                TekCounters& one = all.emplace_back();
                one.tek = {.context = context->id, .said = sa.said, .eks = tek->eks};
                one.sends = sends_with(*tek);
                if (const SaTx* const tx = tek->tx.get(); tx != nullptr) {
                    one.next_pn = tx->next_pn.value();
                    one.ceiling = tx->ceiling.load(std::memory_order_relaxed);
                    one.sent_bytes = tx->bytes.value();
                    one.refused = tx->refused.value();
                }
                if (const SaRx* const rx = tek->rx.get(); rx != nullptr) {
                    one.receives = true;
                    one.highest_pn = rx->window.highest();
                    one.received_packets = rx->packets.value();
                    one.received_bytes = rx->bytes.value();
                    one.replays = rx->replays.value();
                    one.icv_failures = rx->icv_failures.value();
                }
            }
    return all;
}

Result<pdu::Zone> StationKeys::zone_of(std::uint32_t context) const
{
    const auto at =
        std::ranges::find_if(contexts_, [&](const auto& one) { return one->id == context; });
    if (at == contexts_.end())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the station has no context {}", context));
    return (*at)->zone;
}

std::optional<pdu::Zone> StationKeys::transmit_zone() const
{
    return transmit_context_ == nullptr ? std::nullopt : std::optional{transmit_context_->zone};
}

Result<StationKeys::Context*> StationKeys::find(std::uint32_t context)
{
    const auto at =
        std::ranges::find_if(contexts_, [&](const auto& one) { return one->id == context; });
    if (at == contexts_.end())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("the station has no context {}", context));
    return at->get();
}

Result<StationKeys::Sa*> StationKeys::find(std::uint32_t context, std::uint16_t said)
{
    TRY(Context * found, find(context));
    const auto at = std::ranges::find_if(found->sas, [&](const Sa& sa) { return sa.said == said; });
    if (at == found->sas.end())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("context {} has no SAID {}", context, said));
    return &*at;
}

StationKeys::Tek* StationKeys::find(Sa& sa, Eks eks)
{
    const auto at = std::ranges::find_if(sa.teks, [&](const auto& tek) { return tek->eks == eks; });
    return at == sa.teks.end() ? nullptr : at->get();
}

KeyCheckValue StationKeys::check_value(crypto::AesKeyView key)
{
    crypto::AesBlock block{};
    const crypto::BlockRequest request{.key = key, .input = {}, .output = block};
    provider_.encrypt_blocks({&request, 1});
    KeyCheckValue value;
    std::copy_n(block.begin(), value.size(), value.begin());
    return value;
}

/// Whether a TEK of any context is one that `takes` says yes to.
template <class Takes>
bool StationKeys::any_tek(Takes takes) const
{
    return std::ranges::any_of(contexts_, [&](const auto& context) {
        return std::ranges::any_of(context->sas, [&](const Sa& sa) {
            return std::ranges::any_of(sa.teks, [&](const auto& tek) { return takes(*tek); });
        });
    });
}

/// What is still there counts, however many other keys were taken since.
Result<void> StationKeys::check_unused(const Sa& sa, const Tek& tek, const TekSpec& spec) const
{
    const KeyCheckValue& key = tek.check_value;
    const auto sends = [&](const Tek& there) {
        return there.tx != nullptr && there.check_value == key;
    };
    const auto receives = [&](const Tek& there) {
        return there.rx != nullptr && there.check_value == key;
    };
    if (spec.send && (sent_with_.has(key) || any_tek(sends)))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}, EKS {}: the station has sent with this TEK before; its "
                                "PNs would start again",
                                sa.said, spec.eks.value()));
    if (spec.receive && (received_with_.has(key) || any_tek(receives)))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("SAID {}, EKS {}: the station was received with this TEK before; "
                                "its replay window would start again",
                                sa.said, spec.eks.value()));
    return {};
}

void StationKeys::remember(const Tek& tek)
{
    if (tek.tx != nullptr)
        sent_with_.add(tek.check_value);
    if (tek.rx != nullptr)
        received_with_.add(tek.check_value);
}

} // namespace aaigw::sa
