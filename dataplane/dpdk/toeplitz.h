// The hash by which NICs choose a receive queue (RSS), in software.
#pragma once

#include "common/bytes.h"

#include <cstdint>

namespace aaigw::dpdk {

/// For each bit of `input` that is set, counted from the first byte's most significant one, the 32 bits of `key` that
/// begin at the same place, XORed together. key.size() >= input.size() + 4.
[[nodiscard]] std::uint32_t toeplitz(Bytes key, Bytes input) noexcept;

} // namespace aaigw::dpdk
