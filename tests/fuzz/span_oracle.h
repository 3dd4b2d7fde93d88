// What every parser promises of the parts it gives: they lie in its input, one after the other.
#pragma once

#include "common/bytes.h"

#include <initializer_list>

namespace aaigw {

/// Whether `parts` follow one another without a gap from the first byte of `whole` to its last. Empty parts may
/// lie anywhere.
[[nodiscard]] inline bool fill_exactly(Bytes whole, std::initializer_list<Bytes> parts) noexcept
{
    std::size_t at = 0;
    for (const Bytes part : parts) {
        if (part.empty())
            continue;
        if (at > whole.size() || part.data() != whole.data() + at)
            return false;
        at += part.size();
    }
    return at == whole.size();
}

} // namespace aaigw
