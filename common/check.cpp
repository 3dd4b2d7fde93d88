#include "common/check.h"

#include <cstdio>
#include <cstdlib>

namespace aaigw {

void check_failed(const char* file, int line, const char* what) noexcept
{
    // Nobody is left to tell when this fails.
    static_cast<void>(std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what));
    std::abort();
}

} // namespace aaigw
