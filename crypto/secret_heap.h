// Memory for expanded keys: locked, left out of core dumps, in huge pages where they can be had, wiped when freed.
#pragma once

#include <cstddef>

namespace aaigw::crypto {

/// A block of `size` bytes (at most kMaxSecretBlock) aligned to a cache line. Any thread; takes a lock, so never the
/// fast path. Throws std::bad_alloc when the system gives no more memory.
///
/// Blocks lie close together in 2 MiB areas: tens of thousands of keys then need a handful of TLB entries, which
/// is what keeps a random key per packet affordable. Locking is best effort (RLIMIT_MEMLOCK).
[[nodiscard]] void* secret_allocate(std::size_t size);

/// Wipes and returns a block of secret_allocate(size).
void secret_free(void* block, std::size_t size) noexcept;

inline constexpr std::size_t kMaxSecretBlock = 1024;

} // namespace aaigw::crypto
