// HandOverRing: packets on their way to the worker that owns their station.
#pragma once

#include "common/result.h"
#include "dataplane/path/io.h"

#include <cstddef>
#include <span>
#include <string>

struct rte_ring;

namespace aaigw::dpdk {

/// Many workers put, one takes; in the order of each of them. One that is interrupted while it puts keeps the others from
/// neither putting nor going on.
class HandOverRing final : public path::HandOverQueue {
  public:
    /// `name` is of no other ring and has at most 28 characters.
    [[nodiscard]] static Result<HandOverRing> create(const std::string& name, std::size_t packets);

    HandOverRing(HandOverRing&& other) noexcept;
    HandOverRing& operator=(HandOverRing&&) = delete;
    /// Gives back the packets that are still in it. No worker may use it any more.
    ~HandOverRing() override;

    [[nodiscard]] std::size_t put(std::span<path::Packet* const> packets) noexcept override;
    void take(path::Batch& out, std::size_t most) noexcept override;

  private:
    explicit HandOverRing(rte_ring* ring) noexcept : ring_{ring} {}

    rte_ring* ring_;
};

} // namespace aaigw::dpdk
