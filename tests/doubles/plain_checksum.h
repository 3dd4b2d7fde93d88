// The Internet checksum as RFC 1071 1 describes it: word by word, in network order.
#pragma once

#include "common/bytes.h"

namespace aaigw {

/// The value of the checksum field, when that is 0 in `bytes` or left out; 0 when the field has its value.
[[nodiscard]] inline std::uint16_t plain_checksum(Bytes bytes) noexcept
{
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += i % 2 == 0 ? static_cast<std::uint32_t>(bytes[i]) << 8 : bytes[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

} // namespace aaigw
