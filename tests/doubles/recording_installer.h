// RecordingInstaller: a data plane that does nothing but remember what it was asked, for tests of the control side.
#pragma once

#include "dataplane/sa/installer.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace aaigw::sa::doubles {

using Key = std::array<std::uint8_t, crypto::kAesKeyBytes>;

// What was asked for: the arguments of the call, with keys as values, and what was answered where that is a name.

struct RecordedTek {
    Eks eks;
    Key key{};
    std::optional<PnLimits> send{};
    bool receive = true;
};
struct RecordedSa {
    std::uint16_t said = 0;
    pdu::Protection protection = pdu::Protection::ccm_icv8;
    std::uint16_t window = kDefaultWindow;
    std::vector<RecordedTek> teks{};
};
struct RecordedCmac {
    Key key{};
    AkId akid{};
    std::uint32_t last_pn = 0;
};

struct AddStation {
    StationSpec spec;
    StationRef given;
};
struct RemoveStation {
    StationRef station;
};
struct SetStid {
    StationRef station;
    std::optional<Stid> stid;
};
struct SetCids {
    StationRef station;
    std::optional<ManagementCids> cids;
};
struct AddFlow {
    StationRef station;
    FlowSpec spec;
};
struct RemoveFlow {
    StationRef station;
    std::uint8_t slot;
};
struct InstallContext {
    StationRef station;
    pdu::Zone zone;
    AkSn ak_sn;
    std::optional<RecordedCmac> cmac;
    std::vector<RecordedSa> sas;
    ContextRef given;
};
struct InstallTek {
    ContextRef context;
    std::uint16_t said;
    RecordedTek tek;
};
struct SwitchTransmit {
    ContextRef context;
    std::vector<SendChoice> choices;
};
struct RetireTek {
    ContextRef context;
    std::uint16_t said;
    Eks eks;
};
struct RetireContext {
    ContextRef context;
};
struct RaiseCeiling {
    ContextRef context;
    std::uint16_t said;
    Eks eks;
    std::uint32_t pn;
};

using Call =
    std::variant<AddStation, RemoveStation, SetStid, SetCids, AddFlow, RemoveFlow, InstallContext,
                 InstallTek, SwitchTransmit, RetireTek, RetireContext, RaiseCeiling>;

/// Succeeds in everything, except with stations and contexts that it does not have, and where the test has said so.
/// Only what succeeded is recorded. One thread.
class RecordingInstaller final : public Installer {
  public:
    /// Every call in its order.
    [[nodiscard]] const std::vector<Call>& calls() const noexcept { return calls_; }
    void forget_calls() { calls_.clear(); }
    /// The calls of one sort.
    template <class Kind>
    [[nodiscard]] std::vector<Kind> calls_of() const
    {
        std::vector<Kind> some;
        for (const Call& call : calls_)
            if (const auto* const one = std::get_if<Kind>(&call); one != nullptr)
                some.push_back(*one);
        return some;
    }

    /// The call after `successes` further ones fails with this.
    void fail_later(Error error, std::size_t successes = 0)
    {
        failure_ = std::move(error);
        successes_left_ = successes;
    }

    /// What counters() answers for the station.
    void set_counters(StationRef station, std::vector<TekCounters> counters)
    {
        counters_[station.index] = std::move(counters);
    }

    [[nodiscard]] bool has_station(StationRef station) const;
    [[nodiscard]] bool has_context(ContextRef context) const;

    [[nodiscard]] Result<StationRef> add_station(const StationSpec& spec) override;
    [[nodiscard]] Result<void> remove_station(StationRef station) override;
    [[nodiscard]] Result<void> set_stid(StationRef station, std::optional<Stid> stid) override;
    [[nodiscard]] Result<void> set_cids(StationRef station,
                                        std::optional<ManagementCids> cids) override;
    [[nodiscard]] Result<void> add_flow(StationRef station, const FlowSpec& spec) override;
    [[nodiscard]] Result<void> remove_flow(StationRef station, std::uint8_t slot) override;
    [[nodiscard]] Result<ContextRef> install_context(StationRef station,
                                                     const ContextSpec& spec) override;
    [[nodiscard]] Result<void> install_tek(ContextRef context, std::uint16_t said,
                                           const TekSpec& spec) override;
    [[nodiscard]] Result<void> switch_transmit(ContextRef context,
                                               std::span<const SendChoice> choices) override;
    [[nodiscard]] Result<void> retire_tek(ContextRef context, std::uint16_t said, Eks eks) override;
    [[nodiscard]] Result<void> retire_context(ContextRef context) override;
    [[nodiscard]] Result<void> raise_ceiling(ContextRef context, std::uint16_t said, Eks eks,
                                             std::uint32_t pn) override;
    [[nodiscard]] Result<std::vector<TekCounters>> counters(StationRef station) const override;

  private:
    [[nodiscard]] Result<void> check(StationRef station);
    [[nodiscard]] Result<void> check(ContextRef context);
    /// The failure that the test wants now.
    [[nodiscard]] Result<void> check_failure();

    std::vector<Call> calls_;
    std::map<std::uint32_t, std::vector<std::uint32_t>> contexts_; ///< station -> its contexts
    std::map<std::uint32_t, std::vector<TekCounters>> counters_;
    std::uint32_t next_station_ = 0;
    std::uint32_t next_context_ = 1;
    std::optional<Error> failure_;
    std::size_t successes_left_ = 0;
};

} // namespace aaigw::sa::doubles
