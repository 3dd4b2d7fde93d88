// AES key wrap (RFC 3394), which carries TEKs of the LZone under the KEK.
#pragma once

#include "common/bytes.h"
#include "common/result.h"
#include "crypto/provider.h"

namespace aaigw::crypto {

inline constexpr std::size_t kKeyWrapOverhead = 8;

/// Wraps `key` (a multiple of 8 bytes, 16 to 64) with the default initial value A6A6A6A6A6A6A6A6.
/// `wrapped` has kKeyWrapOverhead more bytes than `key`. Any thread.
void key_wrap(AesKeyView kek, Bytes key, MutableBytes wrapped);

/// The inverse. verification_failed when the initial value does not come out; `key` is then wiped.
/// invalid_argument when `wrapped` is no multiple of 8 bytes between 24 and 72.
[[nodiscard]] Result<void> key_unwrap(AesKeyView kek, Bytes wrapped, MutableBytes key);

} // namespace aaigw::crypto
