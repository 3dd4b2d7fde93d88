// LoadRun: a gateway under load from all sides, for one test; and what has to hold when it is over.
#pragma once

#include "tests/swap/gateway.h"
#include "tests/swap/leftovers.h"
#include "tests/swap/outside.h"
#include "tests/swap/swapper.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <span>
#include <thread>

namespace aaigw::swap {

/// The number for the shipped build, or the one for builds with sanitizers: they take ten to fifty times as long, and what
/// they look for shows in a few rounds as well as in many. The environment says which (see meson.build).
[[nodiscard]] std::uint32_t sized(std::uint32_t full, std::uint32_t small);

class LoadRun {
  public:
    explicit LoadRun(const Scene& scene, worker::Idle idle = worker::Idle::sleep);

    [[nodiscard]] Gateway& gateway() noexcept { return *gateway_; }
    [[nodiscard]] Outside& outside() noexcept { return *outside_; }
    [[nodiscard]] const Scene& scene() const noexcept { return scene_; }
    [[nodiscard]] Swapper swapper() { return {*gateway_, *outside_}; }

    /// Starts the thread that sends and receives.
    void start_traffic();
    /// Everything that was sent comes to its end, all threads stop, and what was retired is freed. The workers stay, with
    /// what they have in memory.
    void finish();

    /// That every packet that was sent has arrived, once and in order, and that no PN was used twice with its TEK.
    void expect_nothing_lost();
    /// The same, where so many packets had to be refused, all with `verdict`.
    void expect_only(path::Verdict verdict, std::uint64_t refused);

    /// The same, where all that was refused was for the guest, while it was not there.
    void expect_only_guest_refused();

    /// Looks for the TEKs of all stations, number 0 to `last`. That one is still in use and has to be found, once; of the
    /// others nothing may be left. Then the gateway ends, and nothing of any may be left.
    void expect_keys_wiped(std::uint32_t last);

  private:
    void expect_clean_record();
    [[nodiscard]] Leftovers search(std::uint32_t first, std::uint32_t last) const;
    void expect_guests_forgotten() const;

    Scene scene_;
    std::optional<Gateway> gateway_;
    std::optional<Outside> outside_;
    std::jthread traffic_;
};

} // namespace aaigw::swap
