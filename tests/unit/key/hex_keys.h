// Keys and byte arrays out of hex text, and back, for the tests of the key hierarchies.
#pragma once

#include "common/bytes.h"
#include "common/hex.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::key {

inline std::vector<std::uint8_t> bytes_of(std::string_view hex)
{
    return from_hex(hex).value();
}

template <std::size_t N>
std::array<std::uint8_t, N> array_of(std::string_view hex)
{
    const auto bytes = bytes_of(hex);
    if (bytes.size() != N)
        throw std::invalid_argument{"hex text of another size"};
    std::array<std::uint8_t, N> array{};
    std::copy(bytes.begin(), bytes.end(), array.begin());
    return array;
}

template <class Key>
Key key_of(std::string_view hex)
{
    return Key::copy_of(array_of<Key::kSize>(hex));
}

/// The bytes of a key of test vectors; nothing in the product turns a key into text.
template <class Key>
std::string hex_of(const Key& key)
{
    return to_hex(key.expose());
}

} // namespace aaigw::key
