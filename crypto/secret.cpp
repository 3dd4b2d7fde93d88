#include "crypto/secret.h"

#include <cstring>

namespace aaigw::crypto {

void wipe(MutableBytes bytes) noexcept
{
    // explicit_bzero is glibc's memset that survives dead-store elimination.
    if (!bytes.empty())
        ::explicit_bzero(bytes.data(), bytes.size());
}

bool ct_equal(Bytes a, Bytes b) noexcept
{
    if (a.size() != b.size())
        return false;
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
    // Hides the value from the optimiser, which could otherwise leave the loop at the first difference.
    asm volatile("" : "+r"(difference));
    return difference == 0;
}

} // namespace aaigw::crypto
