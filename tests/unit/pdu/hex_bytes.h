// Hex text to bytes for test vectors; spaces are allowed in it.
#pragma once

#include "common/hex.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::pdu {

/// Of a literal in a test: a wrong one stops the test program.
inline std::vector<std::uint8_t> hex(std::string_view text)
{
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](char c) { return c != ' '; });
    return from_hex(digits).value();
}

} // namespace aaigw::pdu
