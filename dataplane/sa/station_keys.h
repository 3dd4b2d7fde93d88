// StationKeys: the contexts of one station as the control thread knows them; snapshots for workers are made of it.
#pragma once

#include "crypto/provider.h"
#include "dataplane/sa/installer.h"
#include "dataplane/sa/reclaimer.h"
#include "dataplane/sa/snapshot.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace aaigw::sa {

/// AES of a zero block, cut to eight bytes: tells keys apart without keeping them.
using KeyCheckValue = std::array<std::uint8_t, 8>;

/// The latest keys that were taken for one direction, whether or not they are still there: each has a space of PNs that
/// has begun.
class UsedKeys {
  public:
    [[nodiscard]] bool has(const KeyCheckValue& key) const
    {
        return std::ranges::find(keys_, key) != keys_.end();
    }
    void add(const KeyCheckValue& key)
    {
        if (keys_.size() < kMost)
            keys_.push_back(key);
        else
            keys_[next_++ % kMost] = key;
    }

  private:
    static constexpr std::size_t kMost = 64;

    std::vector<KeyCheckValue> keys_;
    std::size_t next_ = 0;
};

/// Control thread only. A call that fails has changed nothing. What a call takes out stays alive until the caller has
/// published a snapshot without it and then calls retire_removed().
class StationKeys {
  public:
    StationKeys(StationRef of, LinkDirection sends, crypto::Provider& provider)
        : station_{of}, sends_{sends}, provider_{provider}
    {
    }

    /// The id of the context: `id`, or that of the same context when it is there already, which then stays as it is.
    [[nodiscard]] Result<std::uint32_t> install_context(const ContextSpec& spec, std::uint32_t id);
    [[nodiscard]] Result<void> install_tek(std::uint32_t context, std::uint16_t said,
                                           const TekSpec& spec);
    [[nodiscard]] Result<void> switch_transmit(std::uint32_t context,
                                               std::span<const SendChoice> choices);
    [[nodiscard]] Result<void> retire_tek(std::uint32_t context, std::uint16_t said, Eks eks);
    [[nodiscard]] Result<void> retire_context(std::uint32_t context);
    [[nodiscard]] Result<void> raise_ceiling(std::uint32_t context, std::uint16_t said, Eks eks,
                                             std::uint32_t pn);

    [[nodiscard]] Result<pdu::Zone> zone_of(std::uint32_t context) const;
    /// Nothing as long as nothing is sent.
    [[nodiscard]] std::optional<pdu::Zone> transmit_zone() const;

    [[nodiscard]] std::unique_ptr<Snapshot> make_snapshot() const;
    void retire_removed(Reclaimer& reclaimer);
    /// Takes everything out.
    void remove_all();

    [[nodiscard]] std::vector<TekCounters> counters() const;

  private:
    struct Tek {
        crypto::AesKeyPtr key;
        KeyCheckValue check_value{};
        Eks eks;
        std::unique_ptr<SaTx> tx;
        std::unique_ptr<SaRx> rx;
    };
    struct Sa {
        std::uint16_t said = 0;
        pdu::Protection protection = pdu::Protection::ccm_icv8;
        std::uint16_t window = kDefaultWindow;
        std::vector<std::unique_ptr<Tek>> teks;
    };
    struct Context {
        std::uint32_t id = 0;
        pdu::Zone zone = pdu::Zone::mzone;
        AkSn ak_sn;
        std::unique_ptr<CmacRx> cmac;
        std::vector<Sa> sas;
    };

    [[nodiscard]] Result<Context*> find(std::uint32_t context);
    [[nodiscard]] Result<Sa*> find(std::uint32_t context, std::uint16_t said);
    [[nodiscard]] static Tek* find(Sa& sa, Eks eks);
    [[nodiscard]] Result<std::unique_ptr<Tek>> make_tek(const Context& context, const Sa& sa,
                                                        const TekSpec& spec);
    [[nodiscard]] Result<void> check_limits(pdu::Zone zone, const PnLimits& limits) const;
    [[nodiscard]] KeyCheckValue check_value(crypto::AesKeyView key);
    [[nodiscard]] Result<void> check_context(const ContextSpec& spec) const;
    [[nodiscard]] Result<void> check_unused(const Sa& sa, const Tek& tek,
                                            const TekSpec& spec) const;
    [[nodiscard]] static Result<void> check_no_tek_twice(const Context& context);
    [[nodiscard]] bool same_keys(const Context& context, const ContextSpec& spec);
    [[nodiscard]] bool sends_with(const Tek& tek) const;
    void remember(const Tek& tek);
    template <class Takes>
    [[nodiscard]] bool any_tek(Takes takes) const;
    static void place_receiver(Snapshot& snapshot, OlderKeys& older, const Context& context,
                               std::size_t sa, const Tek& tek, bool& overlap);

    StationRef station_;
    LinkDirection sends_;
    crypto::Provider& provider_;
    std::vector<std::unique_ptr<Context>> contexts_; ///< newest first, at most kContextsPerStation
    std::array<SaTx*, kSasPerStation> transmit_{};
    const Context* transmit_context_ = nullptr;
    UsedKeys sent_with_;
    UsedKeys received_with_;
    std::vector<std::unique_ptr<Tek>> removed_teks_;
    std::vector<std::unique_ptr<Context>> removed_contexts_;
};

} // namespace aaigw::sa
