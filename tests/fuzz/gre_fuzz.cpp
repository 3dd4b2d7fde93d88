// Fuzz target: the GRE header of an R6 packet.
#include "dataplane/pdu/gre.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/span_oracle.h"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace aaigw::pdu;

    const auto bytes = aaigw::FuzzInput{data, size}.rest();
    const auto packet = parse_gre(bytes);
    if (!packet)
        return 0;
    const aaigw::Bytes whole{bytes};
    const std::size_t header_bytes = whole.size() - packet->payload.size();
    AAIGW_CHECK(aaigw::fill_exactly(whole, {whole.first(header_bytes), packet->payload}));

    // With the fields that are not sent left out it reads the same, and if there were none it is the same.
    auto rebuilt = std::vector<std::uint8_t>(kGreHeaderBytes);
    std::ranges::copy(build_gre(packet->header), rebuilt.begin());
    rebuilt.insert(rebuilt.end(), packet->payload.begin(), packet->payload.end());
    const auto again = parse_gre(rebuilt);
    AAIGW_CHECK(again);
    AAIGW_CHECK(again->header == packet->header);
    AAIGW_CHECK(std::ranges::equal(again->payload, packet->payload));
    if (whole[0] == 0x20 && whole[1] == 0)
        AAIGW_CHECK(rebuilt == bytes);
    return 0;
}
