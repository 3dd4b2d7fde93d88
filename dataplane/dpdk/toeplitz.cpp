#include "dataplane/dpdk/toeplitz.h"

#include "common/check.h"

namespace aaigw::dpdk {

std::uint32_t toeplitz(Bytes key, Bytes input) noexcept
{
    constexpr std::size_t kWindow = sizeof(std::uint32_t);
    AAIGW_CHECK(key.size() >= input.size() + kWindow);
    // The window's four bytes, and behind them the one that moves into it bit by bit.
    std::uint64_t bits = load_be(key.first<kWindow>());
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < input.size(); ++i) {
        bits = bits << 8 | key[kWindow + i];
        for (unsigned bit = 0; bit < 8; ++bit) {
            if ((input[i] << bit & 0x80) != 0)
                hash ^= static_cast<std::uint32_t>(bits >> (8 - bit));
        }
    }
    return hash;
}

} // namespace aaigw::dpdk
