// Pre-expanded AES-128 keys, as the batch engine wants them, and the rule that keeps them alive while in use.
#pragma once

#include "crypto/key_use.h"
#include "crypto/provider.h"
#include "crypto/secret_heap.h"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace aaigw::crypto {

inline constexpr std::size_t kAesScheduleBytes = 176; // 11 round keys

/// An AES-128 encryption schedule for CCM and CTR: three cache lines, which is all a packet touches of its key.
///
/// Lifetime: each job leaves its stamp in the key, so that any thread can tell whether an engine still holds one.
/// Destroying a key in use stops the process, so a key is given up through RetiredKeys, or after its engine was
/// flushed. A key is used by one engine: that of the worker that owns its station.
class alignas(64) AesKey {
  public:
    explicit AesKey(AesKeyView key) noexcept;
    ~AesKey();

    static void* operator new(std::size_t size) { return secret_allocate(size); }
    static void operator delete(void* key, std::size_t size) noexcept { secret_free(key, size); }

    AesKey(const AesKey&) = delete;
    AesKey& operator=(const AesKey&) = delete;

    /// Whether a job that was submitted under this key has not finished yet.
    [[nodiscard]] bool in_flight() const noexcept { return use_.in_flight(); }

  private:
    friend class MbEngine;

    alignas(16) std::array<std::uint8_t, kAesScheduleBytes> schedule_;
    KeyUse use_;
};
static_assert(sizeof(AesKey) == 192, "three cache lines");

/// An AES-128 schedule with the two sub-keys of CMAC (RFC 4493 2.3). Lifetime as of AesKey.
class alignas(64) CmacKey {
  public:
    explicit CmacKey(AesKeyView key) noexcept;
    ~CmacKey();

    static void* operator new(std::size_t size) { return secret_allocate(size); }
    static void* operator new(std::size_t, void* place) noexcept { return place; }
    static void operator delete(void* key, std::size_t size) noexcept { secret_free(key, size); }

    CmacKey(const CmacKey&) = delete;
    CmacKey& operator=(const CmacKey&) = delete;

    /// Whether a job that was submitted under this key has not finished yet.
    [[nodiscard]] bool in_flight() const noexcept { return use_.in_flight(); }

  private:
    friend class MbEngine;

    alignas(16) std::array<std::uint8_t, kAesScheduleBytes> schedule_;
    alignas(16) AesBlock subkey1_;
    alignas(16) AesBlock subkey2_;
    KeyUse use_;
};
static_assert(sizeof(CmacKey) == 256);

/// Keys that have been taken out of use and wait for their last job. Give a key up only when no thread can submit
/// new jobs under it (for a published key: after the grace period). One thread owns the object.
class RetiredKeys {
  public:
    void retire(std::unique_ptr<AesKey> key) { aes_.push_back(std::move(key)); }
    void retire(std::unique_ptr<CmacKey> key) { cmac_.push_back(std::move(key)); }

    /// Wipes and frees the keys whose jobs have all ended; returns how many still wait.
    std::size_t reap();

  private:
    std::vector<std::unique_ptr<AesKey>> aes_;
    std::vector<std::unique_ptr<CmacKey>> cmac_;
};

} // namespace aaigw::crypto
