// Key files: a key as 32 hex digits in a file that only its owner may read.
#pragma once

#include "common/result.h"
#include "crypto/provider.h"
#include "crypto/secret.h"

#include <cstdint>
#include <string>

namespace aaigw::runtime {

enum class KeyFileRule : std::uint8_t {
    owner_only,   ///< refused when group or others may read or write it
    any_may_read, ///< in a lab
};

/// White space around the digits is dropped. No message quotes anything of the file.
[[nodiscard]] Result<crypto::Secret<crypto::kAesKeyBytes>> read_key(const std::string& path,
                                                                    KeyFileRule rule);

} // namespace aaigw::runtime
