#include "tests/swap/keys.h"

#include <algorithm>

namespace aaigw::swap {

Tek KeyTree::tek(std::uint32_t station, std::uint32_t number)
{
    static constexpr std::array<std::uint8_t, crypto::kAesKeyBytes> kRoot{0x73, 0x77, 0x61, 0x70};
    crypto::AesBlock input{};
    store_be(std::span{input}.first<4>(), station);
    store_be(std::span{input}.subspan<4, 4>(), number);
    store_be(std::span{input}.subspan<8, 8>(), seed_);
    Tek tek = Tek::to_be_written();
    const crypto::BlockRequest request{
        .key = kRoot, .input = input, .output = tek.expose_for_write()};
    provider_->encrypt_blocks({&request, 1});
    return tek;
}

sa::KeyCheckValue KeyTree::check_value(const Tek& tek)
{
    crypto::AesBlock block{};
    const crypto::BlockRequest request{.key = tek.expose(), .input = {}, .output = block};
    provider_->encrypt_blocks({&request, 1});
    sa::KeyCheckValue value;
    std::copy_n(block.begin(), value.size(), value.begin());
    return value;
}

} // namespace aaigw::swap
