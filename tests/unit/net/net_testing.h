// What the tests of this folder share: byte literals, and errors that may be compared.
#pragma once

#include "common/hex.h"
#include "dataplane/net/net_error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::net {

/// Its capacity is its size: AddressSanitizer sees the first byte past the end.
using Buffer = std::vector<std::uint8_t>;

/// Of a literal in a test, spaces allowed: a wrong one stops the test program.
inline Buffer hex(std::string_view text)
{
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](char c) { return c != ' '; });
    return from_hex(digits).value();
}

/// The error, or nothing when there is a value: error() of a value would be any byte.
template <class T>
std::optional<NetError> error_of(const Parsed<T>& parsed)
{
    return parsed ? std::nullopt : std::optional{parsed.error()};
}

/// For googletest's messages.
inline void PrintTo(NetError error, std::ostream* out)
{
    *out << name(error);
}

} // namespace aaigw::net
