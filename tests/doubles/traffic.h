// Traffic: frames of every kind that a gateway meets, right ones and such as an attacker would make of them.
#pragma once

#include "tests/doubles/dice.h"
#include "tests/doubles/far_station.h"

#include <array>
#include <unordered_set>
#include <vector>

namespace aaigw::path::doubles {

/// Stations of every sort in one gateway, and what comes from them and for them. Numbers are fresh in each right frame.
class Traffic {
  public:
    /// Of stations(): its MZone PDUs have no ICV.
    static constexpr std::size_t kWithoutIcv = 2;

    /// `sends`: the way its stations send; downlink when the gateway is a relay.
    explicit Traffic(std::uint64_t seed, LinkDirection sends = LinkDirection::uplink);

    /// Puts the stations into the rig; once more takes them out before, so that halted keys and windows are as new.
    void add_to(PathRig& rig);

    [[nodiscard]] aaigw::doubles::Dice& dice() noexcept { return dice_; }
    [[nodiscard]] std::vector<FarStation>& stations() noexcept { return stations_; }
    [[nodiscard]] const std::vector<FarStation>& stations() const noexcept { return stations_; }

    /// A frame that the gateway has to take, of any kind.
    [[nodiscard]] PathRig::Arrival right();
    /// An uplink frame with one PDU that has to come through, or a signed or encrypted message.
    [[nodiscard]] PathRig::Arrival authenticated();
    /// Chance, behind some bytes from the beginning of `frame`.
    [[nodiscard]] PathRig::Arrival random(PathRig::Arrival frame);
    /// `frame` changed somewhere, its IPv4 checksum sometimes right again.
    [[nodiscard]] PathRig::Arrival changed(PathRig::Arrival frame);
    /// A PDU in clear where it must be protected, or of a key, flow or station that is not there.
    [[nodiscard]] PathRig::Arrival misplaced();

    /// Whether this is the payload of a protected PDU, or a signed message, that was made here not long ago.
    [[nodiscard]] bool has_made(Bytes inside) const;

  private:
    struct Numbers {
        std::uint32_t mzone = 0;
        std::uint32_t lzone = 0;
        std::uint32_t cmac = 1;
    };

    /// Hashes of at most so many of the newest, and of as many before them.
    static constexpr std::size_t kKept = 200'000;

    void keep(Bytes inside);
    [[nodiscard]] std::size_t pick();
    [[nodiscard]] Buffer inner(std::size_t station);
    [[nodiscard]] Buffer data_pdu(std::size_t station, pdu::Zone zone, Bytes payload);
    [[nodiscard]] Buffer signed_pdu(std::size_t station, pdu::Zone zone);
    [[nodiscard]] Buffer encrypted_control(std::size_t station, pdu::Zone zone);
    [[nodiscard]] Buffer burst(std::size_t station, pdu::Zone zone);
    [[nodiscard]] PathRig::Arrival neighbour();

    aaigw::doubles::Dice dice_;
    std::vector<FarStation> stations_;
    std::vector<Numbers> numbers_;
    FarTek newer_{}; ///< of the station with two contexts of one EKS
    std::array<std::unordered_set<std::size_t>, 2> made_{};
    bool is_added_ = false;
};

/// The IPv4 header of a frame gets its right checksum, when there is one.
void repair_checksum(Buffer& frame);

} // namespace aaigw::path::doubles
