// Tells ThreadSanitizer of an order between threads that it cannot see, since a library that it does not watch makes it.
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

namespace aaigw {

#ifdef AAIGW_THREAD_SANITIZER
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

/// What this thread has done comes before what another does after its happens_after() of the same `token`. Only where the
/// library that carries the token from one to the other promises it.
inline void happens_before([[maybe_unused]] void* token) noexcept
{
#ifdef AAIGW_THREAD_SANITIZER
    __tsan_release(token);
#endif
}

inline void happens_after([[maybe_unused]] void* token) noexcept
{
#ifdef AAIGW_THREAD_SANITIZER
    __tsan_acquire(token);
#endif
}

} // namespace aaigw
