// KeyTables: the tables that packets are looked up in, and the control thread's hand on them.
#pragma once

#include "crypto/provider.h"
#include "dataplane/sa/gre_table.h"
#include "dataplane/sa/installer.h"
#include "dataplane/sa/reclaimer.h"
#include "dataplane/sa/station_keys.h"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <memory_resource>
#include <vector>

namespace aaigw::sa {

inline constexpr std::size_t kSectors = 256;
inline constexpr std::size_t kStids = std::size_t{Stid::kMax} + 1;
inline constexpr std::size_t kCids = std::size_t{Cid::kMax} + 1;

/// What a CID stands for.
enum class CidUse : std::uint8_t { transport, basic, primary, secondary };

/// CID -> station and use, in one word: station(24) | slot(4) | use(2) | 0 | exists(1).
class CidEntry {
  public:
    constexpr CidEntry() noexcept = default;
    constexpr explicit CidEntry(std::uint32_t bits) noexcept : bits_{bits} {}
    constexpr CidEntry(std::uint32_t station, std::uint8_t slot, CidUse use) noexcept
        : bits_{station << 8 | std::uint32_t{slot} << 4 | static_cast<std::uint32_t>(use) << 2 | 1}
    {
    }

    [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
    [[nodiscard]] constexpr bool exists() const noexcept { return (bits_ & 1) != 0; }
    [[nodiscard]] constexpr std::uint32_t station() const noexcept { return bits_ >> 8; }
    [[nodiscard]] constexpr std::uint8_t slot() const noexcept
    {
        return static_cast<std::uint8_t>(bits_ >> 4 & 0xf);
    }
    [[nodiscard]] constexpr CidUse use() const noexcept
    {
        return static_cast<CidUse>(bits_ >> 2 & 3);
    }

  private:
    std::uint32_t bits_ = 0;
};

/// Sizes and places of the tables. A station is found with two loads: its sector's entry, and itself.
struct TableLimits {
    std::uint32_t stations = 4096;
    std::uint32_t flows = 16384;
};

/// Which worker owns a station, by its sector and its STID (or basic CID).
using OwnerOf = std::function<std::uint8_t(std::uint8_t sector, std::uint16_t station)>;

/// Reading: any worker, between two quiescent states. Changing (Installer): the control thread.
class KeyTables final : public Installer {
  public:
    /// Takes all memory that the tables ever need. Does not own what it is given.
    KeyTables(TableLimits limits, OwnerOf owner_of, Reclaimer& reclaimer,
              std::pmr::memory_resource& memory);
    ~KeyTables() override;
    KeyTables(const KeyTables&) = delete;
    KeyTables& operator=(const KeyTables&) = delete;

    // For workers.

    [[nodiscard]] const GreTable& gre() const noexcept { return gre_; }
    [[nodiscard]] Station& station(std::uint32_t index) const noexcept { return stations_[index]; }

    /// The word that says which station has an STID: its index + 1, or 0. Null: the sector has no station at all.
    [[nodiscard]] const std::atomic<std::uint32_t>* stid_place(std::uint8_t sector,
                                                               Stid stid) const noexcept
    {
        const StidTable* const table = stids_[sector].load(std::memory_order_acquire);
        return table == nullptr ? nullptr : &(*table)[stid.value()];
    }
    /// The word with the CidEntry of a CID.
    [[nodiscard]] const std::atomic<std::uint32_t>* cid_place(std::uint8_t sector,
                                                              Cid cid) const noexcept
    {
        const CidTable* const table = cids_[sector].load(std::memory_order_acquire);
        return table == nullptr ? nullptr : &(*table)[cid.value()];
    }

    // For the control thread.

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

    /// Before its first packet, or in tests: where a station is. Later the owner worker is told (see Command).
    [[nodiscard]] Result<void> place_station(StationRef station, const StationAddress& address);
    /// Every station there is, in the order of their places.
    [[nodiscard]] std::vector<StationRef> stations() const;
    [[nodiscard]] std::size_t flow_count() const noexcept { return flow_count_; }

  private:
    using StidTable = std::array<std::atomic<std::uint32_t>, kStids>;
    using CidTable = std::array<std::atomic<std::uint32_t>, kCids>;
    /// What only the control thread knows of a station.
    struct Record {
        std::unique_ptr<StationKeys> keys;
        std::optional<ManagementCids> cids;
        std::uint32_t generation = 0;
        bool in_use = false;
    };
    struct FreePlace;

    [[nodiscard]] Result<Record*> find(StationRef station);
    [[nodiscard]] Result<const Record*> find(StationRef station) const;
    [[nodiscard]] Result<void> check_cids(std::uint8_t sector, const ManagementCids& cids,
                                          const std::optional<ManagementCids>& own) const;
    void write_cids(Station& station, const ManagementCids& cids);
    void clear_cids(const Station& station, const ManagementCids& cids,
                    const std::optional<ManagementCids>& except);
    StidTable& stid_table(std::uint8_t sector);
    CidTable& cid_table(std::uint8_t sector);
    void publish(Station& station, const StationKeys& keys);

    TableLimits limits_;
    OwnerOf owner_of_;
    Reclaimer& reclaimer_;
    std::pmr::memory_resource& memory_;
    std::unique_ptr<crypto::Provider> provider_; ///< check values of keys
    Station* stations_;
    GreTable gre_;
    std::array<std::atomic<StidTable*>, kSectors> stids_{};
    std::array<std::atomic<CidTable*>, kSectors> cids_{};
    std::vector<Record> records_;
    std::shared_ptr<std::vector<std::uint32_t>> free_places_; ///< outlives retired places
    std::size_t flow_count_ = 0;
    std::uint32_t next_context_ = 1;
};

} // namespace aaigw::sa
