#include "dataplane/net/checksum.h"

namespace aaigw::net {

void InternetSum::add(Bytes bytes) noexcept
{
    const std::uint8_t* at = bytes.data();
    std::uint64_t sum = 0;
    // Without carries in between, so that both compilers make vector instructions of it.
    for (std::size_t words = bytes.size() / 8; words > 0; --words, at += 8) {
        const auto word = load<std::uint64_t>(at);
        sum += (word & 0xffffffff) + (word >> 32);
    }
    if ((bytes.size() & 4) != 0) {
        sum += load<std::uint32_t>(at);
        at += 4;
    }
    if ((bytes.size() & 2) != 0) {
        sum += load<std::uint16_t>(at);
        at += 2;
    }
    if ((bytes.size() & 1) != 0)
        sum += *at;
    sum_ += sum;
}

} // namespace aaigw::net
