#include "tests/swap/aes_schedule.h"

#include <algorithm>
#include <bit>

namespace aaigw::swap {

namespace {

constexpr std::uint8_t times_two(std::uint8_t value)
{
    return static_cast<std::uint8_t>(value << 1 ^ ((value & 0x80) != 0 ? 0x1b : 0));
}

/// FIPS 197, 5.1.1: the inverse in GF(2^8), then an affine transformation. 3 generates the field.
constexpr std::array<std::uint8_t, 256> make_s_box()
{
    std::array<std::uint8_t, 256> s_box{};
    std::uint8_t power = 1;   // 3^i
    std::uint8_t inverse = 1; // 3^-i
    do {
        power = static_cast<std::uint8_t>(power ^ times_two(power));
        // Division by 3 is multiplication by 0xf6.
        inverse = static_cast<std::uint8_t>(inverse ^ inverse << 1);
        inverse = static_cast<std::uint8_t>(inverse ^ inverse << 2);
        inverse = static_cast<std::uint8_t>(inverse ^ inverse << 4);
        if ((inverse & 0x80) != 0)
            inverse = static_cast<std::uint8_t>(inverse ^ 0x09);
        s_box[power] =
            static_cast<std::uint8_t>(inverse ^ std::rotl(inverse, 1) ^ std::rotl(inverse, 2) ^
                                      std::rotl(inverse, 3) ^ std::rotl(inverse, 4) ^ 0x63);
    } while (power != 1);
    s_box[0] = 0x63;
    return s_box;
}

constexpr std::array<std::uint8_t, 256> kSBox = make_s_box();

} // namespace

crypto::Secret<kRoundKeys * crypto::kAesKeyBytes> aes_schedule(crypto::AesKeyView key)
{
    auto schedule = crypto::Secret<kRoundKeys * crypto::kAesKeyBytes>::to_be_written();
    const auto out = schedule.expose_for_write();
    std::ranges::copy(key, out.begin());
    std::uint8_t constant = 1;
    for (std::size_t i = crypto::kAesKeyBytes; i < out.size(); ++i) {
        std::uint8_t previous = out[i - 4];
        if (i % crypto::kAesKeyBytes < 4) {
            // RotWord and SubWord of the word before; its first byte also takes the round's constant.
            const std::size_t word = i - i % 4 - 4;
            previous = kSBox[out[word + (i + 1) % 4]];
            if (i % crypto::kAesKeyBytes == 0) {
                previous ^= constant;
                constant = times_two(constant);
            }
        }
        out[i] = static_cast<std::uint8_t>(out[i - crypto::kAesKeyBytes] ^ previous);
    }
    return schedule;
}

} // namespace aaigw::swap
