// What the tests of the tables share: tables of a few places, specs that are right, and errors that may be compared.
#pragma once

#include "dataplane/sa/key_tables.h"
#include "tests/doubles/reclaimers.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>

namespace aaigw::sa {

using Key = std::array<std::uint8_t, crypto::kAesKeyBytes>;

inline constexpr std::uint8_t kSector = 3;
inline constexpr Eks kEks0 = Eks::from_field(0);
inline constexpr Eks kEks1 = Eks::from_field(1);
inline constexpr Eks kEks2 = Eks::from_field(2);

inline constexpr PnLimits kDownlink{
    .first = 1, .soft = 0x1ff000, .hard = 0x1fffff, .ceiling = 0x1fffff};

inline Key key_of(std::uint8_t number)
{
    Key key{};
    key.front() = number;
    key.back() = 0x5a;
    return key;
}

/// The code, or nothing when it is no error.
template <class T>
std::optional<ErrorCode> code_of(const Result<T>& result)
{
    return result ? std::nullopt : std::optional{result.error().code};
}

constexpr std::optional<ErrorCode> kRefused{ErrorCode::invalid_argument};
constexpr std::optional<ErrorCode> kNoRoom{ErrorCode::unavailable};

inline TekSpec tek_of(const Key& key, Eks eks = kEks0)
{
    return {.eks = eks, .key = key, .send = kDownlink, .receive = true};
}

/// One SA with one TEK that is used in both directions. Points into `key`.
inline ContextSpec context_of(const Key& key, Eks eks = kEks0)
{
    ContextSpec spec;
    spec.ak_sn = AkSn::from_field(5);
    spec.sas.push_back({.said = 1});
    spec.sas[0].teks.push_back(tek_of(key, eks));
    return spec;
}

class Tables : public testing::Test {
  protected:
    static constexpr TableLimits kLimits{.stations = 4, .flows = 6};

    /// With an STID.
    StationRef add(std::uint16_t stid = 9)
    {
        return tables_.add_station({.sector = kSector, .stid = Stid::from_field(stid)}).value();
    }

    /// The station that a worker finds under an STID; -1: none.
    [[nodiscard]] int at_stid(std::uint16_t stid, std::uint8_t sector = kSector) const
    {
        const auto* const place = tables_.stid_place(sector, Stid::from_field(stid));
        return place == nullptr ? -1 : static_cast<int>(place->load()) - 1;
    }
    [[nodiscard]] CidEntry at_cid(std::uint16_t cid, std::uint8_t sector = kSector) const
    {
        const auto* const place = tables_.cid_place(sector, Cid::from_field(cid));
        return CidEntry{place == nullptr ? 0 : place->load()};
    }
    [[nodiscard]] const Snapshot& snapshot(StationRef ref) const
    {
        return *tables_.station(ref.index).snapshot.load();
    }

    doubles::DeferredReclaimer reclaimer_;
    KeyTables tables_{kLimits,
                      [](std::uint8_t sector, std::uint16_t station) {
                          return static_cast<std::uint8_t>(sector + station);
                      },
                      reclaimer_, *std::pmr::new_delete_resource()};
};

} // namespace aaigw::sa
