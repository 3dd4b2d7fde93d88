// The round keys of AES-128 (FIPS 197, 5.2), written for this test only: none of the libraries under test has a part in it.
#pragma once

#include "crypto/provider.h"
#include "crypto/secret.h"

namespace aaigw::swap {

inline constexpr std::size_t kRoundKeys = 11;

/// Round keys 0 (the key itself) to 10, one behind the other.
[[nodiscard]] crypto::Secret<kRoundKeys * crypto::kAesKeyBytes>
aes_schedule(crypto::AesKeyView key);

} // namespace aaigw::swap
