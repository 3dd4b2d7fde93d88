// Fuzz target: the GSMTAP header of a datagram.
#include "dataplane/pdu/gsmtap.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/span_oracle.h"

#include <algorithm>

namespace aaigw::pdu {
namespace {

/// `bytes` of a header with all that is ignored on receipt set to what is sent there.
std::array<std::uint8_t, kGsmtapHeaderBytes> without_ignored(Bytes bytes)
{
    std::array<std::uint8_t, kGsmtapHeaderBytes> header{};
    std::ranges::copy(bytes.first(kGsmtapHeaderBytes), header.begin());
    const bool is_mzone = header[12] == 0x41;
    header[3] = 0;
    header[4] &= is_mzone ? 0x4f : 0x40;
    header[5] = is_mzone ? header[5] : 0;
    header[6] = header[7] = 0;
    header[14] = header[15] = 0;
    return header;
}

} // namespace
} // namespace aaigw::pdu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace aaigw::pdu;

    auto bytes = aaigw::FuzzInput{data, size}.rest();
    const auto datagram = parse_gsmtap(bytes);
    if (!datagram)
        return 0;
    const aaigw::Bytes whole{bytes};
    AAIGW_CHECK(aaigw::fill_exactly(whole, {whole.first(kGsmtapHeaderBytes), datagram->burst}));
    AAIGW_CHECK(!datagram->burst.empty());
    AAIGW_CHECK(build_gsmtap(datagram->header) == without_ignored(whole));
    return 0;
}
