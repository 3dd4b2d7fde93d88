// AAIGW_CHECK: an invariant of our own that must hold in every build; the process stops when it does not.
#pragma once

namespace aaigw {

/// Writes `file:line: check failed: what` to standard error and aborts. Never given a secret.
[[noreturn, gnu::cold]] void check_failed(const char* file, int line, const char* what) noexcept;

} // namespace aaigw

/// For our own invariants only: never reachable by what a peer, file or operator sends.
#define AAIGW_CHECK(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) [[unlikely]]                                                             \
            ::aaigw::check_failed(__FILE__, __LINE__, #condition);                                 \
    } while (false)
