// The stations, flows and keys of a measurement, and the frames that come for them.
#pragma once

#include "crypto/aes_key.h"
#include "crypto/mb_engine.h"
#include "dataplane/path/links.h"
#include "dataplane/sa/key_tables.h"

#include <array>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <random>
#include <span>
#include <vector>

namespace aaigw::bench {

/// Destroys at once: for a thread that changes tables only while no packet is on its way.
class ImmediateReclaimer final : public sa::Reclaimer {
  public:
    void retire_raw(void* object, Destroy destroy) override { destroy(object); }
    std::size_t reap() override { return 0; }
};

/// Ports 0 (access) and 1 (core), and one core peer.
void set_up_links(path::Links& links);

struct PopulationSpec {
    std::size_t flows = 1024;
    /// FIDs 3 to 15 of each station unless fewer are wanted.
    std::size_t flows_per_station = 13;
    pdu::Zone zone = pdu::Zone::mzone;
};

/// `flows` flows, spread over stations and sectors, with random keys. The stations' ends are here too: they protect the
/// PDUs that come uplink.
class Population {
  public:
    Population(const PopulationSpec& spec, sa::Reclaimer& reclaimer,
               std::pmr::memory_resource& memory);

    [[nodiscard]] sa::KeyTables& tables() noexcept { return tables_; }
    [[nodiscard]] std::size_t flows() const noexcept { return spec_.flows; }
    [[nodiscard]] std::size_t stations() const noexcept { return stations_.size(); }
    [[nodiscard]] std::uint32_t gre_key(std::size_t flow) const noexcept
    {
        return kFirstGreKey + static_cast<std::uint32_t>(flow);
    }

    /// New keys for every station: a context beside the one it has, sent with at once; the old one is retired. PNs
    /// start again. Control thread.
    void swap_contexts();
    /// The same for one of them.
    void swap_context(std::size_t station) { give_keys(stations_[station]); }

    /// Writes a GSMTAP frame with one PDU of that flow and its next PN; `inner` is copied. `out` holds the frame until
    /// finish_uplink(), which is called for at most 64 frames at a time. Gives the size of the frame.
    [[nodiscard]] std::size_t start_uplink(std::size_t flow, Bytes inner, std::uint8_t* out);
    void finish_uplink();

  private:
    static constexpr std::uint32_t kFirstGreKey = 0x10000;

    struct Station {
        sa::StationRef ref;
        sa::ContextRef context;
        crypto::AesKeyPtr key;
        std::uint32_t next_pn = 0;
        std::uint8_t sector = 0;
        std::uint16_t stid = 0; ///< and basic CID
        std::uint8_t eks = 0;
    };

    void add_station(std::size_t index);
    void give_keys(Station& station);
    [[nodiscard]] Cid cid_of(std::size_t flow) const noexcept;

    PopulationSpec spec_;
    sa::KeyTables tables_;
    std::mt19937_64 random_{1}; // NOLINT: the same keys every time
    std::vector<Station> stations_;
    std::unique_ptr<crypto::MbEngine> engine_;
};

} // namespace aaigw::bench
