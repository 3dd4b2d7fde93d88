// Tells ThreadSanitizer what it cannot see: that DPDK, which it does not watch, orders a buffer's users.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define AAIGW_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define AAIGW_THREAD_SANITIZER 1
#endif
#endif

#ifdef AAIGW_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace aaigw::dpdk {

#ifdef AAIGW_THREAD_SANITIZER
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

/// Before a buffer goes to DPDK (freed, sent): another thread may get it next.
inline void goes_to_dpdk([[maybe_unused]] void* mbuf) noexcept
{
#ifdef AAIGW_THREAD_SANITIZER
    __tsan_release(mbuf);
#endif
}

/// After a buffer came from DPDK (allocated, received): what its last user did is over.
inline void came_from_dpdk([[maybe_unused]] void* mbuf) noexcept
{
#ifdef AAIGW_THREAD_SANITIZER
    __tsan_acquire(mbuf);
#endif
}

} // namespace aaigw::dpdk
