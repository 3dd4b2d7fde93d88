// Hexadecimal text to bytes and back.
#pragma once

#include "common/bytes.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw {

/// Lower-case hex without separators.
[[nodiscard]] std::string to_hex(Bytes bytes);

/// Pairs of hex digits of either case, either unseparated or all separated by single colons (`00:ed:04`).
/// Nothing for any other text; the empty text is zero bytes.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

} // namespace aaigw
