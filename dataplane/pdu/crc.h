// The checks of an LZone PDU: the CRC-8 of the header (HCS) and the CRC-32 in the bit orders of both PHYs.
#pragma once

#include "common/bytes.h"

namespace aaigw::pdu {

/// The HCS: x^8 + x^2 + x + 1, start value 0, most significant bit first (IEEE 802.16-2009 6.3.2.1.1).
[[nodiscard]] std::uint8_t hcs(Bytes header) noexcept;

/// CRC-32 of IEEE 802.3 with the most significant bit of each byte first: the OFDMA PHY.
[[nodiscard]] std::uint32_t crc32_msb_first(Bytes bytes) noexcept;

/// CRC-32 of IEEE 802.3 with the least significant bit of each byte first: the OFDM PHY.
[[nodiscard]] std::uint32_t crc32_lsb_first(Bytes bytes) noexcept;

} // namespace aaigw::pdu
