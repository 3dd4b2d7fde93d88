#include "dataplane/dpdk/steering.h"

#include "common/bytes.h"
#include "dataplane/dpdk/toeplitz.h"
#include "dataplane/pdu/gsmtap.h"

namespace aaigw::dpdk {

namespace {

constexpr std::size_t kAddresses = 8; ///< bytes of the hash's input before the ports

// Bit 95 is the last that the addresses' last bit meets, and the first that is set. The 32 bits from there on make
// every bit of the hash's lower half depend on the source port, each in its own way (see the test).
constexpr auto kKey = [] {
    std::array<std::uint8_t, kLongestRssKey> key{};
    key[11] = 0x01;
    std::uint32_t state = 0x9e3779b9; // any pattern without structure: a xorshift generator
    for (std::size_t i = 12; i < key.size(); ++i) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        key[i] = static_cast<std::uint8_t>(state);
    }
    return key;
}();

} // namespace

const std::array<std::uint8_t, kLongestRssKey>& steering_key() noexcept
{
    return kKey;
}

std::uint32_t steering_hash(std::uint16_t source_port) noexcept
{
    std::array<std::uint8_t, kAddresses + 4> input{};
    Writer ports{MutableBytes{input}.subspan(kAddresses)};
    ports.u16(source_port);
    ports.u16(pdu::kGsmtapPort);
    return toeplitz(kKey, input);
}

} // namespace aaigw::dpdk
