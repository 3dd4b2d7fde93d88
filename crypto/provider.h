// Provider: the primitives of every derivation and PDU, with two independent implementations behind it.
//
// The IPsec-MB one is what the fast path uses; the OpenSSL one is the reference that it is checked against.
// The fast path itself does not come through here: it drives crypto/mb_engine.h directly.
#pragma once

#include "common/bytes.h"
#include "common/result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace aaigw::crypto {

inline constexpr std::size_t kAesKeyBytes = 16;
inline constexpr std::size_t kAesBlockBytes = 16;
/// SP 800-38C with L = 2, the profile of IEEE 802.16.1-2012 6.2.5.2.3 and IEEE 802.16-2009 7.5.1.2.
inline constexpr std::size_t kCcmNonceBytes = 13;

using AesKeyView = std::span<const std::uint8_t, kAesKeyBytes>;
using AesBlock = std::array<std::uint8_t, kAesBlockBytes>;
using CcmNonce = std::array<std::uint8_t, kCcmNonceBytes>;

/// The two ICV lengths of the MZone; the LZone has eight only.
enum class IcvSize : std::uint8_t { four = 4, eight = 8 };

[[nodiscard]] constexpr std::size_t bytes(IcvSize icv) noexcept
{
    return static_cast<std::size_t>(icv);
}

/// AES-CMAC (RFC 4493) of one message; all sixteen bytes of it.
struct CmacRequest {
    AesKeyView key;
    Bytes message;
    std::span<std::uint8_t, kAesBlockBytes> mac;
};

/// AES-128 of one block.
struct BlockRequest {
    AesKeyView key;
    AesBlock input;
    std::span<std::uint8_t, kAesBlockBytes> output;
};

/// AES-128-CCM with a 13-byte nonce and no associated data, over `data` in place, at most 65,535 bytes.
struct CcmRequest {
    AesKeyView key;
    CcmNonce nonce;
    MutableBytes data;
    MutableBytes icv; ///< 4 or 8 bytes: written by protect, read by unprotect
};

enum class HashKind : std::uint8_t { sha1, sha256 };

[[nodiscard]] constexpr std::size_t digest_bytes(HashKind hash) noexcept
{
    return hash == HashKind::sha1 ? 20 : 32;
}

/// One implementation of the primitives. Not thread safe: one object a thread. A failure inside the library
/// (out of memory, a disabled algorithm) stops the process; there is nothing a caller could do instead.
class Provider {
  public:
    virtual ~Provider() = default;

    /// The name as `--engine` spells it.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// Every request of the batch. Outputs may not overlap inputs of the same batch.
    virtual void cmac(std::span<const CmacRequest> batch) = 0;
    virtual void encrypt_blocks(std::span<const BlockRequest> batch) = 0;

    /// RFC 2104, the whole digest. `mac` has digest_bytes(hash) bytes.
    virtual void hmac(HashKind hash, Bytes key, Bytes message, MutableBytes mac) = 0;

    virtual void ccm_protect(const CcmRequest& request) = 0;
    /// False when the ICV does not match; the data is then wiped, so that no unverified plaintext is seen.
    [[nodiscard]] virtual bool ccm_unprotect(const CcmRequest& request) = 0;

    /// AES-CTR in place; `first_counter` is the whole first counter block, its last 32 bits count up.
    virtual void ctr(AesKeyView key, const AesBlock& first_counter, MutableBytes data) = 0;
};

/// Not self-tested: the caller runs self_test() (crypto/self_test.h) before it relies on it.
[[nodiscard]] std::unique_ptr<Provider> make_openssl_provider();

/// Fails when the library's self-test or ours does, or when this CPU has no AES instructions.
[[nodiscard]] Result<std::unique_ptr<Provider>> make_ipsec_mb_provider();

} // namespace aaigw::crypto
