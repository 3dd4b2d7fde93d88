// Pre-expanded AES-128 keys, as the batch engine wants them, and owners that keep them alive while jobs use them.
#pragma once

#include "crypto/provider.h"
#include "crypto/secret_heap.h"

#include <array>
#include <cstdint>
#include <memory>

namespace aaigw::crypto {

inline constexpr std::size_t kAesScheduleBytes = 176; // 11 round keys

/// An AES-128 encryption schedule for CCM and CTR: three cache lines, which is all that a packet touches of its key.
/// Never written after construction, so that tens of thousands of keys cost reads only. Wiped at its end.
/// Owned through AesKeyPtr, or by somebody who flushes the engine before letting go.
class alignas(64) AesKey {
  public:
    explicit AesKey(AesKeyView key) noexcept;
    ~AesKey();

    static void* operator new(std::size_t size) { return secret_allocate(size); }
    static void* operator new(std::size_t, void* place) noexcept { return place; }
    static void operator delete(void* key, std::size_t size) noexcept { secret_free(key, size); }

    AesKey(const AesKey&) = delete;
    AesKey& operator=(const AesKey&) = delete;

  private:
    friend class MbEngine;

    alignas(16) std::array<std::uint8_t, kAesScheduleBytes> schedule_;
};
static_assert(sizeof(AesKey) == 192, "three cache lines");

/// An AES-128 schedule with the two sub-keys of CMAC (RFC 4493 2.3). Ownership as of AesKey.
class alignas(64) CmacKey {
  public:
    explicit CmacKey(AesKeyView key) noexcept;
    ~CmacKey();

    static void* operator new(std::size_t size) { return secret_allocate(size); }
    static void* operator new(std::size_t, void* place) noexcept { return place; }
    static void operator delete(void* key, std::size_t size) noexcept { secret_free(key, size); }

    CmacKey(const CmacKey&) = delete;
    CmacKey& operator=(const CmacKey&) = delete;

  private:
    friend class MbEngine;

    alignas(16) std::array<std::uint8_t, kAesScheduleBytes> schedule_;
    alignas(16) AesBlock subkey1_;
    alignas(16) AesBlock subkey2_;
};
static_assert(sizeof(CmacKey) == 256);

/// Gives a key up: it is wiped and freed as soon as no engine can hold a job that uses it, which is at once when
/// nothing is in flight. No new job may come to use the key: of a published key the grace period is over.
/// Takes a lock: for control threads.
struct RetireKey {
    void operator()(const AesKey* key) const noexcept;
    void operator()(const CmacKey* key) const noexcept;
};

using AesKeyPtr = std::unique_ptr<const AesKey, RetireKey>;
using CmacKeyPtr = std::unique_ptr<const CmacKey, RetireKey>;

[[nodiscard]] AesKeyPtr make_aes_key(AesKeyView key);
[[nodiscard]] CmacKeyPtr make_cmac_key(AesKeyView key);

/// Frees the keys that were given up and whose last job has finished; returns how many still wait. Each RetireKey does
/// so too; a control thread calls this now and then, so that the last ones do not wait for the next.
std::size_t reap_retired_keys();

} // namespace aaigw::crypto
