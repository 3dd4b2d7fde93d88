// Fuzz target: the CMAC tuples of both zones.
#include "dataplane/pdu/control_cmac.h"
#include "tests/fuzz/fuzz_input.h"

#include <algorithm>

namespace aaigw::pdu {
namespace {

using Buffer = std::vector<std::uint8_t>;

/// Only the reserved half of the byte before the packet number is not kept.
void check_rebuilt(Buffer bytes, std::size_t reserved_at, Bytes built)
{
    bytes[reserved_at] &= 0x0f;
    AAIGW_CHECK(std::ranges::equal(built, bytes));
}

} // namespace
} // namespace aaigw::pdu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace aaigw::pdu;

    const Buffer bytes = aaigw::FuzzInput{data, size}.rest();
    if (const auto tuple = parse_mzone_cmac_tuple(bytes))
        check_rebuilt(bytes, 0, build_mzone_cmac_tuple(*tuple));

    std::array<std::uint8_t, kMaxLzoneCmacTupleBytes> room{};
    if (const auto tuple = parse_lzone_cmac_tuple(bytes)) {
        const auto built = build_lzone_cmac_tuple(*tuple, room);
        AAIGW_CHECK(built);
        check_rebuilt(bytes, 2, *built);
    }
    return 0;
}
