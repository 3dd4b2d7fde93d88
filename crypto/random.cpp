#include "crypto/random.h"

#include "common/check.h"

#include <sys/random.h>

#include <cerrno>

namespace aaigw::crypto {

void SystemRandom::fill(MutableBytes out)
{
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0 && errno == EINTR)
            continue;
        AAIGW_CHECK(got > 0);
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

} // namespace aaigw::crypto
