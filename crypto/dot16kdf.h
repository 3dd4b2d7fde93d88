// Dot16KDF, the key derivation function of IEEE 802.16, in its AES-CMAC form, over whole batches.
#pragma once

#include "common/check.h"
#include "crypto/provider.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace aaigw::crypto {

/// The `astring` of a derivation: addresses, counters and a label, concatenated without separators.
/// Holds nothing secret. Fixed capacity: the longest of the standard's has 36 bytes.
class AString {
  public:
    static constexpr std::size_t kCapacity = 64;

    AString& operator<<(Bytes bytes) noexcept
    {
        AAIGW_CHECK(bytes.size() <= kCapacity - size_);
        for (const std::uint8_t byte : bytes)
            buffer_[size_++] = byte;
        return *this;
    }

    /// ASCII without a terminating zero.
    AString& operator<<(std::string_view label) noexcept
    {
        AAIGW_CHECK(label.size() <= kCapacity - size_);
        for (const char c : label)
            buffer_[size_++] = static_cast<std::uint8_t>(c);
        return *this;
    }

    [[nodiscard]] Bytes view() const noexcept { return Bytes{buffer_}.first(size_); }

  private:
    std::array<std::uint8_t, kCapacity> buffer_{};
    std::size_t size_ = 0;
};

/// Dot16KDF(key, astring, 8 * out.size()).
struct KdfRequest {
    Bytes key; ///< at least 16 bytes; the rightmost 16 are used
    AString astring;
    MutableBytes out; ///< 1 to 64 bytes
};

/// Runs every request; the AES-CMAC blocks of all of them go to the provider as one batch.
/// A request may not use the output of another one of the same batch as its key.
void dot16kdf(Provider& provider, std::span<const KdfRequest> batch);

} // namespace aaigw::crypto
