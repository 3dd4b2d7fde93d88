// The seam through which every nonce and generated key comes, so that tests can script it.
#pragma once

#include "common/bytes.h"

namespace aaigw::crypto {

/// Cryptographically strong random bytes.
class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(MutableBytes out) = 0;
};

/// The kernel's generator (getrandom(2)); blocks only before it was first seeded after boot. Any thread.
/// Stops the process when the kernel refuses: there is no safe way to go on without randomness.
class SystemRandom final : public Random {
  public:
    void fill(MutableBytes out) override;
};

} // namespace aaigw::crypto
